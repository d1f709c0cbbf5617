from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import pytest

from restant_tui.monitors.turns import Turns, spacing, turn

INTERVAL = 15.0
HOUR = 3600.0


class Evening:
    """Somebody who asks as told, on a clock of its own; each answer takes half a second."""

    def __init__(self, apps: int, on_screen: Iterable[int] = (), hosts: int = 1) -> None:
        self.turns = Turns(spacing(INTERVAL))
        self.now = 0.0
        self.asked: list[tuple[float, str]] = []
        self.most_off_screen: Counter[str] = Counter()
        self.lanes = {f"app-{number}": f"host-{number % hosts}" for number in range(apps)}
        for app, lane in self.lanes.items():
            self.turns.add(app, lane)
        self.attend(on_screen)
        self._ends: list[tuple[float, str]] = []

    def attend(self, numbers: Iterable[int]) -> None:
        self.on_screen = frozenset(f"app-{number}" for number in numbers)
        self.turns.attend(self.on_screen)

    def go_on(self, until: float) -> None:
        while self.now < until:
            for app in self.turns.ask(self.now):
                self.asked.append((self.now, app))
                self._ends.append((self.now + 0.5, app))
            off = Counter(self.lanes[app] for _, app in self._ends if app not in self.on_screen)
            self.most_off_screen = self.most_off_screen | off
            end = min((at for at, _ in self._ends), default=math.inf)
            self.now = min(end, self.now + self.turns.wait(self.now), until)
            for at, app in [each for each in self._ends if each[0] <= self.now]:
                self._ends.remove((at, app))
                self.turns.answered(app, self.now, INTERVAL)

    def times(self, number: int, since: float = 0.0) -> list[float]:
        return [at for at, app in self.asked if app == f"app-{number}" and at >= since]


def test_what_is_on_screen_is_asked_at_its_interval() -> None:
    evening = Evening(3, on_screen=(0, 1))
    evening.go_on(60)
    assert evening.times(0) == evening.times(1) == pytest.approx([0, 15.5, 31, 46.5])


@pytest.mark.parametrize("apps", [10, 50, 200])
def test_however_many_there_are_no_more_is_asked_in_an_hour(apps: int) -> None:
    evening = Evening(apps, on_screen=range(4))
    evening.go_on(600)  # the first look at everything
    begun = len(evening.asked)
    evening.go_on(600 + HOUR)
    on_screen, off_screen = 4 * HOUR / 15.5, HOUR / spacing(INTERVAL)
    assert len(evening.asked) - begun == pytest.approx(on_screen + off_screen, rel=0.02)


@pytest.mark.parametrize("apps", [10, 50, 200])
def test_everything_off_screen_has_its_turn_in_time(apps: int) -> None:
    evening = Evening(apps, on_screen=range(4))
    evening.go_on(2 * HOUR)
    longest = turn(INTERVAL, apps - 4)
    for number in range(4, apps):
        times = evening.times(number)
        assert all(later - before <= longest + 1 for before, later in pairwise(times))
        assert 2 * HOUR - times[-1] <= longest + 1


def test_the_first_look_is_one_after_the_other_without_waiting() -> None:
    evening = Evening(50)
    evening.go_on(25)
    assert [app for _, app in evening.asked] == [f"app-{number}" for number in range(50)]
    assert evening.most_off_screen == {"host-0": 1}


def test_a_slow_host_does_not_hold_up_another() -> None:
    evening = Evening(9, hosts=3)
    evening.turns.ask(0)  # of which no answer comes
    assert evening.turns.ask(100) == ()
    evening.turns.answered("app-1", 100, INTERVAL)
    assert evening.turns.ask(100) == ("app-4",)


def test_what_comes_into_view_is_asked_at_once_and_not_twice() -> None:
    evening = Evening(100, on_screen=(0,))
    evening.go_on(300)
    evening.attend((0, 60))
    evening.go_on(301)
    assert evening.times(60, since=300) == [300]
    evening.attend((0,))
    evening.go_on(302)
    evening.attend((0, 60))
    evening.go_on(304)
    assert evening.times(60, since=300) == [300], "it was asked just now"


def test_what_leaves_the_screen_goes_to_the_end_of_the_queue() -> None:
    evening = Evening(20, on_screen=(3,))
    evening.go_on(200)
    evening.attend((4,))
    evening.go_on(200 + 60)
    assert evening.times(3, since=201) == []


def test_everything_is_asked_anew_after_a_wake_also_what_is_just_being_asked() -> None:
    turns = Turns(60)
    turns.add("shop", "box")
    turns.add("till", "box")
    turns.attend(frozenset({"shop"}))
    assert set(turns.ask(0)) == {"shop", "till"}
    turns.owe()
    assert turns.ask(1) == ()
    turns.answered("shop", 1, 3600)
    turns.answered("till", 1, 3600)
    assert set(turns.ask(1)) == {"shop", "till"}


def test_waking_one_host_leaves_the_others_alone() -> None:
    turns = Turns(60)
    for app in ("shop", "till"):
        turns.add(app, f"host of {app}")
        turns.ask(0)
        turns.answered(app, 0, 3600)
    turns.owe("host of till")
    assert turns.ask(1) == ("till",)


def test_a_forgotten_app_is_not_asked_and_its_late_answer_does_no_harm() -> None:
    turns = Turns(60)
    turns.add("shop", "box")
    turns.ask(0)
    turns.remove("shop")
    turns.answered("shop", 1, 1)
    assert turns.ask(1000) == ()
    assert turns.wait(1000) == math.inf


def test_few_apps_off_screen_are_asked_as_if_they_were_on_it() -> None:
    evening = Evening(2)
    evening.go_on(120)
    assert len(evening.times(0)) == len(evening.times(1)) == 8


def test_an_hourly_question_is_off_screen_asked_about_once_a_minute() -> None:
    assert spacing(HOUR) == 60
    assert turn(HOUR, 200) == HOUR + 200 * 60
