"""How data gets here: sockets and HTTP around `protocol`, reconnecting for ever. Knows no book and no screen."""
