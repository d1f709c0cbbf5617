"""Locks between runs, in this process and in others, and who holds them."""

from __future__ import annotations

import os
import platform
from dataclasses import replace

from restant_tui.errors import UsageProblem
from restant_tui.journal.canonical import moment, stamp
from restant_tui.journal.database import Row, Session
from restant_tui.journal.records import Lock, LockHolder

_SELECT = "SELECT name, run, actor, pid, host, since, step FROM locks "


def acquire(session: Session, name: str, wanted: LockHolder) -> LockHolder | None:
    """Take the lock and return None, or return who holds it.

    A run gets its own lock again in the same process, or when the process that had it is gone (it is taken up again).
    """
    holder = held_by(session, name)
    if holder is not None:
        if holder.run != wanted.run:
            return holder
        if (holder.pid, holder.host) == (wanted.pid, wanted.host):
            return None
        if not holder.stale:
            return holder
        release(session, name, holder.run)
    put(session, name, wanted)
    return None


def put(session: Session, name: str, holder: LockHolder) -> None:
    """Note the holder of a lock that is free."""
    session.run(
        "INSERT INTO locks (name, run, actor, pid, host, since, step) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (name, holder.run, holder.actor, holder.pid, holder.host, stamp(holder.since), holder.step),
    )


def release(session: Session, name: str, run: str) -> bool:
    """Give the lock back; False if this run did not hold it."""
    return session.run("DELETE FROM locks WHERE name = ? AND run = ?", (name, run)) > 0


def release_all(session: Session, run: str) -> None:
    """Give back every lock of a run that has ended: one that was killed a moment later must not leave any behind."""
    session.run("DELETE FROM locks WHERE run = ?", (run,))


def run_lock(run: str) -> str:
    """Return the name of the lock whose holder carries a run on: one console at a time."""
    return f"run:{run}"


def check_ours(session: Session, run: str) -> None:
    """Make sure that no other process carries the run on.

    Raises:
        UsageProblem: one does; what two consoles wrote of one run would contradict itself.
    """
    holder = held_by(session, run_lock(run))
    if holder is not None and (holder.pid, holder.host) != (os.getpid(), platform.node()):
        raise UsageProblem(
            f"{run} is carried on by {holder.actor} in another console (process {holder.pid} on {holder.host}); "
            "nothing more is written from here"
        )


def held_by(session: Session, name: str) -> LockHolder | None:
    """Return who holds the lock, or None."""
    rows = session.rows(_SELECT + "WHERE name = ?", (name,))
    return _holder(session, rows[0]) if rows else None


def held(session: Session) -> list[Lock]:
    """Return all locks that are held, the longest held first; those on runs themselves are `run_holder`'s."""
    rows = session.rows(_SELECT + "WHERE name NOT LIKE 'run:%' ORDER BY since, name")
    return [Lock(name=row[0], holder=_holder(session, row)) for row in rows]


def _holder(session: Session, row: Row) -> LockHolder:
    _, run, actor, pid, host, since, step = row
    holder = LockHolder(run=run, actor=actor, pid=pid, host=host, since=moment(since), step=step)
    latest = session.rows("SELECT step FROM entries WHERE run = ? AND step <> '' ORDER BY seq DESC LIMIT 1", (run,))
    return replace(holder, step=latest[0][0] if latest else step, stale=_is_gone(holder))


def _is_gone(holder: LockHolder) -> bool:
    """Whether we know that the process has ended; of another machine's processes we know nothing."""
    if holder.host != platform.node():
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
