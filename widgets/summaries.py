"""Each pane in one glance: a sign and a word, for the strip of titles. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final

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

MANY: Final = 5
"""From so many apps on they are counted."""
_SEEN = (Trust.LIVE, Trust.NOT_CONFIGURED)
CONNECTING = Face("", "connecting", "$text-muted")


def app_face(app: AppHealth, now: datetime, glyphs: Glyphs) -> Face:
    """Return how an app is, as far as its figures can be trusted at this moment; old news is never ok."""
    # Of an app that is not in the inventory nobody knows the endpoint: it is as fresh as its processes.
    trust = trust_at(app.endpoint.reading if app.listed else app.processes.reading, now)
    if app.status in (Status.CRITICAL, Status.WARNING) or trust is Trust.LIVE:
        return status_face(app.status, glyphs)
    return Face(glyphs.unknown, trust.value, trust_style(trust))


def health_face(health: HealthSnapshot | None, now: datetime | None, glyphs: Glyphs, *, counted: bool = False) -> Face:
    """Return the face of the app that is worst off; of many apps how many are like it, or `counted`, like each."""
    if health is None or now is None or not health.apps:
        return CONNECTING
    faces = _faces(health, now, glyphs)
    worst, number = next(iter(faces.items()))
    if len(health.apps) < MANY:
        return worst
    words = health_words(health, now, glyphs) if counted else f"{number} {worst.word}"
    return Face(worst.glyph, words, worst.style)


def health_words(health: HealthSnapshot, now: datetime, glyphs: Glyphs) -> str:
    """Return how many apps are how, the worst first: `1 critical  2 warning  47 ok`."""
    return "  ".join(f"{number} {face.word}" for face, number in _faces(health, now, glyphs).items())


def _faces(health: HealthSnapshot, now: datetime, glyphs: Glyphs) -> dict[Face, int]:
    """Return every face there is and how many apps have it, the worst first."""
    order = (glyphs.critical, glyphs.unknown, glyphs.warning, glyphs.ok)
    counts = Counter(app_face(app, now, glyphs) for app in health.apps)
    return dict(sorted(counts.items(), key=lambda pair: order.index(pair[0].glyph)))


def releases_face(releases: ReleasesSnapshot | None, now: datetime | None, glyphs: Glyphs) -> Face:
    """Return whether something is being deployed, was rejected or failed, or cannot be seen."""
    if releases is None or now is None or not releases.apps:
        return CONNECTING
    unseen = [trust for app in releases.apps if (trust := trust_at(app.reading, now)) not in _SEEN]
    if unseen:
        count = "" if len(releases.apps) < MANY else f"{unseen.count(unseen[0])} "
        return Face(glyphs.unknown, count + unseen[0].value, trust_style(unseen[0]))
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
