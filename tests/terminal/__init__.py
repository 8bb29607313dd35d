"""The screen in a real terminal: tmux, many sizes, many kinds."""
