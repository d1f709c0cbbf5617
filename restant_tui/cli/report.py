"""One snapshot of everything, as aligned text and as JSON. Pure: the same snapshots give the same words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from restant_tui.alerts.model import Alert, AlertsSnapshot
from restant_tui.cli.discovered import host_data, host_lines, reading_data
from restant_tui.cli.marks import Marks
from restant_tui.journal.outbox import OutboxRow
from restant_tui.monitors.snapshots import (
    AppHealth,
    AppReleases,
    Attempt,
    DiscoverySnapshot,
    HealthSnapshot,
    LinksSnapshot,
    Reading,
    ReleasesSnapshot,
    Status,
    Trust,
)
from restant_tui.text import ago, duration, one_line
from restant_tui.transport.link import Link

_EXIT = {Status.OK: 0, Status.WARNING: 1, Status.CRITICAL: 2, Status.UNKNOWN: 3}
_WORST_FIRST = (Status.CRITICAL, Status.UNKNOWN, Status.WARNING, Status.OK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was known at one moment."""

    at: datetime
    practice: bool
    health: HealthSnapshot
    releases: ReleasesSnapshot
    links: LinksSnapshot
    alerts: AlertsSnapshot
    discovery: DiscoverySnapshot = field(default_factory=DiscoverySnapshot)
    messages: tuple[OutboxRow, ...] = ()
    """Those that did not reach people, or perhaps did not, and that no person has seen yet; newest first."""

    def status(self) -> Status:
        """Return the worst: critical before unknown, for not knowing must not hide an outage."""
        found = {app.status for app in self.health.apps}
        if any(status.state in (Link.LOST, Link.REFUSED) for _, status in self.links.links):
            found.add(Status.UNKNOWN)
        if any(app.warning for app in self.releases.apps):
            found.add(Status.WARNING)
        found |= {Status(alert.severity.value) for alert in self.alerts.open if alert.severity.value != "info"}
        return next((status for status in _WORST_FIRST if status in found), Status.UNKNOWN)

    def exit_status(self) -> int:
        """Return 0 for ok, 1 for warning, 2 for critical, 3 for unknown."""
        return _EXIT[self.status()]

    def as_text(self, marks: Marks) -> str:
        """Return the snapshot as lines for a person; no line holds anything but plain text and, if wanted, colour."""
        where = "PRACTICE  " if self.practice else ""
        lines = [f"{where}{marks.state(self.status().value)}  at {self.at:%Y-%m-%d %H:%M:%S} UTC", ""]
        lines += _section("HEALTH", (line for app in self.health.apps for line in self._health(app, marks)))
        lines += _section("HOSTS", (line for host in self.discovery.hosts for line in host_lines(host, self.at, marks)))
        lines += _section("RELEASES", (line for app in self.releases.apps for line in self._releases(app, marks)))
        lines += _section("ALERTS", (line for alert in self.alerts.open for line in self._alert(alert, marks)))
        links = (self._link(name, status.state.value, status.reason, marks) for name, status in self.links.links)
        lines += _section("LINKS", links)
        lines += _section("MESSAGES", (line for row in self.messages for line in self._message(row, marks)))
        return marks.plain("\n".join(lines).rstrip())

    def as_json(self) -> str:
        """Return the snapshot as one JSON object; times are ISO 8601 in UTC, lengths in the unit of the key's name."""
        return json.dumps(
            {
                "format": 1,
                "at": self.at.isoformat(),
                "practice": self.practice,
                "status": self.status().value,
                "apps": [_health_json(app) for app in self.health.apps],
                "hosts": [host_data(host) for host in self.discovery.hosts],
                "releases": [_releases_json(app) for app in self.releases.apps],
                "alerts": [_alert_json(alert) for alert in self.alerts.open],
                "links": [
                    {"link": name, "state": status.state.value, "since": _iso(status.since), "reason": status.reason}
                    for name, status in self.links.links
                ],
                "messages": [_message_json(row) for row in self.messages],
            },
            indent=2,
            ensure_ascii=False,
        )

    # -- lines -----------------------------------------------------------------------------------------------------

    def _health(self, app: AppHealth, marks: Marks) -> Iterator[str]:
        name = marks.paint(app.environment.value, f"{app.environment.value:<11}")
        host = f"{app.host:<12} " if len(self.discovery.hosts) > 1 else ""
        why = one_line(app.reason) or "all is well"
        yield f"{marks.state(app.status.value, 11)} {app.app:<18} {name} {host}{why}"
        endpoint, processes, certificate = app.endpoint, app.processes, app.certificate
        answer = "no answer" if endpoint.http_status is None else f"HTTP {endpoint.http_status}"
        if endpoint.http_status is not None and endpoint.response_ms is not None:
            answer += f" in {endpoint.response_ms:.0f} ms"
        yield self._figure("health", answer, endpoint.reading)
        count = "" if processes.running is None else f"{processes.running}/{processes.total} running"
        yield self._figure("processes", count, processes.reading)
        days = "none" if certificate.days_left is None else f"{certificate.days_left:.0f} d left"
        yield self._figure("certificate", days, certificate.reading)

    def _figure(self, name: str, value: str, reading: Reading) -> str:
        if reading.observed_at is None:
            reason = f": {one_line(reading.reason)}" if reading.reason else ""
            return f"    {name:<12} {reading.trust.value}{reason}"
        word = "" if reading.trust is Trust.LIVE else f"{reading.trust.value}, "
        return f"    {name:<12} {value:<20} {word}{ago(reading.observed_at, self.at)}, {reading.source}"

    def _releases(self, app: AppReleases, marks: Marks) -> Iterator[str]:
        live = f"{app.live_sha[:7]} {one_line(app.live_subject, 60)}".rstrip() if app.live_sha else "live: not known"
        yield f"{app.app:<18} {live}"
        yield self._figure("live", app.live_source, app.reading)
        for attempt in app.attempts[:3]:
            yield f"    {marks.state(attempt.status.value, 12)} {self._attempt(attempt)}"
        if app.warning:
            yield f"    {marks.state('warning')}: {one_line(app.warning)}"

    def _attempt(self, attempt: Attempt) -> str:
        took = f"took {duration(attempt.seconds)}" if attempt.seconds is not None else ""
        what = f"{(attempt.sha or '')[:7] or 'no sha':<8} {one_line(attempt.subject, 50)}".rstrip()
        return f"{ago(attempt.started_at, self.at):<16} {took:<15} {what}{'  LIVE' if attempt.live else ''}"

    def _alert(self, alert: Alert, marks: Marks) -> Iterator[str]:
        yield f"{marks.state(alert.severity.value, 11)} {alert.app or '':<18} {one_line(alert.title)}"
        detail = f"    since {alert.since:%H:%M:%S} UTC"
        if alert.acknowledged:
            detail += f", acknowledged by {alert.acknowledged_by}"
        if alert.runbook:
            detail += f"; restant-tui run {alert.runbook}" + (f" -p app={alert.app}" if alert.app else "")
        yield detail

    def _link(self, name: str, state: str, reason: str, marks: Marks) -> str:
        return f"{marks.state(state, 12)} {name:<20} {one_line(reason)}".rstrip()

    def _message(self, row: OutboxRow, marks: Marks) -> Iterator[str]:
        at = row.changed_at or row.queued_at
        yield f"{marks.state(row.state, 11)} {one_line(row.channel, 40):<18} {one_line(row.title)}"
        yield f"    {ago(at, self.at)}: {one_line(row.detail) or 'not delivered'}"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    body = [f"  {line}" for line in lines]
    return [title, *(body or ["  none"]), ""]


