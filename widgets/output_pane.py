"""What a step prints, as it comes: drawn line by line from the run's own store, however much it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input

from restant_tui.dokku.logs import Level, LogLine
from widgets import commands, glyphs
from widgets.commands import Command
from widgets.layout import fit, sentence, spread, wrapped
from widgets.log_view import LogView
from widgets.scrolled import WORK_SECONDS, ScrolledLines

_HERTZ = 12


class Printed(Protocol):
    """The output of one step: lines numbered from 0, the oldest of which may be gone."""

    @property
    def total(self) -> int:
        """How many lines have come."""
        ...

    @property
    def first(self) -> int:
        """The number of the oldest line still kept."""
        ...

    def text(self, number: int) -> str:
        """Return a line; empty if it is not kept."""
        ...


class _Lines:
    """A step's output in the words of a log view."""

    def __init__(self, printed: Printed) -> None:
        self.printed = printed

    @property
    def total(self) -> int:
        return self.printed.total

    @property
    def first(self) -> int:
        return self.printed.first

    def text(self, number: int) -> str:
        return self.printed.text(number)

    def raw(self, number: int) -> bytes:
        return self.text(number).encode()

    def line(self, number: int) -> LogLine:
        return LogLine(time=None, process="", level=Level.PLAIN, message=self.text(number))


class OutputLines(ScrolledLines):
    """The lines of one step."""

    def __init__(self) -> None:
        super().__init__()
        self.read: Callable[[], Printed] | None = None
        self.empty = "no output yet"
        self.dropped = ""
        self._lines: _Lines | None = None
        self._seen = (-1, -1)

    def on_mount(self) -> None:
        """Begin to look at the output."""
        self.set_interval(1 / _HERTZ, self.pull, name="output")
        self.pull()

    def show(self, read: Callable[[], Printed], empty: str, dropped: str) -> None:
        """Show another step's output from now on, following it."""
        self.read, self.empty, self.dropped, self.view, self.shift = read, empty, dropped, None, 0
        self._seen = (-1, -1)
        self.pull()
        self.refresh()

    def pull(self) -> None:
        """Draw what came, if anything did."""
        if self.read is None:
            return
        printed = self.read()
        if self.view is None or self._lines is None or self._lines.printed is not printed:
            if self.view is not None and not printed.total and self.view.buffer.total == 0:
                return
            self._lines = _Lines(printed)
            self.view = LogView(self._lines, max(1, self.size.height))
        changed = self.view.busy and self.view.work(WORK_SECONDS)
        seen = (printed.total, printed.first)
        if seen != self._seen or changed:
            self._seen = seen
            self.refresh()

    def line_of(self, number: int, view: LogView, width: int) -> Content:
        """Return a line as it was printed."""
        words = view.buffer.line(number).message.replace("\n", " ").expandtabs(4)
        return fit(self.marked(Content(words), view), width, glyphs.of(self.app).ellipsis)

    def nothing(self, width: int) -> tuple[Content, ...]:
        """Say that there is no output."""
        return wrapped(self.empty, width, "$text-muted")

    def foot(self, width: int) -> Content | None:
        """Say how we watch, where that has to be said."""
        view = self.view
        if view is None:
            return None
        parts = self.watching(view, "end")
        if view.buffer.first:
            parts.append(Content.styled(f"{view.buffer.first:,} {self.dropped}", "$text-muted"))
        return spread(sentence(parts), Content(""), width) if parts else None


class SearchOutput(Command):
    """Find text in the output and mark it; small letters match both cases, a|b finds either."""

    key, hint, rank = "slash", "Search", 15


class NextHit(Command):
    """Go to the next match below."""

    key, in_palette = "n", False


class PreviousHit(Command):
    """Go to the next match above."""

    key, in_palette = "N", False


class OutputPane(Vertical):
    """The frame around the lines, and the prompt for a search."""

    DEFAULT_CSS = """
    OutputPane {
        border: round $border-blurred; border-title-color: $text-muted; border-title-style: bold; padding: 0 1;
        &:focus-within { border: round $primary; border-title-color: $primary; }
        Input { display: none; height: 1; border: none; padding: 0; background: $surface; }
        Input.-asking { display: block; }
    }
    """
    DOES = (SearchOutput, NextHit, PreviousHit)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    lines = query_one(OutputLines)
    prompt = query_one(Input)

    def compose(self) -> ComposeResult:
        """Lay out the lines and, below them, the prompt."""
        yield OutputLines()
        yield Input(compact=True, select_on_focus=False, placeholder="find")

    def on_mount(self) -> None:
        """Name the frame."""
        self.border_title = Content("Output")

    def show(
        self,
        read: Callable[[], Printed],
        empty: str = "no output yet",
        dropped: str = "oldest lines stand in the record only",
    ) -> None:
        """Show another output.

        Args:
            read: gives it, each time it is drawn.
            empty: what stands there while there is none.
            dropped: what became of the oldest lines; their number stands before it.
        """
        self._stop_asking()
        self.lines.show(read, empty, dropped)

    def unavailable(self, command: type[Command]) -> str:
        """Return why a command cannot be used now."""
        view = self.lines.view
        searched = view is not None and view.search is not None
        return "" if command is SearchOutput or searched else "search with / first"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action) if self.is_mounted else True

    def action_search_output(self) -> None:
        """Ask what to find."""
        self.prompt.value = ""
        self.prompt.add_class("-asking")
        self.prompt.focus()

    def action_next_hit(self) -> None:
        """Go to the match below."""
        self.lines.change(lambda view: view.find(1))

    def action_previous_hit(self) -> None:
        """Go to the match above."""
        self.lines.change(lambda view: view.find(-1))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Search for what was typed."""
        event.stop()
        text = event.value
        self._stop_asking()
        self.lines.focus()
        self.lines.change(lambda view: view.set_search(text))

    def step_back(self) -> bool:
        """Step back: from the prompt, the search, the pause. True if there was a step."""
        view = self.lines.view
        if self.prompt.has_class("-asking"):
            self._stop_asking()
            self.lines.focus()
        elif view is not None and view.search is not None:
            self.lines.change(lambda view: view.set_search(""))
        elif view is not None and not view.following:
            self.lines.change(lambda view: view.follow())
        else:
            return False
        return True

    def _stop_asking(self) -> None:
        self.prompt.remove_class("-asking")
