"""Words with a mark and, at a terminal, a colour: never a colour alone."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from restant_tui.cli.options import Options

_UNICODE = {
    "ok": "✔", "warning": "!", "critical": "x", "unknown": "?",
    "running": "▸", "waiting": "▸", "warn": "!", "failed": "x", "declined": "-", "skipped": "-", "left out": "-",
    "timed-out": "?", "cancelled": "x", "undone": "↺", "paused": "-", "aborted": "x", "partial": "!",
    "ok-with-warnings": "!", "pending": "·", "succeeded": "✔", "canceled": "-", "abandoned": "-",
    "live": "✔", "stale": "!", "lost": "x", "refused": "x", "connecting": "·", "info": "·",
    "ready": "✔", "degraded": "!", "cannot-run": "x", "due": "!", "overdue": "x", "not-due": "·", "missing": "x",
}  # fmt: skip
_ASCII = {"✔": "+", "▸": ">", "·": ".", "↺": "<"}
_GREEN, _YELLOW, _RED, _DIM = "32", "33", "31", "2"
_COLORS = {
    "ok": _GREEN, "succeeded": _GREEN, "live": _GREEN,
    "warning": _YELLOW, "warn": _YELLOW, "stale": _YELLOW, "partial": _YELLOW, "ok-with-warnings": _YELLOW,
    "unknown": _YELLOW, "timed-out": _YELLOW, "production": _RED,
    "critical": _RED, "failed": _RED, "lost": _RED, "refused": _RED, "aborted": _RED, "cancelled": _RED,
    "ready": _GREEN, "degraded": _YELLOW, "due": _YELLOW, "cannot-run": _RED, "overdue": _RED, "missing": _RED,
    "declined": _YELLOW, "skipped": _YELLOW, "quiet": _DIM,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marks:
    """How states are written on this output."""

    color: bool = False
    ascii: bool = False

    @classmethod
    def of(cls, options: Options) -> Marks:
        """Return the marks for standard output: colours only at a terminal that wants them, ASCII where it must be."""
        wanted = options.color and sys.stdout.isatty() and "NO_COLOR" not in os.environ
        unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
        return cls(wanted, options.ascii or not unicode)

    def mark(self, word: str) -> str:
        """Return the one-cell mark of a state, without colour."""
        glyph = _UNICODE.get(word, "·")
        return _ASCII.get(glyph, glyph) if self.ascii else glyph

    def state(self, word: str, width: int = 0) -> str:
        """Return mark and word of a state, padded to a width, coloured where that is wanted."""
        return self.paint(word, f"{self.mark(word)} {word}".ljust(width))

    def paint(self, word: str, text: str) -> str:
        """Return the text in the colour of a state (or of `quiet`), where colours are wanted."""
        code = _COLORS.get(word)
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and code else text

    def plain(self, text: str) -> str:
        """Return the text as this output can carry it."""
        return text.encode("ascii", "replace").decode() if self.ascii else text
