"""The table of positions: which rows, in which order, in which columns."""
