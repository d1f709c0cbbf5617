"""One probe, made again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Final

JITTER: Final = 0.1
"""By how much of itself an interval may be longer or shorter."""


class Poller:
    """Runs a probe at an interval, give or take a tenth, until it is closed; a run never overlaps the next.

    An exception of the probe goes to `on_problem` and the loop goes on.
    """

    def __init__(
        self,
        probe: Callable[[], Awaitable[None]],
        interval: Callable[[], float],
        *,
        random: Random,
        on_problem: Callable[[Exception], None],
    ) -> None:
        """Make a poller; nothing runs until `start`.

        Args:
            probe: one round.
            interval: real seconds from the end of a round to the next; asked after each round.
            random: where the jitter comes from.
            on_problem: told of every exception of the probe.
        """
        self._probe = probe
        self._interval = interval
        self._random = random
        self._on_problem = on_problem
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with a round at once; does nothing when it runs already."""
        if self._task is None:
            self._task = asyncio.create_task(self._loop())

    def wake(self) -> None:
        """Make a round now; when one is under way, another follows it."""
        self._woken.set()

    async def close(self) -> None:
        """End, also in the middle of a round."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _loop(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self._probe()
            except Exception as problem:
                # A monitor that dies looks like a host that is well: whatever happens, the next round comes.
                self._on_problem(problem)
            pause = self._interval() * self._random.uniform(1 - JITTER, 1 + JITTER)
            try:
                async with asyncio.timeout(pause):
                    await self._woken.wait()
            except TimeoutError:
                continue
