from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from time import perf_counter

import pytest

from restant_tui.dokku import commands
from restant_tui.monitors.logbuffer import LogBuffer
from restant_tui.monitors.logs import LogMonitor
from restant_tui.transport.outcome import Outcome, OutcomeKind
from tests.support.clock import ManualClock
from tests.support.scripted import Follow, ScriptedRunner, exited, lost
from tests.support.waiting import until

PAST = commands.logs("shop", 200)


def line(second: float, text: str, process: str = "web.1") -> bytes:
    return f"\x1b[36m2026-03-02T02:00:{second:012.9f}Z app[{process}]:\x1b[0m {text}\n".encode()


class Impatient(Random):
    """Makes every pause short."""

    def __init__(self) -> None:
        super().__init__(1)
        self.pauses: list[float] = []
        """The pauses that were meant, without jitter."""

    def uniform(self, a: float, b: float) -> float:
        self.pauses.append((a + b) / 2)
        return 0.0005


class Bench:
    """A log monitor of one app, on a scripted runner."""

    def __init__(self, runner: ScriptedRunner) -> None:
        self.runner, self.clock, self.buffer, self.random = runner, ManualClock(), LogBuffer(), Impatient()
        self.monitor = LogMonitor("shop", runner, clock=self.clock, random=self.random, buffer=self.buffer)

    @property
    def messages(self) -> list[str]:
        return [shown.message for shown in self.buffer.lines(0, self.buffer.total)]


@asynccontextmanager
async def following(past: bytes | Outcome, *follows: Follow) -> AsyncIterator[Bench]:
    outcome = exited(past) if isinstance(past, bytes) else past
    bench = Bench(ScriptedRunner({PAST: outcome}))
    bench.runner.follows = list(follows)
    bench.monitor.start()
    try:
        yield bench
    finally:
        await bench.monitor.close()


def giving(*pieces: bytes, then: Outcome | None = None, after: Awaitable[object] | None = None) -> Follow:
    """A follow that gives these bytes, waits, and ends so; it stays if there is nothing to end with."""

    async def follow(on_data: Callable[[bytes], None]) -> Outcome:
        for piece in pieces:
            on_data(piece)
            await asyncio.sleep(0)
        if after is not None:
            await after
        if then is None:
            await asyncio.Event().wait()
        assert then is not None
        return then

    return follow


async def test_the_past_comes_in_order_of_time_whatever_the_order_of_its_blocks() -> None:
    past = line(3, "late", "worker.1") + line(5, "later", "worker.1") + line(2, "early") + line(4, "middle")
    async with following(past) as bench:
        await until(lambda: bench.buffer.total == 4)
        assert bench.messages == ["early", "late", "middle", "later"]


async def test_what_the_follow_repeats_is_not_shown_twice() -> None:
    past = line(1, "one") + line(2, "two")
    async with following(
        past, giving(line(1, "one") + line(2, "two")[:30], line(2, "two")[30:] + line(3, "three"))
    ) as bench:
        await until(lambda: bench.buffer.total == 3)
        assert bench.messages == ["one", "two", "three"]


async def test_each_process_has_its_own_clock() -> None:
    past = line(9, "worker is ahead", "worker.1")
    async with following(past, giving(line(5, "web comes late"))) as bench:
        await until(lambda: bench.buffer.total == 2)


async def test_after_a_redeploy_it_attaches_again_without_a_word() -> None:
    ended = asyncio.Event()
    old = line(1, "old") + line(2, "last of old")
    async with following(
        line(1, "old"), giving(old, after=ended.wait(), then=exited()), giving(line(3, "new"))
    ) as bench:
        await until(lambda: bench.buffer.total == 2)
        bench.runner.answers[PAST] = exited(line(3, "new"))
        ended.set()
        await until(lambda: bench.buffer.total == 3)
        assert bench.messages == ["old", "last of old", "new"]
        assert bench.runner.followed == 2


async def test_words_of_dokku_are_shown_once_however_often_they_come() -> None:
    refusal = exited("", 1, " !     App shop has not been deployed\n")
    async with following(refusal) as bench:
        await until(lambda: bench.runner.times(*PAST) >= 4)
        assert bench.messages == ["-- logs shop exited 1: App shop has not been deployed --"]


