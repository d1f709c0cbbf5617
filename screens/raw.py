"""What a host really said, on the whole screen, where its answer could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from restant_tui.monitors.snapshots import RawAnswer
from screens.reading import ReadingScreen
from widgets import commands
from widgets.commands import Command
from widgets.layout import outside

_FRAME = 4


class CloseRaw(Command):
    """Go back to the dashboard."""

    key, hint, in_palette = "escape,v", "Back", False


class RawScreen(ReadingScreen):
    """The answers as they came: what was asked, when, on which host, and then every line, folded to the screen."""

    TITLE = "Raw answer"
    DOES = (CloseRaw,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    def __init__(self, answers: Sequence[RawAnswer]) -> None:
        """Make the screen for these answers."""
        super().__init__()
        self._answers = tuple(answers)

    def on_mount(self) -> None:
        """Name the frame and show the text from its beginning."""
        hosts = ", ".join(dict.fromkeys(answer.host for answer in self._answers))
        self.output.border_title = Content("Raw answer of ") + outside(hosts)
        text = _Text(list(_told(self._answers, max(20, self.app.size.width - _FRAME))))
        self.output.show(lambda: text, "nothing was said")
        self.call_after_refresh(self.output.lines.action_scroll_lines, -text.total)

    def action_close_raw(self) -> None:
        """Step back inside the text first, then leave."""
        if self.output.lines.view is not None and self.output.lines.view.search is not None:
            self.output.step_back()
        else:
            self.dismiss(None)


class _Text:
    """Lines that are all there, as an output pane wants them."""

    first = 0

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self.total = len(lines)

    def text(self, number: int) -> str:
        """Return a line; empty if there is none of that number."""
        return self._lines[number] if 0 <= number < self.total else ""


def _told(answers: Sequence[RawAnswer], width: int) -> Iterator[str]:
    for number, answer in enumerate(answers):
        if number:
            yield ""
        yield f"asked    {answer.asked}"
        yield f"on       {answer.host}, at {answer.at:%Y-%m-%d %H:%M:%S} UTC"
        yield f"answered {len(answer.text):,} characters{', of which the first are kept' if answer.cut else ''}:"
        yield ""
        for line in answer.text.expandtabs(4).split("\n"):
            yield from (line[at : at + width] for at in range(0, len(line), width)) if line else ("",)
