"""What deserves an alert. Pure: snapshots and thresholds in, conditions out, one for each thing looked at.

Every rule answers every time, also when all is well or nothing can be seen: only so can an alert be cleared, or kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from restant_tui.alerts.model import Condition, Severity
from restant_tui.config.model import Thresholds
from restant_tui.monitors.judge import failing, judge_certificate, judge_processes
from restant_tui.monitors.snapshots import (
    AppHealth,
    AppReleases,
    AttemptStatus,
    HealthSnapshot,
    LinksSnapshot,
    Reading,
    ReleasesSnapshot,
    Status,
    Trust,
)
from restant_tui.transport.link import Link, LinkStatus

_ROLLBACK = "rollback-emergency"


def conditions(
    health: HealthSnapshot, releases: ReleasesSnapshot, links: LinksSnapshot, limits: Thresholds
) -> tuple[Condition, ...]:
    """Return everything the rules look at, in no order that matters; keys are unique."""
    found = [condition for app in health.apps for condition in of_app(app, limits)]
    found += (condition for release in releases.apps for condition in of_releases(release))
    found += of_links(links)
    return tuple(found)


def of_app(app: AppHealth, limits: Thresholds) -> tuple[Condition, ...]:
    """Return what the rules look at in the health of one app."""
    parts = (
        (_down(app, limits), app.endpoint.reading),
        (_slow(app, limits), app.endpoint.reading),
        (_processes(app), app.processes.reading),
        (_certificate(app, limits), app.certificate.reading),
    )
    return *(_about(app, condition, reading) for condition, reading in parts), _missing(app)


def of_releases(app: AppReleases) -> tuple[Condition, ...]:
    """Return what the rules look at in the releases of one app."""
    pair = (_deploy_failed(app), _latest_rejected(app))
    return tuple(_about(app, condition, app.reading) for condition in pair)


def of_links(links: LinksSnapshot) -> tuple[Condition, ...]:
    """Return what the rules look at in the links, one for each host."""
    return tuple(_host(host, list(group)) for host, group in groupby(links.links, key=_host_of))


def _about(app: AppHealth | AppReleases, condition: Condition, reading: Reading) -> Condition:
    return replace(condition, app=app.app, environment=app.environment, observed_at=reading.observed_at)


def _down(app: AppHealth, limits: Thresholds) -> Condition:
    """No answer, or not a good one. One key for both: an app that is down changes its mind about how."""
    key, endpoint = f"down:{app.app}", app.endpoint
    if endpoint.reading.trust is not Trust.LIVE:
        return _unseen(key)
    if not failing(endpoint.http_status):
        return _well(key)
    severity = Severity.CRITICAL if endpoint.failures >= limits.failed_probes.critical else Severity.WARNING
    if endpoint.http_status is None:
        title, detail = f"{app.app} does not answer", endpoint.error
    else:
        title = f"{app.app} answers {endpoint.http_status}"
        detail = "its health endpoint reports an error"
    times = "once" if endpoint.failures == 1 else f"{endpoint.failures} times in a row"
    return Condition(key=key, severity=severity, title=title, detail=f"{detail} ({times})", runbook=_ROLLBACK)


def _slow(app: AppHealth, limits: Thresholds) -> Condition:
    key, endpoint = f"slow:{app.app}", app.endpoint
    if endpoint.reading.trust is not Trust.LIVE or endpoint.response_ms is None:
        return _unseen(key)
    if failing(endpoint.http_status):
        # How fast an error comes says nothing about speed.
        return _unseen(key)
    response = endpoint.response_ms
    severity = _above(response, limits.response_ms.warning, limits.response_ms.critical)
    return Condition(
        key=key,
        severity=severity,
        title=f"{app.app} is slow",
        detail=f"its health endpoint took {response:.0f} ms",
    )


def _processes(app: AppHealth) -> Condition:
    key, processes = f"processes:{app.app}", app.processes
    if processes.reading.trust is not Trust.LIVE:
        return _unseen(key)
    status, reason = judge_processes(processes)
    states = ", ".join(f"{name} {state}" for name, state in processes.detail) or "there are none"
    return _of_status(key, status, f"{app.app}: {reason}", f"ps:report says: {states}")


def _certificate(app: AppHealth, limits: Thresholds) -> Condition:
    key, certificate = f"certificate:{app.app}", app.certificate
    if certificate.reading.trust is not Trust.LIVE:
        return _unseen(key)
    status, reason = judge_certificate(certificate, limits)
    return _of_status(key, status, f"{app.app}: {reason}", "renew it before browsers refuse the site")


def _missing(app: AppHealth) -> Condition:
    """The host says that there is no such app: whatever else we think to see of it there is nothing."""
    key, presence = f"missing:{app.app}", app.presence
    if presence.known_at is None:
        return _unseen(key)
    severity = Severity.CRITICAL if presence.missing else None
    title = f"{app.app} is not on {app.host}"
    return Condition(
        key=key,
        severity=severity,
        title=title,
        detail=presence.missing,
        app=app.app,
        environment=app.environment,
        observed_at=presence.known_at,
    )


def _deploy_failed(app: AppReleases) -> Condition:
    """The newest finished attempt failed; a running one neither raises nor clears."""
    key = f"deploy:{app.app}"
    if app.reading.trust is not Trust.LIVE:
        return _unseen(key)
    ended = (AttemptStatus.SUCCEEDED, AttemptStatus.FAILED)
    newest = next((attempt for attempt in app.attempts if attempt.status in ended), None)
    if newest is None or newest.status is AttemptStatus.SUCCEEDED:
        return _well(key)
    code = "" if newest.exit_code is None else f" with exit status {newest.exit_code}"
    return Condition(
        key=key,
        severity=Severity.WARNING,
        title=f"The last deploy of {app.app} failed",
        detail=f"{newest.source} ({newest.build}) ended{code}; the release before it should still be serving",
    )


def _latest_rejected(app: AppReleases) -> Condition:
    key = f"rejected:{app.app}"
    if app.reading.trust is not Trust.LIVE:
        return _unseen(key)
    if not app.warning:
        return _well(key)
    return Condition(
        key=key,
        severity=Severity.WARNING,
        title=f"A restart of {app.app} may start a rejected build",
        detail=app.warning,
        runbook=_ROLLBACK,
    )


def _host(host: str, links: Sequence[tuple[str, LinkStatus]]) -> Condition:
    """All links to one host: one alert, however many identities it has."""
    key = f"link:{host}"
    gone = [(name, status) for name, status in links if status.state in (Link.LOST, Link.REFUSED)]
    if not gone:
        return _well(key) if all(status.state is Link.LIVE for _, status in links) else _unseen(key)
    identities = " and ".join(name.partition("/")[2] for name, _ in gone)
    reasons = dict.fromkeys(status.reason or status.state.value for _, status in gone)
    return Condition(
        key=key,
        severity=Severity.WARNING,
        title=f"Cannot see {host}" if len(gone) == len(links) else f"Cannot reach {host} as {identities}",
        detail=f"{identities}: {'; '.join(reasons)}",
    )


def _host_of(link: tuple[str, LinkStatus]) -> str:
    return link[0].partition("/")[0]


def _well(key: str) -> Condition:
    return Condition(key=key, severity=None)


def _unseen(key: str) -> Condition:
    return Condition(key=key, severity=None, known=False)


def _above(value: float, warning: float, critical: float) -> Severity | None:
    if value >= critical:
        return Severity.CRITICAL
    return Severity.WARNING if value >= warning else None


def _of_status(key: str, status: Status, title: str, detail: str) -> Condition:
    match status:
        case Status.OK:
            return _well(key)
        case Status.WARNING:
            return Condition(key=key, severity=Severity.WARNING, title=title, detail=detail)
        case Status.CRITICAL:
            return Condition(key=key, severity=Severity.CRITICAL, title=title, detail=detail)
        case Status.UNKNOWN:
            return _unseen(key)
