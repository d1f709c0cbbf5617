"""Which lines of a log are in view: following, paused, filtered, searched. Pure: knows no widget and draws nothing.

Lines are known by their absolute numbers, so a paused view stays where it is while new lines come and old ones go.
Long work (filtering, far searches) is done in slices of a few milliseconds by `work`, newest lines first.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from restant_tui.dokku.logs import Level, LogLine

Test = Callable[[int], bool]
"""Whether the line of that number is one we look for."""

_MAYBE_ERROR = re.compile(rb"err|crit|alert|emerg|fatal|panic|\b5\d\d\b", re.IGNORECASE)
_SLICE = 256
_FORGET = 10_000


class Numbered(Protocol):
    """Lines known by their numbers, the oldest of which may be gone: a log's buffer, or a step's output."""

    @property
    def total(self) -> int:
        """How many lines have ever come."""
        ...

    @property
    def first(self) -> int:
        """The number of the oldest line still kept."""
        ...

    def raw(self, number: int) -> bytes:
        """Return a line as it came."""
        ...

    def line(self, number: int) -> LogLine:
        """Return a line as it is shown."""
        ...


class Pattern:
    """What a person typed to find: plain text, `a|b` for either, `!` in front for lines without it.

    Small letters match both cases. Never a regular expression, so nothing typed or pasted can hang the console.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.inverse = text.startswith("!") and len(text) > 1
        wanted = text[1:] if self.inverse else text
        words = [re.escape(word) for word in wanted.split("|") if word]
        flags = re.IGNORECASE if wanted == wanted.lower() else 0
        self.regex = re.compile("|".join(words) or r"(?!)", flags)
        self._bytes = re.compile("|".join(words).encode() or rb"(?!)", flags)

    def accepts(self, raw: bytes) -> bool:
        """Whether a raw line is one that was asked for."""
        return (self._bytes.search(raw) is None) is self.inverse

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where the text stands in a line that is shown, to mark it."""
        return [] if self.inverse else [match.span() for match in self.regex.finditer(text)]


@dataclass(slots=True)
class Seek:
    """A search on its way: the next number to look at and the direction."""

    test: Test
    at: int
    step: int
    words: str


class LogView:
    """A window onto one log."""

    def __init__(self, buffer: Numbered, height: int = 1) -> None:
        self.buffer = buffer
        self.height = height
        self.following = True
        self.bottom = -1
        """The number of the lowest line in view while paused."""
        self.paused_at = 0
        """How many lines had come when the view was paused."""
        self.filter: Pattern | None = None
        self.search: Pattern | None = None
        self.found: int | None = None
        """The line the last search or hop went to."""
        self.seek: Seek | None = None
        self.notice = ""
        self._matches: list[int] = []
        self._scanned_from = 0
        self._scanned_to = 0

    # -- what is in view -------------------------------------------------------------------------------------------

    def window(self) -> list[int]:
        """Return the numbers of the lines in view, oldest first, at most `height`."""
        if self.following:
            return self._before(self.buffer.total, self.height)
        lines = self._before(self.bottom + 1, self.height)
        if len(lines) < self.height and (more := self._after(self.bottom, self.height - len(lines))):
            # The top was dropped, or there is nothing above: fill from below, without moving what is there.
            lines += more
        return lines

    @property
    def new_lines(self) -> int:
        """How many lines have come since the view was paused."""
        return 0 if self.following else self.buffer.total - self.paused_at

    @property
    def shown(self) -> int:
        """How many lines pass the filter, as far as it has looked."""
        return len(self._matches) - bisect_left(self._matches, self.buffer.first)

    @property
    def busy(self) -> bool:
        """Whether `work` has something to do."""
        return self.seek is not None or (
            self.filter is not None and (self._scanned_from > self.buffer.first or self._scanned_to < self.buffer.total)
        )

    def _before(self, end: int, count: int) -> list[int]:
        if self.filter is None:
            return list(range(max(self.buffer.first, end - count), end))
        stop = bisect_left(self._matches, end)
        start = max(bisect_left(self._matches, self.buffer.first), stop - count)
        return self._matches[start:stop]

    def _after(self, number: int, count: int) -> list[int]:
        if self.filter is None:
            start = max(number + 1, self.buffer.first)
            return list(range(start, min(self.buffer.total, start + count)))
        start = bisect_right(self._matches, max(number, self.buffer.first - 1))
        return self._matches[start : start + count]

    # -- moving ----------------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Show the newest lines from now on."""
        self.following, self.found, self.seek, self.notice = True, None, None, ""

    def pause(self) -> None:
        """Stay where we are while new lines come."""
        if self.following:
            last = self._before(self.buffer.total, 1)
            self.bottom = last[-1] if last else self.buffer.total - 1
            self.paused_at = self.buffer.total
            self.following = False

    def scroll(self, by: int) -> None:
        """Move by that many lines; upwards pauses, and reaching the newest line downwards follows again."""
        if by < 0:
            self._scroll_up(-by)
            return
        if self.following:
            return
        below = self._after(self.bottom, by)
        if below:
            self.bottom = below[-1]
        if len(below) < by or not self._after(self.bottom, 1):
            self.follow()

    def _scroll_up(self, by: int) -> None:
        self.pause()
        if above := self._before(self.bottom, by):
            self.bottom = above[0]
        # Never past the oldest line at the top of the view.
        lowest = self._nth(self.height - 1)
        newest = self._before(self.buffer.total, 1)
        if lowest is not None:
            self.bottom = max(self.bottom, lowest)
        elif newest:
            self.bottom = newest[-1]

    def _nth(self, index: int) -> int | None:
        """Return the number of the index-th line there is, or None if there are fewer."""
        if self.filter is None:
            number = self.buffer.first + index
            return number if number < self.buffer.total else None
        start = bisect_left(self._matches, self.buffer.first) + index
        return self._matches[start] if start < len(self._matches) else None

    def show(self, number: int) -> None:
        """Bring a line into the middle of the view and mark it."""
        self.pause()
        self.found = number
        if number in self.window():
            return
        below = self._after(number, self.height // 2)
        self.bottom = below[-1] if below else number

    # -- filter, search, hop ---------------------------------------------------------------------------------------

    def set_filter(self, text: str) -> None:
        """Show only the lines that match; everything again if the text is empty."""
        self.filter = Pattern(text) if text else None
        self._matches = []
        self._scanned_from = self._scanned_to = self.buffer.total
        if not self.following:
            self.follow()

    def set_search(self, text: str) -> None:
        """Mark what matches, and go to the nearest match upwards."""
        self.search = Pattern(text) if text else None
        self.found = None
        if self.search is not None:
            self.find(-1)

    def find(self, step: int) -> None:
        """Go to the next match below (1) or above (-1)."""
        if (pattern := self.search) is not None:
            self._begin(lambda number: pattern.accepts(self.buffer.raw(number)), step, f'"{pattern.text}"')

    def hop(self, step: int) -> None:
        """Go to the next error below (1) or above (-1)."""
        # While following there is nothing below: the error a person means is the last one.
        self._begin(self._is_error, -1 if self.following else step, "an error")

    def _is_error(self, number: int) -> bool:
        if not _MAYBE_ERROR.search(self.buffer.raw(number)):
            return False
        return self.buffer.line(number).level in (Level.ERROR, Level.CRITICAL)

    def _begin(self, test: Test, step: int, words: str) -> None:
        if self.found is not None:
            start = self.found + step
        else:
            lines = self.window()
            start = (lines[-1] if step < 0 else lines[0]) if lines else self.buffer.total - 1
        self.notice = ""
        self.seek = Seek(test, start, step, words)

    def work(self, budget: float) -> bool:
        """Go on with the filter and the search for about `budget` seconds; True if something changed."""
        end = perf_counter() + budget
        changed = self._filter_slice(end) if self.filter is not None else False
        return self._seek_slice(end) or changed

    def _filter_slice(self, end: float) -> bool:
        assert self.filter is not None
        before = (self._scanned_from, self._scanned_to)
        accepts, raw, first = self.filter.accepts, self.buffer.raw, self.buffer.first
        while self._scanned_to < self.buffer.total:
            stop = min(self.buffer.total, self._scanned_to + _SLICE)
            start = max(self._scanned_to, first)
            self._matches += [number for number in range(start, stop) if accepts(raw(number))]
            self._scanned_to = stop
            if perf_counter() > end:
                break
        while self._scanned_from > first and perf_counter() < end:
            start = max(first, self._scanned_from - _SLICE)
            self._matches[:0] = [number for number in range(start, self._scanned_from) if accepts(raw(number))]
            self._scanned_from = start
        if (gone := bisect_left(self._matches, first)) > _FORGET:
            del self._matches[:gone]
        return before != (self._scanned_from, self._scanned_to)

    def _seek_slice(self, end: float) -> bool:
        seek = self.seek
        if seek is None:
            return False
        looked = 0
        while self.buffer.first <= seek.at < self.buffer.total:
            number = seek.at
            seek.at += seek.step
            if seek.test(number) and (self.filter is None or self.filter.accepts(self.buffer.raw(number))):
                self.seek = None
                self.show(number)
                return True
            looked += 1
            if looked % _SLICE == 0 and perf_counter() > end:
                return False
        self.seek = None
        self.notice = f"{seek.words} is not found {'above' if seek.step < 0 else 'below'}"
        return True
