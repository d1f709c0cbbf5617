"""The lines of a log, drawn one by one straight from the buffer, and under them one line that says how we watch."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region
from textual.reactive import Reactive, reactive
from textual.strip import Strip
from textual.timer import Timer
from textual.visual import Visual
from textual.widget import Widget

from restant_tui.dokku.logs import Level, LogLine
from restant_tui.monitors.logbuffer import LogBuffer
from restant_tui.text import clean
from widgets import glyphs
from widgets.layout import fit, outside, sentence, spread
from widgets.log_view import LogView

_LEVEL_STYLE = {
    Level.DEBUG: "$text-muted",
    Level.INFO: "",
    Level.PLAIN: "",
    Level.WARNING: "$text-warning",
    Level.ERROR: "$text-error",
    Level.CRITICAL: "bold $text-error",
}
_WHOLE_FROM = 110
"""Below this many columns a time inside a message is left out where the line already begins with one."""
_STAMPS = re.compile(
    r"(?:(?<= )- \S+ )?\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "
    r"|\[\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[^\]\s]*\] "
    r"|(?<![\w:])\d{4}-\d\d-\d\d \d\d:\d\d:\d\d "
)
_LEADER = re.compile(r"\.{6,}")
"""Dots up to the edge of a wide terminal, as Laravel's worker prints them: they push out how the job ended."""
_WORK_SECONDS = 0.008
_FOCUSED_HZ, _OTHER_HZ = 30, 8