async def test_a_link_that_was_never_up_leaves_no_gap_behind() -> None:
    async with following(lost(sent=False)) as bench:
        await until(lambda: bench.runner.times(*PAST) >= 3)
        bench.runner.answers[PAST] = exited(line(1, "hello"))
        await until(lambda: bench.buffer.total == 1)
        assert bench.messages == ["hello"]


async def test_attaching_anew_ends_the_follow_and_begins_another() -> None:
    old = line(1, "old") + line(2, "still old")
    async with following(line(1, "old"), giving(old), giving(old + line(3, "new"))) as bench:
        await until(lambda: bench.buffer.total == 2)
        bench.runner.answers[PAST] = exited(old)
        bench.monitor.reattach()
        await until(lambda: bench.buffer.total == 3)
        assert bench.messages == ["old", "still old", "new"]


async def test_pauses_grow_to_a_quarter_minute_while_nothing_comes_and_shrink_with_the_first_line() -> None:
    async with following(lost(sent=False)) as bench:
        await until(lambda: len(bench.random.pauses) >= 7)
        assert bench.random.pauses[:7] == pytest.approx([1, 2, 4, 8, 15, 15, 15])
        bench.runner.follows = [giving(then=lost())]
        bench.runner.answers[PAST] = exited(line(1, "hello"))
        await until(lambda: bench.runner.followed >= 1)
        await until(lambda: 1 in (round(pause) for pause in bench.random.pauses[7:]))


async def test_a_broken_runner_does_not_end_the_monitor() -> None:
    def broken(_: tuple[str, ...]) -> Outcome:
        raise ZeroDivisionError("oops")

    bench = Bench(ScriptedRunner({PAST: broken}))
    bench.monitor.start()
    await until(lambda: bench.runner.times(*PAST) >= 2)
    bench.runner.answers[PAST] = exited(line(1, "hello"))
    await until(lambda: "hello" in bench.messages)
    await bench.monitor.close()
    assert bench.messages == ["-- oops --", "hello"]


async def test_a_line_without_end_is_taken_in_pieces() -> None:
    async with following(b"", giving(line(1, "x" * 70_000)[:-1])) as bench:
        await until(lambda: bench.buffer.total >= 1)


async def test_containers_are_merged_by_the_value_of_their_times_whatever_the_length_of_the_fraction() -> None:
    web = b"2026-03-02T02:00:01Z app[web.1]: whole\n2026-03-02T02:00:01.500000001Z app[web.1]: just after\n"
    worker = b"2026-03-02T02:00:01.5Z app[worker.1]: half\n"
    async with following(web + worker) as bench:
        await until(lambda: bench.buffer.total == 3)
        assert bench.messages == ["whole", "half", "just after"]


async def test_a_follow_the_host_has_no_room_for_says_why() -> None:
    full = Outcome(kind=OutcomeKind.UNKNOWN, sent=False, reason="Not sent: 8 streams are followed: close one first.")
    async with following(line(1, "one"), giving(then=full), giving(then=full)) as bench:
        await until(lambda: bench.runner.followed >= 2)
        await until(lambda: "-- Not sent: 8 streams are followed: close one first. --" in bench.messages)


async def test_a_flood_costs_little_and_is_still_known_when_the_link_was_lost() -> None:
    lines = [line(number / 2000, f"line {number}", f"web.{number % 3}") for number in range(60_000)]
    gone, past = asyncio.Event(), b"".join(lines[:3])
    block = b"".join(lines)
    pieces = [block[at : at + 32_768] for at in range(0, len(block), 32_768)]
    began = perf_counter()
    async with following(past, giving(*pieces, after=gone.wait(), then=lost())) as bench:
        await until(lambda: bench.buffer.total == 60_000)
        # Looking at every line takes 15 ms for each megabyte; this is generous for a machine with other work.
        per_megabyte = (perf_counter() - began) / (len(block) / 1e6)
        assert per_megabyte < 0.05, per_megabyte
        last = b"".join(lines[-300:])
        bench.runner.answers[PAST] = exited(last + line(40, "after", "web.0"))
        gone.set()
        await until(lambda: bench.buffer.total == 60_002)
        assert bench.messages[-2:] == ["-- link lost for 0 s; nothing is missing --", "after"]
