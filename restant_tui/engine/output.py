"""What a step prints: the newest lines to look at, everything in a file."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any

from restant_tui.engine.ports import Spill
from restant_tui.text import Redactor, decode

RING = 2000
"""Lines kept in memory."""

LONGEST = 16 * 1024
"""Bytes of one line; a longer one is cut into several."""


class StepOutput:
    """The output of one step, cleaned and redacted line by line as it comes.

    Lines are numbered from 0 over the whole output, so a reader asks for what is new by number.
    """

    def __init__(
        self, redactor: Redactor, *, spill: Callable[[], Spill] | None = None, only: str | None = None
    ) -> None:
        """Begin an output.

        Args:
            redactor: takes secrets out before a line is kept or written.
            spill: opens the file that keeps everything; called with the first line.
            only: show only the lines in which this regular expression is found; all are written to the file.
        """
        self._redactor = redactor
        self._open_spill = spill
        self._spill: Spill | None = None
        self._only = re.compile(only) if only else None
        self._ring: deque[str] = deque(maxlen=RING)
        self._pending = {False: b"", True: b""}
        self.total = 0

    @classmethod
    def of(cls, redactor: Redactor, kept: bytes) -> StepOutput:
        """Return the output that an earlier console kept in a file."""
        output = cls(redactor)
        output.feed(kept)
        output.flush()
        return output

    @property
    def first(self) -> int:
        """The number of the oldest line still kept."""
        return self.total - len(self._ring)

    def lines(self, start: int = 0) -> list[str]:
        """Return the lines from number `start` on that are still kept."""
        return list(islice(self._ring, max(0, start - self.first), None))

    def text(self, number: int) -> str:
        """Return one line; empty if it is not kept."""
        return self._ring[number - self.first] if self.first <= number < self.total else ""

    def feed(self, data: bytes, is_error: bool = False) -> None:
        """Take in a piece of output; a line counts once it is whole, each state of a progress bar as a line."""
        *whole, rest = (self._pending[is_error] + data).split(b"\n")
        for line in whole:
            for state in [one for one in line.split(b"\r") if one.strip()] or [b""]:
                self._add(state)
        # The last return may be half of a line's end, so what stands before it waits.
        overwritten, returned, current = rest.rstrip(b"\r").rpartition(b"\r")
        if returned:
            for state in overwritten.split(b"\r"):
                if state.strip():
                    self._add(state)
            rest = current + rest[len(rest.rstrip(b"\r")) :]
        while len(rest) > LONGEST:
            self._add(rest[:LONGEST])
            rest = rest[LONGEST:]
        self._pending[is_error] = rest

    def say(self, line: str) -> None:
        """Add a line of our own."""
        self._add(line.encode())

    def flush(self) -> None:
        """Count lines without an end as whole."""
        for is_error, rest in self._pending.items():
            if rest:
                self._add(rest)
            self._pending[is_error] = b""

    def close(self) -> dict[str, Any]:
        """End the output and return what the file came to; empty if nothing was printed."""
        self.flush()
        spill, self._spill = self._spill, None
        return dict(spill.close()) if spill else {}

    def _add(self, raw: bytes) -> None:
        text = self._redactor.redact(decode(raw.removesuffix(b"\r")))
        if self._spill is None and self._open_spill is not None:
            self._spill = self._open_spill()
        if self._spill is not None:
            self._spill.write(text.encode() + b"\n")
        if self._only is None or self._only.search(text):
            self._ring.append(text)
            self.total += 1
