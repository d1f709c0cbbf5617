from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from restant_tui.errors import UsageProblem
from tests.support.clock import START
from tests.support.journals import OTHER, RUN, entry, holder, open_journal, run_record

ROOT = Path(__file__).parents[2]


@contextmanager
def child(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Start another process on the journal in that folder, and make sure that it is gone afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.journal.child", str(folder / "journal.sqlite3"), *words],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def told(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def test_a_process_killed_while_it_appends_loses_nothing_it_was_told_is_kept(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.begin_run(run_record())
    random, kept = Random(20), 0
    for _ in range(20):
        with child(tmp_path, "append", RUN) as process:
            for _ in range(random.randint(1, 80)):
                kept = int(heard(process))
            process.kill()
            assert process.stdout is not None
            kept = max([kept, *(int(line) for line in process.stdout if line.endswith("\n"))])
        with open_journal(tmp_path) as journal:
            assert journal.verify() == []
            seqs = [one.seq for one in journal.entries(RUN)]
            # One more may be on disk: it was killed before it could say so.
            assert seqs in (list(range(1, kept + 1)), list(range(1, kept + 2)))
            assert journal.append(entry("note.added")).seq == len(seqs) + 1
            assert [run.id for run in journal.unfinished()] == [RUN]


def test_processes_that_open_a_new_journal_at_the_same_moment_all_get_it(tmp_path: Path) -> None:
    with child(tmp_path, "open") as one, child(tmp_path, "open") as two, child(tmp_path, "open") as three:
        everybody = (one, two, three)
        assert [heard(process) for process in everybody] == ["ready"] * 3
        for process in everybody:
            told(process, "go")
        assert [heard(process) for process in everybody] == ["opened"] * 3
    with open_journal(tmp_path) as journal:
        assert (len(journal.entries("")), journal.verify()) == (3, [])


def test_of_two_processes_exactly_one_gets_a_lock(tmp_path: Path) -> None:
    with child(tmp_path, "lock", RUN) as one, child(tmp_path, "lock", OTHER) as two:
        assert [heard(one), heard(two)] == ["ready", "ready"]
        for number in range(20):
            for process in (one, two):
                told(process, f"app:{number}")
            assert sorted([heard(one), heard(two)]) == ["got", "held"]
        with open_journal(tmp_path) as journal:
            held = journal.locks()
            assert len(held) == 20
            assert {lock.holder.pid for lock in held} <= {one.pid, two.pid}
            assert not any(lock.holder.stale for lock in held)


def test_a_lock_of_a_process_that_is_gone_is_shown_and_not_silently_taken(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        for run in (RUN, OTHER):
            journal.begin_run(run_record(run))
    with child(tmp_path, "lock", OTHER) as process:
        assert heard(process) == "ready"
        told(process, "app:shop")
        assert heard(process) == "got"
    with open_journal(tmp_path) as journal:
        [lock] = journal.locks()
        assert (lock.holder.run, lock.holder.stale) == (OTHER, True)
        assert journal.acquire("app:shop", holder(RUN)) == lock.holder
        # The same run, taken up again by another process, is no stranger.
        assert journal.acquire("app:shop", holder(OTHER)) is None
        assert journal.locks()[0].holder.stale is False


def test_a_lock_is_given_back_by_its_run_only(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        assert journal.acquire("app:shop", holder(RUN)) is None
        assert journal.acquire("app:shop", replace(holder(RUN), since=START + timedelta(hours=1))) is None
        assert journal.locks()[0].holder.since == START
        journal.release("app:shop", OTHER)
        assert journal.acquire("app:shop", holder(OTHER)) == holder(RUN)
        journal.release("app:shop", RUN)
        assert journal.acquire("app:shop", holder(OTHER)) is None


def test_a_lock_shows_the_step_its_run_is_at(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.begin_run(run_record())
        journal.acquire("app:shop", holder(RUN, step="first"))
        assert journal.locks()[0].holder.step == "first"
        journal.append(entry("step.intent", step="rollback"))
        journal.append(entry("note.added"))
        assert journal.locks()[0].holder.step == "rollback"


def test_the_lock_of_a_run_that_another_machine_carries_out_is_never_stale_and_never_ours(tmp_path: Path) -> None:
    elsewhere = replace(holder(RUN), host="another-machine", pid=1)
    with open_journal(tmp_path) as journal:
        journal.acquire("app:shop", elsewhere)
        assert journal.acquire("app:shop", holder(RUN)) == elsewhere


def test_taking_a_lock_over_is_written_into_both_runs_with_the_reason(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        for run in (RUN, OTHER):
            journal.begin_run(run_record(run))
        journal.acquire("app:shop", holder(OTHER))
        with pytest.raises(UsageProblem, match="say why"):
            journal.take_over("app:shop", holder(RUN), " ")
        journal.take_over("app:shop", holder(RUN), "lea's laptop died")
        assert journal.locks()[0].holder.run == RUN
        [lost], [taken] = journal.entries(OTHER), journal.entries(RUN)
        assert (lost.kind, taken.kind) == ("lock.lost", "lock.taken-over")
        assert lost.data == taken.data == {
            "lock": "app:shop", "reason": "lea's laptop died", "from": OTHER, "to": RUN,
        }  # fmt: skip


def test_a_run_that_has_ended_is_not_told_that_its_lock_is_gone(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        for run in (RUN, OTHER):
            journal.begin_run(run_record(run))
        journal.acquire("app:shop", holder(OTHER))
        journal.append(entry("run.finished", {"status": "failed"}, run=OTHER))
        journal.take_over("app:shop", holder(RUN), "left behind")
        assert [one.kind for one in journal.entries(OTHER)] == ["run.finished"]
        assert [one.kind for one in journal.entries(RUN)] == ["lock.taken-over"]


def test_taking_over_one_s_own_lock_is_told_once(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.begin_run(run_record())
        journal.acquire("app:shop", replace(holder(RUN), host="another-machine"))
        journal.take_over("app:shop", holder(RUN), "taken up here")
        assert [one.kind for one in journal.entries(RUN)] == ["lock.taken-over"]


def test_a_free_lock_can_be_taken_over_and_by_what_is_no_run_of_this_journal(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.take_over("app:shop", holder(RUN), "it was free by then")
        assert journal.locks()[0].holder == holder(RUN)
        assert journal.verify() == []
