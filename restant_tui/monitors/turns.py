"""Whose turn it is to be asked. Pure: seconds in, names out.

What is on screen is asked at its interval. All the rest takes turns, one at a time on each lane (a host), with a fixed
time between two of them: however many apps a host has, looking at them costs it the same.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_SHARE: Final = 2
"""All that is off screen on one host together is asked as often as this many apps on screen."""
_LONGEST_SPACING: Final = 60.0


def spacing(interval: float) -> float:
    """Return the seconds between two apps off screen on one host, of a kind that is asked at that interval."""
    return min(interval / _SHARE, _LONGEST_SPACING)


def turn(interval: float, waiting: int) -> float:
    """Return the seconds within which each of so many apps off screen on one host is asked again, at the latest.

    Its own interval passes first, and then at most all the others go before it.
    """
    return interval + waiting * spacing(interval)


@dataclass(slots=True)
class _Place:
    """Where one app stands."""

    lane: str
    owed: bool = True
    under_way: bool = False
    asked_at: float = -math.inf
    """When the last answer was there."""
    pause: float = 0.0
    """Seconds from then until it may be asked again."""

    @property
    def due(self) -> float:
        return -math.inf if self.owed else self.asked_at + self.pause


class Turns:
    """Keeps the order of the apps; seconds are those of one monotonic clock, read by the caller."""

    def __init__(self, gap: float) -> None:
        """Make an empty order.

        Args:
            gap: least seconds from the beginning of one question off screen to the next on the same lane. An app that
                is owed one does not wait for it: it is asked as soon as the one before has answered.
        """
        self._gap = gap
        self._places: dict[str, _Place] = {}
        self._attended: frozenset[str] = frozenset()
        self._free: dict[str, float] = {}
        self._waiting: dict[str, int] | None = None

    def add(self, app: str, lane: str) -> None:
        """Take an app in; it is owed a first question."""
        self._places[app] = _Place(lane)
        self._waiting = None

    def remove(self, app: str) -> None:
        """Forget an app."""
        self._places.pop(app, None)
        self._waiting = None

    def attend(self, apps: frozenset[str]) -> None:
        """Say which apps are on screen from now on."""
        self._attended = apps
        self._waiting = None

    def owe(self, lane: str | None = None) -> None:
        """Have every app asked soon, those of one lane or all: on screen at once, off screen one after the other."""
        for place in self._places.values():
            place.owed = place.owed or lane in (None, place.lane)

    def waiting(self, lane: str) -> int:
        """Return how many apps of a lane are off screen."""
        if self._waiting is None:
            self._waiting = Counter(place.lane for app, place in self._places.items() if app not in self._attended)
        return self._waiting.get(lane, 0)

    def attended(self, app: str) -> bool:
        """Whether an app is on screen."""
        return app in self._attended

    def ask(self, now: float) -> tuple[str, ...]:
        """Return whom to ask now; each counts as under way until `answered`."""
        chosen = tuple(app for app, due in self._next() if due <= now)
        for app in chosen:
            place = self._places[app]
            place.under_way, place.owed = True, False
            if app not in self._attended:
                self._free[place.lane] = now + self._gap
        return chosen

    def answered(self, app: str, now: float, pause: float) -> None:
        """Take in that a question has ended; the app is not asked again for that many seconds, unless it is owed."""
        if place := self._places.get(app):
            place.under_way, place.asked_at, place.pause = False, now, pause

    def wait(self, now: float) -> float:
        """Return the seconds until somebody is due; infinite when only an answer can change that."""
        return max(0.0, min((due for _, due in self._next()), default=math.inf) - now)

    def _next(self) -> Iterator[tuple[str, float]]:
        """Yield who comes next and when: everyone on screen, and of each lane the one that has waited longest."""
        lanes: dict[str, list[str]] = {}
        taken: set[str] = set()
        for app, place in self._places.items():
            if app in self._attended:
                if not place.under_way:
                    yield app, place.due
            elif place.under_way:
                taken.add(place.lane)
            else:
                lanes.setdefault(place.lane, []).append(app)
        for lane, apps in lanes.items():
            if lane not in taken:
                yield self._longest_waiting(apps, self._free.get(lane, -math.inf))

    def _longest_waiting(self, apps: Iterable[str], free: float) -> tuple[str, float]:
        app = min(apps, key=lambda app: (not self._places[app].owed, self._places[app].asked_at))
        place = self._places[app]
        return app, place.due if place.owed else max(place.due, free)
