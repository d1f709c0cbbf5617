"""Asks one kind of question about many apps, in the order of their turns."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from functools import partial
from random import Random

from restant_tui.monitors.polling import JITTER
from restant_tui.monitors.turns import Turns, spacing, turn


class Rota:
    """Runs a probe for each app until it is closed: at its interval on screen, in turn off screen.

    Rounds of one app never overlap. An exception of the probe goes to `on_problem` and the rota goes on.
    """

    def __init__(
        self,
        probe: Callable[[str], Awaitable[None]],
        interval: float,
        *,
        random: Random,
        on_problem: Callable[[str, Exception], None],
        pause: Callable[[str], float] | None = None,
    ) -> None:
        """Make a rota without apps; nothing runs until `start`.

        Args:
            probe: asks about one app.
            interval: real seconds from the end of a round of an app on screen to the next.
            random: jitters the intervals by a tenth.
            on_problem: told of every exception of the probe.
            pause: the interval of one app, asked after each of its rounds; always `interval` if not given.
        """
        self._probe = probe
        self.interval = interval
        self._pause = pause or (lambda _: interval)
        self._random = random
        self._on_problem = on_problem
        self._turns = Turns(spacing(interval))
        self._lanes: dict[str, str] = {}
        self._rounds: dict[str, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add(self, app: str, lane: str) -> None:
        """Take an app in, on the lane of its host."""
        self._lanes[app] = lane
        self._turns.add(app, lane)
        self._woken.set()

    def remove(self, app: str) -> None:
        """Let go of an app, also in the middle of its round."""
        self._lanes.pop(app, None)
        self._turns.remove(app)
        if task := self._rounds.get(app):
            task.cancel()

    def attend(self, apps: frozenset[str]) -> None:
        """Say which apps are on screen; one whose figures are older than its interval is asked at once."""
        self._turns.attend(apps)
        self._woken.set()

    def wake(self, lane: str | None = None) -> None:
        """Ask everything on a lane, or all: on screen now, off screen one after the other.

        Where a round is under way, another follows it.
        """
        self._turns.owe(lane)
        self._woken.set()

    def every(self, app: str) -> float:
        """Return the real seconds within which an app is asked again, at the latest, as things stand."""
        longest = self.interval * (1 + JITTER)
        if app not in self._lanes or self._turns.attended(app):
            return longest
        return turn(longest, self._turns.waiting(self._lanes[app]))

    def start(self) -> None:
        """Begin; does nothing when it runs already."""
        if self._task is None:
            self._task = asyncio.create_task(self._loop(), name="rota")

    async def close(self) -> None:
        """End, also in the middle of rounds."""
        task, self._task = self._task, None
        tasks = [*self._rounds.values(), *([task] if task else [])]
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _loop(self) -> None:
        now = asyncio.get_running_loop().time
        while True:
            self._woken.clear()
            for app in self._turns.ask(now()):
                task = self._rounds[app] = asyncio.create_task(self._round(app), name=f"ask about {app}")
                task.add_done_callback(partial(self._ended, app))
            wait = self._turns.wait(now())
            try:
                async with asyncio.timeout(None if math.isinf(wait) else wait):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _round(self, app: str) -> None:
        try:
            await self._probe(app)
        except Exception as problem:
            # A monitor that dies looks like a host that is well: whatever happens, the next round comes.
            self._on_problem(app, problem)

    def _ended(self, app: str, task: asyncio.Task[None]) -> None:
        if self._rounds.get(app) is not task:
            return  # it was let go of, and taken in again
        del self._rounds[app]
        if app in self._lanes:
            pause = self._pause(app) * self._random.uniform(1 - JITTER, 1 + JITTER)
            self._turns.answered(app, asyncio.get_running_loop().time(), pause)
        self._woken.set()
