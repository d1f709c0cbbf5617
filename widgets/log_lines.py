"""The lines of a log, drawn one by one straight from the buffer, and under them one line that says how we watch."""

from __future__ import annotations

import re

from textual.content import Content
from textual.geometry import Region
from textual.reactive import Reactive, reactive
from textual.strip import Strip
from textual.timer import Timer

from restant_tui.dokku.logs import Level, LogLine
from restant_tui.monitors.logbuffer import LogBuffer
from restant_tui.text import clean
from widgets import glyphs
from widgets.layout import fit, outside, sentence, spread, wrapped
from widgets.log_view import LogView
from widgets.scrolled import WORK_SECONDS, ScrolledLines

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
_FOCUSED_HZ, _OTHER_HZ = 30, 8


class LogLines(ScrolledLines):
    """One log, and under it how we watch."""

    trouble: Reactive[str] = reactive("")

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self._place = ""
        self._seen = (-1, -1)
        self._timer: Timer | None = None
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
        self.title, self._place, self.shift = title, place, 0
        self.view = LogView(buffer, max(1, self.size.height - 1))
        # This frame shows what the buffer holds now: the timer has nothing to add until more comes.
        self._seen = (buffer.total, buffer.first)
        self.refresh()
        self.refresh_bindings()

    def pull(self) -> None:
        """Draw what came, if anything did and somebody can see it."""
        view = self.view
        if view is None or not self.size.height or not self.screen.is_current:
            return
        changed = view.busy and view.work(WORK_SECONDS)
        seen = (view.buffer.total, view.buffer.first)
        if seen == self._seen and not changed:
            return
        self._seen = seen
        if changed or view.following or view.window() != self.shown:
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

    # -- drawing ---------------------------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Make the column of the processes as wide as those in view need it."""
        if self.view is not None:
            names = (self.view.buffer.line(number).process for number in self.view.window())
            self._process_width = min(12, max((len(name) for name in names), default=0))
        return super().render_lines(crop)

    def line_of(self, number: int, view: LogView, width: int) -> Content:
        """Return time, process and message; a word of ours, which has no time, stands apart."""
        line = view.buffer.line(number)
        words = clean(line.message).replace("\n", " ").expandtabs(4)
        message = self.marked(
            Content(_LEADER.sub("...", _STAMPS.sub("", words)) if width < _WHOLE_FROM else words), view
        )
        if line.time is None:
            return fit(message.stylize_before("italic $text-muted"), width, glyphs.of(self.app).ellipsis)
        head = Content.assemble(
            (_stamp(line), "$text-muted"), " ", (f"{line.process:<{self._process_width}}", "$text-primary"), " "
        )
        whole = head + message.stylize_before(_LEVEL_STYLE[line.level])
        return fit(whole, width, glyphs.of(self.app).ellipsis)

    def nothing(self, width: int) -> tuple[Content, ...]:
        """Say why there is no line."""
        if self.view is None:
            return wrapped("connecting", width, "$text-muted")
        if self.view.busy:
            return ()
        return wrapped("no line matches the filter" if self.view.filter else "no lines yet", width, "$text-muted")

    def foot(self, width: int) -> Content:
        """Say how we watch, and which log it is."""
        view = self.view
        if view is None:
            return Content("")
        parts = self.watching(view, "space")
        if view.following:
            parts.insert(0, Content.styled("following", "$text-muted"))
        if self.trouble:
            parts.insert(0, outside(self.trouble, "bold $text-error"))
        if view.buffer.first:
            parts.append(Content.styled(f"{view.buffer.first:,} oldest dropped", "$text-muted"))
        return spread(sentence(parts), outside(f"{self.title}{self._place}", "bold"), width)


def _stamp(line: LogLine) -> str:
    return line.time.strftime("%H:%M:%S") if line.time else ""
