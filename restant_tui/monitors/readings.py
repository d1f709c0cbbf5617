"""How far a reading can be trusted: when it was taken, when it failed, and as it grows old."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from restant_tui.clock import Clock, ScaledClock
from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.monitors.snapshots import Reading, Trust
from restant_tui.text import one_line, parse_duration
from restant_tui.transport.outcome import OutcomeKind


def trust_at(reading: Reading, now: datetime, limit: float) -> Trust:
    """Return how far a reading can be trusted at that moment.

    Args:
        reading: a reading, maybe taken a while ago.
        now: the moment it is shown.
        limit: seconds after which a live reading counts as stale.
    """
    if reading.trust is not Trust.LIVE:
        return reading.trust
    if reading.observed_at is None:
        return Trust.NO_DATA
    return Trust.STALE if now - reading.observed_at > timedelta(seconds=limit) else Trust.LIVE


def aged(reading: Reading, now: datetime, limit: float) -> Reading:
    """Return the reading with the trust it deserves at that moment."""
    trust = trust_at(reading, now, limit)
    if trust is reading.trust:
        return reading
    return replace(reading, trust=trust, reason=reading.reason or "nothing newer has come")


def stale_limit(interval: str, stale_after: str, clock: Clock) -> float:
    """Return the seconds of that clock after which what is polled at that interval counts as stale.

    Polling goes by real time, but readings carry the clock's: on a clock that runs ten times as fast they are ten
    times as old when the next one comes.

    Args:
        interval: how often it is polled, such as `15s`.
        stale_after: how much later than that is still good.
        clock: the clock the readings are stamped by.
    """
    speed = clock.speed if isinstance(clock, ScaledClock) else 1.0
    return (parse_duration(interval) + parse_duration(stale_after)) * speed


def not_asked(source: str) -> Reading:
    """Return the reading of something we have not asked for yet."""
    return Reading(trust=Trust.NO_DATA, observed_at=None, source=source, reason="not asked yet")


def not_configured(source: str, reason: str) -> Reading:
    """Return the reading of something this configuration, or this host, does not have."""
    return Reading(trust=Trust.NOT_CONFIGURED, observed_at=None, source=source, reason=reason)


def live(source: str, now: datetime, reason: str = "") -> Reading:
    """Return the reading of something just seen."""
    return Reading(trust=Trust.LIVE, observed_at=now, source=source, reason=reason)


def failed(before: Reading, problem: Exception) -> Reading:
    """Return what becomes of a reading when the next probe fails.

    A lost link or a timeout leaves the last value standing, as lost or stale and with its old time; an answer that
    cannot be used leaves no data.
    """
    reason = one_line(str(problem)) or type(problem).__name__
    match problem:
        case NoAnswer(outcome=outcome) if before.observed_at is not None:
            if outcome.kind is OutcomeKind.TIMED_OUT:
                return replace(before, trust=Trust.STALE, reason=reason)
            if outcome.kind is OutcomeKind.UNKNOWN:
                return replace(before, trust=Trust.LOST, reason=reason)
        case NoAnswer(outcome=outcome) if outcome.kind is OutcomeKind.UNKNOWN:
            return Reading(trust=Trust.LOST, observed_at=None, source=before.source, reason=reason)
        case ParseProblem():
            reason = f"the answer was not understood: {reason}"
        case _:
            pass
    return Reading(trust=Trust.NO_DATA, observed_at=None, source=before.source, reason=reason)


def keeps_value(reading: Reading) -> bool:
    """Whether the value a reading belongs to may still be shown (with its age)."""
    return reading.trust in (Trust.LIVE, Trust.STALE, Trust.LOST) and reading.observed_at is not None
