from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from restant_tui.errors import ConfigProblem
from restant_tui.journal.migrations import NEWEST
from tests.support.journals import RUN, entry, open_journal, run_record, tamper, with_two_runs


def test_file_and_folder_are_for_their_owner_alone(tmp_path: Path) -> None:
    with open_journal(tmp_path / "state") as journal:
        journal.begin_run(run_record())
        files = list((tmp_path / "state").iterdir())
        assert len(files) == 3
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_a_journal_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    with_two_runs(tmp_path).close()
    file = tmp_path / "journal.sqlite3"
    file.chmod(0o644)
    open_journal(tmp_path).close()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_newer_journal_is_left_as_it_is(tmp_path: Path) -> None:
    with_two_runs(tmp_path).close()
    tamper(tmp_path, f"INSERT INTO schema_version (version) VALUES ({NEWEST + 1})")
    before = (tmp_path / "journal.sqlite3").read_bytes()
    with pytest.raises(ConfigProblem, match=r"written by a newer restant-tui .*RESTANT_TUI_HOME"):
        open_journal(tmp_path)
    assert (tmp_path / "journal.sqlite3").read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database " * 100, b"SQLite format 3\x00" + b"\xff" * 4000])
def test_a_file_that_is_no_journal_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "journal.sqlite3"
    file.write_bytes(content)
    with pytest.raises(ConfigProblem, match="move it aside") as raised:
        open_journal(tmp_path)
    assert str(file) in str(raised.value)
    assert file.read_bytes() == content


def test_another_program_s_database_is_left_as_it_is(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "journal.sqlite3")
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    before = (tmp_path / "journal.sqlite3").read_bytes()
    with pytest.raises(ConfigProblem, match="holds something else: move it aside"):
        open_journal(tmp_path)
    assert (tmp_path / "journal.sqlite3").read_bytes() == before


def test_damage_met_later_is_one_sentence_too(tmp_path: Path) -> None:
    with with_two_runs(tmp_path) as journal:
        for _ in range(200):
            journal.append(entry("note.added", {"text": "x" * 500}))
    file = tmp_path / "journal.sqlite3"
    content = bytearray(file.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    file.write_bytes(bytes(content))
    with pytest.raises(ConfigProblem, match=r"journal\.sqlite3 is damaged: move it aside"):
        open_journal(tmp_path).entries(RUN)


def test_an_empty_file_becomes_a_journal(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").touch()
    with open_journal(tmp_path) as journal:
        assert journal.verify() == []


def test_a_folder_in_its_place_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").mkdir()
    with pytest.raises(ConfigProblem, match="cannot be opened: Is a directory"):
        open_journal(tmp_path)


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    with with_two_runs(tmp_path) as journal:
        before = journal.entries(RUN)
    with open_journal(tmp_path) as journal, open_journal(tmp_path) as beside:
        assert journal.entries(RUN) == beside.entries(RUN) == before
