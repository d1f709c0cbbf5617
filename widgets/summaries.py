"""Each pane in one glance: a sign and a word, for the strip of titles. Pure."""

from __future__ import annotations

from datetime import datetime

from restant_tui.alerts.model import AlertsSnapshot
from restant_tui.monitors.readings import trust_at
from restant_tui.monitors.snapshots import (
    AppHealth,
    AttemptStatus,
    HealthSnapshot,
    ReleasesSnapshot,
    Status,
    Trust,
)
from widgets.glyphs import Face, Glyphs, status_face, trust_style

_BAD_FIRST = (Status.CRITICAL, Status.UNKNOWN, Status.WARNING, Status.OK)
CONNECTING = Face("", "connecting", "$text-muted")


def app_face(app: AppHealth, now: datetime, glyphs: Glyphs) -> Face:
    """Return how an app is, as far as its figures can be trusted at this moment; old news is never ok."""
    trust = trust_at(app.endpoint.reading, now)
    if app.status in (Status.CRITICAL, Status.WARNING) or trust is Trust.LIVE:
        return status_face(app.status, glyphs)
    return Face(glyphs.unknown, trust.value, trust_style(trust))


def health_face(health: HealthSnapshot | None, now: datetime | None, glyphs: Glyphs) -> Face:
    """Return the face of the app that is worst off."""
    if health is None or now is None or not health.apps:
        return CONNECTING
    worst = min(health.apps, key=lambda app: _BAD_FIRST.index(app.status))
    stale = [app for app in health.apps if app_face(app, now, glyphs).glyph == glyphs.unknown]
    if worst.status in (Status.OK, Status.WARNING) and stale:
        worst = stale[0]
    return app_face(worst, now, glyphs)


def releases_face(releases: ReleasesSnapshot | None, now: datetime | None, glyphs: Glyphs) -> Face:
    """Return whether something is being deployed, was rejected or failed, or cannot be seen."""
    if releases is None or now is None or not releases.apps:
        return CONNECTING
    for app in releases.apps:
        trust = trust_at(app.reading, now)
        if trust not in (Trust.LIVE, Trust.NOT_CONFIGURED):
            return Face(glyphs.unknown, trust.value, trust_style(trust))
    newest = [app.attempts[0].status for app in releases.apps if app.attempts]
    if AttemptStatus.RUNNING in newest:
        return Face(glyphs.running, "deploying", "$text-primary")
    if any(app.warning for app in releases.apps):
        return Face(glyphs.warning, "rejected", "bold $text-warning")
    if AttemptStatus.FAILED in newest:
        return Face(glyphs.warning, "failed", "bold $text-warning")
    return Face(glyphs.ok, "ok", "$text-success")


def alerts_face(alerts: AlertsSnapshot | None, glyphs: Glyphs) -> Face:
    """Return how many alerts are open and the worst of them."""
    if alerts is None:
        return CONNECTING
    if not alerts.open:
        return Face("", "none", "$text-muted")
    worst = alerts.open[0].severity
    count = sum(alert.severity is worst for alert in alerts.open)
    style = {"critical": "bold $text-error", "warning": "bold $text-warning"}.get(worst.value, "$text-primary")
    return Face(glyphs.critical if worst.value == "critical" else glyphs.warning, f"{count} {worst.value}", style)
