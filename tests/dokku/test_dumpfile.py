from __future__ import annotations

import gzip
import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from restant_tui.dokku.dumpfile import DumpProblem, HeldDump, NewDump, scan_dump
from tests.support.data_service import DUMP, TRAILER


def written(folder: Path, data: bytes, name: str = "shop.sql") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("pack", [False, True])
def test_a_file_is_read_from_end_to_end_packed_or_not(tmp_path: Path, pack: bool) -> None:
    data = gzip.compress(DUMP) if pack else DUMP
    path = written(tmp_path, data)
    os.utime(path, (1_772_400_000, 1_772_400_000))
    report = scan_dump(path)
    assert (report.bytes, report.gzip) == (len(data), pack)
    assert report.sha256 == hashlib.sha256(data).hexdigest()
    assert report.facts.tables == ("orders",)
    assert report.objection() == ""
    told = report.as_json(datetime.fromtimestamp(1_772_400_000, UTC) + timedelta(hours=2))
    assert told["age_s"] == 7200
    assert (told["completed"], told["tables"], told["databases_named"]) == (True, ["orders"], [])


def test_a_file_packed_in_several_parts_is_one_dump(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(DUMP[:100]) + gzip.compress(DUMP[100:]) + b"\0" * 512)
    assert scan_dump(path).facts.sql_bytes == len(DUMP)
    assert scan_dump(path).facts.completed


@pytest.mark.parametrize("cut", [-1, -8, 30])
def test_a_packed_file_that_is_cut_is_damaged(tmp_path: Path, cut: int) -> None:
    with pytest.raises(DumpProblem, match="damaged: the packed file is cut"):
        scan_dump(written(tmp_path, gzip.compress(DUMP)[:cut]))


def test_a_packed_file_with_a_wrong_byte_is_damaged(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(DUMP))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(DumpProblem, match="damaged"):
        scan_dump(written(tmp_path, bytes(data)))


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(DumpProblem, match="is not a file"):
            scan_dump(path)
    with pytest.raises(DumpProblem, match="No such file"):
        scan_dump(tmp_path / "nothing.sql")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (DUMP[:-50], "does not end with"),
        (b"USE till;\n" + DUMP, r"names a database \(till\)"),
        (DUMP + b"\\! id\n" + TRAILER, "commands for the mysql client"),
        (b"", "does not end with"),
    ],
)
def test_what_speaks_against_a_dump_is_said(tmp_path: Path, data: bytes, says: str) -> None:
    import re

    assert re.search(says, scan_dump(written(tmp_path, data)).objection())


def test_names_from_a_dump_cannot_drive_a_terminal(tmp_path: Path) -> None:
    report = scan_dump(written(tmp_path, b"USE `a\x1b[2Jb`;\n" + DUMP))
    assert "\x1b" not in str(report.as_json(datetime.now(UTC)))
    assert "\x1b" not in report.objection()


@pytest.mark.parametrize("pack", [False, True])
def test_what_was_looked_at_is_what_is_sent_whatever_becomes_of_the_file(tmp_path: Path, pack: bool) -> None:
    path = written(tmp_path, gzip.compress(DUMP) if pack else DUMP)
    held = HeldDump(path)
    path.write_bytes(b"USE till; DROP DATABASE till;")
    sql = held.sql()
    assert bytes(memoryview(sql)) == DUMP
    held.close()
    assert bytes(memoryview(sql)) == DUMP
    assert [left.name for left in tmp_path.iterdir()] == [path.name]


def test_a_new_dump_gets_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "new.sql"
    dump = NewDump(path)
    dump.write(DUMP[:200])
    assert not path.exists()
    dump.write(DUMP[200:])
    sha256, facts = dump.finish()
    dump.close()
    assert path.read_bytes() == DUMP
    assert path.stat().st_mode & 0o777 == 0o600
    assert (sha256, facts.tables) == (hashlib.sha256(DUMP).hexdigest(), ("orders",))
    assert list(tmp_path.iterdir()) == [path]


def test_a_cut_dump_leaves_nothing_behind(tmp_path: Path) -> None:
    dump = NewDump(tmp_path / "new.sql")
    dump.write(DUMP[:200])
    with pytest.raises(DumpProblem, match="its last line is missing"):
        dump.finish()
    dump.close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_that_name_is_never_replaced(tmp_path: Path) -> None:
    path = written(tmp_path, b"precious")
    with pytest.raises(DumpProblem, match="not replaced"):
        NewDump(path)
    late = NewDump(tmp_path / "late.sql")
    late.write(DUMP)
    written(tmp_path, b"precious", "late.sql")
    with pytest.raises(DumpProblem, match="not replaced"):
        late.finish()
    late.close()
    assert (tmp_path / "late.sql").read_bytes() == b"precious"
