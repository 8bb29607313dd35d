"""perptop: top for your perpetuals."""

__version__ = "0.1.0"
