"""Two consoles of one person poll one host for long, and nothing may grow. `python -m bench.day` takes a whole day."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from restant_tui.clock import ScaledClock
from restant_tui.config.model import Config
from restant_tui.practice.host import NAME, PracticeHost
from tests.support.badwire import BadWire
from tests.support.day import Day, Figures
from tests.support.figures import MEASURABLE, held
from tests.support.gateway import CLIENT, Gateway
from tests.support.sshd import PROGRAM
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(not MEASURABLE, reason="needs /proc to count what is held")

SPEED = 288.0


@asynccontextmanager
async def watching(config: Config, folder: Path) -> AsyncIterator[tuple[Day, BadWire]]:
    """Two consoles at work on a configuration, over a wire that can be cut."""
    wire = BadWire(config.hosts[NAME].port)
    await wire.start()
    async with Day(config, folder, clock=ScaledClock(SPEED), speed=SPEED, wire=wire) as day:
        yield day, wire
    await wire.stop()


def grown(before: Figures, after: Figures) -> dict[str, float]:
    """What is held now beyond the bounds that polls under way come and go in."""
    one, two = before.held, after.held
    more = {
        "memory": two.resident - after.log - one.resident + before.log - 12_000_000,
        "file handles": two.files - one.files - 10,
        "processes": two.children - one.children - 4,
        "threads": two.threads - one.threads - 2,
        "tasks": two.tasks - one.tasks - 30,
        "connections": after.connections - before.connections,
        "journal": after.journal - before.journal - 4_200_000,  # SQLite folds its log in at 4 MB
    }
    return {what: by for what, by in more.items() if by > 0}


async def test_polling_adds_nothing_to_what_two_consoles_hold_and_nothing_to_their_journal(tmp_path: Path) -> None:
    async with PracticeHost(seed=3, calm=True, latency=0, folder=tmp_path / "host") as host:
        before = await held()
        async with watching(host.config(), tmp_path) as (day, wire):
            await day.pass_hours(0.03)
            morning = await day.figures()
            await day.pass_hours(0.08)
            evening = await day.figures()
            assert grown(morning, evening) == {}
            assert evening.entries == morning.entries
            assert evening.logins == morning.logins == morning.connections
            for _ in range(2):
                await day.pass_hours(0.02, cut=True)
            night = await day.figures()
            assert grown(evening, night) == {}
            assert night.logins <= evening.logins + 2 * evening.connections
            assert wire.accepted == night.logins
        await until(lambda: wire.connections == 0, what="the end of every connection")
        after = await held()
    assert after.children == before.children
    assert after.tasks <= before.tasks + 2  # a page that is just being closed
    assert after.files <= before.files + 4


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose name leaves room for the name of a socket."""
    with tempfile.TemporaryDirectory(prefix="day") as name:
        yield Path(name)


@pytest.mark.live
@pytest.mark.skipif(PROGRAM is None or CLIENT is None, reason="OpenSSH is not installed")
async def test_the_same_on_an_sshd_and_its_sessions_end(tmp_path: Path, short: Path) -> None:
    async with PracticeHost(seed=3, calm=True, latency=0, folder=tmp_path / "host") as host:
        gateway = Gateway(short)
        try:
            async with watching(await gateway.stand_before(host.config()), tmp_path) as (day, _):
                await day.pass_hours(0.01)
                morning = await day.figures()
                await day.pass_hours(0.02)
                evening = await day.figures()
                assert grown(morning, evening) == {}
                assert evening.entries == morning.entries
                assert evening.logins == morning.logins
                await day.pass_hours(0.005, cut=True)
                night = await day.figures()
                assert grown(evening, night) == {}
                assert night.logins <= evening.logins + evening.connections
            await until(lambda: gateway.processes == 0, what="the end of every session on the host")
        finally:
            await gateway.close()
