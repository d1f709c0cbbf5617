"""G5: a log of 200 MB into the line store, beside `ssh host cat | wc -l` and a counter of bytes on asyncssh alone."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.goals import Goal, Report, ratio
from bench.openssh import CIPHER, Ground, bare, ground, missing
from restant_tui.monitors.logbuffer import LogBuffer
from restant_tui.transport.outcome import OnOutput

__all__ = ["measure", "missing"]

ROUNDS = 5
LINES = 1_900_000
LINE = b"2026-03-02T03:00:00Z web.1 GET /orders/1842 200 in 31 ms, 12 queries, user 77, cache hit, region north xx\n"
SIZE = LINES * len(LINE) / 1e6
"""Megabytes."""


def _into(store: LogBuffer) -> OnOutput:
    return lambda data, _error: store.feed(data)


async def _ours(on: Ground, file: Path) -> None:
    store = LogBuffer()
    outcome = await on.session.run(["cat", str(file)], timeout=60, cap=0, on_output=_into(store))
    assert outcome.succeeded
    assert store.total == LINES, f"{store.total} of {LINES} lines"


async def _timed(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Return seconds, and milliseconds of our processor a megabyte."""
    began, used = time.perf_counter(), time.process_time()
    await work()
    return time.perf_counter() - began, (time.process_time() - used) * 1e3 / SIZE


async def _measure() -> Report:
    async with ground() as on:
        file = on.folder / "log"
        with file.open("wb") as out:
            for _ in range(LINES // 10_000):
                out.write(LINE * 10_000)
        ours: list[tuple[float, float]] = []
        alone: list[tuple[float, float]] = []
        same: list[float] = []
        usual: list[float] = []
        await asyncio.to_thread(on.rival.count, file)  # once, to have the file in memory; not counted
        for _ in range(ROUNDS):
            ours.append(await _timed(lambda: _ours(on, file)))
            same.append(await asyncio.to_thread(on.rival.count, file, "-c", CIPHER))
            alone.append(await _timed(lambda: bare(on.connection, f"cat {file}")))
            usual.append(await asyncio.to_thread(on.rival.count, file))
    speeds = {"ours": [one[0] for one in ours], "asyncssh alone": [one[0] for one in alone],
              f"ssh -c {CIPHER} | wc": same, "ssh | wc": usual}  # fmt: skip
    told = ", ".join(f"{name} {SIZE / statistics.median(times):.0f} MB/s" for name, times in speeds.items())
    work, floor = [one[1] for one in ours], [one[1] for one in alone]
    return Report(
        [
            Goal("G5 log into the store / ssh cat | wc -l, same cipher", ratio(same, speeds["ours"]), 1.0, 1.6,
                 at_most=False),
            Goal("G5 processor, ms a megabyte", statistics.median(work), 2.0, 1.3),
        ],
        [
            f"{SIZE:.0f} MB: {told}",
            f"of our processor time a megabyte asyncssh alone takes {statistics.median(floor):.2f} ms "
            f"(ours / asyncssh alone: {ratio(work, floor):.2f})",
            f"asyncssh alone / ssh | wc, same cipher: {ratio(same, speeds['asyncssh alone']):.2f}",
        ],
    )  # fmt: skip


def measure() -> Report:
    """Measure it all."""
    return asyncio.run(_measure())
