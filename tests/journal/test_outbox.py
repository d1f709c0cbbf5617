from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from restant_tui.errors import UsageProblem
from restant_tui.journal.outbox import OutboxRow
from tests.support.clock import START
from tests.support.journals import open_journal, tamper, with_two_runs

SOON = START + timedelta(seconds=30)


def row(op: str = "op", channel: str = "incidents") -> OutboxRow:
    return OutboxRow(
        op=op, channel=channel, template="emergency", message="{}", queued_at=START, title="Trouble", thread="i-7"
    )


def test_a_journal_from_before_gets_the_table_and_keeps_what_it_has(tmp_path: Path) -> None:
    with_two_runs(tmp_path).close()
    tamper(tmp_path, "DROP TABLE outbox")
    tamper(tmp_path, "DELETE FROM schema_version WHERE version > 1")
    with open_journal(tmp_path) as journal:
        assert journal.verify() == []
        assert len(journal.runs()) == 2
        assert journal.outbox.add(row()).id == 1


def test_a_message_is_there_once_and_survives(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        first = journal.outbox.add(row())
        assert journal.outbox.add(row()) == first
        other = journal.outbox.add(row(channel="alerts"))
    with open_journal(tmp_path) as journal:
        assert journal.outbox.newest() == [other, first]
        assert journal.outbox.due(START) == [first, other]


def test_a_row_is_taken_in_hand_by_one_alone(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal, open_journal(tmp_path) as beside:
        kept = journal.outbox.add(row())
        claimed = journal.outbox.claim(kept.id, START)
        assert claimed is not None
        assert (claimed.state, claimed.attempts) == ("sending", 1)
        assert beside.outbox.claim(kept.id, START) is None
        assert beside.outbox.due(SOON) == []


def test_a_row_that_waits_is_due_when_its_time_has_come(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        kept = journal.outbox.add(row())
        journal.outbox.claim(kept.id, START)
        journal.outbox.settle(kept.id, "retry-at", START, due_at=SOON, detail="busy")
        assert journal.outbox.due(START) == []
        assert [one.detail for one in journal.outbox.due(SOON)] == ["busy"]


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_trouble_stays_visible_until_it_is_seen(tmp_path: Path, state: str) -> None:
    with open_journal(tmp_path) as journal:
        kept = journal.outbox.add(row())
        with pytest.raises(UsageProblem, match="nothing about it to be seen yet"):
            journal.outbox.see(kept.id, "mira", START)
        journal.outbox.claim(kept.id, START)
        journal.outbox.settle(kept.id, state, START)
        assert [one.id for one in journal.outbox.unseen()] == [kept.id]
        assert journal.outbox.due(SOON) == []
        journal.outbox.see(kept.id, "mira", SOON)
        journal.outbox.see(kept.id, "tom", SOON)
        assert journal.outbox.unseen() == []
        assert journal.outbox.get(kept.id).seen_by == "mira"
        again = journal.outbox.requeue(kept.id, SOON)
        assert (again.state, again.attempts, again.seen_at) == ("queued", 0, None)


def test_only_what_was_left_in_hand_for_long_is_given_up(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        old, new, waiting = (journal.outbox.add(row(op)) for op in ("a", "b", "c"))
        journal.outbox.claim(old.id, START)
        journal.outbox.claim(new.id, SOON)
        assert journal.outbox.abandon(SOON, SOON, "left behind") == 1
        assert [journal.outbox.get(one.id).state for one in (old, new, waiting)] == ["unknown", "sending", "queued"]


def test_the_first_message_of_a_thread_is_found_by_what_the_other_side_calls_it(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        for op, state, remote in (("a", "failed", ""), ("b", "sent", "1.5"), ("c", "sent", "1.9")):
            kept = journal.outbox.add(row(op))
            journal.outbox.settle(kept.id, state, START, remote=remote)
        assert journal.outbox.first_sent("incidents", "i-7") == "1.5"
        assert journal.outbox.first_sent("alerts", "i-7") == ""
        assert journal.outbox.first_sent("incidents", "") == ""


def test_a_message_nobody_wrote_is_one_sentence(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        for ask in (journal.outbox.get, lambda nr: journal.outbox.see(nr, "mira", START)):
            with pytest.raises(UsageProblem, match="there is no message 7 in the outbox"):
                ask(7)
