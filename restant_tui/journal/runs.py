"""The list of runs: one line each, beside the entries that say what happened in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

from restant_tui.errors import UsageProblem
from restant_tui.journal.canonical import moment, stamp
from restant_tui.journal.database import Row, Session
from restant_tui.journal.records import RunRecord

_SELECT = "SELECT id, runbook, title, environment, host, actor, started_at, finished_at, status FROM runs "
# No letter or digit that sounds or looks like another: run ids are read out over the phone.
_LETTERS = "bcdfghjkmnpqrstvwxz"
_DIGITS = "23456789"
_WELL = ("ok", "ok-with-warnings")


def new_id(at: datetime, random: Random, taken: Callable[[str], bool]) -> str:
    """Return a short id that can be spoken, such as `r-20261123-0142-k7`; its time is in UTC."""
    day = stamp(at)
    name = f"r-{day[:4]}{day[5:7]}{day[8:10]}-{day[11:13]}{day[14:16]}-"
    for attempt in range(1000):
        # More and more pairs, should a whole minute be taken.
        pairs = 1 + attempt // 50
        candidate = name + "".join(random.choice(_LETTERS) + random.choice(_DIGITS) for _ in range(pairs))
        if not taken(candidate):
            return candidate
    raise AssertionError("unreachable: twenty random pairs cannot all be taken")


def exists(session: Session, run: str) -> bool:
    """Whether there is a run of exactly that id."""
    return bool(session.rows("SELECT 1 FROM runs WHERE id = ?", (run,)))


def is_open(session: Session, run: str) -> bool:
    """Whether there is a run of exactly that id, and it has not ended."""
    return bool(session.rows("SELECT 1 FROM runs WHERE id = ? AND finished_at IS NULL", (run,)))


def begin(session: Session, record: RunRecord) -> None:
    """Add a run.

    Raises:
        UsageProblem: its id is taken.
    """
    if exists(session, record.id):
        raise UsageProblem(f"there is a run {record.id} in the journal already; start it again to get another id")
    finished = stamp(record.finished_at) if record.finished_at else None
    session.run(
        "INSERT INTO runs (id, runbook, title, environment, host, actor, started_at, finished_at, status, events) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        (
            record.id, record.runbook, record.title, record.environment, record.host, record.actor,
            stamp(record.started_at), finished, record.status,
        ),
    )  # fmt: skip


def finish(session: Session, run: str, status: str, at: datetime) -> None:
    """Note that a run has ended, and how.

    Raises:
        UsageProblem: there is no such run.
    """
    if not session.run("UPDATE runs SET status = ?, finished_at = ? WHERE id = ?", (status, stamp(at), run)):
        raise UsageProblem(f"there is no run {run} in the journal; restant-tui runs lists them")


def newest(session: Session, limit: int) -> list[RunRecord]:
    """Return the newest runs, newest first."""
    rows = session.rows(_SELECT + "ORDER BY started_at DESC, id DESC LIMIT ?", (limit,))
    return [_record(row) for row in rows]


def unfinished(session: Session) -> list[RunRecord]:
    """Return the runs that have not ended, newest first."""
    rows = session.rows(_SELECT + "WHERE finished_at IS NULL ORDER BY started_at DESC, id DESC")
    return [_record(row) for row in rows]


def find(session: Session, prefix: str) -> RunRecord:
    """Return the one run whose id begins (or, after the date, ends) with this text.

    Raises:
        UsageProblem: none fits, or several do.
    """
    ids = [str(run) for (run,) in session.rows("SELECT id FROM runs ORDER BY started_at DESC, id DESC")]
    fits = [run for run in ids if run == prefix] or [run for run in ids if prefix and run.startswith(prefix)]
    fits = fits or [run for run in ids if prefix and run.endswith("-" + prefix)]
    match fits:
        case [run]:
            [row] = session.rows(_SELECT + "WHERE id = ?", (run,))
            return _record(row)
        case []:
            near = f"the newest is {ids[0]}" if ids else "there are none yet"
            raise UsageProblem(f"there is no run {prefix!r}: restant-tui runs lists them ({near})")
        case _:
            shown = ", ".join(fits[:4]) + (" …" if len(fits) > 4 else "")
            raise UsageProblem(f"{prefix!r} fits {len(fits)} runs ({shown}): give more of the id")


def last_result(session: Session, runbook: str, *, well: bool) -> RunRecord | None:
    """Return the run of that runbook that ended last (with `well`: that ended ok), or None."""
    also = "AND status IN (?, ?)" if well else ""
    rows = session.rows(
        _SELECT + f"WHERE runbook = ? AND finished_at IS NOT NULL {also} ORDER BY finished_at DESC, id DESC LIMIT 1",
        (runbook, *(_WELL if well else ())),
    )
    return _record(rows[0]) if rows else None


def _record(row: Row) -> RunRecord:
    run, runbook, title, environment, host, actor, started_at, finished_at, status = row
    return RunRecord(
        id=run, runbook=runbook, title=title, environment=environment, host=host, actor=actor,
        started_at=moment(started_at), finished_at=moment(finished_at) if finished_at else None, status=status,
    )  # fmt: skip
