"""A host that keeps a log as Docker does: one for each container, of which a reader gets the last lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from restant_tui.transport.outcome import OnOutput, Outcome
from tests.support.scripted import exited, lost, timed_out

REPLAYED = 5
"""How many lines of each container a follow begins with; Dokku's 100 would make long tests."""


class LogHost:
    """Answers `logs APP --num N` and `logs APP -t`; what happens to it is done by its methods, at any moment.

    Attributes:
        up: whether it can be reached.
        logs: the lines of each container there is now.
        written: every line a process ever wrote, whichever container it was in.
        between: done, once each, between a past that was read and the follow after it.
        reads: how many lines were asked for, each time.
    """

    def __init__(self) -> None:
        self.up = True
        self.slow = False
        """Whether reading the past takes too long."""
        self.logs: dict[str, list[bytes]] = {}
        self.written: dict[str, list[bytes]] = {}
        self.between: list[Callable[[], None]] = []
        self.reads: list[int] = []
        self.read: set[str] = set()
        """The processes of which the last read had lines."""
        self.cap = 0
        """Most bytes that come back of a past; all if 0."""
        self.container: dict[bytes, int] = {}
        """Which of its process's containers wrote a line."""
        self._replaced = 0
        self._time = 0
        self._number = 0
        self._followers: dict[asyncio.Future[Outcome], Callable[[bytes], None]] = {}

    @property
    def followed(self) -> bool:
        """Whether somebody follows."""
        return bool(self._followers)

    def write(self, process: str, count: int = 1, *, same_time: bool = False, text: str = "line") -> None:
        """Have a process write lines, each with a number of its own."""
        for _ in range(count):
            self._number += 1
            self._time += 0 if same_time else 1_000_003
            seconds, nanos = divmod(self._time, 1_000_000_000)
            stamp = f"2026-03-02T{2 + seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{nanos:09}Z"
            line = f"\x1b[36m{stamp} app[{process}]:\x1b[0m {text} {self._number}".encode()
            self.logs.setdefault(process, []).append(line)
            self.written.setdefault(process, []).append(line)
            self.container[line] = self._replaced
            for on_data in list(self._followers.values()):
                on_data(line[:20])
                on_data(line[20:] + b"\n")

    def turn_back(self, seconds: int) -> None:
        """Set the host's clock back."""
        self._time = max(0, self._time - seconds * 1_000_000_000)

    def cut(self) -> None:
        """Break the link."""
        self.up = False
        self._end(lost())

    def replace(self, *processes: str) -> None:
        """Put new containers in the place of the old ones; whoever follows sees the old ones end."""
        self._replaced += 1
        for process in processes:
            self.logs.pop(process, None)
        self._end(exited())

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = 4 * 1024 * 1024,
    ) -> Outcome:
        """Answer a read of the past."""
        await asyncio.sleep(0)
        if not self.up:
            return lost(sent=False)
        if self.slow:
            return timed_out()
        count = int(argv[3])
        self.reads.append(count)
        self.read = set(self.logs)
        data = b"".join(line + b"\n" for log in self.logs.values() for line in log[-count:])
        outcome = exited(data)
        if self.cap and len(data) > self.cap:
            outcome = Outcome(kind=outcome.kind, exit_status=0, stdout=data[: self.cap], truncated=True)
        await asyncio.sleep(0)
        return outcome

    async def follow(self, argv: Sequence[str], on_data: Callable[[bytes], None]) -> Outcome:
        """Give the last lines of each container, then what comes, until the link or the containers end."""
        if self.between:
            self.between.pop(0)()
        if not self.up:
            return lost(sent=False)
        ended: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        for log in list(self.logs.values()):
            for line in log[-REPLAYED:]:
                on_data(line + b"\n")
        self._followers[ended] = on_data
        try:
            return await ended
        finally:
            self._followers.pop(ended, None)

    def _end(self, outcome: Outcome) -> None:
        for ended in self._followers:
            if not ended.done():
                ended.set_result(outcome)
        self._followers.clear()
