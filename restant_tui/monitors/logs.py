"""Follows the log of one app into a buffer: first its past, then what comes, through lost links and redeploys."""

from __future__ import annotations

import asyncio
import re
from random import Random

from restant_tui.clock import Clock
from restant_tui.dokku import commands
from restant_tui.dokku.problems import why
from restant_tui.monitors.logbuffer import LogBuffer
from restant_tui.text import duration, one_line
from restant_tui.transport.outcome import Outcome, OutcomeKind, Runner

_STAMP = re.compile(rb"^(?:\x1b\[[0-9;]*m)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z app\[([^\]]+)\]:")
_PAST_LINES = 200
_PAST_SECONDS = 20.0
_TAIL_CAP = 64 * 1024
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 15.0


class LogMonitor:
    """Keeps one app's log coming; the buffer never holds a line twice, and says where lines may be missing.

    A follow ends when the link is lost, but also when a deploy replaces the containers: it is then taken up again
    after a pause that grows from 1 s to 15 s and shrinks back once lines come.
    """

    def __init__(self, app: str, runner: Runner, *, clock: Clock, random: Random, buffer: LogBuffer) -> None:
        """Make a monitor; nothing is asked until `start`.

        Args:
            app: whose log.
            runner: the dokku identity on the app's host.
            clock: measures how long a link was lost.
            random: jitters the pauses.
            buffer: where the lines go.
        """
        self._app = app
        self._runner = runner
        self._clock = clock
        self._random = random
        self._buffer = buffer
        self._seen: dict[bytes, bytes] = {}
        self._tail = b""
        self._notices: set[bytes] = set()
        self._lost_at: float | None = None
        self._got_lines = False
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._following: asyncio.Future[Outcome] | None = None

    def start(self) -> None:
        """Begin to follow; does nothing when it does already."""
        if self._task is None:
            self._task = asyncio.create_task(self._loop())

    def wake(self) -> None:
        """Take up a follow that has ended now, without waiting for its pause to pass."""
        self._woken.set()

    async def close(self) -> None:
        """Stop following."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    def reattach(self) -> None:
        """Take up the follow anew: one begun before a deploy knows nothing of the new containers."""
        self._woken.set()
        if self._following is not None:
            self._following.cancel()

    async def _loop(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            self._woken.clear()
            self._got_lines = False
            try:
                await self._attach()
            except Exception as problem:
                # Whatever goes wrong, the log comes back by itself.
                self._say(one_line(str(problem)) or type(problem).__name__)
            if self._got_lines:
                pause = _FIRST_PAUSE
            try:
                async with asyncio.timeout(self._random.uniform(0.9 * pause, 1.1 * pause)):
                    await self._woken.wait()
            except TimeoutError:
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _attach(self) -> None:
        """Fetch the past, then follow to the end of the follow."""
        argv = commands.logs(self._app, _PAST_LINES)
        past = await self._runner.run(argv, timeout=_PAST_SECONDS)
        if not past.succeeded:
            self._ended(argv, past)
            return
        # Dokku prints one block for each container, whatever the times in them.
        self._take(sorted(past.stdout.split(b"\n"), key=_time_of))
        argv = commands.follow_logs(self._app)
        self._tail = b""
        following = self._following = asyncio.ensure_future(self._runner.follow(argv, self._received))
        try:
            await asyncio.wait({following})
        finally:
            self._following = None
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        if not following.cancelled():
            self._ended(argv, following.result())

    def _received(self, data: bytes) -> None:
        *lines, self._tail = (self._tail + data).split(b"\n")
        self._take(lines)
        if len(self._tail) >= _TAIL_CAP:
            # A line without end: its beginning is worth more than the memory for all of it.
            self._take([self._tail])
            self._tail = b""

    def _take(self, lines: list[bytes]) -> None:
        """Add the lines that were not seen before."""
        fresh = [line for line in lines if line.strip() and self._is_new(line)]
        if not fresh:
            return
        self._got_lines = True
        if self._lost_at is not None:
            lost = duration(self._clock.monotonic() - self._lost_at)
            self._lost_at = None
            self._say(f"link lost for {lost}; lines may be missing")
        self._buffer.feed(b"\n".join(fresh) + b"\n")

    def _is_new(self, line: bytes) -> bool:
        match = _STAMP.match(line)
        if not match:
            # Dokku's own words come again with every try.
            known = line in self._notices
            self._notices.add(line)
            return not known
        process, time = match[3], _key(match)
        if time <= self._seen.get(process, b""):
            return False
        self._seen[process] = time
        return True

    def _ended(self, argv: commands.Argv, outcome: Outcome) -> None:
        if outcome.kind is not OutcomeKind.EXITED:
            if self._lost_at is None and self._seen:
                self._lost_at = self._clock.monotonic()
        elif not outcome.succeeded:
            self._say(why(argv, outcome))

    def _say(self, words: str) -> None:
        notice = f"-- {words} --".encode()
        if notice not in self._notices or "link lost" in words:
            self._notices.add(notice)
            self._buffer.feed(notice + b"\n")


def _key(match: re.Match[bytes]) -> bytes:
    # Trailing zeros of the fraction may be missing, so that bytes alone would not compare.
    return match[1] + b"." + (match[2] or b"").ljust(9, b"0")


def _time_of(line: bytes) -> bytes:
    match = _STAMP.match(line)
    return _key(match) if match else b"~"
