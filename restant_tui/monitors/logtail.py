"""The last lines seen of each process of a log, kept without a look at every line of a flood."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

_HEAD = re.compile(rb"(?:\x1b\[[0-9;]*m)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z app\[([^\]]+)\]:")
NOBODY = b""
"""Stands for the process of lines without a head: Dokku's own words, or a log without times."""
_KEY = 4096
_KEPT = 256
_NOTED = 64
_NOTE_BYTES = 1024 * 1024
_PROCESSES = 200


def parse(line: bytes) -> tuple[bytes, bytes]:
    """Return the process that wrote a line, and what tells it from every other: its time and text, no colour."""
    match = _HEAD.match(line)
    if not match:
        return NOBODY, line[:_KEY].rstrip()
    # The colour says which container of several it is, and that changes.
    return match[3], line[match.start(1) : match.start(1) + _KEY].rstrip()


def time_of(line: bytes) -> bytes:
    """Return the time of a line, to sort by; empty if it has none."""
    match = _HEAD.match(line)
    # Trailing zeros of the fraction may be missing, so that bytes alone would not compare.
    return match[1] + b"." + (match[2] or b"").ljust(9, b"0") if match else b""


def fresh_from(tail: Sequence[bytes], window: Sequence[bytes]) -> int | None:
    """Return from where on a window of one process has what was not seen before; None if the two do not touch.

    Args:
        tail: the keys of the last lines that were seen, oldest first, without a hole.
        window: the keys of the window, oldest first.
    """
    if not tail or not window:
        return 0
    seen, mark = list(tail), tail[-1]
    for end in range(len(window), 0, -1):
        if window[end - 1] == mark:
            shared = min(end, len(seen))
            if list(window[end - shared : end]) == seen[len(seen) - shared :]:
                return end
    return len(window) if window[-1] in seen else None


class Tails:
    """The keys of the last lines of each process, oldest first, without a hole."""

    def __init__(self) -> None:
        self._tails: dict[bytes, deque[bytes]] = {}
        self._unnoted: list[bytes] = []
        self._unnoted_bytes = 0
        self._stranger = re.compile(rb"Z app\[([^\]\n]+)\]:")

    @property
    def began(self) -> bool:
        """Whether there is any."""
        return bool(self._tails or self._unnoted)

    def noted(self) -> dict[bytes, deque[bytes]]:
        """Return the tails of all processes, with everything that was passed through."""
        self._note()
        return self._tails

    def replace(self, process: bytes, keys: list[bytes]) -> None:
        """Take a window as the tail of a process; one that is older than what was seen changes nothing."""
        tail = self._tails.get(process)
        if tail and keys[-1] in tail and keys[-1] != tail[-1]:
            return
        self._know(process)
        self._tails[process] = deque(keys)

    def forget(self, process: bytes) -> None:
        """Begin the tail of a process anew: what comes does not touch what was there."""
        self.noted()[process] = deque(maxlen=_KEPT)

    def add(self, process: bytes, key: bytes) -> None:
        """Add a line."""
        self._note()
        self._know(process)
        tail = self._tails[process]
        if tail.maxlen is None:
            tail = self._tails[process] = deque(tail, maxlen=_KEPT)
        tail.append(key)

    def pass_through(self, data: bytes) -> None:
        """Add whole lines, to be looked at later, a megabyte at a time and only at the last of each process."""
        self._unnoted.append(data)
        self._unnoted_bytes += len(data)
        if self._unnoted_bytes >= _NOTE_BYTES:
            self._note()

    def _note(self) -> None:
        if not self._unnoted:
            return
        block = b"".join(self._unnoted)
        self._unnoted, self._unnoted_bytes = [], 0
        self._meet_strangers(block)
        for process in self._tails:
            if process != NOBODY:
                self._extend(process, *_last_lines(block, process))
        if self._tails.keys() <= {NOBODY}:
            first, *lines = block.rsplit(b"\n", _NOTED + 1)
            more = b"\n" in first
            self._know(NOBODY)
            keys = [line[:_KEY].rstrip() for line in (lines if more else [first, *lines]) if line.strip()]
            self._extend(NOBODY, keys, not more)

    def _extend(self, process: bytes, keys: list[bytes], all_there: bool) -> None:
        if keys:
            before = self._tails[process] if all_there else ()
            self._tails[process] = deque([*before, *keys], maxlen=_KEPT)

    def _meet_strangers(self, block: bytes) -> None:
        place = 0
        while len(self._tails) < _PROCESSES and (match := self._stranger.search(block, place)):
            place = match.end()
            start = block.rfind(b"\n", 0, match.start()) + 1
            # An app may write such words into its own line.
            if parse(block[start:place])[0] == match[1]:
                self._know(match[1])

    def _know(self, process: bytes) -> None:
        if process in self._tails:
            return
        self._tails[process] = deque(maxlen=_KEPT)
        if known := b"|".join(re.escape(name) for name in self._tails if name != NOBODY):
            self._stranger = re.compile(rb"Z app\[(?!(?:" + known + rb")\]:)([^\]\n]+)\]:")


def _last_lines(block: bytes, process: bytes) -> tuple[list[bytes], bool]:
    """Return the keys of the last lines of a process, and whether those are all it has there."""
    tag, end = b"Z app[" + process + b"]:", len(block)
    found: list[bytes] = []
    while len(found) < _NOTED:
        at = block.rfind(tag, 0, end)
        if at < 0:
            return found[::-1], True
        start = block.rfind(b"\n", 0, at) + 1
        author, key = parse(block[start : block.find(b"\n", at)])
        if author == process:
            found.append(key)
        end = start
    return found[::-1], False
