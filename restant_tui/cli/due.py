"""The board of what is due, as lines and as JSON; `runbooks --due` shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from restant_tui.errors import RestantError
from restant_tui.text import ago, duration, one_line

if TYPE_CHECKING:
    from restant_tui.cli.marks import Marks
    from restant_tui.cli.options import Options
    from restant_tui.config.model import Config
    from restant_tui.journal.records import RunRecord
    from restant_tui.runbook.catalogue import Catalogue
    from restant_tui.runbook.dueboard import Duty
    from restant_tui.runbook.model import Runbook


def show(options: Options, books: Catalogue, *, as_json: bool) -> int:
    """Print what is due and return 0: being late is no failure of this command.

    Raises:
        ConfigProblem: the configuration or the journal cannot be read.
    """
    from restant_tui.cli.marks import Marks
    from restant_tui.cli.opening import configured, journal_clock, journal_paths
    from restant_tui.clock import SystemClock
    from restant_tui.journal.store import Journal
    from restant_tui.runbook.dueboard import board, strangers

    config = configured(options)
    now = journal_clock(options).now()
    with Journal.open(journal_paths(options).journal, clock=SystemClock()) as journal:
        duties = board(runnable(books), config, journal, now)
    unknown = strangers(config.schedules, books.ids()) if config else ()
    if as_json:
        print(json.dumps([plain(duty) for duty in duties], indent=2, ensure_ascii=False))
        return 0
    marks = Marks.of(options)
    for line in lines(duties, config, unknown, now, marks):
        print(marks.plain(line))
    return 0


def runnable(books: Catalogue) -> Iterator[Runbook]:
    """Return every runbook that can be run."""
    for name in books.ids():
        try:
            yield books.get(name).runbook
        except RestantError:
            continue  # the catalogue lists it with its problem


def lines(
    duties: tuple[Duty, ...], config: Config | None, unknown: tuple[str, ...], now: datetime, marks: Marks
) -> Iterator[str]:
    """Return the board for a person: each runbook's state, by when, and who did it last with which result."""
    for duty in duties:
        yield f"{marks.state(duty.word, 11)} {duty.runbook:<24} {_by_when(duty, now)}"
        yield f"{'':<11} {'':<24} {_last(duty, now)}"
    if not duties:
        yield "no runbook comes back by itself: none has a cadence"
    for name in unknown:
        yield f"{marks.state('warning', 11)} the configuration has a schedule for {name}, but there is no such runbook"
    if config is None:
        yield "\nThere is no configuration: times are those of the runbooks' own files, in UTC."


def plain(duty: Duty) -> dict[str, Any]:
    """Return one duty as plain data with stable keys; times are ISO 8601 in UTC."""
    return {
        "id": duty.runbook,
        "title": duty.title,
        "state": duty.word,
        "at": duty.due.at.isoformat() if duty.due else None,
        "rrule": duty.cadence.rrule,
        "tz": duty.cadence.tz,
        "grace": duty.cadence.grace,
        "problem": duty.problem,
        "done": _record(duty.done),
        "last": _record(duty.last),
    }


def _record(record: RunRecord | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "run": record.id,
        "by": record.actor,
        "status": record.status,
        "finished_at": record.finished_at.isoformat() if record.finished_at else None,
    }


def _by_when(duty: Duty, now: datetime) -> str:
    if duty.due is None:
        return duty.problem
    at = duty.due.at
    if at.year >= 9999:
        return "never again"
    moment = f"{at:%a %Y-%m-%d %H:%M} UTC"
    if duty.pressing:
        return f"since {moment}, {ago(at, now)}"
    return f"next {moment}, in {duration(int((at - now).total_seconds()))}"


def _last(duty: Duty, now: datetime) -> str:
    last = duty.last
    if last is None or last.finished_at is None:
        return "never done"
    said = f"last by {one_line(last.actor, 40)} {ago(last.finished_at, now)}: {last.status} ({last.id})"
    done = duty.done
    if done is None:
        return f"{said}; never ended ok"
    if done.id != last.id and done.finished_at:
        return f"{said}; ended ok {ago(done.finished_at, now)}"
    return said
