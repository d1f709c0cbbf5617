"""Time, passed in: nothing else in the core reads the wall clock or sleeps on its own."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from. `now` is for people and records, `monotonic` for measuring."""

    def now(self) -> datetime:
        """Return the time of day, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only ever go forward, from an arbitrary start."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for that many seconds of this clock."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the time of day, aware and in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait for that many real seconds."""
        await asyncio.sleep(seconds)


class ScaledClock:
    """A clock that starts at a real moment and runs `speed` times faster than it (practice)."""

    def __init__(self, speed: float = 1.0, start: datetime | None = None) -> None:
        """Start the clock.

        Args:
            speed: seconds of this clock for each real second; must be greater than zero.
            start: the first moment it shows, aware and in UTC; now if not given.
        """
        if speed <= 0:
            raise ValueError("the speed of a clock must be greater than zero")
        self.speed = speed
        self._started = time.monotonic()
        self._start = start or datetime.now(UTC)

    def now(self) -> datetime:
        """Return the start plus the real time passed since, times the speed."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return the seconds of this clock since it was started."""
        return (time.monotonic() - self._started) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait for that many seconds of this clock."""
        await asyncio.sleep(seconds / self.speed)
