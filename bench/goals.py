"""Figures beside the goals they were measured for: what every benchmark returns, and how it is printed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure beside its floor and its ambitious goal; `at_most` says on which side of them it has to be."""

    goal: str
    value: float
    floor: float
    ambitious: float
    at_most: bool = True

    @property
    def verdict(self) -> str:
        """How far it came: `ambitious`, `floor` or `MISSED`."""
        if self._holds(self.ambitious):
            return "ambitious"
        return "floor" if self._holds(self.floor) else "MISSED"

    @property
    def met(self) -> bool:
        """Whether the floor was reached at least."""
        return self._holds(self.floor)

    def line(self) -> str:
        """The goal in one line."""
        side = "at most" if self.at_most else "at least"
        limits = f"{side} {_short(self.floor)} ({_short(self.ambitious)})"
        return f"{self.verdict:<9}  {self.goal}: {_short(self.value)}, {limits}"

    def plain(self) -> dict[str, object]:
        """The goal as JSON knows it."""
        return {**asdict(self), "verdict": self.verdict}

    def _holds(self, limit: float) -> bool:
        return self.value <= limit if self.at_most else self.value >= limit


@dataclass(frozen=True, slots=True)
class Report:
    """What a benchmark found: its goals, and in `told` the figures behind them, a sentence each."""

    goals: Sequence[Goal]
    told: Sequence[str] = ()


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the rounds' ratios: what disturbed a round disturbed both of its halves."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def _short(value: float) -> str:
    if value and abs(value) < 0.2:
        return f"1/{1 / value:.3g}"
    return f"{value:.3g}"
