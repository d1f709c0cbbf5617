"""Tells what a follow repeats from what it has to tell: it begins with some of what was seen, and then goes on."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto


class Verdict(Enum):
    """What a line of a follow is."""

    KNOWN = auto()
    """It was seen before."""
    NEW = auto()
    """It comes right behind what was seen, and so does everything after it."""
    APART = auto()
    """It was not seen, and does not touch what was seen."""


class Replay:
    """How far a follow has repeated the lines that were seen."""

    def __init__(self, seen: Iterable[bytes], *, lenient: bool = False) -> None:
        """Begin a follow.

        Args:
            seen: the last lines that were seen, oldest first, without a hole.
            lenient: take a line that does not touch them for new.
        """
        self._seen = list(seen)
        self._places: list[int] = []
        self._begun = False
        self._otherwise = Verdict.NEW if lenient or not self._seen else Verdict.APART

    def judge(self, line: bytes) -> Verdict:
        """Say what the next line of the follow is."""
        seen = self._seen
        if not self._begun:
            self._begun = True
            self._places = [place + 1 for place, known in enumerate(seen) if known == line]
            return Verdict.KNOWN if self._places else self._otherwise
        # Where the same line stands twice, the longest repetition that still fits is the right one.
        on = [place + 1 for place in self._places if place < len(seen) and seen[place] == line]
        if on:
            self._places = on
            return Verdict.KNOWN
        return Verdict.NEW if len(seen) in self._places else self._otherwise
