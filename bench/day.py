"""A day of polling at two consoles on one host, and what they hold at its end that they did not hold in the morning.

    python -m bench.day [HOURS]

Both consoles are one person's, in two terminals: one folder, one journal. As many probes are made and answered as in
24 hours, over real sockets, while the clock goes 288 times as fast. After a tenth of it everything is counted; half the
day is left alone, and in the other half every link is cut once an hour.
"""

from __future__ import annotations

import asyncio
import math
import sys
import tempfile
import time
from pathlib import Path

from bench.goals import Goal, Report
from restant_tui.clock import ScaledClock
from restant_tui.practice.host import PracticeHost
from tests.support.badwire import BadWire
from tests.support.day import Day, Figures
from tests.support.figures import MEASURABLE

SPEED = 288.0
LOG_SPEED = 0.1
"""Of the host's own clock: its logs come slowly. What keeps them fills by design, here and on the host (it is in this
process too), and would hide what else grows."""


def missing() -> str:
    """Return what this machine lacks for it; empty if nothing."""
    return "" if MEASURABLE else "there is no /proc to count in"


def _goals(name: str, before: Figures, after: Figures) -> list[Goal]:
    def more(what: str, was: float, now: float, floor: float, ambitious: float) -> Goal:
        return Goal(f"more {what}, {name}", now - was, floor, ambitious)

    one, two = before.held, after.held
    return [
        more("MB, but for log lines", (one.resident - before.log) / 1e6, (two.resident - after.log) / 1e6, 8, 3),
        more("file handles", one.files, two.files, 6, 2),
        more("processes", one.children, two.children, 0, 0),
        more("threads", one.threads, two.threads, 2, 0),
        more("tasks", one.tasks, two.tasks, 20, 10),
        more("connections", before.connections, after.connections, 0, 0),
        Goal(f"channels in use, {name}", after.channels, 24, 24),
    ]  # fmt: skip


def _said(when: str, figures: Figures, answers: int, since: float) -> str:
    held = figures.held
    return (
        f"{when}: {answers} probes in {time.perf_counter() - since:.0f} s; {held.resident / 1e6:.1f} MB, "
        f"{held.files} file handles, {held.tasks} tasks, {held.threads} threads, {held.children} processes, "
        f"{figures.connections} connections ({figures.logins} logins so far), {figures.entries} entries and "
        f"{figures.journal / 1e3:.0f} kB of journal, {figures.log / 1e6:.2f} MB of log"
    )


async def _measure(hours: float) -> Report:
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="bench-day") as name:
        folder = Path(name)
        async with PracticeHost(speed=LOG_SPEED, seed=3, calm=True, latency=0, folder=folder / "host") as host:
            wire = BadWire(host.ports["ssh"])
            await wire.start()
            day = Day(host.config(), folder, clock=ScaledClock(SPEED), speed=SPEED, wire=wire)
            async with day:
                await day.pass_hours(hours * 0.1)
                morning = await day.figures()
                told = [_said("morning", morning, day.answers, began)]
                await day.pass_hours(hours * 0.4)
                noon = await day.figures()
                told.append(_said("noon", noon, day.answers, began))
                print("\n".join(f"  {line}" for line in told), flush=True)
                await day.pass_hours(hours * 0.5, cut=True)
                evening = await day.figures()
                told.append(_said("evening", evening, day.answers, began))
            await wire.stop()
    cuts = math.ceil(hours * 0.5)
    return Report(
        [
            *_goals("left alone", morning, noon),
            Goal("entries in the journal from mere polling", noon.entries - morning.entries, 0, 0),
            *_goals("cut every hour", noon, evening),
            Goal("logins for each cut connection", (evening.logins - noon.logins) / (cuts * noon.connections), 1.5, 1),
        ],
        told,
    )


def measure(hours: float = 24) -> Report:
    """Measure it all."""
    return asyncio.run(_measure(hours))


if __name__ == "__main__":
    report = measure(float(sys.argv[1]) if len(sys.argv) > 1 else 24)
    print("\n".join(f"  {line}" for line in (*report.told, *(goal.line() for goal in report.goals))))
