"""What stands around the table, line by line."""
