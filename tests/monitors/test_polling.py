from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

from restant_tui.monitors.polling import Poller
from tests.support.waiting import until


def poller(probe: Callable[[], Awaitable[None]], interval: float, problems: list[Exception] | None = None) -> Poller:
    found: list[Exception] = [] if problems is None else problems
    return Poller(probe, lambda: interval, random=Random(1), on_problem=found.append)


async def test_it_asks_at_once_and_again_after_the_interval() -> None:
    rounds: list[int] = []

    async def probe() -> None:
        rounds.append(1)

    made = poller(probe, 0.001)
    made.start()
    await until(lambda: len(rounds) >= 3)
    await made.close()


async def test_waking_asks_now_however_long_the_interval() -> None:
    rounds: list[int] = []

    async def probe() -> None:
        rounds.append(1)

    made = poller(probe, 3600)
    made.start()
    await until(lambda: len(rounds) == 1)
    made.wake()
    await until(lambda: len(rounds) == 2)
    await made.close()


async def test_rounds_never_overlap_and_a_wake_during_one_makes_another() -> None:
    go = asyncio.Event()
    under_way = most = rounds = 0

    async def probe() -> None:
        nonlocal under_way, most, rounds
        under_way += 1
        most = max(most, under_way)
        await go.wait()
        under_way -= 1
        rounds += 1

    made = poller(probe, 3600)
    made.start()
    await until(lambda: under_way == 1)
    made.wake()
    made.wake()
    go.set()
    await until(lambda: rounds == 2)
    assert most == 1
    await made.close()


async def test_an_exception_is_reported_and_the_loop_goes_on() -> None:
    problems: list[Exception] = []
    rounds: list[int] = []

    async def probe() -> None:
        rounds.append(1)
        raise ZeroDivisionError("oops")

    made = poller(probe, 0.001, problems)
    made.start()
    await until(lambda: len(rounds) >= 3)
    await made.close()
    assert isinstance(problems[0], ZeroDivisionError)


async def test_closing_ends_a_round_in_the_middle() -> None:
    began = asyncio.Event()
    ended: list[str] = []

    async def probe() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")

    made = poller(probe, 3600)
    made.start()
    await began.wait()
    await made.close()
    assert ended == ["ended"]


async def test_the_jitter_comes_from_the_random_it_was_given() -> None:
    pauses: list[float] = []

    class Fixed(Random):
        def uniform(self, a: float, b: float) -> float:
            pauses.extend((a, b))
            return 0.0001

    async def probe() -> None: ...

    made = Poller(probe, lambda: 3600, random=Fixed(), on_problem=lambda _: None)
    made.start()
    await until(lambda: len(pauses) >= 4)
    await made.close()
    assert pauses[:2] == [0.9, 1.1]
