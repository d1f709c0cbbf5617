"""One app's health as its parts come in, fail and grow old. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from restant_tui.config.model import App, Thresholds
from restant_tui.monitors.judge import judge
from restant_tui.monitors.readings import aged, keeps_value, lost, not_asked, not_configured
from restant_tui.monitors.snapshots import AppHealth, Certificate, Endpoint, Presence, Processes, Reading, Status, Trust
from restant_tui.text import public_address

Part = Literal["endpoint", "processes", "certificate"]
"""A part of an app's health that is polled by itself."""

_NO_LOGIN = "the dokku identity is not configured for this host"
_NEVER = datetime.max.replace(tzinfo=UTC)
_NO_URL = "its health endpoint is not in the inventory"


def unasked(name: str, app: App, *, can_ask: bool, listed: bool) -> AppHealth:
    """Return an app nothing is known of yet.

    Args:
        name: the app.
        app: where it is, and its health endpoint; an empty one is not asked.
        can_ask: whether its host can be asked.
        listed: whether the inventory names it.
    """

    def over_ssh(source: str) -> Reading:
        return not_asked(source) if can_ask else not_configured(source, _NO_LOGIN)

    source = f"GET {public_address(app.url)}".rstrip()
    return AppHealth(
        app=name,
        host=app.host,
        listed=listed,
        environment=app.environment,
        status=Status.UNKNOWN,
        reason="not asked yet",
        endpoint=Endpoint(reading=not_asked(source) if app.url else not_configured(source, _NO_URL)),
        processes=Processes(reading=over_ssh(f"ps:report {name}")),
        certificate=Certificate(reading=over_ssh(f"letsencrypt:report {name}")),
    )


def reading_of(app: AppHealth, part: Part) -> Reading:
    """Return the reading of a part."""
    match part:
        case "endpoint":
            return app.endpoint.reading
        case "processes":
            return app.processes.reading
        case "certificate":
            return app.certificate.reading


def with_reading(app: AppHealth, part: Part, reading: Reading) -> AppHealth:
    """Return the app with a newer reading of a part whose value did not come; it keeps the old one where it may."""
    kept = keeps_value(reading)
    match part:
        case "endpoint":
            old = replace(app.endpoint, reading=reading)
            return replace(app, endpoint=old if kept else Endpoint(reading=reading))
        case "processes":
            before = replace(app.processes, reading=reading)
            return replace(app, processes=before if kept else Processes(reading=reading))
        case "certificate":
            days = app.certificate.days_left if kept else None
            return replace(app, certificate=Certificate(reading=reading, days_left=days))


def without_link(app: AppHealth, reason: str) -> AppHealth:
    """Return the app with all lost that comes over SSH."""
    parts: tuple[Part, ...] = ("processes", "certificate")
    for part in parts:
        reading = reading_of(app, part)
        if reading.trust is not Trust.NOT_CONFIGURED:
            app = with_reading(app, part, lost(reading, reason))
    return app


def judged(
    app: AppHealth, now: datetime, good_for: Callable[[Part], float], limits: Thresholds, presence: Presence
) -> AppHealth:
    """Return the app as it is at that moment, with a verdict.

    Args:
        app: as it was last seen.
        now: the moment.
        good_for: for how many seconds each part is good.
        limits: what counts as wrong.
        presence: whether it is on its host.
    """
    endpoint = replace(app.endpoint, reading=aged(app.endpoint.reading, now, good_for("endpoint")))
    processes = replace(app.processes, reading=aged(app.processes.reading, now, good_for("processes")))
    certificate = replace(app.certificate, reading=aged(app.certificate.reading, now, good_for("certificate")))
    status, reason = judge(endpoint, processes, certificate, limits, missing=presence.missing)
    return replace(
        app,
        status=status,
        reason=reason,
        presence=presence,
        endpoint=endpoint,
        processes=processes,
        certificate=certificate,
    )


def holds_until(app: AppHealth) -> datetime:
    """Return until when a judgement holds if nothing new comes: until the first of its live readings grows stale."""
    readings = (app.endpoint.reading, app.processes.reading, app.certificate.reading)
    ends = [_end(each.observed_at, each.good_for) for each in readings if each.trust is Trust.LIVE and each.observed_at]
    return min(ends, default=_NEVER)


def _end(seen: datetime, good_for: float) -> datetime:
    return seen + timedelta(seconds=good_for) if math.isfinite(good_for) else _NEVER