# -- JSON ----------------------------------------------------------------------------------------------------------


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _health_json(app: AppHealth) -> dict[str, Any]:
    return {
        "app": app.app,
        "host": app.host,
        "environment": app.environment.value,
        "status": app.status.value,
        "reason": app.reason,
        "health": {
            "http_status": app.endpoint.http_status,
            "response_ms": app.endpoint.response_ms,
            "error": app.endpoint.error,
            "failures": app.endpoint.failures,
            **reading_data(app.endpoint.reading),
        },
        "processes": {
            "running": app.processes.running,
            "total": app.processes.total,
            "detail": dict(app.processes.detail),
            **reading_data(app.processes.reading),
        },
        "certificate": {"days_left": app.certificate.days_left, **reading_data(app.certificate.reading)},
    }


def _releases_json(app: AppReleases) -> dict[str, Any]:
    return {
        "app": app.app,
        "live_sha": app.live_sha,
        "live_source": app.live_source,
        "live_subject": app.live_subject,
        "warning": app.warning,
        **reading_data(app.reading),
        "attempts": [
            {
                "build": attempt.build,
                "status": attempt.status.value,
                "kind": attempt.kind,
                "source": attempt.source,
                "started_at": _iso(attempt.started_at),
                "seconds": attempt.seconds,
                "sha": attempt.sha,
                "subject": attempt.subject,
                "author": attempt.author,
                "live": attempt.live,
            }
            for attempt in app.attempts
        ],
    }


def _alert_json(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "key": alert.key,
        "severity": alert.severity.value,
        "title": alert.title,
        "detail": alert.detail,
        "app": alert.app,
        "since": _iso(alert.since),
        "deadline": _iso(alert.deadline),
        "acknowledged_by": alert.acknowledged_by,
        "runbook": alert.runbook,
    }


def _message_json(row: OutboxRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "channel": row.channel,
        "template": row.template,
        "title": row.title,
        "detail": row.detail,
        "at": _iso(row.changed_at or row.queued_at),
    }
