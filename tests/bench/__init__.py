"""What the screen costs, measured in a real pty: `python -m tests.bench`."""
