"""What was learnt from past work: which commit a build brought, and how long a step usually takes."""

from __future__ import annotations

import json

from restant_tui.journal.canonical import moment, stamp
from restant_tui.journal.database import Session
from restant_tui.journal.records import NotedRelease

_ENOUGH = 3
_RECENT = 50


def note_release(session: Session, noted: NotedRelease) -> bool:
    """Note what is live, unless the last note for the app says the same; return whether it was news."""
    rows = session.rows("SELECT nr, sha, build FROM releases WHERE app = ? ORDER BY nr DESC LIMIT 1", (noted.app,))
    nr, *last = rows[0] if rows else (0, "", "")
    if last == [noted.sha, noted.build]:
        return False
    session.run(
        "INSERT INTO releases (app, nr, sha, source, at, build) VALUES (?, ?, ?, ?, ?, ?)",
        (noted.app, nr + 1, noted.sha, noted.source, stamp(noted.at), noted.build),
    )
    return True


def releases(session: Session, app: str) -> list[NotedRelease]:
    """Return what was noted for the app, newest first."""
    rows = session.rows("SELECT sha, source, at, build FROM releases WHERE app = ? ORDER BY nr DESC", (app,))
    return [
        NotedRelease(app=app, sha=sha, source=source, at=moment(at), build=build) for sha, source, at, build in rows
    ]


def usual_seconds(session: Session, runbook: str, step: str) -> tuple[float, float] | None:
    """Return the 25 % and 75 % points of the seconds this step took when it ended ok.

    Counts its newest 50 results; None if fewer than three ended ok.
    """
    rows = session.rows(
        "SELECT entries.data FROM entries JOIN runs ON runs.id = entries.run "
        "WHERE entries.kind = 'step.result' AND entries.step = ? AND runs.runbook = ? "
        "ORDER BY entries.position DESC LIMIT ?",
        (step, runbook, _RECENT),
    )
    seconds = [took for (data,) in rows if (took := _seconds(data)) is not None]
    if len(seconds) < _ENOUGH:
        return None
    from statistics import quantiles

    low, _, high = quantiles(seconds, n=4, method="inclusive")
    return low, high


def _seconds(data: str) -> float | None:
    result = json.loads(data)
    took = result.get("seconds")
    return float(took) if result.get("status") == "ok" and isinstance(took, int | float) else None
