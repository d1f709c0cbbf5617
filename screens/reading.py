"""A text on the whole screen: the ground of a step's output, an attempt's log and a raw answer."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.getters import query_one
from textual.screen import Screen

from widgets.context_bar import ContextBar
from widgets.hint_bar import HintBar
from widgets.output_pane import OutputPane


class ReadingScreen(Screen[None]):
    """One output pane between the bar and the hints; who builds on it shows something in it and names the frame."""

    AUTO_FOCUS = "OutputLines"

    output = query_one(OutputPane)

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        yield ContextBar()
        pane = OutputPane()
        pane.styles.height = "1fr"
        yield pane
        yield HintBar()

    def step_out(self) -> None:
        """Step back inside the text first, then leave."""
        if not self.output.step_back():
            self.dismiss(None)
