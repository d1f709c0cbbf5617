from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from restant_tui.errors import ConfigProblem, UsageProblem
from restant_tui.journal.records import Entry
from restant_tui.journal.sqlite import SqliteDatabase
from tests.support.clock import START, ManualClock
from tests.support.journals import OTHER, RUN, entry, open_journal, run_record


def test_entries_come_back_as_appended_after_reopening(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.begin_run(run_record())
        kept = [journal.append(entry("step.intent", {"argv": ["ps:report", "ä\ud800"]}, step="ps")) for _ in range(3)]
    assert [one.seq for one in kept] == [1, 2, 3]
    with open_journal(tmp_path) as journal:
        assert journal.entries(RUN) == kept
        assert journal.entries(RUN, after=2) == kept[2:]
        assert journal.entries(OTHER) == []


def test_each_run_counts_its_own_entries_and_notes_count_too(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.begin_run(run_record(RUN))
        journal.begin_run(run_record(OTHER))
        places = [journal.append(entry("note.added", run=run)) for run in (RUN, OTHER, RUN)]
        note = journal.note("alert.raised", START, "monitor", {"key": "app-down"})
        assert [(one.seq, one.position) for one in [*places, note]] == [(1, 1), (1, 2), (2, 3), (1, 4)]
        assert journal.entries("") == [note]
        assert journal.head() == (4, note.sha256)


def test_an_entry_of_a_run_that_never_began_is_refused(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        with pytest.raises(UsageProblem, match=f"no run {RUN}"):
            journal.append(entry("run.started"))
        assert journal.head()[0] == 0


def test_data_that_is_not_json_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        with pytest.raises(ValueError, match="JSON"):
            journal.note("alert.raised", START, "monitor", {"at": START})
        assert (journal.entries(""), journal.verify()) == ([], [])


def test_threads_append_side_by_side_without_a_gap(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.begin_run(run_record())

        def work() -> None:
            for _ in range(25):
                journal.append(entry("note.added"))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert [one.seq for one in journal.entries(RUN)] == list(range(1, 101))
        assert journal.verify() == []


def test_a_full_disk_is_told_and_nothing_counts_as_written(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        database = journal._database
        assert isinstance(database, SqliteDatabase)
        database._connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(ConfigProblem, match=r"journal\.sqlite3 cannot grow because the disk is full; free some"):
            for _ in range(100):
                journal.note("note.added", START, "mira", {"text": "x" * 5000})
        database._connection.execute("PRAGMA max_page_count = 100000")
        journal.note("note.added", START, "mira", {"text": "there is room again"})
        assert journal.verify() == []


def test_what_is_returned_has_reached_the_disk(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        database = journal._database
        assert isinstance(database, SqliteDatabase)
        [full], [mode] = (
            database._connection.execute(f"PRAGMA {name}").fetchone() for name in ("synchronous", "journal_mode")
        )
        assert (full, mode) == (2, "wal")


# -- runs ---------------------------------------------------------------------------------------------------------


def test_run_ids_say_when_and_are_never_given_twice(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        ids = []
        for _ in range(300):
            # The same seed each time, as after a restart of the practice host in the same minute.
            ids.append(journal.new_run_id(Random(7)))
            journal.begin_run(run_record(ids[-1]))
        assert len(set(ids)) == 300
        assert all(run.startswith("r-20260302-0300-") for run in ids)
        assert len(ids[0]) == len("r-20261123-0142-k7")
        with pytest.raises(UsageProblem, match="already"):
            journal.begin_run(run_record(ids[0]))


def test_runs_are_listed_newest_first_and_unfinished_ones_apart(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        for number in range(4):
            journal.begin_run(run_record(f"r-{number}", started_at=START + timedelta(minutes=number)))
        journal.finish_run("r-1", "failed", START + timedelta(hours=1))
        assert [run.id for run in journal.runs(limit=3)] == ["r-3", "r-2", "r-1"]
        assert [run.id for run in journal.unfinished()] == ["r-3", "r-2", "r-0"]
        finished = journal.find_run("r-1")
        assert (finished.status, finished.finished_at) == ("failed", START + timedelta(hours=1))


def test_the_last_entry_ends_the_run_in_the_same_breath(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.begin_run(run_record())
        journal.append(entry("run.finished", {"status": "partial", "reason": "a step was skipped"}))
        assert (journal.unfinished(), journal.find_run(RUN).status) == ([], "partial")
        journal.finish_run(RUN, "partial", START)
        assert journal.verify() == []


def test_finishing_a_run_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal, pytest.raises(UsageProblem, match="restant-tui runs lists them"):
        journal.finish_run(RUN, "ok", START)


def test_a_run_is_found_by_its_beginning_or_by_what_is_spoken(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        for run in (RUN, OTHER):
            journal.begin_run(run_record(run))
        assert [journal.find_run(text).id for text in (RUN, "r-20260302-0301", "k7")] == [RUN, OTHER, RUN]
        with pytest.raises(UsageProblem, match=f"fits 2 runs .*{RUN}.*give more of the id"):
            journal.find_run("r-2026")
        for text in ("r-1999", "", "%", "_"):
            with pytest.raises(UsageProblem, match="restant-tui runs lists them"):
                journal.find_run(text)


def test_an_empty_journal_says_that_there_are_no_runs_yet(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal, pytest.raises(UsageProblem, match="there are none yet"):
        journal.find_run("k7")


def test_the_last_time_a_runbook_was_done_is_not_the_last_time_it_was_tried(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        ends = {"r-a": "ok", "r-b": "ok-with-warnings", "r-c": "failed", "r-d": "ok"}
        for number, (run, status) in enumerate(ends.items()):
            journal.begin_run(run_record(run, runbook="daily" if run != "r-d" else "weekly"))
            journal.finish_run(run, status, START + timedelta(hours=number))
        journal.begin_run(run_record("r-e", runbook="daily"))
        done, result = journal.last_done("daily"), journal.last_result("daily")
        assert done is not None
        assert result is not None
        assert (done.id, result.id) == ("r-b", "r-c")
        assert journal.last_done("never") is None


# -- what was learnt ----------------------------------------------------------------------------------------------


def took(seconds: float | None, status: str = "ok") -> Entry:
    return entry("step.result", {"status": status, "seconds": seconds}, step="deploy")


def test_the_usual_length_of_a_step_needs_three_good_results(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.begin_run(run_record())
        for result in (took(40.0), took(None), took(9.0, "failed"), took(60.0)):
            journal.append(result)
        assert journal.usual_seconds("rollback-emergency", "deploy") is None
        journal.append(took(50.0))
        assert journal.usual_seconds("rollback-emergency", "deploy") == (45.0, 55.0)
        assert journal.usual_seconds("rollback-emergency", "other") is None
        assert journal.usual_seconds("other", "deploy") is None


def test_the_usual_length_follows_the_newest_results(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.begin_run(run_record())
        for seconds in [500.0] * 20 + [5.0] * 50:
            journal.append(took(seconds))
        assert journal.usual_seconds("rollback-emergency", "deploy") == (5.0, 5.0)


def test_a_release_is_noted_once_until_something_changes(tmp_path: Path) -> None:
    clock = ManualClock()
    with open_journal(tmp_path, clock) as journal:
        said = []
        for sha, build in (("aaa", "b1"), ("aaa", "b1"), ("bbb", "b2"), ("aaa", "b3"), ("aaa", "b3")):
            said.append(journal.note_release("shop", sha, "apps:report", clock.now(), build))
            clock.advance(60)
        assert said == [True, False, True, True, False]
        assert [(one.sha, one.build) for one in journal.releases("shop")] == [
            ("aaa", "b3"),
            ("bbb", "b2"),
            ("aaa", "b1"),
        ]
        assert journal.releases("shop")[-1].at == START
        assert journal.releases("other") == []
