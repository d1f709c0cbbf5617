"""The engine's pen: events go through it to the journal, redacted, and are on disk before it returns."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any, Protocol

import msgspec

from restant_tui.engine.state import Event, RunState
from restant_tui.journal.records import Entry, Lock, LockHolder, RunRecord
from restant_tui.text import Redactor

AS_WRITTEN = frozenset({"sources"})
"""Data kept as it is: the texts of runbooks, which hold no secrets and must still match their checksum."""


class Store(Protocol):
    """The part of the journal that runs need. Every write is on disk before it returns."""

    def new_run_id(self, random: Random) -> str:
        """Return an id no run has yet."""
        ...

    def begin_run(self, record: RunRecord, first: Entry | None = None) -> None:
        """Note that a run begins, with its first entry in the same stroke."""

    def append(self, entry: Entry) -> Entry:
        """Add an entry to the chain and return it with its place."""
        ...

    def entries(self, run: str) -> Sequence[Entry]:
        """Return a run's entries in order."""
        ...

    def finish_run(self, run: str, status: str, at: datetime) -> None:
        """Note how a run ended."""

    def find_run(self, prefix: str) -> RunRecord:
        """Return the run whose id begins so; raises UsageProblem for none or several."""
        ...

    def acquire(self, name: str, holder: LockHolder) -> LockHolder | None:
        """Take a lock; None if it is ours now, else who holds it."""
        ...

    def release(self, name: str, run: str) -> None:
        """Let a lock go."""

    def take_over(self, name: str, holder: LockHolder, reason: str) -> None:
        """Take a lock from whoever holds it."""

    def locks(self) -> Sequence[Lock]:
        """Return the locks that are held."""
        ...

    def run_holder(self, run: str) -> LockHolder | None:
        """Return which console carries a run on, or None."""
        ...

    def usual_seconds(self, runbook: str, step: str) -> tuple[float, float] | None:
        """Return how long a step usually takes: the 25 % and 75 % points."""
        ...


class Recorder:
    """Writes a run's events and reads them back."""

    def __init__(self, store: Store, redactor: Redactor) -> None:
        self.store = store
        self._redactor = redactor

    def redact(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data as it will be stored: plain JSON data without secrets."""
        plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(dict(data)))
        return {name: value if name in AS_WRITTEN else self._masked(value) for name, value in plain.items()}

    async def begin(self, state: RunState, first: Event) -> None:
        """Note that a run begins, together with its first event."""
        record = RunRecord(
            id=state.id, runbook=state.runbook, title=state.title, environment=state.environment.value,
            host=state.host, actor=state.actor, started_at=state.started_at, finished_at=None,
            status=state.status.value,
        )  # fmt: skip
        await asyncio.to_thread(self.store.begin_run, record, _entry(first))

    async def append(self, event: Event) -> Event:
        """Store one event (its data as `redact` gave it) and return it with its place in the chain."""
        stored = await asyncio.to_thread(self.store.append, _entry(event))
        return _event(stored)

    async def finish(self, state: RunState) -> None:
        """Note how a run ended."""
        assert state.finished_at is not None
        await asyncio.to_thread(self.store.finish_run, state.id, state.status.value, state.finished_at)

    async def events(self, run: str) -> list[Event]:
        """Return every event of a run, in order."""
        return [_event(entry) for entry in await asyncio.to_thread(self.store.entries, run)]

    async def find(self, prefix: str) -> RunRecord:
        """Return the run whose id begins so; raises UsageProblem for none or several."""
        return await asyncio.to_thread(self.store.find_run, prefix)

    def _masked(self, value: Any) -> Any:
        match value:
            case str():
                return self._redactor.redact(value)
            case dict():
                return {name: self._masked(inner) for name, inner in value.items()}
            case list():
                return [self._masked(inner) for inner in value]
            case _:
                return value


def _entry(event: Event) -> Entry:
    return Entry(run=event.run, at=event.at, kind=event.kind, step=event.step, actor=event.actor, data=event.data)


def _event(entry: Entry) -> Event:
    return Event(
        run=entry.run, kind=entry.kind, at=entry.at, step=entry.step, actor=entry.actor, data=entry.data, seq=entry.seq
    )
