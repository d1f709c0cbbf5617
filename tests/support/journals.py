"""Journals with something in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from restant_tui.journal.records import Entry, LockHolder, RunRecord
from restant_tui.journal.store import Journal
from tests.support.clock import START, ManualClock

RUN = "r-20260302-0300-k7"
OTHER = "r-20260302-0301-m4"


def open_journal(folder: Path, clock: ManualClock | None = None) -> Journal:
    """Open the journal of a test, creating it where it is missing."""
    return Journal.open(folder / "journal.sqlite3", clock=clock or ManualClock())


def run_record(run: str = RUN, **changes: Any) -> RunRecord:
    fields = {
        "runbook": "rollback-emergency", "title": "Emergency rollback", "environment": "production",
        "host": "practice", "actor": "mira", "started_at": START,
    }  # fmt: skip
    return RunRecord(id=run, **{**fields, **changes})


def entry(
    kind: str, data: Mapping[str, Any] | None = None, *, run: str = RUN, step: str = "", at: datetime = START
) -> Entry:
    return Entry(run=run, kind=kind, at=at, step=step, actor="mira", data=data or {})


def holder(run: str = RUN, *, step: str = "") -> LockHolder:
    """A holder that is this very process."""
    return LockHolder.here(run=run, actor="mira", since=START, step=step)


def with_two_runs(folder: Path) -> Journal:
    """A journal in which the entries of two runs and two notes stand in turns; three entries each run."""
    journal = open_journal(folder)
    for run in (RUN, OTHER):
        journal.begin_run(run_record(run))
    for number in range(3):
        for run in (RUN, OTHER):
            journal.append(entry("note.added", {"text": f"number {number}"}, run=run))
        if number < 2:
            journal.note("alert.raised", START, "monitor", {"key": f"alert-{number}"})
    return journal


def tamper(folder: Path, sql: str) -> None:
    """Change the journal's file behind the program's back."""
    connection = sqlite3.connect(folder / "journal.sqlite3")
    with connection:
        connection.execute(sql)
    connection.close()
