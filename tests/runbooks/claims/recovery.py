"""What the practice host holds after recoveries."""

from __future__ import annotations

import asyncio
from pathlib import Path

from restant_tui.practice import dump
from restant_tui.practice.faults import Fault
from restant_tui.practice.stores import Service, Table
from tests.runbooks.claims import after, before
from tests.runbooks.claims.backup import dump_of
from tests.runbooks.stage import Stage, Walked


def rows(tables: dict[str, Table]) -> dict[str, int]:
    """Return how many rows each table has."""
    return {name: len(table.rows) for name, table in tables.items()}


def keep_dump(stage: Stage, *, prefix: str = "", cut: bool = False) -> Path:
    """Keep a dump of the database as it is at the opening."""
    path = stage.folder / "dump.sql"
    lines = list(dump.write(stage.database, stage.world.clock.now()))
    path.write_text("\n".join([*([prefix] if prefix else []), *(lines[:-20] if cut else lines), ""]))
    path.chmod(0o600)
    return path


@before("recover-db", "ok", "nobody else agrees", "the link breaks in the import")
def the_orders_were_lost_after_the_dump(stage: Stage) -> None:
    keep_dump(stage)
    stage.database.tables["orders"].rows[5:] = []


@before("recover-db", "the dump names another database")
def somebody_dumped_with_databases(stage: Stage) -> None:
    keep_dump(stage, prefix="CREATE DATABASE `shop`;\nUSE `shop`;")


@before("recover-db", "the dump is cut off")
def the_disk_was_full_when_it_was_dumped(stage: Stage) -> None:
    keep_dump(stage, cut=True)


@before("recover-db", "the link breaks in the import")
def the_link_will_break(stage: Stage) -> None:
    """Not in the rehearsal, but once the app was stopped."""

    async def strike_once_stopped() -> None:
        while stage.main.serving is not None:  # noqa: ASYNC110 - the world tells nobody when an app stops
            await asyncio.sleep(0)
        stage.world.faults.add(Fault.SSH_DROPS)

    stage.background.append(asyncio.create_task(strike_once_stopped()))


@after("recover-db", "ok")
def the_orders_are_back_and_the_doors_are_open(walked: Walked) -> None:
    stage = walked.stage
    assert len(stage.database.tables["orders"].rows) > 400
    assert stage.main.serving is not None
    assert not stage.main.maintenance
    assert stage.world.machine.freezes == {}


@after("recover-db", "ok")
def how_it_was_before_is_kept(walked: Walked) -> None:
    kept = dump_of(walked.stage.folder / "backups")
    tables: dict[str, Table] = {}
    list(dump.read(kept.read_text(), tables))
    assert len(tables["orders"].rows) == 5
    assert kept.stat().st_mode & 0o777 == 0o600


@after("recover-db", "the link breaks in the import")
def users_still_see_the_page_and_the_way_back_is_kept(walked: Walked) -> None:
    assert walked.stage.main.maintenance
    assert walked.stage.main.serving is None
    assert dump_of(walked.stage.folder / "backups").exists()


@before("restore-drill", "the name is taken")
def somebody_else_drills(stage: Stage) -> None:
    stage.world.services["restant-db-drill"] = Service("restant-db-drill", "mysql", "0" * 64, "mysql:8.4.3", [])


@after("restore-drill", "ok")
def only_the_dump_is_left_of_the_drill(walked: Walked) -> None:
    assert "restant-db-drill" not in walked.stage.world.services
    assert dump_of(walked.stage.folder / "backups").exists()
    assert walked.unchanged


@after("restore-drill", "nobody destroys the copy")
def the_copy_holds_the_same(walked: Walked) -> None:
    assert rows(walked.stage.world.services["restant-db-drill"].tables) == rows(walked.stage.database.tables)
