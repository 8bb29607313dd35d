"""The workers in virtual time: one book, several, and what they share."""
