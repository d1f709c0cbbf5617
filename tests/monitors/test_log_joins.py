"""After every fault each line of the log stands there once and in order, or a line says that some are missing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from restant_tui.monitors.logbuffer import LogBuffer
from restant_tui.monitors.logs import LogMonitor
from tests.monitors.test_logs import Impatient
from tests.support.clock import ManualClock
from tests.support.loghost import LogHost
from tests.support.waiting import until

REACH = (8, 16, 32)


class Watched:
    """A host, and a monitor of its only app's log."""

    def __init__(self, random: Random | None = None) -> None:
        self.host, self.clock, self.buffer = LogHost(), ManualClock(), LogBuffer()
        self.monitor = LogMonitor(
            "shop", self.host, clock=self.clock, random=random or Impatient(), buffer=self.buffer, reach=REACH
        )

    @property
    def raw(self) -> list[bytes]:
        return [self.buffer.raw(number) for number in range(self.buffer.total)]

    @property
    def notices(self) -> list[str]:
        return [line.decode() for line in self.raw if line.startswith(b"-- ")]

    def of(self, process: str) -> list[bytes]:
        return [line for line in self.raw if f" app[{process}]:".encode() in line]

    async def caught_up(self) -> None:
        """Wait until the newest line of each log there is stands in the buffer."""
        newest = [log[-1] for log in self.host.logs.values() if log]
        await until(lambda: self.host.followed and set(newest) <= set(self.raw), 3, what="the newest lines")

    async def come_back(self, seconds: float = 12) -> None:
        """Mend the link after that time."""
        for _ in range(5):
            await asyncio.sleep(0)  # that it is lost is noticed at once
        self.clock.advance(seconds)
        before = len(self.notices)
        self.host.up = True
        await until(lambda: len(self.notices) > before and self.host.followed, what="the line about the link")
        await self.caught_up()


@asynccontextmanager
async def watching(random: Random | None = None, **lines: int) -> AsyncIterator[Watched]:
    watched = Watched(random)
    for process, count in (lines or {"web": 3}).items():
        watched.host.write(f"{process}.1", count)
    watched.monitor.start()
    try:
        await watched.caught_up()
        yield watched
    finally:
        await watched.monitor.close()


async def test_after_a_lost_link_what_came_meanwhile_is_there_and_a_line_says_that_nothing_is_missing() -> None:
    async with watching(web=3, worker=2) as watched:
        watched.host.cut()
        watched.host.write("web.1", 4)
        await watched.come_back()
        assert watched.notices == ["-- link lost for 12 s; nothing is missing --"]
        assert watched.of("web.1") == watched.host.written["web.1"]
        assert watched.of("worker.1") == watched.host.written["worker.1"]


async def test_more_is_read_when_more_came_than_is_usually_read() -> None:
    async with watching() as watched:
        watched.host.cut()
        watched.host.write("web.1", 25)
        await watched.come_back()
        assert watched.notices == ["-- link lost for 12 s; nothing is missing --"]
        assert watched.of("web.1") == watched.host.written["web.1"]
        assert watched.host.reads == [8, 8, 16, 32]


async def test_where_even_that_does_not_reach_a_line_says_from_when_to_when() -> None:
    async with watching() as watched:
        watched.host.cut()
        watched.host.write("web.1", 5000)
        await watched.come_back()
        assert watched.notices == ["-- link lost for 12 s; lines of web.1 from 02:00:00 to 02:00:04 are missing --"]
        assert watched.of("web.1") == watched.host.written["web.1"][:3] + watched.host.written["web.1"][-32:]


async def test_a_gap_of_one_process_is_not_said_of_another() -> None:
    async with watching(web=3, worker=3) as watched:
        watched.host.cut()
        watched.host.write("web.1", 100)
        watched.host.write("worker.1", 2)
        await watched.come_back()
        assert len(watched.notices) == 1
        assert "worker" not in watched.notices[0]
        assert watched.of("worker.1") == watched.host.written["worker.1"]


