from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from restant_tui.config.model import Config
from restant_tui.config.policy import Schedule
from restant_tui.journal.records import RunRecord
from restant_tui.runbook.cadence import DueState
from restant_tui.runbook.catalogue import Catalogue, shipped
from restant_tui.runbook.dueboard import Duty, board, effective, strangers
from restant_tui.runbook.model import Runbook
from restant_tui.runbook.parts import Cadence

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday at noon."""
NINE = Cadence(rrule="FREQ=DAILY;BYHOUR=9", grace="2h")


class Memory:
    def __init__(self, *records: RunRecord) -> None:
        self.records = sorted(records, key=lambda record: record.finished_at or NOW, reverse=True)

    def last_done(self, runbook: str) -> RunRecord | None:
        return next((one for one in self.records if one.runbook == runbook and one.status == "ok"), None)

    def last_result(self, runbook: str) -> RunRecord | None:
        return next((one for one in self.records if one.runbook == runbook), None)


def record(runbook: str, hours_ago: float, status: str = "ok") -> RunRecord:
    ended = NOW - timedelta(hours=hours_ago)
    return RunRecord(
        id=f"r-{hours_ago}", runbook=runbook, title=runbook, environment="production", host="main", actor="ann",
        started_at=ended, finished_at=ended, status=status,
    )  # fmt: skip


@pytest.fixture(scope="module")
def daily() -> Runbook:
    return Catalogue([shipped()]).get("daily-morning").runbook


def config(**schedules: Schedule) -> Config:
    return Config(hosts={}, apps={}, schedules={name.replace("_", "-"): one for name, one in schedules.items()})


def only(found: tuple[Duty, ...]) -> Duty:
    [duty] = found
    return duty


def test_what_was_done_since_it_became_due_is_not_due(daily: Runbook) -> None:
    duty = only(board([daily], config(daily_morning=Schedule(rrule="FREQ=DAILY;BYHOUR=9")), Memory(
        record("daily-morning", 1)), NOW))  # fmt: skip
    assert duty.due is not None
    assert duty.due.state is DueState.NOT_DUE
    assert duty.due.at == datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert not duty.pressing


@pytest.mark.parametrize(("grace", "state"), [("4h", DueState.DUE), ("2h", DueState.OVERDUE)])
def test_a_run_that_failed_leaves_it_due_and_is_still_shown(daily: Runbook, grace: str, state: DueState) -> None:
    memory = Memory(record("daily-morning", 1, "failed"), record("daily-morning", 27))
    schedule = Schedule(rrule="FREQ=DAILY;BYHOUR=9", grace=grace)
    duty = only(board([daily], config(daily_morning=schedule), memory, NOW))
    assert duty.due is not None
    assert (duty.due.state, duty.word) == (state, state.value)
    assert duty.last is not None
    assert duty.last.status == "failed"
    assert duty.done is not None
    assert duty.done.id == "r-27"


def test_a_rule_that_cannot_be_read_is_shown_first_with_its_problem(daily: Runbook) -> None:
    weekly = Catalogue([shipped()]).get("daily-dashboards").runbook
    found = board([weekly, daily], config(daily_morning=Schedule(rrule="FREQ=SOMETIMES")), Memory(), NOW)
    assert found[0].runbook == "daily-morning"
    assert "is not an RRULE" in found[0].problem
    assert found[0].pressing
    assert found[0].word == "unknown"


def test_the_configuration_lays_its_schedule_over_the_runbooks_own() -> None:
    assert effective(NINE, Schedule(grace="1d"), "UTC") == Cadence(rrule=NINE.rrule, grace="1d")
    assert effective(NINE, Schedule(off=True), "UTC") is None
    assert effective(None, Schedule(), "UTC") is None
    assert effective(None, None, "UTC") is None
    made = effective(None, Schedule(rrule="FREQ=DAILY"), "Asia/Kathmandu")
    assert made == Cadence(rrule="FREQ=DAILY", tz="Asia/Kathmandu")


@pytest.mark.parametrize(
    ("own", "schedule", "counts"),
    [
        ("UTC", None, "Asia/Kathmandu"),
        ("Europe/Berlin", None, "Europe/Berlin"),
        ("UTC", Schedule(grace="1h"), "Asia/Kathmandu"),
        ("Europe/Berlin", Schedule(tz="UTC"), "UTC"),
    ],
)
def test_the_nearest_time_zone_that_is_named_counts(own: str, schedule: Schedule | None, counts: str) -> None:
    found = effective(Cadence(rrule="FREQ=DAILY", tz=own), schedule, "Asia/Kathmandu")
    assert found is not None
    assert found.tz == counts


def test_schedules_for_runbooks_there_are_not_are_named() -> None:
    assert strangers({"gone": Schedule(), "daily-morning": Schedule()}, ["daily-morning"]) == ("gone",)
