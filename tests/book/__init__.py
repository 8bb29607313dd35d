"""What we know: events and snapshots in, a book out; no socket, no clock."""
