"""Follows the log of one app into a buffer: first its past, then what comes, through lost links and redeploys."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

from restant_tui.clock import Clock
from restant_tui.dokku import commands
from restant_tui.dokku.problems import why
from restant_tui.monitors.logbreaks import in_words
from restant_tui.monitors.logbuffer import LogBuffer
from restant_tui.monitors.logjoin import Break, Joiner, Look
from restant_tui.text import duration, one_line
from restant_tui.transport.outcome import Outcome, OutcomeKind, Runner

REACH = (200, 2_000, 10_000)
"""How many lines of each container are read: more than the first only where those do not reach what was seen."""
_PAST_SECONDS = 20.0
_PAST_CAP = 8 * 1024 * 1024
_HELD_CAP = 16 * 1024 * 1024
_TAIL_CAP = 64 * 1024
_MENDING = (0.5, 1.0, 2.0)
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 15.0


class LogMonitor:
    """Keeps one app's log coming; the buffer never holds a line twice, and says where lines are missing.

    A follow ends when the link is lost, but also when a deploy replaces the containers: it is then taken up again
    after a pause that grows from 1 s to 15 s and shrinks back once lines come. Each time, and between the past and
    the follow, what is read must touch what was seen; where it does not, more of the past is read.
    """

    def __init__(
        self,
        app: str,
        runner: Runner,
        *,
        clock: Clock,
        random: Random,
        buffer: LogBuffer,
        reach: Sequence[int] = REACH,
    ) -> None:
        """Make a monitor; nothing is asked until `start`.

        Args:
            app: whose log.
            runner: the dokku identity on the app's host.
            clock: measures how long a link was lost.
            random: jitters the pauses.
            buffer: where the lines go.
            reach: how many lines of each container to read, and then, if those do not reach what was seen.
        """
        self._app = app
        self._runner = runner
        self._clock = clock
        self._random = random
        self._buffer = buffer
        self._reach = reach
        self._joiner = Joiner()
        self._tail = b""
        self._said = ""
        self._unsent = 0
        self._lost_at: float | None = None
        self._got_lines = False
        self._hole: Break | None = None
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._mending: asyncio.Task[None] | None = None
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
        """Read the past, then follow to the end of the follow."""
        look, outcome = await self._past(self._reach)
        if look is not None:
            self._show(look)
        elif outcome.kind is not OutcomeKind.TIMED_OUT or not outcome.sent:
            self._ended(commands.logs(self._app, self._reach[0]), outcome)
            return
        # On a slow line the past takes too long: the follow begins with some of it, and shows it as it comes.
        self._joiner.begin()
        self._tail = b""
        self._let_go()
        argv = commands.follow_logs(self._app)
        following = self._following = asyncio.ensure_future(self._runner.follow(argv, self._received))
        try:
            await asyncio.wait({following})
            if not following.cancelled() and following.result().kind is OutcomeKind.EXITED:
                # All of it is here: what waits for the lines before it is shown, too.
                await self._mended()
        finally:
            self._following = None
            tasks = [task for task in (following, self._mending) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if following.cancelled():
            return
        outcome = following.result()
        self._unsent = self._unsent + 1 if outcome.kind is OutcomeKind.UNKNOWN and not outcome.sent else 0
        if self._unsent > 1:
            # The past could be read each time: what is wrong is not the link that everybody sees.
            self._say(outcome.reason)
        self._ended(argv, outcome)

    async def _past(self, reach: Sequence[int], awaited: bytes = b"") -> tuple[Look | None, Outcome]:
        """Read as much of the past as is needed to touch what was seen; no look if nothing could be read."""
        best: Look | None = None
        for asked in reach:
            outcome = await self._runner.run(commands.logs(self._app, asked), timeout=_PAST_SECONDS, cap=_PAST_CAP)
            if not outcome.succeeded:
                break
            best = self._joiner.look(outcome.stdout, asked, whole=not outcome.truncated, awaited=awaited)
            if best.reaches or outcome.truncated:
                break
        return best, outcome

    def _show(self, look: Look) -> None:
        """Show what a window has to tell, and before it what is missing."""
        lost, self._lost_at = self._lost_at, None
        words = in_words(look.breaks)
        if lost is not None:
            first, *words = words or ["nothing is missing"]
            words = [f"link lost for {duration(self._clock.monotonic() - lost)}; {first}", *words]
        for sentence in words:
            self._say(sentence)
        self._joiner.take(look)
        if look.lines:
            self._feed(b"\n".join(look.lines) + b"\n")

    def _received(self, data: bytes) -> None:
        data = self._tail + data
        end = data.rfind(b"\n") + 1
        whole, self._tail = data[:end], data[end:]
        if len(self._tail) >= _TAIL_CAP:
            # A line without end: its beginning is worth more than the memory for all of it.
            whole, self._tail = whole + self._tail + b"\n", b""
        if self._hole is None:
            self._take([whole])
            return
        self._held.append(whole)
        self._held_bytes += len(whole)
        if self._held_bytes > _HELD_CAP:
            self._go_on(self._hole)

    def _take(self, pieces: Sequence[bytes], missing: Break | None = None) -> None:
        """Take pieces of the follow, up to the next hole; one that is known to be missing is only said."""
        for number, piece in enumerate(pieces):
            taken = self._joiner.follow(piece)
            self._feed(taken.lines)
            if missing and taken.hole and taken.hole.after == missing.after:
                self._say(*in_words([taken.hole]))
                self._joiner.skip(taken.hole.process)
                taken = self._joiner.follow(taken.rest)
                self._feed(taken.lines)
            if taken.hole is not None:
                self._hole, self._held = taken.hole, [taken.rest, *pieces[number + 1 :]]
                self._held_bytes = sum(map(len, self._held))
                self._mending = asyncio.create_task(self._mend(taken.hole))
                return

    async def _mend(self, hole: Break) -> None:
        """Read what is between what was seen and where the follow begins, while the follow goes on."""
        look: Look | None = None
        try:
            # Commands and follows have connections of their own: if it was lost as well, there is another one soon.
            for pause in _MENDING:
                look, outcome = await self._past(self._reach[1:], awaited=hole.after)
                if look is not None or outcome.kind is not OutcomeKind.UNKNOWN:
                    break
                await asyncio.sleep(self._random.uniform(0.9 * pause, 1.1 * pause))
        except Exception as problem:
            self._say(one_line(str(problem)) or type(problem).__name__)
        if self._hole is hole:
            if look is not None:
                self._show(look)
            self._go_on(hole)

    async def _mended(self) -> None:
        while self._hole is not None and self._mending is not None:
            await asyncio.wait({self._mending})

    def _go_on(self, hole: Break) -> None:
        held = self._let_go()
        self._joiner.resume(hole.process)
        self._take(held, missing=hole)

    def _let_go(self) -> list[bytes]:
        held, self._hole, self._held, self._held_bytes = self._held, None, [], 0
        return held

    def _ended(self, argv: commands.Argv, outcome: Outcome) -> None:
        if outcome.kind is OutcomeKind.UNKNOWN:
            self._joiner.lose()
            if self._lost_at is None and self._joiner.began:
                self._lost_at = self._clock.monotonic()
        elif outcome.succeeded:
            self._joiner.end()
        else:
            self._say(why(argv, outcome))

    def _feed(self, lines: bytes) -> None:
        if lines:
            self._got_lines, self._said = True, ""
            self._buffer.feed(lines)

    def _say(self, words: str) -> None:
        if words != self._said:
            self._said = words
            self._buffer.feed(f"-- {words} --\n".encode())
