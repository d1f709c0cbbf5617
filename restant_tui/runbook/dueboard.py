"""What is due: every runbook with a cadence, when it was last done, and how that ended. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from restant_tui.runbook.cadence import Due, DueState, due, problem_of

if TYPE_CHECKING:
    from restant_tui.config.model import Config
    from restant_tui.config.policy import Schedule
    from restant_tui.journal.records import RunRecord
    from restant_tui.runbook.model import Runbook
    from restant_tui.runbook.parts import Cadence

_ORDER: Final = (DueState.OVERDUE, DueState.DUE, DueState.NOT_DUE)
NO_ZONE: Final = "UTC"
"""What a cadence has as its zone when its file names none."""


class Memory(Protocol):
    """What is asked of the journal."""

    def last_done(self, runbook: str) -> RunRecord | None:
        """Return the run of that runbook that last ended ok, or None."""
        ...

    def last_result(self, runbook: str) -> RunRecord | None:
        """Return the run of that runbook that last ended, however it did, or None."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One runbook that comes back. `due` is None where its times cannot be read; `problem` then says why."""

    runbook: str
    title: str
    cadence: Cadence
    """As it counts here: the runbook's own with the configuration's schedule laid over it."""
    due: Due | None = None
    done: RunRecord | None = None
    """The run that last ended ok."""
    last: RunRecord | None = None
    """The run that last ended, however it did."""
    problem: str = ""

    @property
    def pressing(self) -> bool:
        """Whether it is due or overdue, or nobody can say."""
        return self.due is None or self.due.state is not DueState.NOT_DUE

    @property
    def word(self) -> str:
        """The state in one word."""
        return self.due.state.value if self.due else "unknown"


def board(books: Iterable[Runbook], config: Config | None, memory: Memory, now: datetime) -> tuple[Duty, ...]:
    """Return every runbook that comes back: what cannot be read first, then overdue, due, and by when.

    Args:
        books: the runbooks.
        config: its schedules and time zone count; without one those of the runbooks' files do.
        memory: when they were done.
        now: aware.
    """
    schedules = config.schedules if config else {}
    zone = config.time_zone if config else NO_ZONE
    found = []
    for book in books:
        cadence = effective(book.cadence, schedules.get(book.id), zone)
        if cadence is not None:
            found.append(_duty(book, cadence, memory, now))
    return tuple(sorted(found, key=_rank))


def effective(cadence: Cadence | None, schedule: Schedule | None, zone: str) -> Cadence | None:
    """Return when a runbook is due here; None if never.

    Args:
        cadence: what its file says.
        schedule: what the configuration says.
        zone: where times are read for which neither names a zone.
    """
    from restant_tui.runbook.parts import Cadence

    if schedule is None:
        if cadence is None or cadence.tz != NO_ZONE:
            return cadence
        return msgspec.structs.replace(cadence, tz=zone)
    rule = schedule.rrule or (cadence.rrule if cadence else None)
    if schedule.off or rule is None:
        return None
    own = cadence.tz if cadence and cadence.tz != NO_ZONE else zone
    base = cadence or Cadence(rrule=rule)
    return msgspec.structs.replace(base, rrule=rule, tz=schedule.tz or own, grace=schedule.grace or base.grace)


def strangers(schedules: Mapping[str, Schedule], known: Iterable[str]) -> tuple[str, ...]:
    """Return the ids the configuration has times for although there is no such runbook, sorted."""
    return tuple(sorted(set(schedules) - set(known)))


def _duty(book: Runbook, cadence: Cadence, memory: Memory, now: datetime) -> Duty:
    done, last = memory.last_done(book.id), memory.last_result(book.id)
    problem = problem_of("rrule", cadence.rrule) or problem_of("tz", cadence.tz)
    found = None if problem else due(cadence, done.finished_at if done else None, now)
    return Duty(
        runbook=book.id, title=book.title, cadence=cadence, due=found, done=done, last=last, problem=problem
    )  # fmt: skip


def _rank(duty: Duty) -> tuple[int, str, str]:
    if duty.due is None:
        return (-1, "", duty.runbook)
    return (_ORDER.index(duty.due.state), duty.due.at.isoformat(), duty.runbook)
