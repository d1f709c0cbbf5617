"""Text laid out in cells: cut, padded, put left and right. External text comes in as `Content`, never as markup."""

from __future__ import annotations

from datetime import datetime

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from restant_tui.text import clean


def fit(content: Content, width: int, ellipsis: str = "…") -> Content:
    """Return the content cut to `width` cells, ending in the ellipsis if something was cut."""
    if content.cell_length <= width:
        return content
    if width <= 0:
        return Content("")
    kept = set_cell_size(content.plain, max(0, width - cell_len(ellipsis)))
    return content[: len(kept.rstrip())] + Content(ellipsis)


def pad(content: Content, width: int, ellipsis: str = "…") -> Content:
    """Return the content at exactly `width` cells: cut or filled with blanks."""
    shown = fit(content, width, ellipsis)
    return shown + Content(" " * (width - shown.cell_length))


def spread(left: Content, right: Content, width: int, ellipsis: str = "…") -> Content:
    """Return `left` at the left and `right` at the right of `width` cells; the left gives way."""
    if right.cell_length >= width:
        return fit(right, width, ellipsis)
    room = width - right.cell_length - (1 if right.cell_length else 0)
    return pad(left, room, ellipsis) + Content(" " if right.cell_length else "") + right


def sentence(parts: list[Content], separator: str = "  ") -> Content:
    """Join the parts that hold something, with blanks between them."""
    return Content(separator).join(part for part in parts if part.plain)


def wrapped(text: str, width: int, style: str = "", *, indent: int = 0, limit: int = 3) -> tuple[Content, ...]:
    """Return plain text as at most `limit` lines of `width` cells, each indented; what is left over is cut."""
    room = max(1, width - indent)
    lines = Content(text).wrap(room)
    if len(lines) > limit:
        rest = " ".join(line.plain for line in lines[limit - 1 :])
        lines = [*lines[: limit - 1], fit(Content(rest), room)]
    blanks = Content(" " * indent)
    return tuple(blanks + (line.stylize(style) if style else line) for line in lines)


def outside(text: str, style: str = "") -> Content:
    """Return text that came from outside as one harmless line: no escapes, no markup, no newline."""
    return Content.styled(" ".join(clean(text).split()), style)


def age(then: datetime, now: datetime) -> str:
    """Return a length of time in one unit, short enough for a column: `3 s`, `25 s`, `12 min`, `5 h`, `2 d`.

    From ten seconds on it goes in steps of five: every step repaints a line, also over a slow link.
    """
    seconds = max(0, int((now - then).total_seconds()))
    if 10 <= seconds < 60:
        seconds -= seconds % 5
    for unit, size, limit in (("s", 1, 60), ("min", 60, 3600), ("h", 3600, 172800)):
        if seconds < limit:
            return f"{seconds // size} {unit}"
    return f"{seconds // 86400} d"