async def test_two_lines_of_the_same_nanosecond_are_both_there_and_none_twice() -> None:
    async with watching() as watched:
        watched.host.write("web.1", 3, same_time=True)
        await watched.caught_up()
        watched.host.cut()
        watched.host.write("web.1", 3, same_time=True)
        await watched.come_back()
        assert watched.of("web.1") == watched.host.written["web.1"]


async def test_a_clock_that_is_set_back_hides_no_line() -> None:
    async with watching() as watched:
        watched.host.turn_back(3600)
        watched.host.write("web.1", 2)
        await watched.caught_up()
        watched.host.cut()
        watched.host.turn_back(3600)
        watched.host.write("web.1", 2)
        await watched.come_back()
        assert watched.of("web.1") == watched.host.written["web.1"]


async def test_a_container_replaced_while_the_link_was_lost_is_named() -> None:
    async with watching(web=3, worker=3) as watched:
        watched.host.cut()
        watched.host.write("web.1", 2)
        watched.host.replace("web.1")
        watched.host.write("web.1", 2)
        await watched.come_back()
        assert watched.notices == [
            "-- link lost for 12 s; web.1 has a new container since 02:00:00; "
            "anything written after 02:00:00 before is gone --"
        ]
        written = watched.host.written["web.1"]
        assert watched.of("web.1") == written[:3] + written[-2:]


async def test_a_container_that_is_gone_after_a_lost_link_is_named() -> None:
    async with watching(web=3, worker=3) as watched:
        watched.host.cut()
        watched.host.replace("worker.1")
        await watched.come_back()
        assert watched.notices == [
            "-- link lost for 12 s; worker.1 has no log any more; anything written after 02:00:00 is gone --"
        ]


async def test_a_container_whose_end_was_seen_is_replaced_without_a_word() -> None:
    async with watching() as watched:
        watched.host.replace("web.1")
        watched.host.write("web.1", 4)
        await watched.caught_up()
        assert watched.notices == []
        assert watched.of("web.1") == watched.host.written["web.1"]


async def test_lines_between_the_past_and_the_follow_are_read_before_it_goes_on() -> None:
    async with watching() as watched:
        watched.host.between.append(lambda: watched.host.write("web.1", 11))
        watched.host.cut()
        await watched.come_back()
        assert watched.of("web.1") == watched.host.written["web.1"]
        assert len(watched.notices) == 1


async def test_lines_between_that_cannot_be_read_leave_a_line_that_says_so() -> None:
    async with watching() as watched:
        watched.host.between.append(lambda: watched.host.write("web.1", 5000))
        watched.host.cut()
        await watched.come_back()
        assert watched.notices[1:] == ["-- lines of web.1 from 02:00:00 to 02:00:04 are missing --"]
        shown = watched.of("web.1")
        assert shown == watched.host.written["web.1"][:3] + watched.host.written["web.1"][3 - len(shown) :]


async def test_a_past_that_takes_too_long_is_left_and_the_follow_shown() -> None:
    watched = Watched()
    watched.host.slow = True
    watched.host.write("web.1", 30)
    watched.monitor.start()
    try:
        await watched.caught_up()
        assert watched.of("web.1") == watched.host.written["web.1"][-5:]
    finally:
        await watched.monitor.close()


async def test_a_past_that_is_cut_at_the_cap_claims_no_new_container() -> None:
    async with watching(web=3, worker=3) as watched:
        watched.host.cut()
        watched.host.write("web.1", 3, text="x" * 200)
        watched.host.cap = 400
        await watched.come_back()
        assert "new container" not in "".join(watched.notices)
        assert "no log" not in "".join(watched.notices)
        assert watched.of("worker.1") == watched.host.written["worker.1"]


async def test_a_log_without_times_is_joined_by_its_lines() -> None:
    watched = Watched()
    log = watched.host.logs["web.1"] = [b"plain %d" % number for number in range(6)]
    watched.monitor.start()
    try:
        await watched.caught_up()
        watched.host.cut()
        log += [b"plain %d" % number for number in range(6, 12)]
        await watched.come_back()
        assert [line for line in watched.raw if line.startswith(b"plain")] == log
    finally:
        await watched.monitor.close()


