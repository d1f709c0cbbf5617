from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from restant_tui.journal.canonical import digest
from restant_tui.journal.records import Entry
from tests.support.clock import START
from tests.support.journals import OTHER, RUN, entry, open_journal, tamper, with_two_runs

LAST = 8
"""Position of the last entry that `with_two_runs` writes; its run is OTHER."""


def test_a_journal_as_it_was_written_has_no_breach(tmp_path: Path) -> None:
    with with_two_runs(tmp_path) as journal:
        assert journal.verify() == []


@pytest.mark.parametrize(
    "change",
    [
        "data = '{\"text\":\"something else\"}'", "data = 'no json'", "at = '2026-03-02T02:00:00.000000Z'",
        "kind = 'step.result'", "step = 'x'", "actor = 'lea'", "data = x'00ff'", "at = 'never'",
    ],
)  # fmt: skip
def test_an_entry_changed_by_hand_is_named(tmp_path: Path, change: str) -> None:
    with_two_runs(tmp_path).close()
    tamper(tmp_path, f"UPDATE entries SET {change} WHERE run = '{RUN}' AND seq = 2")
    with open_journal(tmp_path) as journal:
        [breach] = journal.verify()
        assert (breach.run, breach.seq, breach.what) == (RUN, 2, "the entry was changed after it was written")
        assert journal.verify(RUN) == [breach]
        assert journal.verify(OTHER) == []


def test_a_change_with_its_digest_made_new_shows_at_the_entry_after_it(tmp_path: Path) -> None:
    with with_two_runs(tmp_path) as journal:
        before = journal.entries(RUN)[1]
    forged = Entry(
        run=before.run, kind=before.kind, at=before.at, step=before.step, actor="lea", data=before.data,
        seq=before.seq, position=before.position, prev=before.prev,
    )  # fmt: skip
    tamper(
        tmp_path, f"UPDATE entries SET actor = 'lea', sha256 = '{digest(forged)}' WHERE position = {before.position}"
    )
    with open_journal(tmp_path) as journal:
        [breach] = journal.verify()
        assert (breach.run, breach.seq) == (OTHER, 2)
        assert "not the one it was written after" in breach.what


def test_an_entry_taken_out_is_missed_in_its_run(tmp_path: Path) -> None:
    with_two_runs(tmp_path).close()
    tamper(tmp_path, f"DELETE FROM entries WHERE run = '{RUN}' AND seq = 2")
    with open_journal(tmp_path) as journal:
        [breach] = journal.verify(RUN)
        assert (breach.seq, breach.what) == (3, "1 entry of the run before it is gone")
        assert len(journal.verify()) == 2


@pytest.mark.parametrize("gone", [1, 2, LAST])
def test_a_tail_cut_off_is_missed(tmp_path: Path, gone: int) -> None:
    with_two_runs(tmp_path).close()
    tamper(tmp_path, f"DELETE FROM entries WHERE position > {LAST - gone}")
    with open_journal(tmp_path) as journal:
        said = {(breach.run, breach.what) for breach in journal.verify()}
        end = LAST - gone
        assert ("", f"the journal should end with entry {LAST}, it ends with entry {end}") in said
        assert (OTHER, f"the run should have 3 entries, it ends with {0 if gone == LAST else 2}") in said


def test_the_last_entries_of_one_run_are_missed_though_others_follow(tmp_path: Path) -> None:
    with with_two_runs(tmp_path) as journal:
        journal.append(entry("note.added", run=OTHER))
    tamper(tmp_path, f"DELETE FROM entries WHERE run = '{RUN}' AND seq > 1")
    with open_journal(tmp_path) as journal:
        [breach] = journal.verify(RUN)
        assert breach.what == "the run should have 3 entries, it ends with 1"


def test_a_note_taken_off_the_end_is_missed(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.note("alert.raised", START, "monitor", {})
    tamper(tmp_path, "DELETE FROM entries")
    with open_journal(tmp_path) as journal:
        assert "there should be 1 entry outside of runs, there are 0" in [breach.what for breach in journal.verify()]


def test_an_ending_made_prettier_is_noticed(tmp_path: Path) -> None:
    with with_two_runs(tmp_path) as journal:
        journal.append(entry("run.finished", {"status": "failed"}))
    tamper(tmp_path, f"UPDATE runs SET status = 'ok' WHERE id = '{RUN}'")
    with open_journal(tmp_path) as journal:
        [breach] = journal.verify()
        assert (breach.run, breach.what) == (RUN, "the run's record says ok, its last word was failed")


def test_a_run_taken_off_the_list_is_noticed(tmp_path: Path) -> None:
    with_two_runs(tmp_path).close()
    tamper(tmp_path, f"DELETE FROM runs WHERE id = '{RUN}'")
    with open_journal(tmp_path) as journal:
        assert [(breach.run, breach.what) for breach in journal.verify()] == [(RUN, "the run's own record is gone")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(1, LAST), column=st.sampled_from(["prev", "sha256", "seq", "position"]))
def test_no_digest_or_number_can_be_changed_unnoticed(
    tmp_path_factory: pytest.TempPathFactory, at: int, column: str
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    with_two_runs(folder).close()
    value = f"'{'f' * 64}'" if column in ("prev", "sha256") else "1000"
    tamper(folder, f"UPDATE entries SET {column} = {value} WHERE position = {at}")
    with open_journal(folder) as journal:
        assert journal.verify()
