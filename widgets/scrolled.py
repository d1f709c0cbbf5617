"""Lines that are drawn one by one from a view, moved through with keys and wheel: the ground of log and output."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from widgets.layout import outside
from widgets.log_view import LogView

WORK_SECONDS = 0.008
"""How long one frame may spend on filtering and searching."""


class ScrolledLines(Widget, can_focus=True):
    """The newest line is the lowest; scrolling up pauses, and the view then stays where it is.

    Who builds on it gives `line_of`, what a line looks like, and `foot`, what stands under the lines.
    """

    DEFAULT_CSS = "ScrolledLines { height: 1fr; & > .lines--found { background: $primary 22%; } }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--found"}
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_lines(-1)", "Up", show=False),
        Binding("down", "scroll_lines(1)", "Down", show=False),
        Binding("pageup", "page_lines(-1)", "Page up", show=False),
        Binding("pagedown", "page_lines(1)", "Page down", show=False),
        Binding("home", "scroll_lines(-1000000000)", "Oldest", show=False),
        Binding("end", "follow_end", "Newest", show=False),
        Binding("left", "shift_lines(-20)", "Left", show=False),
        Binding("right", "shift_lines(20)", "Right", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.view: LogView | None = None
        self.shift = 0
        """How many cells the lines are moved to the left."""
        self.shown: list[int] = []
        """The numbers of the lines in the frame drawn last."""

    def line_of(self, number: int, view: LogView, width: int) -> Content:
        """Return what a line looks like; raises IndexError when it was dropped meanwhile. Overridden by each."""
        return Content("")

    def foot(self, width: int) -> Content | None:
        """Return what stands in the lowest row; None leaves the row to the lines. Overridden by each."""
        return None

    def nothing(self, width: int) -> tuple[Content, ...]:
        """Return what stands in the first rows where there is no line. Overridden by each."""
        return ()

    def change(self, do: Callable[[LogView], None]) -> None:
        """Do something to the view and draw the result."""
        if self.view is not None:
            do(self.view)
            self.view.work(WORK_SECONDS)
            self.refresh()
            self.refresh_bindings()

    # -- keys and wheel --------------------------------------------------------------------------------------------

    def action_scroll_lines(self, by: int) -> None:
        """Move by lines."""
        self.change(lambda view: view.scroll(by))

    def action_page_lines(self, by: int) -> None:
        """Move by pages."""
        self.change(lambda view: view.scroll(by * max(1, view.height - 1)))

    def action_follow_end(self) -> None:
        """Go to the newest line and follow."""
        self.change(lambda view: view.follow())

    def action_shift_lines(self, by: int) -> None:
        """Move sideways, for long lines."""
        self.shift = max(0, self.shift + by)
        self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look at older lines."""
        event.stop()
        self.action_scroll_lines(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Look at newer lines."""
        event.stop()
        self.action_scroll_lines(3)

    # -- drawing ---------------------------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Fix what is in view for this frame, then draw it."""
        self.shown = []
        if self.view is not None:
            self.view.height = max(1, self.size.height - (self.foot(self.size.width) is not None))
            self.shown = self.view.window()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line, or what stands in the lowest row."""
        width, style, view = self.size.width, self.visual_style, self.view
        content = self.foot(width) if y == self.size.height - 1 else None
        if content is None:
            words = () if self.shown else self.nothing(width)
            content = words[y] if y < len(words) else Content("")
            if view is not None and y < len(self.shown):
                number = self.shown[y]
                try:
                    content = self.line_of(number, view, width)
                except IndexError:  # dropped between the frame's window and its drawing
                    content = Content("")
                if number == view.found:
                    style += self.get_visual_style("lines--found")
        strips = Visual.to_strips(self, content, width, 1, style, pad=True)
        return strips[0] if strips else Strip.blank(width, style.rich_style)

    def marked(self, line: Content, view: LogView) -> Content:
        """Return a line with what is searched for standing out, moved sideways as far as the view is."""
        for start, end in view.search.spans(line.plain) if view.search else ():
            line = line.stylize("reverse", start, end)
        return line[self.shift :]

    def watching(self, view: LogView, follows: str) -> list[Content]:
        """Return what is said of the view: the pause (`follows` names the key that ends it), the search, a notice."""
        parts: list[Content] = []
        if not view.following:
            parts += [Content.styled("PAUSED", "bold $text-warning"), Content(f"+{view.new_lines:,} lines")]
            parts.append(Content(f"{follows} follows"))
        if view.filter is not None:
            count = f"{view.shown:,} of {view.buffer.total - view.buffer.first:,}"
            parts.append(outside(f'only "{view.filter.text}": {count}', "$text-primary"))
        if view.search is not None:
            parts.append(outside(f'find "{view.search.text}"', "$text-primary"))
        if view.seek is not None:
            parts.append(Content("searching"))
        if view.notice:
            parts.append(outside(view.notice, "$text-warning"))
        return parts
