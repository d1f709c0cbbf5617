"""When a runbook is due: an RRULE (RFC 5545) read in its own time zone. Pure; dateutil is imported when needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from restant_tui.text import parse_duration

if TYPE_CHECKING:
    from dateutil.rrule import rrule

    from restant_tui.runbook.parts import Cadence

# Rules are worked out in wall time, then placed in their zone.
_START: Final = datetime(2020, 1, 1)
_TOO_FINE: Final = ("SECONDLY", "MINUTELY")


class DueState(StrEnum):
    """Whether it is time."""

    NOT_DUE = "not-due"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Due:
    """Whether a runbook is due. `at` is when it became due, or when it next will; aware, in UTC."""

    state: DueState
    at: datetime


def due(cadence: Cadence, last_done: datetime | None, now: datetime) -> Due:
    """Say whether a runbook is due.

    The latest moment the rule names, up to now, is what had to be done. It is done if a run finished at or after it;
    else it is due, and overdue once the grace has passed. A day without a time begins at 00:00.

    Args:
        cadence: the rule, its time zone and its grace.
        last_done: when it was last done, aware; None if it never was. Then what was due before now still is.
        now: aware.
    """
    zone = ZoneInfo(cadence.tz)
    rule = _rule(cadence.rrule)
    wall = now.astimezone(zone).replace(tzinfo=None)
    # A moment the clocks skip or repeat may lie on the other side of now than its wall time: place it, then compare.
    latest = rule.before(wall + timedelta(days=1), inc=True)
    while latest is not None and _placed(latest, zone) > now:
        latest = rule.before(latest)
    if latest is not None:
        wanted = _placed(latest, zone)
        if last_done is None or last_done < wanted:
            late = now - wanted > timedelta(seconds=parse_duration(cadence.grace))
            return Due(DueState.OVERDUE if late else DueState.DUE, wanted)
    following = rule.after(latest or _START, inc=latest is None)
    if following is None:
        return Due(DueState.NOT_DUE, datetime.max.replace(tzinfo=UTC))
    return Due(DueState.NOT_DUE, _placed(following, zone))


def problem_of(key: str, text: str) -> str:
    """Return one sentence when this `rrule` or `tz` is not valid, else an empty text."""
    if key == "tz":
        try:
            ZoneInfo(text)
        except (OSError, ValueError, LookupError):
            return f"there is no time zone `{text}`; write one like Asia/Kathmandu or UTC"
        return ""
    try:
        rule = _rule(text)
        return "" if rule.after(_START, inc=True) else f"`{text}` never comes due"
    except Exception as error:  # dateutil raises whatever its parsing meets: each is one bad rule
        return f"`{text}` is not an RRULE, as in FREQ=WEEKLY;BYDAY=MO;BYHOUR=9: {error}"


def _rule(text: str) -> rrule:
    from dateutil.rrule import rrule, rrulestr

    upper = text.upper()
    if "\n" in text or "DTSTART" in upper:
        raise ValueError("write the rule alone, without DTSTART")
    if any(word in upper for word in _TOO_FINE):
        raise ValueError("a procedure is due hourly at most")
    if "COUNT" in upper:
        raise ValueError("a procedure comes back until it is taken out; COUNT has no start to count from")
    given = {part.partition("=")[0] for part in upper.removeprefix("RRULE:").split(";")}
    # What is not said happens at the start of the hour and day, not at the moment the rule was read.
    fill = [f"{key}=0" for key in ("BYMINUTE", "BYSECOND") if key not in given]
    if "BYHOUR" not in given and "FREQ=HOURLY" not in upper:
        fill.append("BYHOUR=0")
    made = rrulestr(";".join([text, *fill]), dtstart=_START)
    if not isinstance(made, rrule):
        raise ValueError("one rule is enough")
    return made


def _placed(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return a wall time in its zone as UTC; one that the clocks skip is read with the offset before the gap."""
    return wall.replace(tzinfo=zone).astimezone(UTC)
