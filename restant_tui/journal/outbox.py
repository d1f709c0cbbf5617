"""Messages to people as rows, each on disk before anything is sent.

A failed or unknown message stays visible until a person has seen it; an unknown one is never sent again by itself.
Calls are short and blocking, and safe from any thread and process.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from restant_tui.errors import UsageProblem
from restant_tui.journal.canonical import moment, stamp
from restant_tui.journal.database import Database, Row, Session

WAITING: Final = ("queued", "retry-at")
"""States of a row that may be sent now or later."""
SENDING: Final = "sending"
SENT: Final = "sent"
TROUBLE: Final = ("failed", "unknown")
"""States that stay visible until a person has seen them."""

_COLUMNS = (
    "id, op, channel, template, thread, title, message, state, attempts, queued_at, changed_at, due_at, remote, "
    "detail, seen_at, seen_by"
)
_SELECT = f"SELECT {_COLUMNS} FROM outbox "  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One message to one channel. Holds no secrets: they are looked up when it is sent."""

    op: str
    """What it belongs to; a message of the same `op`, channel and template is the same message."""
    channel: str
    template: str
    message: str
    """The message itself as JSON, already redacted."""
    queued_at: datetime
    title: str = ""
    thread: str = ""
    """What ties messages together, such as an incident's id; may be empty."""
    state: str = WAITING[0]
    id: int = 0
    """Given by the table."""
    attempts: int = 0
    changed_at: datetime | None = None
    due_at: datetime | None = None
    """When it may be sent (again)."""
    remote: str = ""
    """What the other side calls it."""
    detail: str = ""
    """One sentence for a person."""
    seen_at: datetime | None = None
    seen_by: str = ""


