from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

from restant_tui.monitors.rota import Rota
from tests.support.waiting import until

HOUR = 3600.0


class Probe:
    """Waits in each round until it is let go."""

    def __init__(self) -> None:
        self.rounds: Counter[str] = Counter()
        self.under_way: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.ended: list[str] = []
        self.go = asyncio.Event()

    async def __call__(self, app: str) -> None:
        self.rounds[app] += 1
        self.under_way[app] += 1
        self.most = self.most | self.under_way
        try:
            await self.go.wait()
        finally:
            self.under_way[app] -= 1
            self.ended.append(app)


def rota(probe: Probe, interval: float = HOUR, problems: list[str] | None = None) -> Rota:
    found: list[str] = [] if problems is None else problems
    return Rota(probe, interval, random=Random(1), on_problem=lambda app, problem: found.append(f"{app}: {problem}"))


async def test_rounds_of_one_app_never_overlap_and_a_wake_during_one_makes_another() -> None:
    probe = Probe()
    made = rota(probe)
    made.add("shop", "box")
    made.attend(frozenset({"shop"}))
    made.start()
    await until(lambda: probe.rounds["shop"] == 1)
    made.wake()
    made.wake()
    probe.go.set()
    await until(lambda: probe.rounds["shop"] == 2)
    assert probe.most["shop"] == 1
    await made.close()


async def test_an_exception_is_reported_with_its_app_and_the_others_go_on() -> None:
    problems: list[str] = []

    async def fail(app: str) -> None:
        if app == "till":
            raise ZeroDivisionError("oops")
        seen.append(app)

    seen: list[str] = []
    made = Rota(fail, 0.001, random=Random(1), on_problem=lambda app, problem: problems.append(f"{app}: {problem}"))
    made.add("till", "box")
    made.add("shop", "box")
    made.start()
    await until(lambda: len(seen) > 3 and len(problems) > 3)
    assert set(problems) == {"till: oops"}
    await made.close()


async def test_an_app_let_go_in_the_middle_of_its_round_is_not_asked_any_more_and_holds_up_nobody() -> None:
    probe = Probe()
    made = rota(probe)
    made.add("shop", "box")
    made.add("till", "box")
    made.start()
    await until(lambda: probe.rounds["shop"] == 1)
    made.remove("shop")
    await until(lambda: probe.rounds["till"] == 1)
    assert probe.ended == ["shop"]
    await made.close()


async def test_an_app_taken_in_again_at_once_is_asked_anew() -> None:
    probe = Probe()
    made = rota(probe)
    made.add("shop", "box")
    made.start()
    await until(lambda: probe.rounds["shop"] == 1)
    made.remove("shop")
    made.add("shop", "box")
    await until(lambda: probe.rounds["shop"] == 2)
    assert probe.most["shop"] == 1
    await made.close()


async def test_closing_ends_every_round_and_leaves_no_task() -> None:
    before = asyncio.all_tasks()
    probe = Probe()
    made = rota(probe)
    for number in range(5):
        made.add(f"app-{number}", f"host-{number}")
    made.start()
    await until(lambda: sum(probe.under_way.values()) == 5)
    await made.close()
    assert len(probe.ended) == 5
    assert asyncio.all_tasks() == before


async def test_how_long_it_may_take_depends_on_who_is_on_screen() -> None:
    made = rota(Probe(), 15)
    for number in range(50):
        made.add(f"app-{number}", "box")
    made.attend(frozenset({"app-0"}))
    assert made.every("app-0") == 16.5
    assert made.every("app-1") == 16.5 + 49 * 16.5 / 2
