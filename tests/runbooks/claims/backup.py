"""What is kept after a backup."""

from __future__ import annotations

import json
from pathlib import Path

from restant_tui.dokku.dumpfile import scan_dump
from tests.runbooks.claims import after, before
from tests.runbooks.copying import put_rsync_on_the_path
from tests.runbooks.forging import open_clone
from tests.runbooks.stage import Stage, Walked


@before("backup-db", "the table is empty")
def nobody_has_dishes(stage: Stage) -> None:
    stage.database.tables["dishes"].rows.clear()


@after("backup-db", "ok")
def a_whole_dump_lies_here_and_one_more_in_the_bucket(walked: Walked) -> None:
    assert dump_of(walked.stage.folder / "backups").stat().st_mode & 0o777 == 0o600
    assert len(walked.stage.world.buckets["restant-backups"]) > 9


@after("backup-db", "ok")
def the_copy_holds_what_production_holds(walked: Walked) -> None:
    tried = walked.stage.world.services["restant-db-test"].tables
    assert {name: len(table.rows) for name, table in tried.items()} == {
        name: len(table.rows) for name, table in walked.stage.database.tables.items()
    }


def dump_of(folder: Path) -> Path:
    """Return the one dump in a folder."""
    (found,) = (path for path in folder.glob("*.sql") if not path.name.endswith(".count.sql"))
    assert scan_dump(found).objection() == ""
    return found


@before("backup-app", "ok", "the uploads cannot be copied")
async def the_forge_holds_the_code(stage: Stage) -> None:
    await open_clone(stage)
    stage.params = {"forge": str(stage.host.forge.place)}


@before("backup-app", "ok", "no such repository")
def files_can_be_copied(stage: Stage) -> None:
    put_rsync_on_the_path(stage)


@after("backup-app", "ok")
def code_settings_and_uploads_are_kept(walked: Walked) -> None:
    folder = walked.stage.folder / "backups"
    (settings,) = folder.glob("settings-*.json")
    assert json.loads(settings.read_text()) == walked.stage.main.config
    assert settings.stat().st_mode & 0o777 == 0o600
    assert len(list((folder / "uploads" / "receipts").iterdir())) == 12


@after("backup-app", "ok")
def no_secret_is_in_the_record(walked: Walked) -> None:
    secret = walked.stage.main.config["APP_KEY"]
    state = walked.stage.folder.parent / "state"
    assert walked.lines("settings") == []
    assert not [path for path in state.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
