from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from restant_tui.runbook.cadence import Due, DueState, due, problem_of
from restant_tui.runbook.parts import Cadence


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


FIRST_SATURDAY = "FREQ=MONTHLY;BYDAY=1SA;BYHOUR=9"


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("UTC", "2026-11-07T09:00"),
        ("Asia/Kathmandu", "2026-11-07T03:15"),
        ("Europe/Berlin", "2026-11-07T08:00"),  # winter time since October
        ("America/New_York", "2026-11-07T14:00"),  # winter time since six days
        ("Australia/Lord_Howe", "2026-11-06T22:00"),  # summer time, half an hour of it
        ("Pacific/Apia", "2026-11-06T20:00"),
    ],
)
def test_the_first_saturday_is_that_of_the_zone(zone: str, moment: str) -> None:
    cadence = Cadence(rrule=FIRST_SATURDAY, tz=zone, grace="4h")

    found = due(cadence, at("2026-10-20T00:00"), at(moment) - timedelta(seconds=1))
    assert found == Due(DueState.NOT_DUE, at(moment))
    found = due(cadence, at("2026-10-20T00:00"), at(moment))
    assert found == Due(DueState.DUE, at(moment))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
def test_every_first_saturday_of_three_years_is_nine_in_the_morning_there(zone: str) -> None:
    cadence = Cadence(rrule=FIRST_SATURDAY, tz=zone)
    now = at("2026-01-01T00:00")
    seen: list[datetime] = []
    for _ in range(36):
        found = due(cadence, now, now)
        assert found.state is DueState.NOT_DUE
        seen.append(found.at.astimezone(ZoneInfo(zone)))
        now = found.at

    assert len({(moment.year, moment.month) for moment in seen}) == 36
    for moment in seen:
        assert (moment.weekday(), moment.hour, moment.minute) == (5, 9, 0)
        assert moment.day <= 7


def test_what_is_not_done_becomes_due_then_overdue_and_stays_so_until_it_is_done() -> None:
    cadence = Cadence(rrule="FREQ=WEEKLY;BYDAY=MO;BYHOUR=9", tz="UTC", grace="4h")
    last, monday = at("2026-11-16T10:00"), at("2026-11-23T09:00")

    assert due(cadence, last, at("2026-11-23T08:59")) == Due(DueState.NOT_DUE, monday)
    assert due(cadence, last, at("2026-11-23T09:00")) == Due(DueState.DUE, monday)
    assert due(cadence, last, at("2026-11-23T13:00")) == Due(DueState.DUE, monday)
    assert due(cadence, last, at("2026-11-23T13:01")) == Due(DueState.OVERDUE, monday)
    assert due(cadence, last, at("2026-11-29T23:00")) == Due(DueState.OVERDUE, monday)
    assert due(cadence, at("2026-11-23T15:00"), at("2026-11-23T15:01")) == Due(DueState.NOT_DUE, at("2026-11-30T09:00"))


def test_what_was_never_done_is_due_since_the_last_moment_of_the_rule() -> None:
    cadence = Cadence(rrule="FREQ=DAILY", tz="UTC", grace="30h")

    assert due(cadence, None, at("2026-11-23T05:00")) == Due(DueState.DUE, at("2026-11-23T00:00"))


def test_a_run_before_its_time_does_not_count_for_it() -> None:
    cadence = Cadence(rrule="FREQ=DAILY;BYHOUR=9", tz="UTC")

    assert due(cadence, at("2026-11-23T08:00"), at("2026-11-23T09:30")).state is DueState.DUE


def test_a_moment_that_the_clocks_skip_or_repeat_comes_once() -> None:
    cadence = Cadence(rrule="FREQ=DAILY;BYHOUR=2;BYMINUTE=30", tz="Europe/Berlin")

    # 2026-03-29 02:30 does not exist in Berlin; 2026-10-25 02:30 comes twice.
    assert due(cadence, at("2026-03-28T02:00"), at("2026-03-28T12:00")).at == at("2026-03-29T01:30")
    assert due(cadence, at("2026-10-24T02:00"), at("2026-10-24T12:00")).at == at("2026-10-25T00:30")
    once = at("2026-10-25T00:31")
    assert due(cadence, once, at("2026-10-25T01:45")) == Due(DueState.NOT_DUE, at("2026-10-26T01:30"))


def test_every_three_months() -> None:
    cadence = Cadence(rrule="FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1", tz="UTC")

    assert due(cadence, at("2026-10-02T00:00"), at("2026-11-23T00:00")) == Due(DueState.NOT_DUE, at("2027-01-01T00:00"))


def test_a_rule_that_has_ended_is_never_due_again() -> None:
    cadence = Cadence(rrule="FREQ=DAILY;UNTIL=20260101T000000", tz="UTC")

    assert due(cadence, at("2026-02-01T00:00"), at("2026-11-23T00:00")).state is DueState.NOT_DUE


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("rrule", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9", ""),
        ("rrule", "FREQ=MONTHLY;BYDAY=1SA", ""),
        ("rrule", "FREQ=HOURLY", ""),
        ("rrule", "every monday", "is not an RRULE"),
        ("rrule", "FREQ=DAILY;BYHOUR=25", "`FREQ=DAILY;BYHOUR=25`"),
        ("rrule", "FREQ=MINUTELY", "due hourly at most"),
        ("rrule", "DTSTART:20260101T000000\nRRULE:FREQ=DAILY", "without DTSTART"),
        ("rrule", "FREQ=DAILY;COUNT=3", "COUNT"),
        ("rrule", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never comes due"),
        ("tz", "Asia/Kathmandu", ""),
        ("tz", "Mars/Olympus", "there is no time zone `Mars/Olympus`"),
        ("tz", "../../etc/passwd", "there is no time zone"),
    ],
)
def test_bad_rules_and_zones_are_told(key: str, text: str, said: str) -> None:
    found = problem_of(key, text)
    assert said in found
    assert bool(found) is bool(said)