class LogLines(Widget, can_focus=True):
    """One log. The newest line is the lowest; scrolling up pauses, and the view then stays where it is."""

    DEFAULT_CSS = """
    LogLines { height: 1fr; & > .log-lines--found { background: $primary 22%; } }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"log-lines--found"}
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_log(-1)", "Up", show=False),
        Binding("down", "scroll_log(1)", "Down", show=False),
        Binding("pageup", "page_log(-1)", "Page up", show=False),
        Binding("pagedown", "page_log(1)", "Page down", show=False),
        Binding("home", "scroll_log(-1000000000)", "Oldest", show=False),
        Binding("end", "follow_end", "Newest", show=False),
        Binding("left", "shift_log(-20)", "Left", show=False),
        Binding("right", "shift_log(20)", "Right", show=False),
    ]

    trouble: Reactive[str] = reactive("")

    def __init__(self) -> None:
        super().__init__()
        self.view: LogView | None = None
        self.title = ""
        self._place = ""
        self._shift = 0
        self._seen = (-1, -1)
        self._timer: Timer | None = None
        self._window: list[int] = []
        self._process_width = 0

    def on_mount(self) -> None:
        """Begin to look at the buffer."""
        self._pace(_OTHER_HZ)

    def on_focus(self) -> None:
        """Look more often while somebody reads."""
        self._pace(_FOCUSED_HZ)

    def on_blur(self) -> None:
        """Look less often while nobody reads."""
        self._pace(_OTHER_HZ)

    def _pace(self, hertz: int) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_interval(1 / hertz, self.pull, name="log")

    def show(self, title: str, buffer: LogBuffer, place: str = "") -> None:
        """Show another log, following it."""
        self.title, self._place, self._shift = title, place, 0
        self.view = LogView(buffer, max(1, self.size.height - 1))
        # This frame shows what the buffer holds now: the timer has nothing to add until more comes.
        self._seen = (buffer.total, buffer.first)
        self.refresh()
        self.refresh_bindings()

    def change(self, do: Callable[[LogView], None]) -> None:
        """Do something to the view and draw the result."""
        if self.view is not None:
            do(self.view)
            self.view.work(_WORK_SECONDS)
            self.refresh()
            self.refresh_bindings()

    def pull(self) -> None:
        """Draw what came, if anything did and somebody can see it."""
        view = self.view
        if view is None or not self.size.height or not self.screen.is_current:
            return
        changed = view.busy and view.work(_WORK_SECONDS)
        seen = (view.buffer.total, view.buffer.first)
        if seen == self._seen and not changed:
            return
        self._seen = seen
        if changed or view.following or view.window() != self._window:
            self.refresh()
        else:
            self.refresh(Region(0, self.size.height - 1, self.size.width, 1))

    def text(self) -> str:
        """Return the marked line as text, or every line in view when none is marked."""
        if self.view is None:
            return ""
        numbers = [self.view.found] if self.view.found is not None else self.view.window()
        lines = (self.view.buffer.line(number) for number in numbers)
        return "\n".join(f"{_stamp(line)} {line.process} {line.message}".strip() for line in lines)

    # -- keys and wheel --------------------------------------------------------------------------------------------

    def action_scroll_log(self, by: int) -> None:
        """Move by lines."""
        self.change(lambda view: view.scroll(by))

    def action_page_log(self, by: int) -> None:
        """Move by pages."""
        self.change(lambda view: view.scroll(by * max(1, view.height - 1)))

    def action_follow_end(self) -> None:
        """Go to the newest line and follow."""
        self.change(lambda view: view.follow())

    def action_shift_log(self, by: int) -> None:
        """Move sideways, for long lines."""
        self._shift = max(0, self._shift + by)
        self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look at older lines."""
        event.stop()
        self.action_scroll_log(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Look at newer lines."""
        event.stop()
        self.action_scroll_log(3)

    # -- drawing ---------------------------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Fix what is in view for this frame, then draw it."""
        if self.view is not None:
            self.view.height = max(1, self.size.height - 1)
            self._window = self.view.window()
            names = (self.view.buffer.line(number).process for number in self._window)
            self._process_width = min(12, max((len(name) for name in names), default=0))
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the log, or the last line that says how we watch."""
        width, style = self.size.width, self.visual_style
        view = self.view
        if y == self.size.height - 1:
            content = self._status(width)
        elif view is None:
            content = Content.styled("connecting", "$text-muted") if y == 0 else Content("")
        elif y < len(self._window):
            number = self._window[y]
            try:
                content = self._line(view.buffer.line(number), view, width)
            except IndexError:  # dropped between the frame's window and its drawing
                content = Content("")
            if number == view.found:
                style += self.get_visual_style("log-lines--found")
        else:
            empty = y == 0 and not self._window and not view.busy
            words = "no line matches the filter" if view.filter else "no lines yet"
            content = Content.styled(words, "$text-muted") if empty else Content("")
        strips = Visual.to_strips(self, content, width, 1, style, pad=True)
        return strips[0] if strips else Strip.blank(width, style.rich_style)

    def _line(self, line: LogLine, view: LogView, width: int) -> Content:
        words = clean(line.message).replace("\n", " ").expandtabs(4)
        message = Content(_LEADER.sub("...", _STAMPS.sub("", words)) if width < _WHOLE_FROM else words)
        if view.search is not None:
            for start, end in view.search.spans(message.plain):
                message = message.stylize("reverse", start, end)
        message = message[self._shift :]
        if line.time is None:
            return fit(message.stylize_before("italic $text-muted"), width, glyphs.of(self.app).ellipsis)
        head = Content.assemble(
            (_stamp(line), "$text-muted"), " ", (f"{line.process:<{self._process_width}}", "$text-primary"), " "
        )
        whole = head + message.stylize_before(_LEVEL_STYLE[line.level])
        return fit(whole, width, glyphs.of(self.app).ellipsis)

    def _status(self, width: int) -> Content:
        view = self.view
        if view is None:
            return Content("")
        parts = [Content.styled("following", "$text-muted")]
        if not view.following:
            parts = [
                Content.styled("PAUSED", "bold $text-warning"),
                Content(f"+{view.new_lines:,} lines"),
                Content("space follows"),
            ]
        if self.trouble:
            parts.insert(0, outside(self.trouble, "bold $text-error"))
        if view.filter is not None:
            count = f"{view.shown:,} of {view.buffer.total - view.buffer.first:,}"
            parts.append(outside(f'only "{view.filter.text}": {count}', "$text-primary"))
        if view.search is not None:
            parts.append(outside(f'find "{view.search.text}"', "$text-primary"))
        if view.seek is not None:
            parts.append(Content("searching"))
        if view.notice:
            parts.append(outside(view.notice, "$text-warning"))
        if view.buffer.first:
            parts.append(Content.styled(f"{view.buffer.first:,} oldest dropped", "$text-muted"))
        return spread(sentence(parts), outside(f"{self.title}{self._place}", "bold"), width)


def _stamp(line: LogLine) -> str:
    return line.time.strftime("%H:%M:%S") if line.time else ""
