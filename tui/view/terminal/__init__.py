"""How lines of text reach a terminal, and how keys come from it. Knows nothing of positions."""
