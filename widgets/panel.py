"""The frame every pane has, and the rows inside it: drawn line by line, repainted only where something changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from widgets import glyphs


class Later:
    """So many lines, drawn when somebody first looks at one: of two hundred apps only some are in view."""

    def __init__(self, count: int, draw: Callable[[], Sequence[Content]]) -> None:
        self._count = count
        self._draw = draw
        self._lines: Sequence[Content] | None = None

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Content:
        if self._lines is None:
            self._lines = self._draw()
        return self._lines[index] if index < len(self._lines) else Content("")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in a pane, on one or more lines. `id` is its identity; without one the cursor passes it by."""

    id: str
    lines: Later | tuple[Content, ...]
    about: str = ""
    """The app it tells of, for those who want to know what is looked at."""


class Panel(ScrollView, can_focus=True):
    """A titled pane of rows with a cursor that stays on the thing, not on the line.

    A pane overrides `rows` and calls `redraw` when its data or the time changed.
    """

    @dataclass
    class ViewChanged(Message):
        """Other apps are in view than before; none while the pane is not shown."""

        pane: Panel
        apps: frozenset[str]

    DEFAULT_CSS = """
    Panel {
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-title-style: bold;
        border-subtitle-color: $text-muted;
        padding: 0 1;
        scrollbar-size: 1 1;
        overflow-x: hidden;
        & > .panel--cursor { background: $primary 22%; }
        &:focus {
            border: round $primary;
            border-title-color: $primary;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", "Up", show=False),
        Binding("down", "cursor(1)", "Down", show=False),
        Binding("pageup", "cursor(-10)", "Page up", show=False),
        Binding("pagedown", "cursor(10)", "Page down", show=False),
        Binding("home", "cursor(-100000)", "Top", show=False),
        Binding("end", "cursor(100000)", "Bottom", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"panel--cursor"}
    ALLOW_SELECT = False
    NUMBER: ClassVar[int] = 0
    """The key that goes to this pane."""
    TITLE: ClassVar[str] = ""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._rows: tuple[Row, ...] = ()
        self._places: list[tuple[int, int]] = []
        """For each line its row, and which of the row's lines it is."""
        self._shown = False
        self._in_view: frozenset[str] = frozenset()
        self._subtitle = ""
        self.cursor_id = ""
        self._placed = False

    def on_mount(self) -> None:
        """Name the frame and draw what is known so far."""
        self.border_title = Content(f"{self.NUMBER} {self.TITLE}" if self.NUMBER else self.TITLE)
        self.redraw()

    def on_resize(self) -> None:
        """Lay the rows out for the new width."""
        self.redraw()

    def rows(self, width: int) -> Iterable[Row]:
        """Return what to show in that many columns. Overridden by each pane."""
        return ()

    def foot(self) -> str:
        """Return what stands at the foot of the frame. Overridden by a pane that has something to say there."""
        return ""

    def on_show(self) -> None:
        """Tell what is in view now."""
        self._shown = True
        self._tell_view()

    def on_hide(self) -> None:
        """Tell that nothing is in view any more."""
        self._shown = False
        self._tell_view()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell what has come into view."""
        super().watch_scroll_y(old_value, new_value)
        self._tell_view()

    @property
    def in_view(self) -> frozenset[str]:
        """The apps of which at least one line can be seen; none while the pane is not shown."""
        if not self._shown:
            return frozenset()
        top = self.scroll_offset.y
        rows = {index for index, _ in self._places[top : top + self.height]}
        return frozenset(about for index in rows if (about := self._rows[index].about))

    def _tell_view(self) -> None:
        if (apps := self.in_view) != self._in_view:
            self._in_view = apps
            self.post_message(self.ViewChanged(self, apps))

    @property
    def height(self) -> int:
        """How many lines are visible."""
        return self.scrollable_content_region.height

    def redraw(self) -> None:
        """Ask for the rows again and repaint only the cells that differ."""
        if not self.is_mounted or not self.size.width:
            return
        # One column is kept free so that a scrollbar coming or going moves nothing.
        width = max(10, self.container_size.width - 1)
        rows = tuple(self.rows(width))
        if (word := self.foot()) != self._subtitle:
            self._subtitle = word
            self.border_subtitle = Content(word)
        self._take(rows)
        self._tell_view()

    def _take(self, rows: Sequence[Row]) -> None:
        ids = [row.id for row in rows if row.id]
        old_rows, old_places, old_cursor = self._rows, self._places, self.cursor_id
        if ids and not self._placed and not self.has_focus:
            # Nobody has chosen yet: what stands on top is what matters most. With the focus it stays where it is.
            self.cursor_id = ids[0]
        elif self.cursor_id not in ids:
            self.cursor_id = _heir(self.cursor_id, [row.id for row in self._rows if row.id], ids)
        self._rows = tuple(rows)
        self._places = [(index, line) for index, row in enumerate(rows) for line in range(len(row.lines))]
        if len(old_places) != len(self._places) or self.cursor_id != old_cursor:
            self.virtual_size = Size(self.size.width, len(self._places))
            self.refresh()
            return
        top = self.scroll_offset.y
        for y in range(top, min(len(old_places), top + self.height)):
            if span := _difference(self._line_at(old_rows, old_places[y]), self._line_at(self._rows, self._places[y])):
                start, end = span
                self.refresh(Region(start, y - top, end - start, 1))

    def _line_at(self, rows: Sequence[Row], place: tuple[int, int]) -> Content:
        return self._drawable(rows[place[0]].lines[place[1]])

    def _drawable(self, line: Content) -> Content:
        mark = glyphs.of(self.app).ellipsis
        if mark == "…" or "…" not in line.plain:
            return line
        return Content(line.plain.replace("…", mark), list(line.spans))

    def render_line(self, y: int) -> Strip:
        """Draw one visible line; the cursor's row is marked while the pane has the focus."""
        y += self.scroll_offset.y
        width = self.size.width
        style = self.visual_style
        if y >= len(self._places):
            return Strip.blank(width, style.rich_style)
        content, row_id = self._line_at(self._rows, self._places[y]), self._rows[self._places[y][0]].id
        if self.has_focus and row_id and row_id == self.cursor_id:
            style += self.get_visual_style("panel--cursor")
        strips = Visual.to_strips(self, content, width, 1, style, pad=True)
        return strips[0] if strips else Strip.blank(width, style.rich_style)

    def action_cursor(self, by: int) -> None:
        """Move the cursor by that many rows; a pane without selectable rows scrolls instead."""
        ids = [row.id for row in self._rows if row.id]
        if not ids:
            self.scroll_relative(y=by, animate=False)
            return
        at = ids.index(self.cursor_id) if self.cursor_id in ids else 0
        self.move_to(ids[max(0, min(len(ids) - 1, at + by))])

    def move_to(self, row_id: str) -> None:
        """Put the cursor on that row and bring it into view."""
        self.cursor_id, self._placed = row_id, True
        places = [y for y, (index, _) in enumerate(self._places) if self._rows[index].id == row_id]
        if places:
            first, last = places[0], places[-1]
            if first <= 2:
                first = 0
            top = self.scroll_offset.y
            if first < top:
                self.scroll_to(y=first, animate=False, force=True)
            elif last >= top + self.height:
                self.scroll_to(y=last - self.height + 1, animate=False, force=True)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        y = offset.y + self.scroll_offset.y
        if y < len(self._places) and (row_id := self._rows[self._places[y][0]].id):
            self.move_to(row_id)


def _heir(gone: str, before: list[str], now: list[str]) -> str:
    """Return the row the cursor goes to when its own has gone: the nearest that still exists."""
    if not now:
        return ""
    if gone not in before:
        return now[0]
    at = before.index(gone)
    for candidate in [*before[at + 1 :], *reversed(before[:at])]:
        if candidate in now:
            return candidate
    return now[0]


def _difference(old: Content, new: Content) -> tuple[int, int] | None:
    """Return the first and last cell (half open) that differ between two lines, or None if nothing does."""
    if old.is_same(new):
        return None
    if list(old.spans) != list(new.spans) or old.cell_length != new.cell_length or len(old) != len(new):
        return 0, max(old.cell_length, new.cell_length)
    different = [index for index, (left, right) in enumerate(zip(old.plain, new.plain, strict=True)) if left != right]
    first, last = different[0], different[-1]
    return cell_len(new.plain[:first]), cell_len(new.plain[: last + 1])
