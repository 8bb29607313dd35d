"""The workers: join feed and book, and keep the books of one account true. The screen and every command stand on them."""

from tui.live.several import Lives
from tui.live.snapshot import snapshot, snapshots
from tui.live.worker import Live, LiveOptions

__all__ = ["Live", "LiveOptions", "Lives", "snapshot", "snapshots"]
