"""A clock that runs at the machine's pace, but on which short waits are over soon and still count in full."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta


class LeapingClock:
    """For runs on a practice host that is many times faster than we are.

    A poll's interval passes at the host's pace, so that host and run stay in step; the limits of a run and of a
    question do not, so that a slow machine never runs into them.
    """

    def __init__(self, speed: float, *, longest: float = 180.0) -> None:
        """Start it now.

        Args:
            speed: how many times faster than real a short wait is over.
            longest: seconds of the longest wait that counts as short.
        """
        self._speed = speed
        self._longest = longest
        self._began = time.monotonic()
        self._start = datetime.now(UTC)
        self._ahead = 0.0
        self._leapt = asyncio.Event()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return time.monotonic() - self._began + self._ahead

    async def sleep(self, seconds: float) -> None:
        until = self.monotonic() + seconds
        if seconds <= self._longest:
            await asyncio.sleep(seconds / self._speed)
            self._leap(until)
            return
        while (left := until - self.monotonic()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._leapt.wait(), left)

    def _leap(self, until: float) -> None:
        self._ahead += max(0.0, until - self.monotonic())
        self._leapt.set()
        self._leapt = asyncio.Event()
