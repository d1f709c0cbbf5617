"""G4: a short command over our session, beside a fresh `ssh`, one over a ControlMaster, and asyncssh alone."""

from __future__ import annotations

import asyncio
import statistics
import time

from bench.goals import Goal, Report, ratio
from bench.openssh import Ground, bare, ground, missing

__all__ = ["measure", "missing"]

ROUNDS = 12
EACH = 8


async def _ours(on: Ground) -> float:
    began = time.perf_counter()
    assert (await on.session.run(["true"], timeout=10)).succeeded
    return time.perf_counter() - began


async def _alone(on: Ground) -> float:
    return await bare(on.connection, "true")


async def _once(on: Ground) -> dict[str, float]:
    """Run `true` in every way, in turn, and return the medians of one round in seconds."""
    times: dict[str, list[float]] = {"ours": [], "asyncssh": [], "master": []}
    for number in range(EACH):
        # What comes first after a process of the rival's finds the caches cold: both take that turn.
        for way in (_ours, _alone) if number % 2 else (_alone, _ours):
            times["ours" if way is _ours else "asyncssh"].append(await way(on))
        times["master"].append(await asyncio.to_thread(on.rival.seconds, "true", shared=True))
    fresh = await asyncio.to_thread(on.rival.seconds, "true")
    return {"ssh": fresh, **{name: statistics.median(found) for name, found in times.items()}}


async def _measure() -> Report:
    async with ground() as on:
        await _once(on)
        rounds = [await _once(on) for _ in range(ROUNDS)]
    found = {name: [one[name] for one in rounds] for name in rounds[0]}
    told = ", ".join(f"{name} {statistics.median(times) * 1e3:.2f} ms" for name, times in found.items())
    return Report(
        [
            Goal("G4 short command / fresh ssh", ratio(found["ours"], found["ssh"]), 1 / 30, 1 / 55),
            Goal("G4 short command / ControlMaster", ratio(found["ours"], found["master"]), 0.6, 0.4),
        ],
        [f"true: {told}", f"ours / asyncssh alone: {ratio(found['ours'], found['asyncssh']):.3f}"],
    )


def measure() -> Report:
    """Measure it all."""
    return asyncio.run(_measure())
