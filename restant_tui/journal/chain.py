"""Entries, chained over the whole journal: each carries the digest of the one before it.

The chain shows what was changed, left out or cut off by accident or by hand. Whoever can rewrite the whole file can
rewrite the chain as well; against that helps only an export kept elsewhere, which names its digests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from restant_tui.errors import UsageProblem
from restant_tui.journal.canonical import NOTHING_BEFORE, canonical, digest, moment, stamp
from restant_tui.journal.database import Row, Session
from restant_tui.journal.records import Breach, Entry

_SELECT = "SELECT position, run, seq, at, kind, step, actor, data, prev, sha256 FROM entries "
_PAGE = 1000
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def append(session: Session, entry: Entry) -> Entry:
    """Add an entry at the end and return it with its place and digests.

    Raises:
        UsageProblem: its run was never begun.
        ValueError: its data is not plain JSON.
    """
    [(position, prev, notes)] = session.rows("SELECT position, sha256, notes FROM chain WHERE id = 1")
    seq = notes + 1 if not entry.run else _events(session, entry.run) + 1
    data = canonical(dict(entry.data))
    whole = replace(
        entry, seq=seq, position=position + 1, prev=prev, at=moment(stamp(entry.at)), data=json.loads(data), sha256=""
    )
    whole = replace(whole, sha256=digest(whole))
    session.run(
        "INSERT INTO entries (position, run, seq, at, kind, step, actor, data, prev, sha256) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            whole.position, whole.run or None, seq, stamp(whole.at), whole.kind, whole.step, whole.actor, data,
            whole.prev, whole.sha256,
        ),
    )  # fmt: skip
    if entry.run:
        session.run("UPDATE runs SET events = ? WHERE id = ?", (seq, entry.run))
    session.run(
        "UPDATE chain SET position = ?, sha256 = ?, notes = ? WHERE id = 1",
        (whole.position, whole.sha256, notes if entry.run else seq),
    )
    return whole


def entries(session: Session, run: str, after: int = 0) -> list[Entry]:
    """Return the entries of a run (of none, if empty) that come after that `seq`, in order."""
    where, values = ("run = ?", [run]) if run else ("run IS NULL", [])
    rows = session.rows(_SELECT + f"WHERE {where} AND seq > ? ORDER BY seq", [*values, after])
    return [_entry(row) for row in rows]


def breaches(session: Session) -> Iterator[Breach]:
    """Yield every place where the journal is not as it was written, walking all of it."""
    prev, position = NOTHING_BEFORE, 0
    seqs: dict[str, int] = {}
    ends: dict[str, str] = {}
    for row in _all(session):
        try:
            entry = _entry(row)
            intact = digest(entry) == entry.sha256
        except (ValueError, TypeError, RecursionError):
            entry, intact = _unreadable(row), False
        if not intact:
            yield Breach(run=entry.run, seq=entry.seq, what="the entry was changed after it was written")
        if entry.position != position + 1:
            gone = entry.position - position - 1
            yield Breach(
                run=entry.run, seq=entry.seq, what=f"{_entries(gone)} before it in the journal {_is(gone)} gone"
            )
        elif entry.prev != prev:
            yield Breach(run=entry.run, seq=entry.seq, what="the entry before it is not the one it was written after")
        if (gone := entry.seq - seqs.get(entry.run, 0) - 1) > 0:
            yield Breach(run=entry.run, seq=entry.seq, what=f"{_entries(gone)} of the run before it {_is(gone)} gone")
        prev, position, seqs[entry.run] = entry.sha256, entry.position, entry.seq
        if entry.kind == "run.finished":
            ends[entry.run] = str(entry.data.get("status", ""))
    yield from _ends(session, position, prev, seqs)
    yield from _statuses(session, ends)


def head(session: Session) -> tuple[int, str]:
    """Return position and digest of the last entry."""
    [(position, sha256)] = session.rows("SELECT position, sha256 FROM chain WHERE id = 1")
    return int(position), str(sha256)


def _ends(session: Session, position: int, prev: str, seqs: dict[str, int]) -> Iterator[Breach]:
    kept = session.rows("SELECT position, sha256, notes FROM chain WHERE id = 1")
    if not kept:
        yield Breach(run="", seq=0, what="the note of where the journal ends is gone")
        return
    for end, sha256, notes in kept:
        if (end, sha256) != (position, prev):
            yield Breach(run="", seq=0, what=f"the journal should end with entry {end}, it ends with entry {position}")
        if (have := seqs.pop("", 0)) != notes:
            yield Breach(run="", seq=have, what=f"there should be {_entries(notes)} outside of runs, there are {have}")
    for run, events in session.rows("SELECT id, events FROM runs ORDER BY started_at, id"):
        if (have := seqs.pop(run, 0)) != events:
            yield Breach(run=run, seq=have, what=f"the run should have {_entries(events)}, it ends with {have}")
    for run, have in seqs.items():
        yield Breach(run=run, seq=have, what="the run's own record is gone")


def _statuses(session: Session, ends: dict[str, str]) -> Iterator[Breach]:
    for run, status, events in session.rows("SELECT id, status, events FROM runs"):
        if run in ends and ends[run] != status:
            what = f"the run's record says {status}, its last word was {ends[run]}"
            yield Breach(run=run, seq=events, what=what)


def _all(session: Session) -> Iterator[Row]:
    last = 0
    while rows := session.rows(_SELECT + "WHERE position > ? ORDER BY position LIMIT ?", (last, _PAGE)):
        yield from rows
        last = rows[-1][0]


def _events(session: Session, run: str) -> int:
    rows = session.rows("SELECT events FROM runs WHERE id = ?", (run,))
    if not rows:
        raise UsageProblem(f"there is no run {run} in the journal; begin it before anything is noted in it")
    return int(rows[0][0])


def _entry(row: Row) -> Entry:
    position, run, seq, at, kind, step, actor, data, prev, sha256 = row
    return Entry(
        run=run or "", seq=seq, at=moment(at), kind=kind, step=step, actor=actor, data=json.loads(data),
        position=position, prev=prev, sha256=sha256,
    )  # fmt: skip


def _unreadable(row: Row) -> Entry:
    """Return the place of an entry whose content cannot be read any more."""
    position, run, seq, *_, prev, sha256 = row
    return Entry(run=run or "", seq=seq, at=_LONG_AGO, kind="", position=position, prev=prev, sha256=sha256)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
