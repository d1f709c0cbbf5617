from __future__ import annotations

from datetime import UTC, datetime

import pytest

from restant_tui.config.example import EXAMPLE, yaml_text
from restant_tui.config.load import parse
from restant_tui.config.policy import Day, WorkingHours
from restant_tui.errors import ConfigProblem

POLICY = """
time_zone: Europe/Berlin
working_hours: {days: [MO, FR], from: "22:00", to: "06:00"}
update_interval: 15m
working_copy: ~/src/shop
channels:
  team: {kind: slack-webhook, secret: team}
escalation:
  - {name: First, within: 10m, channels: ["#team"]}
schedules:
  backup-db: {rrule: "FREQ=DAILY;BYHOUR=2", tz: UTC, grace: 1h}
"""


def test_a_policy_is_read_and_written_back_the_same() -> None:
    config = parse((EXAMPLE + POLICY).encode(), "c.yaml")
    assert config.working_hours.days == (Day.MONDAY, Day.FRIDAY)
    assert config.schedules["backup-db"].grace == "1h"
    assert parse(yaml_text(config).encode(), "again.yaml") == config


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Europe/Berlin", "Europe/Berlim", "there is no time zone `Europe/Berlim`; write one like"),
        ("tz: UTC", "tz: Nowhere", "there is no time zone `Nowhere`"),
        ("Europe/Berlin", '"not a zone"', "write a time zone like Asia/Kathmandu or UTC"),
        ("[MO, FR]", "[MO, FRI]", "write one of: MO, TU, WE, TH, FR, SA, SU"),
        ('"22:00"', '"25:00"', "write a time of the day like 09:00"),
        ('["#team"]', '["#teem"]', "`First` is called through `#teem`, but the channels are: team"),
        ("within: 10m", "withn: 10m", "there is no key `withn` here; did you mean `within`?"),
        ("within: 10m, ", "", "`within` is missing here"),
        ("10m", "10 minutes", "write a length of time like"),
        ('"FREQ=DAILY;BYHOUR=2"', '"every day"', "write a rule like FREQ=WEEKLY;BYDAY=MO;BYHOUR=9"),
        ("grace: 1h", "grase: 1h", "there is no key `grase` here; did you mean `grace`?"),
        ("~/src/shop", "src/shop", "`src/shop` is a relative folder: write it absolute, or from `~/`"),
    ],
)
def test_each_mistake_in_a_policy_is_named_with_its_line(old: str, new: str, said: str) -> None:
    text = EXAMPLE + POLICY
    assert text.count(old) == 1
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(ConfigProblem) as raised:
        parse(text.replace(old, new).encode(), "c.yaml")
    assert said in str(raised.value)
    assert str(raised.value).startswith(f"c.yaml:{line}:")


def test_a_night_shift_begins_on_its_day_and_ends_on_the_next() -> None:
    nights = WorkingHours(days=(Day.MONDAY,), from_="22:00", to="06:00")
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    assert not nights.hold(monday.replace(hour=5), "UTC")
    assert nights.hold(monday.replace(hour=22), "UTC")
    assert nights.hold(monday.replace(day=3, hour=5, minute=59), "UTC")
    assert not nights.hold(monday.replace(day=3, hour=6), "UTC")
    assert not nights.hold(monday.replace(day=3, hour=23), "UTC")
