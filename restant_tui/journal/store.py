"""The journal: what every other room asks of durable memory.

Calls are short and blocking; each write is on disk when it returns. Use `asyncio.to_thread` where a loop must not
wait for the disk. Any thread may call.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from random import Random
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from restant_tui.errors import UsageProblem
from restant_tui.journal import chain, ledger, locks, runs
from restant_tui.journal.database import Database
from restant_tui.journal.migrations import migrate
from restant_tui.journal.outbox import OutboxTable
from restant_tui.journal.records import Breach, Entry, Lock, LockHolder, NotedRelease, RunRecord

if TYPE_CHECKING:
    from restant_tui.clock import Clock


class Journal:
    """Runs, their entries, notes, locks and what was learnt from them."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        """Use a database whose tables are there; see `open`."""
        self._database = database
        self._clock = clock

    @classmethod
    def open(cls, path: Path, *, clock: Clock) -> Self:
        """Open the journal in this file, creating it (mode 0600) or bringing it to the newest version.

        Raises:
            ConfigProblem: it cannot be read or written, is damaged, or a newer program wrote it; it is then left
                as it was.
        """
        from restant_tui.journal.sqlite import SqliteDatabase

        database = SqliteDatabase(path)
        try:
            migrate(database)
            database.share()
        except BaseException:
            database.close()
            raise
        return cls(database, clock=clock)

    def close(self) -> None:
        """Close the file; nothing is lost without it."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- runs -----------------------------------------------------------------------------------------------------

    def new_run_id(self, random: Random) -> str:
        """Return an id no run has yet, such as `r-20261123-0142-k7`."""
        with self._database.reading() as session:
            return runs.new_id(self._clock.now(), random, lambda candidate: runs.exists(session, candidate))

    def begin_run(self, record: RunRecord, first: Entry | None = None) -> None:
        """Add a run; its entries can then be appended.

        Args:
            record: the run's line in the list.
            first: its first entry, written in the same stroke: a run of which nothing else is known cannot be left.

        Raises:
            UsageProblem: its id is taken.
        """
        with self._database.writing() as session:
            runs.begin(session, record)
            if first is not None:
                chain.append(session, first)

    def finish_run(self, run: str, status: str, at: datetime) -> None:
        """Note that the run has ended; appending `run.finished` does the same by itself.

        Raises:
            UsageProblem: there is no such run.
        """
        with self._database.writing() as session:
            runs.finish(session, run, status, at)

    def runs(self, limit: int = 50) -> list[RunRecord]:
        """Return the newest runs, newest first."""
        with self._database.reading() as session:
            return runs.newest(session, limit)

    def unfinished(self) -> list[RunRecord]:
        """Return the runs that have not ended, newest first: still under way somewhere, or cut short."""
        with self._database.reading() as session:
            return runs.unfinished(session)

    def find_run(self, prefix: str) -> RunRecord:
        """Return the run whose id begins with this, or ends with it (`k7`).

        Raises:
            UsageProblem: none fits, or several do.
        """
        with self._database.reading() as session:
            return runs.find(session, prefix)

    def last_done(self, runbook: str) -> RunRecord | None:
        """Return the run of that runbook that last ended ok (with or without warnings)."""
        with self._database.reading() as session:
            return runs.last_result(session, runbook, well=True)

    def last_result(self, runbook: str) -> RunRecord | None:
        """Return the run of that runbook that ended last, however it did."""
        with self._database.reading() as session:
            return runs.last_result(session, runbook, well=False)

    # -- entries --------------------------------------------------------------------------------------------------

    def append(self, entry: Entry) -> Entry:
        """Add an entry and return it with `seq`, `position` and digests, once it is on disk.

        A `run.finished` also ends the run's record and gives its locks back, in the same transaction.

        Raises:
            UsageProblem: its run was never begun, or another console carries it on.
            ConfigProblem: it could not be written; then what it announces must not be done.
            ValueError: its data is not plain JSON, or its time has no time zone.
        """
        with self._database.writing() as session:
            if entry.run:
                locks.check_ours(session, entry.run)
            kept = chain.append(session, entry)
            if kept.run and kept.kind == "run.finished":
                runs.finish(session, kept.run, str(kept.data.get("status", "unknown")), kept.at)
                locks.release_all(session, kept.run)
        return kept

    def note(self, kind: str, at: datetime, actor: str, data: Mapping[str, Any]) -> Entry:
        """Add an entry that belongs to no run, such as `alert.raised`."""
        return self.append(Entry(run="", kind=kind, at=at, actor=actor, data=data))

    def entries(self, run: str, after: int = 0) -> list[Entry]:
        """Return a run's entries (with an empty `run`: the notes) whose `seq` is greater than `after`, in order."""
        with self._database.reading() as session:
            return chain.entries(session, run, after)

    def verify(self, run: str | None = None) -> list[Breach]:
        """Return where the journal (or that run) is not as it was written; empty if all is well."""
        with self._database.reading() as session:
            return [breach for breach in chain.breaches(session) if run is None or breach.run == run]

    def head(self) -> tuple[int, str]:
        """Return the position and the digest of the newest entry; kept elsewhere, they prove all before it."""
        with self._database.reading() as session:
            return chain.head(session)

    # -- locks ----------------------------------------------------------------------------------------------------

    def acquire(self, name: str, holder: LockHolder) -> LockHolder | None:
        """Take a lock and return None, or return who holds it (perhaps `stale`, never taken silently)."""
        with self._database.writing() as session:
            return locks.acquire(session, name, holder)

    def release(self, name: str, run: str) -> None:
        """Give a lock back; nothing happens if that run does not hold it (any more)."""
        with self._database.writing() as session:
            locks.release(session, name, run)

    def locks(self) -> list[Lock]:
        """Return the locks that are held, the longest held first."""
        with self._database.reading() as session:
            return locks.held(session)

    def run_holder(self, run: str) -> LockHolder | None:
        """Return which console carries a run on (`stale` if it is gone without a word), or None."""
        with self._database.reading() as session:
            return locks.held_by(session, locks.run_lock(run))

    def take_over(self, name: str, holder: LockHolder, reason: str) -> None:
        """Take a lock whoever holds it, and note it in both runs: `lock.taken-over` in ours, `lock.lost` in theirs.

        Raises:
            UsageProblem: no reason was given.
        """
        if not reason.strip():
            raise UsageProblem(f"say why the lock {name} is taken over: the run that held it will show the reason")
        now = self._clock.now()
        with self._database.writing() as session:
            before = locks.held_by(session, name)
            if before is not None:
                locks.release(session, name, before.run)
            locks.put(session, name, holder)
            loser = before.run if before and before.run != holder.run else ""
            said = {"lock": name, "reason": reason, "from": before.run if before else "", "to": holder.run}
            for run, kind in ((loser, "lock.lost"), (holder.run, "lock.taken-over")):
                # Nothing follows the end of a run: one that left its lock behind is not told any more.
                if runs.is_open(session, run):
                    chain.append(session, Entry(run=run, kind=kind, at=now, actor=holder.actor, data=said))

    # -- messages -------------------------------------------------------------------------------------------------

    @property
    def outbox(self) -> OutboxTable:
        """The messages to people: what is to be sent, what was, and what nobody has looked at yet."""
        return OutboxTable(self._database)

    # -- what was learnt ------------------------------------------------------------------------------------------

    def usual_seconds(self, runbook: str, step: str) -> tuple[float, float] | None:
        """Return the 25 % and 75 % points of how long the step took when it ended ok; None before three results."""
        with self._database.reading() as session:
            return ledger.usual_seconds(session, runbook, step)

    def note_release(self, app: str, sha: str, source: str, at: datetime, build: str = "") -> bool:
        """Note the commit that is live on an app; return whether that was news, else nothing is written."""
        noted = NotedRelease(app=app, sha=sha, source=source, at=at, build=build)
        with self._database.writing() as session:
            return ledger.note_release(session, noted)

    def releases(self, app: str) -> list[NotedRelease]:
        """Return what was noted for the app, newest first."""
        with self._database.reading() as session:
            return ledger.releases(session, app)
