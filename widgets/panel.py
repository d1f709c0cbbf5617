"""The frame every pane has, and the rows inside it: drawn line by line, repainted only where something changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from widgets import glyphs


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in a pane, on one or more lines. `id` is its identity; without one the cursor passes it by."""

    id: str
    lines: tuple[Content, ...]


class Panel(ScrollView, can_focus=True):
    """A titled pane of rows with a cursor that stays on the thing, not on the line.

    A pane overrides `rows` and calls `redraw` when its data or the time changed.
    """

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
        self._lines: list[tuple[Content, int]] = []
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

    def trust_word(self) -> str:
        """Return the word at the foot of the frame, such as `lost`; empty when all is live."""
        return ""

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
        if (word := self.trust_word()) != self._subtitle:
            self._subtitle = word
            self.border_subtitle = Content(word)
        self._take(rows)

    def _take(self, rows: Sequence[Row]) -> None:
        ids = [row.id for row in rows if row.id]
        before, old_cursor = self._lines, self.cursor_id
        if ids and not self._placed and not self.has_focus:
            # Nobody has chosen yet: what stands on top is what matters most. With the focus it stays where it is.
            self.cursor_id = ids[0]
        elif self.cursor_id not in ids:
            self.cursor_id = _heir(self.cursor_id, [row.id for row in self._rows if row.id], ids)
        self._rows = tuple(rows)
        self._lines = [(self._drawable(line), index) for index, row in enumerate(rows) for line in row.lines]
        if len(before) != len(self._lines) or self.cursor_id != old_cursor:
            self.virtual_size = Size(self.size.width, len(self._lines))
            self.refresh()
            return
        top = self.scroll_offset.y
        for y in range(top, min(len(before), top + self.height)):
            if span := _difference(before[y][0], self._lines[y][0]):
                start, end = span
                self.refresh(Region(start, y - top, end - start, 1))

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
        if y >= len(self._lines):
            return Strip.blank(width, style.rich_style)
        content, index = self._lines[y]
        if self.has_focus and self._rows[index].id and self._rows[index].id == self.cursor_id:
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
        places = [y for y, (_, index) in enumerate(self._lines) if self._rows[index].id == row_id]
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
        if y < len(self._lines) and (row_id := self._rows[self._lines[y][1]].id):
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
