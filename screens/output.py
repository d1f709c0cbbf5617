"""A step's output on the whole screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from restant_tui.engine.state import RunState
from screens.reading import ReadingScreen
from widgets import commands
from widgets.commands import Command
from widgets.layout import outside, sentence
from widgets.output_pane import Printed
from widgets.run_heading import where


class CloseOutput(Command):
    """Go back to the run."""

    key, hint, in_palette = "escape,o", "Back", False


class BackToRun(Command):
    """Go back to the run at once, where the same key pauses it."""

    key, in_palette, priority = "ctrl+c", False, True


class OutputScreen(ReadingScreen):
    """Everything that is kept of the output, with search; the whole of it stands in the record."""

    TITLE = "Output"
    DOES = (CloseOutput, BackToRun)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    def __init__(self, title: str, state: RunState, read: Callable[[], Printed]) -> None:
        """Make the screen for a step of a run."""
        super().__init__()
        self._title, self._state, self._read = title, state, read

    def on_mount(self) -> None:
        """Name the frame and begin to show."""
        self.output.border_title = sentence([outside(self._title), where(self._state)]) + Content("")
        self.output.show(self._read, "nothing was printed")

    def action_back_to_run(self) -> None:
        """Leave at once."""
        self.dismiss(None)

    def action_close_output(self) -> None:
        """Step back inside the output first, then leave."""
        self.step_out()
