"""Markdown written so that no text inside can break out of its place. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from restant_tui.text import clean, one_line

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&#!$])")
_TICKS = re.compile(r"`+")


def inline(text: str, width: int = 400) -> str:
    """Return the text as plain words, to stand within a line, whatever it holds; cut at `width` characters."""
    return _SPECIAL.sub(r"\\\1", one_line(_sound(text), width))


def code(text: str, width: int = 400) -> str:
    """Return the text as a code span on one line; safe in a table too."""
    flat = one_line(_sound(text), width)
    if not flat:
        return ""
    # A table splits at a bar even inside a code span.
    if "|" in flat:
        return inline(text, width)
    ticks = "`" * (_longest(flat) + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}"


def block(text: str, language: str = "text") -> str:
    """Return the text as a code block whose fence is longer than any inside."""
    body = clean(_sound(text)).rstrip("\n")
    fence = "`" * max(3, _longest(body) + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells must have come from `inline` or `code`."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _longest(text: str) -> int:
    return max((len(ticks) for ticks in _TICKS.findall(text)), default=0)


def _sound(text: str) -> str:
    # JSON can carry half a surrogate pair, which no file can.
    return text.encode("utf-8", "replace").decode("utf-8")
