"""What an alert is: something wrong that waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from restant_tui.config.model import Environment


class Severity(StrEnum):
    """How soon a person has to look."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for critical."""
        return list(reversed(Severity)).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something a rule looked at, at one moment.

    `severity` is None when it is well. `known` is False when it could not be looked at: then it says nothing, and an
    alert about it stands. `observed_at` is when what it rests on was really seen, None where every round counts as one.
    """

    key: str
    severity: Severity | None
    title: str = ""
    detail: str = ""
    app: str | None = None
    environment: Environment | None = None
    runbook: str | None = None
    known: bool = True
    observed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert, from when it was raised until after it was cleared.

    `key` names what is wrong (`down:restant-main`), `id` this one time it happened. `deadline` is when a person
    must have acknowledged it. `observed` is False while its cause cannot be looked at.
    """

    id: str
    key: str
    severity: Severity
    title: str
    detail: str
    app: str | None
    environment: Environment | None
    since: datetime
    deadline: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    cleared_at: datetime | None = None
    runbook: str | None = None
    """The runbook that most likely helps."""
    observed: bool = True

    @property
    def acknowledged(self) -> bool:
        """Whether a person has taken it on."""
        return self.acknowledged_at is not None

    def overdue(self, now: datetime) -> bool:
        """Whether nobody took it on in time."""
        return not self.acknowledged and self.cleared_at is None and now > self.deadline


@dataclass(frozen=True, slots=True)
class AlertsSnapshot:
    """The alerts that are open, the worst and then the oldest first, and the last that were cleared, newest first."""

    open: tuple[Alert, ...] = ()
    cleared: tuple[Alert, ...] = ()
