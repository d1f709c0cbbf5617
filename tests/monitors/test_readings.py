from __future__ import annotations

from datetime import timedelta

import pytest

from restant_tui.clock import ScaledClock, SystemClock
from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.monitors.readings import aged, failed, keeps_value, live, not_asked, stale_limit, trust_at
from restant_tui.monitors.snapshots import Trust
from restant_tui.transport.outcome import Outcome
from tests.support.clock import START
from tests.support.scripted import exited, lost, timed_out

SEEN = live("ps:report shop", START)
NEVER = not_asked("ps:report shop")


def no_answer(outcome: Outcome) -> NoAnswer:
    return NoAnswer(("ps:report", "shop"), outcome)


def test_a_reading_grows_stale_and_says_so() -> None:
    seen = aged(SEEN, START + timedelta(seconds=25), 25)
    assert seen.trust is Trust.LIVE
    assert trust_at(seen, START + timedelta(seconds=25)) is Trust.LIVE
    assert trust_at(seen, START + timedelta(seconds=26)) is Trust.STALE
    assert aged(SEEN, START + timedelta(seconds=26), 25).reason == "nothing newer has come"
    assert trust_at(NEVER, START) is Trust.NO_DATA


def test_what_has_been_asked_less_often_since_is_good_for_longer() -> None:
    late = START + timedelta(seconds=200)
    assert aged(SEEN, late, 25).trust is Trust.STALE
    assert aged(SEEN, late, 500).trust is Trust.LIVE
    assert trust_at(aged(SEEN, late, 500), START + timedelta(seconds=501)) is Trust.STALE


@pytest.mark.parametrize(
    ("problem", "after_seen", "after_nothing"),
    [
        (no_answer(lost()), Trust.LOST, Trust.LOST),
        (no_answer(lost(sent=False)), Trust.LOST, Trust.LOST),
        (no_answer(timed_out()), Trust.STALE, Trust.NO_DATA),
        (no_answer(exited("", 20, " !     App shop does not exist\n")), Trust.NO_DATA, Trust.NO_DATA),
        (ParseProblem("not a time", "x"), Trust.NO_DATA, Trust.NO_DATA),
        (ZeroDivisionError("oops"), Trust.NO_DATA, Trust.NO_DATA),
    ],
)
def test_a_failed_probe_leaves_the_trust_it_deserves(
    problem: Exception, after_seen: Trust, after_nothing: Trust
) -> None:
    assert failed(SEEN, problem).trust is after_seen
    assert failed(NEVER, problem).trust is after_nothing


def test_a_lost_value_keeps_the_time_it_was_seen_at() -> None:
    reading = failed(SEEN, no_answer(lost()))
    assert reading.observed_at == START
    assert keeps_value(reading)
    assert reading.reason == "the link was lost"


def test_the_reason_of_a_refusal_is_what_dokku_said() -> None:
    reading = failed(SEEN, no_answer(exited("", 20, " !     App shop does not exist\n")))
    assert reading.reason == "ps:report shop exited 20: App shop does not exist"
    assert not keeps_value(reading)


def test_on_a_fast_clock_readings_are_allowed_to_look_older() -> None:
    assert stale_limit(5, 20, SystemClock()) == 25
    assert stale_limit(5, 20, ScaledClock(10)) == 250
