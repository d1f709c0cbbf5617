"""What a step prints, as it comes: drawn line by line from the run's own store, however much it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.getters import query_one
from textual.strip import Strip
from textual.timer import Timer
from textual.visual import Visual
from textual.widget import Widget
from textual.widgets import Input

from restant_tui.dokku.logs import Level, LogLine
from widgets import commands, glyphs
from widgets.commands import Command
from widgets.layout import fit, outside, sentence, spread, wrapped
from widgets.log_view import LogView

_HERTZ = 12
_WORK_SECONDS = 0.008


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


class OutputLines(Widget, can_focus=True):
    """The lines; scrolling up pauses, and the view then stays where it is."""

    DEFAULT_CSS = "OutputLines { height: 1fr; & > .output--found { background: $primary 22%; } }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"output--found"}
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_output(-1)", "Up", show=False),
        Binding("down", "scroll_output(1)", "Down", show=False),
        Binding("pageup", "page_output(-1)", "Page up", show=False),
        Binding("pagedown", "page_output(1)", "Page down", show=False),
        Binding("home", "scroll_output(-1000000)", "Oldest", show=False),
        Binding("end", "newest", "Newest", show=False),
        Binding("left", "shift_output(-20)", "Left", show=False),
        Binding("right", "shift_output(20)", "Right", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.read: Callable[[], Printed] | None = None
        self.empty = "no output yet"
        self.dropped = ""
        self.view: LogView | None = None
        self._lines: _Lines | None = None
        self._seen = (-1, -1)
        self._shift = 0
        self._window: list[int] = []
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        """Begin to look at the output."""
        self._timer = self.set_interval(1 / _HERTZ, self.pull, name="output")
        self.pull()

    def show(self, read: Callable[[], Printed], empty: str, dropped: str) -> None:
        """Show another step's output from now on, following it."""
        self.read, self.empty, self.dropped, self.view, self._shift = read, empty, dropped, None, 0
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
        changed = self.view.busy and self.view.work(_WORK_SECONDS)
        seen = (printed.total, printed.first)
        if seen != self._seen or changed:
            self._seen = seen
            self.refresh()

    def change(self, do: Callable[[LogView], None]) -> None:
        """Do something to the view and draw the result."""
        if self.view is not None:
            do(self.view)
            self.view.work(_WORK_SECONDS)
            self.refresh()
            self.refresh_bindings()

    def action_scroll_output(self, by: int) -> None:
        """Move by lines."""
        self.change(lambda view: view.scroll(by))

    def action_page_output(self, by: int) -> None:
        """Move by pages."""
        self.change(lambda view: view.scroll(by * max(1, view.height - 1)))

    def action_newest(self) -> None:
        """Go to the newest line and follow."""
        self.change(lambda view: view.follow())

    def action_shift_output(self, by: int) -> None:
        """Move sideways, for long lines."""
        self._shift = max(0, self._shift + by)
        self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look at older lines."""
        event.stop()
        self.action_scroll_output(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Look at newer lines."""
        event.stop()
        self.action_scroll_output(3)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Fix what is in view for this frame, then draw it."""
        if self.view is not None:
            self.view.height = max(1, self.size.height - (1 if self._says() else 0))
            self._window = self.view.window()
        else:
            self._window = []
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width, style = self.size.width, self.visual_style
        says = self._says()
        content = Content("")
        if says and y == self.size.height - 1:
            content = spread(says, Content(""), width)
        elif y < len(self._window) and self.view is not None and self._lines is not None:
            number = self._window[y]
            content = self._line(self._lines.text(number), self.view, width)
            if number == self.view.found:
                style += self.get_visual_style("output--found")
        elif not self._window and y < len(words := wrapped(self.empty, width, "$text-muted")):
            content = words[y]
        strips = Visual.to_strips(self, content, width, 1, style, pad=True)
        return strips[0] if strips else Strip.blank(width, style.rich_style)

    def _line(self, text: str, view: LogView, width: int) -> Content:
        line = Content(text.replace("\n", " ").expandtabs(4))
        for start, end in view.search.spans(line.plain) if view.search else ():
            line = line.stylize("reverse", start, end)
        return fit(line[self._shift :], width, glyphs.of(self.app).ellipsis)

    def _says(self) -> Content:
        """Return how we watch, where that has to be said."""
        view = self.view
        if view is None:
            return Content("")
        parts: list[Content] = []
        if not view.following:
            parts += [Content.styled("PAUSED", "bold $text-warning"), Content(f"+{view.new_lines:,} lines"),
                      Content("end follows")]  # fmt: skip
        if view.search is not None:
            parts.append(outside(f'find "{view.search.text}"', "$text-primary"))
        if view.notice:
            parts.append(outside(view.notice, "$text-warning"))
        if view.buffer.first:
            parts.append(Content.styled(f"{view.buffer.first:,} {self.dropped}", "$text-muted"))
        return sentence(parts)


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
