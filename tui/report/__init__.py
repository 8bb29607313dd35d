"""What a script sees: a picture of the book at one moment, as a table, JSON, NDJSON or CSV. No screen, no I/O."""
