"""The log of one attempt to release: fetched when the attempt is over, followed while it is under way."""

from __future__ import annotations

import asyncio
from collections import deque

from restant_tui.dokku import commands
from restant_tui.dokku.problems import why
from restant_tui.dokku.version import Feature, Version, since, speaks
from restant_tui.monitors.logbuffer import LogBuffer
from restant_tui.monitors.logreplay import Replay, Verdict
from restant_tui.monitors.logtail import fresh_from
from restant_tui.text import Redactor, decode
from restant_tui.transport.outcome import Outcome, OutcomeKind, Runner

CAP = 8 * 1024 * 1024
"""Bytes of a log that are fetched and kept."""
_SECONDS = 60.0
_PAUSE = 2.0
_SEEN = 2000
_LONGEST = 16 * 1024


class BuildLog:
    """What `builds:output` has to tell of one attempt: cleaned, redacted lines, numbered from 0.

    Args:
        app: whose attempt.
        build: which.
        runner: the dokku identity on the app's host; None where it is not configured.
        redactor: takes secrets out before a line is kept.
        running: whether the attempt is under way: Dokku then prints its log for ever, until `finish`.
        version: which Dokku it is; None is taken for a current one.
    """

    def __init__(
        self,
        app: str,
        build: str,
        runner: Runner | None,
        *,
        redactor: Redactor,
        running: bool,
        version: Version | None = None,
    ) -> None:
        self.trouble = ""
        """One sentence when there is no log, or not all of it; empty while all is well."""
        self.state = "following" if running else "reading"
        """What is being done: `following`, `reading`, and in the end `whole` or `not whole`."""
        self._app, self._build, self._runner, self._redactor = app, build, runner, redactor
        self._version = version
        self._buffer = LogBuffer(CAP)
        self._seen: deque[bytes] = deque(maxlen=_SEEN)
        self._rest = b""
        self._replay = Replay(())
        self._over = asyncio.Event()
        if not running:
            self._over.set()

    @property
    def total(self) -> int:
        """How many lines have come."""
        return self._buffer.total

    @property
    def first(self) -> int:
        """The number of the oldest line that is kept."""
        return self._buffer.first

    def text(self, number: int) -> str:
        """Return a line; empty if it is not kept."""
        try:
            return self._buffer.raw(number).decode()
        except IndexError:
            return ""

    def finish(self) -> None:
        """The attempt is over: read the rest of its log, and be done."""
        self._over.set()

    async def read(self) -> None:
        """Follow or fetch the log to its end; cancel it to stop, and nothing is left on the host."""
        if self._runner is None:
            self._end("The dokku identity is not configured for this host: add it to read the logs of its deploys.")
        elif not speaks(self._version, Feature.BUILDS):
            self._end(
                f"Dokku keeps the logs of deploys only since {since(Feature.BUILDS)}: "
                "for an older one, read what the terminal of the push or the CI printed."
            )
        else:
            await self._follow(self._runner)
            await self._fetch(self._runner)

    async def _follow(self, runner: Runner) -> None:
        while not self._over.is_set():
            self._replay, self._rest = Replay(self._seen, lenient=True), b""
            argv = commands.builds_output(self._app, self._build)
            following = asyncio.ensure_future(runner.follow(argv, self._received))
            over = asyncio.ensure_future(self._over.wait())
            try:
                await asyncio.wait({following, over}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (following, over):
                    task.cancel()
                await asyncio.gather(following, over, return_exceptions=True)
            if following.cancelled() or following.result().kind is OutcomeKind.EXITED:
                break
            self.trouble = following.result().reason
            try:
                async with asyncio.timeout(_PAUSE):
                    await self._over.wait()
            except TimeoutError:
                continue
        self.state = "reading"

    def _received(self, data: bytes) -> None:
        self.trouble = ""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            if self._replay.judge(line.rstrip()) is not Verdict.KNOWN:
                self._add(line)

    async def _fetch(self, runner: Runner) -> None:
        argv = commands.builds_output(self._app, self._build)
        if self._seen:
            outcome = await runner.run(argv, timeout=_SECONDS, cap=CAP)
            self._join(outcome.stdout)
        else:
            outcome = await runner.run(
                argv,
                timeout=_SECONDS,
                cap=CAP,
                on_output=lambda data, is_error: None if is_error else self._received(data),
            )
            self._received(b"\n" if self._rest else b"")
        self._end(self._missing(outcome))

    def _join(self, data: bytes) -> None:
        # Of a follow it may have been the last thousand lines only; what they touch is not shown twice.
        *lines, rest = data.split(b"\n")
        lines += [rest] if rest else []
        for line in lines[fresh_from(self._seen, [line.rstrip() for line in lines]) or 0 :]:
            self._add(line)

    def _missing(self, outcome: Outcome) -> str:
        there = f"builds:output {self._app} {self._build}"
        if outcome.kind is OutcomeKind.TIMED_OUT and outcome.sent:
            return f"The log did not end within a minute; what comes later stands on the host: {there}"
        if not outcome.succeeded:
            return why(commands.builds_output(self._app, self._build), outcome)
        if outcome.truncated:
            return f"The log is longer than {CAP >> 20} MB, and its oldest lines stand on the host only: {there}"
        if not self.total:
            return (
                "The host has no log of this attempt: it keeps those of the newest builds only "
                f"(builds:set {self._app} retention 100 keeps more)."
            )
        return ""

    def _add(self, line: bytes) -> None:
        self._seen.append(line.rstrip())
        self._buffer.feed(self._redactor.redact(decode(line)).replace("\n", " ").encode() + b"\n")

    def _end(self, trouble: str) -> None:
        self.trouble = trouble
        self.state = "not whole" if trouble else "whole"
