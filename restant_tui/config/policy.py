"""What a team has agreed on: when it works, who answers how fast, and when procedures are due."""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from restant_tui.config.scalars import Duration, Rule, TimeOfDay, Zone
from restant_tui.text import parse_duration


class Day(StrEnum):
    """A day of the week, as calendars write it."""

    MONDAY = "MO"
    TUESDAY = "TU"
    WEDNESDAY = "WE"
    THURSDAY = "TH"
    FRIDAY = "FR"
    SATURDAY = "SA"
    SUNDAY = "SU"


class WorkingHours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When people are at work, in the configuration's time zone; a day that ends before it begins ends tomorrow."""

    days: Annotated[tuple[Day, ...], Meta(min_length=1)] = tuple(Day)[:5]
    from_: TimeOfDay = msgspec.field(name="from", default="09:00")
    to: TimeOfDay = "17:00"

    def hold(self, at: datetime, zone: str) -> bool:
        """Whether people are at work at that moment (aware), read in that time zone."""
        wall = at.astimezone(ZoneInfo(zone))
        begins, ends = time.fromisoformat(self.from_), time.fromisoformat(self.to)
        today, yesterday = tuple(Day)[wall.weekday()], tuple(Day)[wall.weekday() - 1]
        if begins < ends:
            return today in self.days and begins <= wall.time() < ends
        return (today in self.days and wall.time() >= begins) or (yesterday in self.days and wall.time() < ends)


class EscalationLevel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People who are called when those before them did not answer in time."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    within: Duration
    """How long they may take to answer during working hours."""
    off_hours: Duration | None = None
    """How long outside of them; nobody of this level is called then if not given."""
    scope: str = ""
    """What they are called for."""
    who: str = ""
    """Who they are, or where one finds who has duty."""
    channels: tuple[str, ...] = ()
    """Names of configured channels that reach them, with or without a `#` before the name."""

    def answer_within(self, *, working: bool) -> float | None:
        """Return in how many seconds they answer now; None if nobody of this level is called outside working hours."""
        limit = self.within if working else self.off_hours
        return None if limit is None else parse_duration(limit)


class Schedule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a runbook is due here, in the place of what its own file says; what is not given stays as it is there."""

    rrule: Rule | None = None
    tz: Zone | None = None
    """In which zone the rule is read; the configuration's if neither this nor the runbook names one."""
    grace: Duration | None = None
    """How long after it became due it is overdue."""
    off: bool = False
    """It never is due here."""