class OutboxTable:
    """The rows, and the changes of state they may go through."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, row: OutboxRow) -> OutboxRow:
        """Add a row and return it with its id, or return the row of the same message that is there already."""
        at = stamp(row.queued_at)
        with self._database.writing() as session:
            same = session.rows(
                _SELECT + "WHERE op = ? AND channel = ? AND template = ?", (row.op, row.channel, row.template)
            )
            if same:
                return _row(same[0])
            [(last,)] = session.rows("SELECT max(id) FROM outbox")
            session.run(
                f"INSERT INTO outbox ({_COLUMNS}) "  # noqa: S608 - made of constants
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, '', ?, NULL, '')",
                (
                    (last or 0) + 1, row.op, row.channel, row.template, row.thread, row.title, row.message, row.state,
                    at, at, at, row.detail,
                ),
            )  # fmt: skip
            return _one(session, (last or 0) + 1)

    def get(self, row_id: int) -> OutboxRow:
        """Return a row.

        Raises:
            UsageProblem: there is none of that id.
        """
        with self._database.reading() as session:
            return _one(session, row_id)

    def claim(self, row_id: int, at: datetime) -> OutboxRow | None:
        """Take a waiting row in hand for sending and return it; None if it is not waiting (any more)."""
        with self._database.writing() as session:
            touched = session.run(
                "UPDATE outbox SET state = ?, attempts = attempts + 1, changed_at = ? WHERE id = ? AND state IN (?, ?)",
                (SENDING, stamp(at), row_id, *WAITING),
            )
            return _one(session, row_id) if touched else None

    def settle(
        self,
        row_id: int,
        state: str,
        at: datetime,
        *,
        due_at: datetime | None = None,
        remote: str = "",
        detail: str = "",
    ) -> OutboxRow:
        """Note what became of a row and return it."""
        with self._database.writing() as session:
            session.run(
                "UPDATE outbox SET state = ?, changed_at = ?, due_at = ?, remote = ?, detail = ? WHERE id = ?",
                (state, stamp(at), stamp(due_at or at), remote, detail, row_id),
            )
            return _one(session, row_id)

    def requeue(self, row_id: int, at: datetime) -> OutboxRow:
        """Let a row in trouble be sent once more, because a person wants it, and return it.

        Raises:
            UsageProblem: there is none of that id, or it is not in trouble.
        """
        now = stamp(at)
        with self._database.writing() as session:
            touched = session.run(
                "UPDATE outbox SET state = ?, attempts = 0, queued_at = ?, changed_at = ?, due_at = ?, "
                "seen_at = NULL, seen_by = '' WHERE id = ? AND state IN (?, ?)",
                (WAITING[0], now, now, now, row_id, *TROUBLE),
            )
            row = _one(session, row_id)
        if not touched:
            raise UsageProblem(f"message {row_id} is {row.state}: only a failed or unknown one can be sent again")
        return row

    def due(self, now: datetime) -> list[OutboxRow]:
        """Return the waiting rows whose time has come, oldest first."""
        with self._database.reading() as session:
            rows = session.rows(
                _SELECT + "WHERE state IN (?, ?) AND due_at <= ? ORDER BY due_at, id", (*WAITING, stamp(now))
            )
        return [_row(row) for row in rows]

    def abandon(self, before: datetime, at: datetime, detail: str) -> int:
        """Call rows unknown that were taken in hand before that moment and never settled; return how many."""
        with self._database.writing() as session:
            return session.run(
                "UPDATE outbox SET state = ?, changed_at = ?, detail = ? WHERE state = ? AND changed_at < ?",
                (TROUBLE[1], stamp(at), detail, SENDING, stamp(before)),
            )

    def unseen(self) -> list[OutboxRow]:
        """Return the failed and unknown rows that no person has seen yet, newest first."""
        with self._database.reading() as session:
            rows = session.rows(_SELECT + "WHERE state IN (?, ?) AND seen_at IS NULL ORDER BY id DESC", TROUBLE)
        return [_row(row) for row in rows]

    def see(self, row_id: int, by: str, at: datetime) -> OutboxRow:
        """Note that a person has seen a row in trouble, and return it; a second time changes nothing.

        Raises:
            UsageProblem: there is none of that id, or it is not in trouble: what has not failed yet stays unseen.
        """
        with self._database.writing() as session:
            row = _one(session, row_id)
            if row.state not in TROUBLE:
                raise UsageProblem(f"message {row_id} is {row.state}: there is nothing about it to be seen yet")
            session.run(
                "UPDATE outbox SET seen_at = ?, seen_by = ? WHERE id = ? AND seen_at IS NULL", (stamp(at), by, row_id)
            )
            return _one(session, row_id)

    def first_sent(self, channel: str, thread: str) -> str:
        """Return what the other side calls the first message of a thread in that channel; empty if there is none."""
        if not thread:
            return ""
        with self._database.reading() as session:
            rows = session.rows(
                "SELECT remote FROM outbox WHERE channel = ? AND thread = ? AND state = ? AND remote <> '' "
                "ORDER BY id LIMIT 1",
                (channel, thread, SENT),
            )
        return str(rows[0][0]) if rows else ""

    def newest(self, limit: int = 50) -> list[OutboxRow]:
        """Return the newest rows, newest first."""
        with self._database.reading() as session:
            rows = session.rows(_SELECT + "ORDER BY id DESC LIMIT ?", (limit,))
        return [_row(row) for row in rows]


def _one(session: Session, row_id: int) -> OutboxRow:
    rows = session.rows(_SELECT + "WHERE id = ?", (row_id,))
    if not rows:
        raise UsageProblem(f"there is no message {row_id} in the outbox")
    return _row(rows[0])


def _row(row: Row) -> OutboxRow:
    (
        row_id, op, channel, template, thread, title, message, state, attempts, queued_at, changed_at, due_at, remote,
        detail, seen_at, seen_by,
    ) = row  # fmt: skip
    return OutboxRow(
        id=row_id, op=op, channel=channel, template=template, thread=thread, title=title, message=message, state=state,
        attempts=attempts, queued_at=moment(queued_at), changed_at=moment(changed_at), due_at=moment(due_at),
        remote=remote, detail=detail, seen_at=moment(seen_at) if seen_at else None, seen_by=seen_by,
    )  # fmt: skip
