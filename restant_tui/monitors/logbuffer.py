"""The last megabytes of one app's log, kept as bytes and made into lines only where somebody looks.

Line numbers are absolute: line 1200 stays line 1200 when older ones are dropped, so a paused view does not slide.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict, deque
from collections.abc import Iterator

from restant_tui.dokku.logs import LogLine, log_line

_BLOCK = 256 * 1024
_TAIL_CAP = 64 * 1024
_SHOWN_BYTES = 1024
_SPLIT_BLOCKS = 8


class LogBuffer:
    """A ring of log lines in blocks of bytes; a line ends at a newline, or at 64 KB without one."""

    def __init__(self, capacity: int = 64 * 1024 * 1024) -> None:
        """Make an empty buffer that holds about `capacity` bytes; a block of 256 KB goes at a time."""
        self._capacity = capacity
        self._blocks: deque[bytes] = deque()
        self._starts: deque[int] = deque()
        self._sealed_bytes = 0
        self._open: list[bytes | memoryview] = []
        self._open_bytes = 0
        self._open_start = 0
        self._tail = b""
        self._total = 0
        self._split: OrderedDict[int, list[bytes]] = OrderedDict()

    @property
    def total(self) -> int:
        """How many lines have ever come; the newest has the number `total - 1`."""
        return self._total

    @property
    def first(self) -> int:
        """The number of the oldest line still here."""
        return self._starts[0] if self._starts else self._open_start

    @property
    def size(self) -> int:
        """The bytes held."""
        return self._sealed_bytes + self._open_bytes + len(self._tail)

    def feed(self, data: bytes) -> None:
        """Add bytes as they came; what follows the last newline waits for its end."""
        end = data.rfind(b"\n") + 1
        if end:
            if self._tail:
                self._keep(self._tail)
            # A view: a flood is copied once, when its block is sealed. The whole is its own slice, and has no copy.
            self._add(data if end == len(data) else memoryview(data)[:end], data.count(b"\n"))
            self._tail = data[end:]
        else:
            self._tail += data
        while len(self._tail) >= _TAIL_CAP:
            self._add(self._tail[:_TAIL_CAP] + b"\n", 1)
            self._tail = self._tail[_TAIL_CAP:]

    def line(self, number: int) -> LogLine:
        """Return a line by its number, cleaned, and cut at 1 KB with an ellipsis.

        Raises:
            IndexError: the line has been dropped, or has not come yet.
        """
        data = self.raw(number)
        if len(data) > _SHOWN_BYTES:
            return log_line(data[:_SHOWN_BYTES].decode("utf-8", "ignore") + "…")
        return log_line(data.decode("utf-8", "replace"))

    def raw(self, number: int) -> bytes:
        """Return the bytes of a line, whole and as they came, without its newline; raises IndexError."""
        if not self.first <= number < self._total:
            raise IndexError(f"line {number} is not here; there are {self.first} to {self._total - 1}")
        if number >= self._open_start:
            start, lines = self._open_start, self._lines_of_open()
        else:
            index = bisect_right(self._starts, number) - 1
            start, lines = self._starts[index], self._lines_of(index)
        return lines[number - start]

    def lines(self, start: int, stop: int) -> Iterator[LogLine]:
        """Yield the lines from `start` up to, not including, `stop`; those not here are left out."""
        for number in range(max(start, self.first), min(stop, self._total)):
            # The buffer may have dropped lines since the iteration began.
            if number >= self.first:
                yield self.line(number)

    def _add(self, part: bytes | memoryview, newlines: int) -> None:
        """Take bytes that end with a newline."""
        self._keep(part)
        self._total += newlines
        if self._open_bytes >= _BLOCK:
            self._seal()

    def _keep(self, part: bytes | memoryview) -> None:
        self._split.pop(-1, None)
        self._open.append(part)
        self._open_bytes += len(part)

    def _seal(self) -> None:
        self._blocks.append(b"".join(self._open))
        self._starts.append(self._open_start)
        self._sealed_bytes += self._open_bytes
        self._open, self._open_bytes, self._open_start = [], 0, self._total
        while len(self._blocks) > 1 and self._sealed_bytes > self._capacity:
            self._sealed_bytes -= len(self._blocks.popleft())
            self._split.pop(self._starts.popleft(), None)

    def _lines_of_open(self) -> list[bytes]:
        if -1 not in self._split:
            whole = b"".join(self._open)
            self._open = [whole]
            self._remember(-1, whole)
        return self._split[-1]

    def _lines_of(self, index: int) -> list[bytes]:
        key = self._starts[index]
        if key not in self._split:
            self._remember(key, self._blocks[index])
        self._split.move_to_end(key)
        return self._split[key]

    def _remember(self, key: int, block: bytes) -> None:
        # The bytes may hold \r, \x0b, \x85 …: only a newline ends a line.
        self._split[key] = block.split(b"\n")[:-1]
        if len(self._split) > _SPLIT_BLOCKS:
            self._split.popitem(last=False)
