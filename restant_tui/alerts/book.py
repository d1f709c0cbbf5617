"""The alerts over time: raised, escalated, acknowledged, cleared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from restant_tui.alerts.model import Alert, AlertsSnapshot, Condition, Severity
from restant_tui.clock import Clock
from restant_tui.config.model import Acknowledge
from restant_tui.errors import UsageProblem
from restant_tui.monitors.feed import Feed
from restant_tui.text import parse_duration

_GOOD_ROUNDS = 2
_KEPT_CLEARED = 50


class AlertEvent(StrEnum):
    """What happened to an alert."""

    RAISED = "raised"
    ESCALATED = "escalated"
    """It became more severe, and has to be acknowledged again."""
    EASED = "eased"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"


OnEvent = Callable[[AlertEvent, Alert], None]


@dataclass(slots=True)
class _Entry:
    alert: Alert
    good_rounds: int = 0
    good_at: datetime | None = None


class AlertBook:
    """Holds the open alerts and what became of the last ones.

    An alert is raised at the first bad round and cleared after two good rounds; a round in which its condition could
    not be looked at counts for neither, and the same observation never counts twice.
    """

    def __init__(self, acknowledge: Acknowledge, *, clock: Clock, on_event: OnEvent | None = None) -> None:
        """Make an empty book.

        Args:
            acknowledge: how long an alert of each severity may wait for a person.
            clock: tells the time of everything that happens.
            on_event: told of every change, for the journal.
        """
        self._waits = {
            Severity.CRITICAL: timedelta(seconds=parse_duration(acknowledge.critical)),
            Severity.WARNING: timedelta(seconds=parse_duration(acknowledge.warning)),
            Severity.INFO: timedelta(seconds=parse_duration(acknowledge.info)),
        }
        self._clock = clock
        self._on_event = on_event
        self._entries: dict[str, _Entry] = {}
        self._cleared: tuple[Alert, ...] = ()
        self._count = 0
        self.feed: Feed[AlertsSnapshot] = Feed(AlertsSnapshot())

    def apply(self, conditions: Iterable[Condition]) -> None:
        """Take in one round: everything the rules looked at.

        A key that is not among the conditions any more (its app left the configuration) counts as good.
        """
        now = self._clock.now()
        by_key = {condition.key: condition for condition in conditions}
        for key in [*by_key, *(key for key in self._entries if key not in by_key)]:
            self._take(key, by_key.get(key, Condition(key=key, severity=None)), now)
        self._publish()

    def acknowledge(self, alert_id: str, by: str) -> Alert:
        """Note that a person has taken an alert on, and return it; a second time changes nothing.

        Raises:
            UsageProblem: no open alert has this id.
        """
        for entry in self._entries.values():
            if entry.alert.id != alert_id:
                continue
            if not entry.alert.acknowledged:
                entry.alert = replace(entry.alert, acknowledged_at=self._clock.now(), acknowledged_by=by)
                self._tell(AlertEvent.ACKNOWLEDGED, entry.alert)
                self._publish()
            return entry.alert
        raise UsageProblem(f"There is no open alert {alert_id}; it may have cleared in the meantime.")

    def _take(self, key: str, condition: Condition, now: datetime) -> None:
        entry = self._entries.get(key)
        match entry, condition.severity:
            case None, None:
                return
            case None, Severity() as severity:
                self._raise(condition, severity, now)
            case _Entry(), None if not condition.known:
                entry.alert = replace(entry.alert, observed=False)
            case _Entry(), None:
                self._good(entry, condition, now)
            case _Entry(), Severity() as severity:
                self._bad(entry, condition, severity, now)

    def _raise(self, condition: Condition, severity: Severity, now: datetime) -> None:
        self._count += 1
        alert = Alert(
            id=f"{now:%Y%m%d-%H%M%S}-{self._count}",
            key=condition.key,
            severity=severity,
            title=condition.title,
            detail=condition.detail,
            app=condition.app,
            environment=condition.environment,
            since=now,
            deadline=now + self._waits[severity],
            runbook=condition.runbook,
        )
        self._entries[condition.key] = _Entry(alert)
        self._tell(AlertEvent.RAISED, alert)

    def _good(self, entry: _Entry, condition: Condition, now: datetime) -> None:
        entry.alert = replace(entry.alert, observed=True)
        if condition.observed_at is not None and condition.observed_at == entry.good_at:
            return
        entry.good_at = condition.observed_at
        entry.good_rounds += 1
        if entry.good_rounds < _GOOD_ROUNDS:
            return
        del self._entries[condition.key]
        alert = replace(entry.alert, cleared_at=now)
        self._cleared = (alert, *self._cleared)[:_KEPT_CLEARED]
        self._tell(AlertEvent.CLEARED, alert)

    def _bad(self, entry: _Entry, condition: Condition, severity: Severity, now: datetime) -> None:
        entry.good_rounds, entry.good_at = 0, None
        before = entry.alert
        alert = replace(
            before,
            severity=severity,
            title=condition.title,
            detail=condition.detail,
            runbook=condition.runbook,
            observed=True,
        )
        if severity.rank > before.severity.rank:
            # Whoever took on a warning has not yet taken on that it is critical now.
            alert = replace(alert, deadline=now + self._waits[severity], acknowledged_at=None, acknowledged_by=None)
        entry.alert = alert
        if severity.rank > before.severity.rank:
            self._tell(AlertEvent.ESCALATED, alert)
        elif severity.rank < before.severity.rank:
            self._tell(AlertEvent.EASED, alert)

    def _tell(self, event: AlertEvent, alert: Alert) -> None:
        if self._on_event:
            self._on_event(event, alert)

    def _publish(self) -> None:
        alerts = sorted(
            (entry.alert for entry in self._entries.values()),
            key=lambda alert: (-alert.severity.rank, alert.since, alert.key),
        )
        snapshot = AlertsSnapshot(tuple(alerts), self._cleared)
        if snapshot != self.feed.latest:
            self.feed.publish(snapshot)
