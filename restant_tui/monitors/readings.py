"""How far a reading can be trusted: when it was taken, when it failed, and as it grows old."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from restant_tui.clock import Clock, ScaledClock
from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.monitors.snapshots import RawAnswer, Reading, Trust
from restant_tui.text import one_line
from restant_tui.transport.outcome import OutcomeKind

_NOT_ASKED = "not asked yet"


def trust_at(reading: Reading, now: datetime) -> Trust:
    """Return how far a reading, maybe taken a while ago, can be trusted at that moment."""
    if reading.trust is not Trust.LIVE:
        return reading.trust
    if reading.observed_at is None:
        return Trust.NO_DATA
    return Trust.STALE if (now - reading.observed_at).total_seconds() > reading.good_for else Trust.LIVE


def aged(reading: Reading, now: datetime, good_for: float) -> Reading:
    """Return the reading with the trust it deserves at that moment, and for how long it is good.

    Args:
        reading: the reading as it was taken, or as it was aged before.
        now: the moment.
        good_for: seconds after which it counts as stale as things stand: what is asked less often is good for longer.
    """
    if reading.good_for != good_for:
        reading = replace(reading, good_for=good_for)
    trust = trust_at(reading, now)
    if trust is reading.trust:
        return reading
    return replace(reading, trust=trust, reason=reading.reason or "nothing newer has come")


def stale_limit(every: float, grace: float, clock: Clock) -> float:
    """Return the seconds of that clock after which what is asked so often counts as stale.

    Polling goes by real time, but readings carry the clock's: on a clock that runs ten times as fast they are ten
    times as old when the next one comes.

    Args:
        every: real seconds within which it is asked again.
        grace: how many later than that is still good.
        clock: the clock the readings are stamped by.
    """
    speed = clock.speed if isinstance(clock, ScaledClock) else 1.0
    return (every + grace) * speed


def not_asked(source: str) -> Reading:
    """Return the reading of something we have not asked for yet."""
    return Reading(trust=Trust.NO_DATA, observed_at=None, source=source, reason=_NOT_ASKED)


def never_asked(reading: Reading) -> bool:
    """Whether there was no answer yet, good or bad."""
    return reading.trust is Trust.NO_DATA and reading.reason == _NOT_ASKED


def not_configured(source: str, reason: str) -> Reading:
    """Return the reading of something this configuration, or this host, does not have."""
    return Reading(trust=Trust.NOT_CONFIGURED, observed_at=None, source=source, reason=reason)


def live(source: str, now: datetime, reason: str = "") -> Reading:
    """Return the reading of something just seen."""
    return Reading(trust=Trust.LIVE, observed_at=now, source=source, reason=reason)


def lost(before: Reading, reason: str) -> Reading:
    """Return what becomes of a reading when its link is lost: what was seen stands, with its old time."""
    return replace(before, trust=Trust.LOST, reason=reason, raw=None)


def failed(before: Reading, problem: Exception, raw: RawAnswer | None = None) -> Reading:
    """Return what becomes of a reading when the next probe fails.

    A lost link or a timeout leaves the last value standing, as lost or stale and with its old time; an answer that
    cannot be used leaves no data.

    Args:
        before: the reading so far.
        problem: what the probe raised.
        raw: what was said, where that could not be used.
    """
    reason = one_line(str(problem)) or type(problem).__name__
    match problem:
        case NoAnswer(outcome=outcome) if before.observed_at is not None:
            if outcome.kind is OutcomeKind.TIMED_OUT:
                return replace(before, trust=Trust.STALE, reason=reason)
            if outcome.kind is OutcomeKind.UNKNOWN:
                return lost(before, reason)
        case NoAnswer(outcome=outcome) if outcome.kind is OutcomeKind.UNKNOWN:
            return lost(before, reason)
        case ParseProblem():
            reason = f"the answer was not understood: {reason}"
        case _:
            pass
    return Reading(trust=Trust.NO_DATA, observed_at=None, source=before.source, reason=reason, raw=raw)


def keeps_value(reading: Reading) -> bool:
    """Whether the value a reading belongs to may still be shown (with its age)."""
    return reading.trust in (Trust.LIVE, Trust.STALE, Trust.LOST) and reading.observed_at is not None