# -- whatever happens, in whatever order -------------------------------------------------------------------------------

PROCESSES = st.sampled_from(["web.1", "web.2", "worker.1"])
COUNTS = st.sampled_from([1, 2, 3, 6, 9, 15, 33, 60])


class Hasty(Random):
    """Leaves out every pause, so that a walk is the same each time."""

    def uniform(self, a: float, b: float) -> float:
        return 0.0


@dataclass(frozen=True)
class Write:
    process: str
    count: int
    same_time: bool

    def __call__(self, watched: Watched) -> None:
        watched.host.write(self.process, self.count, same_time=self.same_time)


@dataclass(frozen=True)
class Replace:
    processes: list[str]

    def __call__(self, watched: Watched) -> None:
        watched.host.replace(*self.processes)


@dataclass(frozen=True)
class Between:
    """What happens after the past was read and before the follow begins."""

    replaced: list[str]
    writes: list[Write]

    def __call__(self, watched: Watched) -> None:
        watched.host.between.append(lambda: self.happen(watched))

    def happen(self, watched: Watched) -> None:
        # A deploy takes longer than that: no container comes, writes and goes in between.
        if replaced := watched.host.read.intersection(self.replaced):
            watched.host.replace(*replaced)
        for write in self.writes:
            write(watched)


class Fault(StrEnum):
    CUT = "cut"
    MEND = "mend"
    REATTACH = "reattach"

    def __call__(self, watched: Watched) -> None:
        match self:
            case Fault.CUT:
                watched.host.cut()
            case Fault.MEND:
                watched.host.up = True
            case Fault.REATTACH:
                watched.monitor.reattach()


WRITES = st.builds(Write, PROCESSES, COUNTS, st.booleans())
SOME = st.lists(PROCESSES, unique=True, max_size=2)
STEPS = st.one_of(
    WRITES,
    WRITES,
    st.sampled_from(Fault),
    st.builds(Replace, SOME),
    st.builds(Between, SOME, st.lists(WRITES, max_size=2)),
)


@given(steps=st.lists(st.tuples(STEPS, st.integers(0, 16)), max_size=14))
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_each_line_once_or_a_line_about_a_gap(steps: list[tuple[Callable[[Watched], None], int]]) -> None:
    asyncio.run(_walk(steps))


async def _walk(steps: list[tuple[Callable[[Watched], None], int]]) -> None:
    async with watching(Hasty(1), web=2, worker=1) as watched:
        for step, turns in steps:
            step(watched)
            if isinstance(step, Replace) and watched.host.up:
                # A deploy takes longer than looking again: no container comes and goes unseen.
                await until(lambda: watched.host.followed)
            # Some steps come while what the one before set off is under way.
            for _ in range(turns):
                await asyncio.sleep(0)
        watched.host.up = True
        watched.host.between.clear()
        for process in ("web.1", "web.2", "worker.1"):
            watched.host.write(process)
        await watched.caught_up()
        for process, written in watched.host.written.items():
            _whole_or_told(watched, process, written)


def _whole_or_told(watched: Watched, process: str, written: list[bytes]) -> None:
    place = {line: number for number, line in enumerate(written)}
    last: int | None = None
    told: list[str] = []
    for line in watched.raw:
        if line.startswith(b"-- ") and process in line.decode():
            told.append(line.decode())
        elif (number := place.get(line)) is not None:
            if last is not None:
                assert number > last, f"{line!r} stands there twice, or too late"
                assert number == last + 1 or told, f"before {line!r} lines are missing and nothing says so"
                gap = [words for words in told if "are missing" in words]
                # Of a new container nobody can know which line is its first, if even the longest read is full.
                same = watched.host.container[line] == watched.host.container[written[last]]
                assert number > last + 1 or not gap or not same, f"nothing is missing before {line!r}, but {gap}"
            last, told = number, []
    assert last == len(written) - 1
