from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from restant_tui.alerts.book import AlertBook, AlertEvent
from restant_tui.alerts.model import Alert, Condition, Severity
from restant_tui.config.model import Acknowledge
from restant_tui.errors import UsageProblem
from tests.support.clock import START, ManualClock

WARN = Condition(
    key="down:shop", severity=Severity.WARNING, title="shop does not answer", app="shop", runbook="rollback"
)
CRITICAL = replace(WARN, severity=Severity.CRITICAL)
WELL = Condition(key="down:shop", severity=None)
UNSEEN = Condition(key="down:shop", severity=None, known=False)


class Bench:
    """An alert book with its clock and everything it told."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.told: list[tuple[AlertEvent, Alert]] = []
        self.book = AlertBook(Acknowledge(), clock=self.clock, on_event=lambda *event: self.told.append(event))

    def rounds(self, *conditions: Condition) -> None:
        for condition in conditions:
            self.clock.advance(5)
            self.book.apply([condition])

    @property
    def events(self) -> list[str]:
        return [event.value for event, _ in self.told]

    @property
    def open(self) -> tuple[Alert, ...]:
        return self.book.feed.latest.open


def test_a_bad_round_raises_an_alert_with_a_deadline() -> None:
    bench = Bench()
    bench.rounds(WELL, CRITICAL)
    (alert,) = bench.open
    assert (alert.title, alert.severity, alert.app, alert.runbook) == (
        "shop does not answer",
        "critical",
        "shop",
        "rollback",
    )
    assert alert.since == START + timedelta(seconds=10)
    assert alert.deadline == alert.since + timedelta(minutes=5)
    assert not alert.overdue(alert.deadline)
    assert alert.overdue(alert.deadline + timedelta(seconds=1))
    assert bench.events == ["raised"]


def test_the_same_trouble_is_one_alert() -> None:
    bench = Bench()
    bench.rounds(WARN, WARN, replace(WARN, detail="now four times in a row"))
    assert bench.events == ["raised"]
    assert bench.open[0].detail == "now four times in a row"
    assert bench.open[0].since == START + timedelta(seconds=5)


def test_one_good_round_does_not_clear_it_but_two_do() -> None:
    bench = Bench()
    bench.rounds(WARN, WELL, WARN, WELL)
    assert bench.events == ["raised"]
    bench.rounds(WELL)
    assert bench.events == ["raised", "cleared"]
    assert not bench.open
    (gone,) = bench.book.feed.latest.cleared
    assert gone.cleared_at == bench.clock.now()


def test_the_same_observation_is_one_round_however_often_it_is_applied() -> None:
    bench = Bench()
    seen = replace(WELL, observed_at=START)
    bench.rounds(WARN, seen, seen, seen)
    assert bench.events == ["raised"]
    bench.rounds(replace(WELL, observed_at=START + timedelta(seconds=5)))
    assert bench.events == ["raised", "cleared"]


def test_not_seeing_never_clears_an_alert_and_never_raises_one() -> None:
    bench = Bench()
    bench.rounds(UNSEEN)
    assert not bench.open
    bench.rounds(WARN, *[UNSEEN] * 10)
    assert bench.events == ["raised"]
    assert not bench.open[0].observed
    bench.rounds(WELL, UNSEEN, WELL)
    assert bench.events == ["raised", "cleared"]


def test_acknowledging_is_noted_once_with_who_and_when() -> None:
    bench = Bench()
    bench.rounds(CRITICAL)
    taken = bench.book.acknowledge(bench.open[0].id, "asha")
    bench.clock.advance(60)
    again = bench.book.acknowledge(taken.id, "bina")
    assert again == taken
    assert (taken.acknowledged_by, taken.acknowledged_at) == ("asha", START + timedelta(seconds=5))
    assert bench.events == ["raised", "acknowledged"]
    assert not taken.overdue(START + timedelta(days=1))
    assert bench.open == (taken,)


def test_what_becomes_critical_has_to_be_acknowledged_again() -> None:
    bench = Bench()
    bench.rounds(WARN)
    first = bench.book.acknowledge(bench.open[0].id, "asha")
    bench.rounds(CRITICAL)
    (alert,) = bench.open
    assert bench.events == ["raised", "acknowledged", "escalated"]
    assert (alert.id, alert.since, alert.acknowledged) == (first.id, first.since, False)
    assert alert.deadline == bench.clock.now() + timedelta(minutes=5)


def test_what_eases_stays_acknowledged() -> None:
    bench = Bench()
    bench.rounds(CRITICAL)
    bench.book.acknowledge(bench.open[0].id, "asha")
    bench.rounds(WARN)
    assert bench.events == ["raised", "acknowledged", "eased"]
    assert bench.open[0].acknowledged


def test_an_alert_that_comes_back_is_a_new_one() -> None:
    bench = Bench()
    bench.rounds(WARN)
    first = bench.open[0].id
    bench.rounds(WELL, WELL, WARN)
    assert bench.open[0].id != first
    with pytest.raises(UsageProblem, match="may have cleared"):
        bench.book.acknowledge(first, "asha")


def test_the_worst_and_then_the_oldest_comes_first() -> None:
    bench = Bench()
    slow = replace(WARN, key="slow:shop")
    bench.book.apply([replace(WARN, key="deploy:shop")])
    bench.clock.advance(5)
    bench.book.apply([slow, replace(WARN, key="deploy:shop"), CRITICAL])
    assert [alert.key for alert in bench.open] == ["down:shop", "deploy:shop", "slow:shop"]


def test_an_alert_about_something_no_longer_configured_clears() -> None:
    bench = Bench()
    bench.rounds(WARN)
    bench.book.apply([])
    bench.book.apply([])
    assert bench.events == ["raised", "cleared"]


def test_nothing_is_published_when_nothing_changed() -> None:
    bench = Bench()
    bench.rounds(WARN)
    before = bench.book.feed.latest
    bench.rounds(WARN)
    assert bench.book.feed.latest is before
