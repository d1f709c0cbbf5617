from __future__ import annotations

import asyncio

from restant_tui.transport.budget import Slots
from tests.support.waiting import until


async def test_no_more_than_the_given_number_run_at_once() -> None:
    slots, running, most = Slots(3), 0, 0

    async def work() -> None:
        nonlocal running, most
        async with slots.hold():
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

    await asyncio.gather(*(work() for _ in range(20)))
    assert most == 3


async def test_a_persons_step_goes_before_waiting_pollers() -> None:
    slots, order, gate = Slots(1), list[str](), asyncio.Event()

    async def work(name: str, *, urgent: bool = False) -> None:
        async with slots.hold(urgent=urgent):
            order.append(name)
            await gate.wait()

    tasks = [asyncio.create_task(work("first"))]
    await until(lambda: order)
    tasks += [asyncio.create_task(work(f"poller {n}")) for n in (1, 2)]
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(work("person", urgent=True)))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*tasks)
    assert order == ["first", "person", "poller 1", "poller 2"]


async def test_giving_up_while_waiting_loses_no_slot() -> None:
    slots = Slots(1)
    entered = asyncio.Event()

    async def hold() -> None:
        async with slots.hold():
            entered.set()

    async with slots.hold():
        waiting = asyncio.create_task(hold())
        await asyncio.sleep(0)
    # The slot was handed over in this very step; the taker is cancelled before it runs.
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(1), slots.hold():
        pass
