from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from restant_tui.config.model import Danger
from restant_tui.dokku.verbs import VERBS
from restant_tui.transport.outcome import Outcome
from tests.support.data_service import DUMP, EXPORT, DataHost, names
from tests.support.scripted import exited, lost, timed_out
from tests.support.verbs import perform


async def dump(host: DataHost | None, path: Path, service: str = "db") -> tuple[Outcome, str]:
    return await perform("db.dump", [service, str(path)], dokku=host)


def pieces(data: bytes, size: int = 7) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def test_a_dump_is_saved_verified_and_described(tmp_path: Path) -> None:
    path = tmp_path / "shop.sql"
    host = DataHost(pieces(DUMP))
    outcome, shown = await dump(host, path)
    told = json.loads(outcome.stdout)
    assert outcome.succeeded
    assert path.read_bytes() == DUMP
    assert path.stat().st_mode & 0o777 == 0o600
    assert told["bytes"] == len(DUMP)
    assert told["sha256"] == hashlib.sha256(DUMP).hexdigest()
    assert told["tables"] == ["orders"]
    assert json.loads(shown) == told
    assert names(tmp_path) == ["shop.sql"]


async def test_the_dump_itself_is_neither_shown_nor_kept_in_memory(tmp_path: Path) -> None:
    host = DataHost(pieces(DUMP))
    _, shown = await dump(host, tmp_path / "shop.sql")
    assert "INSERT" not in shown
    assert host.kept[host.calls.index(EXPORT)] <= 64 * 1024


@pytest.mark.parametrize(
    ("export", "answer", "says"),
    [
        (DUMP[:-50], exited(), "its last line is missing"),
        (b"", exited(), "its last line is missing"),
        (DUMP, exited("", 1, "mysqldump: Got error: 2002: Can't connect\n"), "Can't connect"),
        (DUMP, Outcome(kind=exited().kind, exit_signal="KILL"), "signal KILL"),
    ],
)
async def test_a_dump_that_is_not_whole_is_not_kept(tmp_path: Path, export: bytes, answer: Outcome, says: str) -> None:
    outcome, _ = await dump(DataHost(pieces(export), {EXPORT: answer}), tmp_path / "shop.sql")
    assert not outcome.succeeded
    assert says in outcome.reason
    assert names(tmp_path) == []


@pytest.mark.parametrize("unsure", [lost(), timed_out()])
async def test_a_lost_link_leaves_no_file_and_an_unknown_end(tmp_path: Path, unsure: Outcome) -> None:
    outcome, _ = await dump(DataHost(pieces(DUMP), {EXPORT: unsure}), tmp_path / "shop.sql")
    assert outcome is unsure
    assert names(tmp_path) == []


async def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    def full() -> Iterator[bytes]:
        yield DUMP[:50]
        raise OSError(errno.ENOSPC, "No space left on device")

    outcome, _ = await dump(DataHost(full()), tmp_path / "shop.sql")
    assert not outcome.succeeded
    assert "No space left on device" in outcome.reason
    assert names(tmp_path) == []


async def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "shop.sql"
    path.write_bytes(b"precious")
    host = DataHost(pieces(DUMP))
    outcome, _ = await dump(host, path)
    assert not outcome.sent
    assert "not replaced" in outcome.reason
    assert path.read_bytes() == b"precious"
    assert EXPORT not in host.calls


async def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    outcome, _ = await dump(DataHost(pieces(DUMP)), tmp_path / "nowhere" / "shop.sql")
    assert not outcome.sent
    assert "nothing can be written in" in outcome.reason


async def test_redis_is_refused_and_so_is_a_service_that_is_not_there(tmp_path: Path) -> None:
    outcome, _ = await dump(DataHost(), tmp_path / "x", "cache")
    assert (outcome.sent, "is a redis service" in outcome.reason) == (False, True)
    outcome, _ = await dump(DataHost(), tmp_path / "x", "nope")
    assert (outcome.sent, "There is no mysql or redis service nope" in outcome.reason) == (False, True)
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["db"],
        ["db", "x", "y"],
        ["-f", "x"],
        ["db; id", "x"],
        ["../db", "x"],
        ["db\n", "x"],
        ["", "x"],
        ["db", ""],
        ["db", "~/x"],
        ["db", "folder/"],
        ["db", "x\n"],
        ["db", "x\0"],
        ["db", "\x1b[2J"],
        ["d" * 64, "x"],
    ],
)
@pytest.mark.parametrize("name", ["db.dump", "db.import"])
async def test_arguments_that_do_not_fit_are_refused_before_anything_is_sent(name: str, args: list[str]) -> None:
    host = DataHost()
    outcome, _ = await perform(name, args, dokku=host)
    assert not outcome.sent
    assert outcome.reason.startswith(f"@{name}")
    assert host.calls == []


async def test_it_sends_what_it_explains_and_only_reads_there(tmp_path: Path) -> None:
    path = tmp_path / "shop.sql"
    host = DataHost(pieces(DUMP))
    await dump(host, path)
    calls = VERBS["db.dump"].explain(["db", str(path)])
    assert [call.argv for call in calls if call.identity] == host.calls
    assert [call.argv for call in calls if not call.identity] == [("write", str(path))]
    assert VERBS["db.dump"].danger is Danger.READ
    assert not (await dump(None, path))[0].sent
