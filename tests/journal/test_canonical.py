from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restant_tui.journal.canonical import canonical, digest, moment, stamp
from restant_tui.journal.records import Entry

any_text = st.text(st.characters(), max_size=20)
json_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)


@given(json_data)
def test_reading_back_gives_the_same_data_and_the_same_text(data: Any) -> None:
    text = canonical(data)
    assert json.loads(text) == data
    assert canonical(json.loads(text)) == text
    assert text.isascii()


@given(st.dictionaries(any_text, json_data, max_size=5))
def test_the_order_of_keys_makes_no_difference(data: dict[str, Any]) -> None:
    assert canonical(dict(reversed(data.items()))) == canonical(data)


@pytest.mark.parametrize("value", [float("nan"), {"at": datetime(2026, 1, 1)}, {1: "a"}, [{None: 1}], {"b": b"raw"}])
def test_what_json_cannot_say_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical(value)


@given(st.datetimes(timezones=st.just(UTC)))
def test_stamps_order_as_the_moments_do_and_read_back(at: datetime) -> None:
    assert moment(stamp(at)) == at
    assert len(stamp(at)) == len("2026-03-02T03:00:00.000000Z")


def test_a_stamp_is_in_utc_and_a_naive_time_is_refused() -> None:
    at = datetime(2026, 3, 2, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert stamp(at) == "2026-03-01T23:30:00.000000Z"
    with pytest.raises(ValueError, match="no time zone"):
        stamp(at.replace(tzinfo=None))


@pytest.mark.parametrize(
    "change",
    [
        {"run": "r-2"}, {"kind": "step.start"}, {"step": "b"}, {"actor": "lea"}, {"data": {"a": 2}}, {"seq": 2},
        {"position": 2}, {"prev": "1" * 64}, {"at": datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)},
    ],
)  # fmt: skip
def test_the_digest_covers_every_field(change: dict[str, Any]) -> None:
    entry = Entry(
        run="r-1", kind="step.started", at=datetime(2026, 1, 1, tzinfo=UTC), step="a", actor="mira", data={"a": 1},
        seq=1, position=1, prev="0" * 64,
    )  # fmt: skip
    assert digest(replace(entry, **change)) != digest(entry)
