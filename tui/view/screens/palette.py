"""The command palette: Textual's own, that keeps still while its list has not been laid out yet."""

from textual.command import CommandList, CommandPalette


class Palette(CommandPalette):
    """Finds an action by its name."""

    def _action_command_list(self, action: str) -> None:
        """Move in the list, once it has lines: Textual 8.2.8 looks for the line of a row that has none yet."""
        if self.query_one(CommandList).scrollable_content_region:
            super()._action_command_list(action)
