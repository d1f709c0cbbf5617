"""G13, G14: ask about 50 and 200 apps at once, on the loopback and at 40 ms there and back, beside a fresh `ssh` each.

A host takes 100 ms to report an app, waiting or computing. A second session beside ours shows what another connection
with six more channels would gain, and why there is none: only reports that wait come sooner. Dokku's compute, so six at
once already have every core of a small host, and with twelve a person's step shares those cores with twice as many.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bench.goals import Goal, Report
from bench.openssh import Ground, Rival, ground, missing, session_of
from restant_tui.transport.session import Session
from tests.support.badwire import BadWire

__all__ = ["measure", "missing"]

WAITING = ("sleep", "0.1")
COMPUTING = ("sh", "-c", "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done")
ONE_WAY = 0.02
SAMPLES = 8


async def _all(sessions: Sequence[Session], report: Sequence[str], apps: int) -> tuple[float, int, int]:
    """Return seconds for all reports, the most channels in use on one connection, and how many got no answer."""
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, *(session.in_use for session in sessions))
            await asyncio.sleep(0.001)

    watcher = asyncio.create_task(watch())
    began = time.perf_counter()
    outcomes = await asyncio.gather(
        *(sessions[number % len(sessions)].run(report, timeout=120) for number in range(apps))
    )
    took = time.perf_counter() - began
    watcher.cancel()
    return took, most, sum(not outcome.succeeded for outcome in outcomes)


async def _step_among(sessions: Sequence[Session], report: Sequence[str]) -> float:
    """Return the seconds a person's `true` takes while 30 reports are asked for."""
    reports = [asyncio.create_task(sessions[number % len(sessions)].run(report, timeout=120)) for number in range(30)]
    await asyncio.sleep(0.05)
    began = time.perf_counter()
    await sessions[0].prioritised().run(["true"], timeout=60)
    took = time.perf_counter() - began
    await asyncio.gather(*reports)
    return took


@asynccontextmanager
async def _far(on: Ground) -> AsyncIterator[tuple[Session, Session, Rival]]:
    """Two sessions and the rival behind a wire that takes its time."""
    wire = BadWire(on.sshd.port)
    wire.delay = ONE_WAY
    await wire.start()
    host = wire.leading_to(on.sshd.host(), on.sshd.folder / "known_hosts_far")
    one, two = session_of(host), session_of(host)
    try:
        yield one, two, Rival(on.sshd, wire.port)
    finally:
        await asyncio.gather(one.close(), two.close())
        await wire.stop()


async def _compare(place: str, first: Session, second: Session, rival: Rival, limits: tuple[float, float]) -> Report:
    goals: list[Goal] = []
    told: list[str] = []
    for session in (first, second):
        await session.run(["true"], timeout=10)
    for apps in (50, 200):
        fresh: list[float] = []
        ours: list[tuple[float, int, int]] = []
        double: list[float] = []
        for _ in range(2 if apps == 50 else 1):
            ours.append(await _all([first], WAITING, apps))
            fresh += [await asyncio.to_thread(rival.seconds, *WAITING) for _ in range(SAMPLES)]
            double.append((await _all([first, second], WAITING, apps))[0])
        took, serial = statistics.median(one[0] for one in ours), statistics.median(fresh) * apps
        told.append(
            f"{place}, {apps} apps: ours {took:.2f} s, with a second connection {statistics.median(double):.2f} s "
            f"(1/{serial / statistics.median(double):.3g}), fresh ssh each {serial:.1f} s (from {len(fresh)} of them)"
        )
        goals.append(Goal(f"G13 {place}, {apps} apps / fresh ssh each", took / serial, *limits))
        goals.append(Goal(f"G14 {place}, most channels in use, {apps} apps", max(one[1] for one in ours), 6, 6))
        goals.append(Goal(f"G14 {place}, reports not answered, {apps} apps", sum(one[2] for one in ours), 0, 0))
    return Report(goals, told)


async def _busy_host(first: Session, second: Session) -> list[str]:
    """What six more channels do where a report computes, as Dokku's do, rather than waits."""
    six = [(await _all([first], COMPUTING, 50))[0] for _ in range(2)]
    twelve = [(await _all([first, second], COMPUTING, 50))[0] for _ in range(2)]
    step_six = [await _step_among([first], COMPUTING) for _ in range(5)]
    step_twelve = [await _step_among([first, second], COMPUTING) for _ in range(5)]
    return [
        f"50 reports that compute: ours {statistics.median(six):.2f} s, with a second connection "
        f"{statistics.median(twelve):.2f} s",
        f"a person's step among them: ours {statistics.median(step_six):.2f} s, with a second connection "
        f"{statistics.median(step_twelve):.2f} s",
    ]


async def _measure() -> Report:
    async with ground() as on:
        second = session_of(on.sshd.host())
        try:
            near = await _compare("loopback", on.session, second, on.rival, (1 / 12, 1 / 18))
            busy = await _busy_host(on.session, second)
        finally:
            await second.close()
        async with _far(on) as (one, two, rival):
            far = await _compare("40 ms", one, two, rival, (1 / 15, 1 / 25))
    return Report([*near.goals, *far.goals], [*near.told, *far.told, *busy])


def measure() -> Report:
    """Measure it all."""
    return asyncio.run(_measure())
