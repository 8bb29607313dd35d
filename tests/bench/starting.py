"""What perptop does before it loads its screen: `tui.app.settle` collects what is left when everything is there."""

import gc

gc.disable()
