"""A flood of output, and readers that cannot take it: the host has to wait, and nothing piles up here."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from restant_tui.clock import SystemClock
from restant_tui.config.model import Identity
from restant_tui.transport.outcome import OutcomeKind
from restant_tui.transport.session import Session
from restant_tui.transport.valve import Valve
from tests.support.sshd import PROGRAM, Sshd, running
from tests.support.waiting import until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(PROGRAM is None, reason="OpenSSH's sshd is not installed"),
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc to measure memory"),
]


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_a_flood_that_nobody_keeps_does_not_grow_memory(sshd: Sshd) -> None:
    session = Session(sshd.host(), Identity.ADMIN, clock=SystemClock())
    counted = 0

    def count(data: bytes, _is_error: bool) -> None:
        nonlocal counted
        counted += len(data)

    await session.run(["head", "-c", "4000000", "/dev/zero"], timeout=30, cap=1000)
    before = resident()
    size = 120_000_000
    outcome = await session.run(["head", "-c", str(size), "/dev/zero"], timeout=40, on_output=count, cap=1000)
    assert (outcome.exit_status, counted, outcome.truncated) == (0, size, True)
    assert resident() - before < 40_000_000
    await session.close()


async def test_a_stream_whose_reader_stops_is_held_back_on_the_host(sshd: Sshd) -> None:
    session = Session(sshd.host(), Identity.ADMIN, clock=SystemClock())
    got = 0

    def take(data: bytes) -> None:
        nonlocal got
        got += len(data)

    valve = Valve()
    task = asyncio.create_task(session.follow(["cat", "/dev/zero"], take, valve=valve))
    await until(lambda: got > 1_000_000)
    valve.shut()
    for _ in range(200):
        await asyncio.sleep(0.001)
    before, held = resident(), got
    for _ in range(500):
        await asyncio.sleep(0.001)
    assert got == held
    assert resident() - before < 20_000_000
    valve.open()
    await until(lambda: got > held + 1_000_000)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await session.close()


async def test_a_command_whose_reader_stops_is_held_back_and_complete_in_the_end(sshd: Sshd) -> None:
    session = Session(sshd.host(), Identity.ADMIN, clock=SystemClock())
    got = 0

    def take(data: bytes, _is_error: bool) -> None:
        nonlocal got
        got += len(data)
        if got > 100_000 and got < 200_000:
            valve.shut()

    valve = Valve()
    argv = ["head", "-c", "20000000", "/dev/zero"]
    task = asyncio.create_task(session.run(argv, timeout=30, on_output=take, cap=0, valve=valve))
    await until(lambda: not valve.is_open)
    assert (await session.run(["echo", "others go on"], timeout=10)).succeeded
    assert got < 4_000_000
    valve.open()
    assert (await task).exit_status == 0
    assert got == 20_000_000
    await session.close()


async def test_a_stream_held_back_still_notices_that_its_link_is_gone(sshd: Sshd) -> None:
    session = Session(sshd.host(), Identity.ADMIN, clock=SystemClock())
    got = asyncio.Event()
    valve = Valve()
    task = asyncio.create_task(session.follow(["cat", "/dev/zero"], lambda _data: got.set(), valve=valve))
    await asyncio.wait_for(got.wait(), 10)
    valve.shut()
    sshd.cut_sessions()
    outcome = await asyncio.wait_for(task, 5)
    assert outcome.kind is OutcomeKind.UNKNOWN
    await session.close()


async def test_a_stream_held_back_can_be_cancelled(sshd: Sshd) -> None:
    session = Session(sshd.host(), Identity.DOKKU, clock=SystemClock())
    got = asyncio.Event()
    valve = Valve()
    task = asyncio.create_task(session.follow(["follow"], lambda _data: got.set(), valve=valve))
    await asyncio.wait_for(got.wait(), 10)
    valve.shut()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await until(lambda: not running(f"{sshd.folder}/forced"), what="the end of the followed command")
    assert (await session.follow(["exit7"], lambda _data: None)).exit_status == 7
    await session.close()
