"""How it gets here: links and lines in virtual time, sockets and names in real time."""
