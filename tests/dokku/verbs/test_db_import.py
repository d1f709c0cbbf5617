from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from restant_tui.config.model import Danger
from restant_tui.dokku.verbs import VERBS
from restant_tui.transport.outcome import Outcome
from tests.support.data_service import DUMP, IMPORT, TRAILER, DataHost, names
from tests.support.scripted import exited, lost, timed_out
from tests.support.verbs import perform


def written(folder: Path, data: bytes, name: str = "shop.sql") -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize("pack", [False, True])
async def test_the_whole_dump_arrives_unpacked(tmp_path: Path, pack: bool) -> None:
    host = DataHost()
    path = written(tmp_path, gzip.compress(DUMP) if pack else DUMP)
    outcome, shown = await perform("db.import", ["db", path], dokku=host)
    assert outcome.succeeded
    assert host.stdin[IMPORT] == DUMP
    assert f"db took {len(DUMP)} bytes of SQL with 1 tables" in shown
    assert names(tmp_path) == ["shop.sql"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (DUMP[:-60], "does not end with `-- Dump completed`"),
        (b"", "does not end with `-- Dump completed`"),
        (gzip.compress(DUMP)[:-20], "the packed file is cut"),
        (b"USE `till`;\n" + DUMP, "names a database (till)"),
        (gzip.compress(b"CREATE DATABASE till;\n" + DUMP), "names a database (till)"),
        (b"/*!40000 DROP DATABASE IF EXISTS `till`*/;\n" + DUMP, "names a database (till)"),
        (DUMP + b"system id\n;" + TRAILER, "commands for the mysql client"),
    ],
    # The packed ones hold the time they were made, which would be part of their names.
    ids=["cut", "empty", "packed-cut", "use", "packed-create", "in-comment", "client"],
)
async def test_a_file_that_does_not_pass_is_refused_before_anything_is_sent(
    tmp_path: Path, data: bytes, says: str
) -> None:
    host = DataHost()
    outcome, _ = await perform("db.import", ["db", written(tmp_path, data)], dokku=host)
    assert not outcome.sent
    assert says in outcome.reason
    assert host.calls == []
    assert names(tmp_path) == ["shop.sql"]


async def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    host = DataHost()
    outcome, _ = await perform("db.import", ["db", str(tmp_path / "nothing.sql")], dokku=host)
    assert (outcome.sent, host.calls) == (False, [])
    assert "No such file" in outcome.reason


@pytest.mark.parametrize(("service", "says"), [("cache", "is a redis service"), ("nope", "no mysql or redis service")])
async def test_only_a_mysql_service_takes_a_dump(tmp_path: Path, service: str, says: str) -> None:
    host = DataHost()
    outcome, _ = await perform("db.import", [service, written(tmp_path, DUMP)], dokku=host)
    assert not outcome.sent
    assert says in outcome.reason
    assert not host.stdin


async def test_accounts_the_dump_depends_on_are_named(tmp_path: Path) -> None:
    data = b"CREATE DEFINER=`root`@`%` VIEW v AS SELECT 1;\n" + DUMP
    outcome, shown = await perform("db.import", ["db", written(tmp_path, data)], dokku=DataHost())
    assert outcome.succeeded
    assert "1 views, triggers or routines of the dump belong to a named account (DEFINER)" in shown


async def test_an_import_that_stops_says_what_state_it_leaves(tmp_path: Path) -> None:
    host = DataHost(answers={IMPORT: exited("", 1, "ERROR 1064 (42000) at line 3: syntax\n")})
    outcome, shown = await perform("db.import", ["db", written(tmp_path, DUMP)], dokku=host)
    assert outcome.exit_status == 1
    assert b"ERROR 1064" in outcome.stderr
    assert "Tables of db before it are replaced, those after it are not" in shown


@pytest.mark.parametrize("unsure", [lost(), timed_out()])
async def test_an_unknown_end_is_not_called_anything_else(tmp_path: Path, unsure: Outcome) -> None:
    outcome, _ = await perform("db.import", ["db", written(tmp_path, DUMP)], dokku=DataHost(answers={IMPORT: unsure}))
    assert outcome.kind is unsure.kind
    assert outcome.sent
    assert "It is not known how much of the dump db took" in outcome.reason


async def test_it_sends_what_it_explains_and_is_destructive(tmp_path: Path) -> None:
    path = written(tmp_path, DUMP)
    host = DataHost()
    await perform("db.import", ["db", path], dokku=host)
    calls = VERBS["db.import"].explain(["db", path])
    assert [call.argv for call in calls if call.identity] == host.calls
    assert calls[0].argv == ("scan", path)
    assert VERBS["db.import"].danger is Danger.DESTRUCTIVE
    assert not (await perform("db.import", ["db", path]))[0].sent
