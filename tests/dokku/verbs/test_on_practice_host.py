"""The verbs against the practice host, over a real SSH connection."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from restant_tui.config.model import Identity
from restant_tui.dokku.capabilities import Capabilities
from restant_tui.dokku.readiness import Needed, State, judge
from restant_tui.dokku.verbs import VERBS, VerbContext
from restant_tui.practice.host import NAME, PracticeHost
from restant_tui.runbook.parts import Requires
from restant_tui.transport.links import Links
from restant_tui.transport.outcome import Outcome
from tests.support.practicehost import make
from tests.support.waiting import until


class Desk:
    """A person at a console that is connected to the practice host."""

    def __init__(self, host: PracticeHost, links: Links) -> None:
        self.host = host
        self.links = links

    async def verb(self, name: str, *args: str) -> Outcome:
        context = VerbContext(
            runner=lambda identity: self.links.session(NAME, identity), clock=self.host.clock, timeout=30
        )
        return await VERBS[name].perform(args, context)

    async def dokku(self, *argv: str) -> Outcome:
        return await self.links.session(NAME, Identity.DOKKU).run(argv, timeout=30)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with make(tmp_path / "practice", calm=True) as host:
        links = Links(host.config(), clock=host.clock)
        yield Desk(host, links)
        await links.close()


async def test_a_freeze_stops_a_rebuild_and_a_thaw_lets_it_through(desk: Desk) -> None:
    frozen = await desk.verb("deploy.freeze", "restant-main", "Asha")
    assert frozen.succeeded
    assert "frozen by Asha" in frozen.text
    assert "already frozen by Asha" in (await desk.verb("deploy.freeze", "restant-main", "Ben")).text
    refused = await desk.dokku("ps:rebuild", "restant-main")
    assert refused.exit_status == 1
    assert "deploy lock in place" in refused.text
    assert "can begin again" in (await desk.verb("deploy.thaw", "restant-main")).text
    assert (await desk.dokku("ps:rebuild", "restant-main")).succeeded
    assert "were not frozen" in (await desk.verb("deploy.thaw", "restant-main")).text


async def test_a_frozen_app_is_not_rolled_back_by_mistake(desk: Desk) -> None:
    rows = json.loads((await desk.verb("release.list", "restant-main")).stdout)
    good = next(row["sha"] for row in rows if row["status"] == "succeeded" and not row["live"])
    await desk.verb("deploy.freeze", "restant-main")
    assert (
        "another deploy holds the lock; nothing was changed"
        in (await desk.verb("release.rollback", "restant-main", good)).text
    )
    await desk.verb("deploy.thaw", "restant-main")
    back = await desk.verb("release.rollback", "restant-main", good)
    assert back.succeeded
    assert "The next run of the pipeline may deploy that commit again" in back.text


async def test_the_figures_of_the_machine_are_told(desk: Desk) -> None:
    told = json.loads((await desk.verb("host.figures")).stdout)
    assert 0 < told["disk_percent"] < 100
    assert told["cpus"] == 2
    assert told["cpu_percent"] is not None


async def test_services_answer_a_real_question_and_one_that_is_stopped_does_not(desk: Desk) -> None:
    assert json.loads((await desk.verb("db.check", "restant-db")).stdout)["ok"] is True
    assert json.loads((await desk.verb("db.check", "restant-cache")).stdout)["kind"] == "redis"
    await desk.dokku("mysql:stop", "restant-db")
    stopped = await desk.verb("db.check", "restant-db")
    assert stopped.exit_status == 1
    assert json.loads(stopped.stdout)["ok"] is False


async def test_what_was_dumped_can_be_looked_at_and_imported_again(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "dump.sql"
    dumped = json.loads((await desk.verb("db.dump", "restant-db", str(path))).stdout)
    scanned = json.loads((await desk.verb("db.scan", str(path))).stdout)
    assert scanned["sha256"] == dumped["sha256"]
    assert (scanned["completed"], scanned["databases_named"]) == (True, [])
    assert "orders" in scanned["tables"]
    imported = await desk.verb("db.import", "restant-db", str(path))
    assert imported.succeeded
    assert f"{scanned['bytes']} bytes of SQL" in imported.text


async def test_a_dump_larger_than_one_window_arrives_whole(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "dump.sql"
    await desk.verb("db.dump", "restant-db", str(path))
    whole = path.read_bytes()
    padded = tmp_path / "padded.sql"
    padded.write_bytes(b"-- " + b"x" * 5_000_000 + b"\n" + whole)
    imported = await desk.verb("db.import", "restant-db", str(padded))
    assert imported.succeeded
    again = tmp_path / "again.sql"
    await desk.verb("db.dump", "restant-db", str(again))
    assert _rows(again) == _rows(path)


async def test_every_verb_is_ready_on_the_practice_host(desk: Desk) -> None:
    from random import Random

    from restant_tui.monitors.capabilities import CapabilityBook
    from restant_tui.monitors.station import Monitors

    config = desk.host.config()
    book = CapabilityBook(config, desk.links, clock=desk.host.clock, folder=None, which=lambda name: name)
    monitors = Monitors(config, desk.links, clock=desk.host.clock, random=Random(1), capabilities=book)
    await monitors.start()

    def found() -> Capabilities | None:
        return book.known(NAME)

    try:
        await until(found, 20, what="the host is known")
    finally:
        await monitors.close()
    known = found()
    assert known is not None
    assert known.troubles == ()
    assert judge(Requires(dokku=">=0.38"), Needed(verbs=frozenset(VERBS)), known).state is State.READY


def _rows(path: Path) -> Sequence[bytes]:
    return [line for line in path.read_bytes().splitlines() if line.startswith(b"INSERT")]
