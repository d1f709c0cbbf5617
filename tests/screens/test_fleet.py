"""The dashboard with several hosts and dozens of apps, and with apps that the inventory does not name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from restant_tui.errors import UsageProblem
from restant_tui.monitors.snapshots import (
    AppHealth,
    DiscoverySnapshot,
    HealthSnapshot,
    HostApps,
    LinksSnapshot,
    RawAnswer,
    Reading,
    ReleasesSnapshot,
    Status,
    Trust,
)
from restant_tui.transport.link import Link, LinkStatus
from tests.support.clock import START
from tests.support.console import (
    FakeRuntime,
    bad_app,
    good_app,
    lines,
    main_releases,
    open_console,
    reading,
    settle,
    text,
)
from tests.support.fleet import fleet
from tests.support.waiting import until
from widgets.app_block import AppBlock
from widgets.context_bar import ContextBar
from widgets.health import HealthPane
from widgets.log_pane import LogPane
from widgets.other_apps import OtherApps
from widgets.releases import ReleasesPane

APPS = 50


def app(number: int) -> AppHealth:
    """Every twentieth app answers 500."""
    made = bad_app() if number % 20 == 7 else good_app()
    return replace(made, app=f"app-{number:03}", host=f"host-{number % 3}")


def night(apps: int = APPS) -> FakeRuntime:
    """Many apps on three hosts, three of them in trouble."""
    runtime = FakeRuntime(fleet(apps, 3))
    runtime.monitors.health.publish(HealthSnapshot(tuple(app(number) for number in range(apps))))
    releases = (replace(main_releases(), app=f"app-{number:03}", host=f"host-{number % 3}") for number in range(apps))
    runtime.monitors.releases.publish(ReleasesSnapshot(tuple(releases)))
    found = HostApps(host="host-0", reading=reading("apps:list"), others=("blog", "shop-old"))
    runtime.monitors.discovery.publish(DiscoverySnapshot((found,)))
    return runtime


@asynccontextmanager
async def looking(runtime: FakeRuntime, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Pilot[None]]:
    async with open_console(runtime, size) as pilot:
        yield pilot


def told(runtime: FakeRuntime) -> tuple[list[str], list[str]]:
    """What the core was told last to be on screen: with its health, and with its releases."""
    health, releases = runtime.monitors.on_screen[-1] if runtime.monitors.on_screen else (frozenset(), frozenset())
    return sorted(health), sorted(releases)


def named(pilot: Pilot[None], pane: str) -> list[str]:
    """The apps that stand in a pane as it is drawn."""
    box = pilot.app.screen.query_one(f"#{pane}").region
    drawn = "\n".join(line[box.x : box.right] for line in lines(pilot.app)[box.y : box.bottom])
    return [f"app-{number:03}" for number in range(APPS) if f"app-{number:03}" in drawn]


async def test_the_core_is_told_which_apps_are_on_screen_and_which_come_into_view() -> None:
    runtime = night()
    async with looking(runtime) as pilot:
        await until(lambda: told(runtime)[0] and told(runtime)[1])
        assert set(named(pilot, "health")) <= set(told(runtime)[0])
        assert len(told(runtime)[0]) <= 5
        assert set(named(pilot, "releases")) <= set(told(runtime)[1])
        await pilot.press("end")
        await until(lambda: "app-049" in told(runtime)[0])
        assert "app-000" not in told(runtime)[0]
        assert "app-000" in told(runtime)[1], "the other pane has not moved"


async def test_what_is_only_passed_by_is_not_asked_about() -> None:
    runtime = night()
    async with looking(runtime) as pilot:
        await until(lambda: told(runtime)[0])
        before = len(runtime.monitors.on_screen)
        await pilot.press(*["down"] * 45)
        await until(lambda: "app-045" in told(runtime)[0])
        assert len(runtime.monitors.on_screen) - before < 20


async def test_a_pane_that_is_not_shown_has_nothing_on_screen() -> None:
    runtime = night()
    async with looking(runtime, (80, 24)) as pilot:
        await until(lambda: told(runtime)[0])
        assert told(runtime)[1] == []
        await pilot.press("2")
        await until(lambda: told(runtime)[1])
        assert told(runtime)[0] == []
        await pilot.press("3")
        await until(lambda: told(runtime) == ([], []))


async def test_zooming_the_log_leaves_nothing_else_on_screen() -> None:
    runtime = night()
    async with looking(runtime) as pilot:
        await until(lambda: told(runtime)[0])
        await pilot.press("3", "z")
        await until(lambda: told(runtime) == ([], []))
        await pilot.press("escape")
        await until(lambda: told(runtime)[0] and told(runtime)[1])


async def test_a_screen_on_top_covers_them_all() -> None:
    runtime = night()
    async with looking(runtime) as pilot:
        await until(lambda: told(runtime)[0])
        before = told(runtime)
        await pilot.press("question_mark")
        await until(lambda: told(runtime) == ([], []))
        await pilot.press("escape")
        await until(lambda: told(runtime) == before)


async def test_of_two_hundred_apps_only_those_in_view_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = night(200)
    async with looking(runtime) as pilot:
        drawn: list[str] = []
        original = AppBlock.lines

        def count(self: AppBlock) -> object:
            drawn.append(self.app.app)
            return original(self)

        monkeypatch.setattr(AppBlock, "lines", count)
        runtime.clock.advance(1)
        await settle(pilot)
        assert 0 < len(set(drawn)) <= 6


async def test_many_apps_are_counted_the_worst_first() -> None:
    runtime = night()
    async with looking(runtime) as pilot:
        assert "3 critical  47 ok  n finds the next" in text(pilot.app)
    async with looking(runtime, (80, 24)) as pilot:
        assert "1 Health x 3 critical" in lines(pilot.app)[1]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_n_goes_from_one_app_that_is_not_ok_to_the_next_and_round(size: tuple[int, int]) -> None:
    runtime = night()
    async with looking(runtime, size) as pilot:
        pane = pilot.app.screen.query_one(HealthPane)
        seen = []
        for _ in range(4):
            await pilot.press("n")
            await settle(pilot)
            seen.append(pane.cursor_id)
            assert "x critical " + pane.cursor_id in text(pilot.app)
        assert seen == ["app-007", "app-027", "app-047", "app-007"]


async def test_n_says_why_it_does_nothing_when_all_is_well() -> None:
    runtime = FakeRuntime()
    runtime.monitors.health.publish(HealthSnapshot((good_app(),)))
    async with looking(runtime) as pilot:
        await pilot.press("n")
        await settle(pilot)
        assert [note.message for note in pilot.app._notifications] == ["no app is known to be other than ok"]


async def test_with_several_hosts_each_app_says_on_which_it_is() -> None:
    async with looking(night()) as pilot:
        assert any("app-001" in line and "host-1" in line for line in lines(pilot.app))
    one = FakeRuntime()
    one.outage()
    async with looking(one) as pilot:
        assert not any("restant-main" in line and " box" in line for line in lines(pilot.app)[1:])


async def test_a_lost_host_is_named_and_only_its_own_log_says_that_it_may_be_behind() -> None:
    runtime = night()
    async with looking(runtime) as pilot:
        lost = LinkStatus(Link.LOST, START - timedelta(seconds=12), "the host does not answer")
        live = LinkStatus(Link.LIVE, START)
        down = LinksSnapshot((("host-0/dokku", live), ("host-1/dokku", lost), ("host-2/dokku", live)))
        runtime.monitors.links.publish(down)
        await settle(pilot)
        assert "host-1/dokku lost 12 s ago" in lines(pilot.app)[0]
        log = pilot.app.screen.query_one(LogPane)
        assert log.app_name == "app-000"
        assert log.trouble == ""
        await pilot.press("down", "enter")
        await settle(pilot)
        assert log.app_name == "app-001"
        assert log.trouble == "host-1/dokku lost 12 s ago"
        runtime.monitors.links.publish(LinksSnapshot((*down.links[1:2], ("host-2/dokku", lost))))
        await settle(pilot)
        assert "and 1 more" in str(pilot.app.screen.query_one(ContextBar).render())


# -- apps the inventory does not name ------------------------------------------------------------------------------


def guest() -> AppHealth:
    unknown = Reading(trust=Trust.NOT_CONFIGURED, observed_at=None, source="GET", reason="not in the inventory")
    made = bad_app(app="blog", listed=False, status=Status.OK, reason="")
    return replace(made, endpoint=replace(made.endpoint, reading=unknown, http_status=None, history_ms=()))


def with_others(*others: str) -> FakeRuntime:
    runtime = FakeRuntime()
    runtime.outage()
    found = HostApps(host="box", reading=reading("apps:list", 2), watched=("restant-main",), others=others)
    runtime.monitors.discovery.publish(DiscoverySnapshot((found,)))
    return runtime


async def test_what_a_host_has_besides_stands_quietly_below_the_watched_apps() -> None:
    runtime = with_others("blog", "shop-old")
    async with looking(runtime, (80, 24)) as pilot:
        shown = lines(pilot.app)
        [at] = [number for number, line in enumerate(shown) if "box also has: blog, shop-old" in line]
        assert "(not watched)  2 s ago" in shown[at]
        assert at > max(number for number, line in enumerate(shown) if "restant-staging" in line)


async def test_an_app_that_is_not_watched_can_be_looked_at_without_editing_anything() -> None:
    runtime = with_others("blog", "shop-old")
    async with looking(runtime, (80, 24)) as pilot:
        await pilot.press("end", "enter")
        await until(lambda: "Apps that are not watched" in text(pilot.app))
        assert "no runbook offers" in text(pilot.app)
        assert pilot.app.screen.query_one(OtherApps).cursor_id == "box/blog"
        await pilot.press("enter")
        await until(lambda: runtime.monitors.guests == ["box/blog"])
        runtime.monitors.health.publish(HealthSnapshot((bad_app(), good_app(), guest())))
        await settle(pilot)
        pane = pilot.app.screen.query_one(HealthPane)
        assert pane.cursor_id == "blog", "it is gone to"
        assert "blog PRODUCTION" in text(pilot.app)
        assert "not in the inventory, so it counts as production" in text(pilot.app)
        assert "box also has: shop-old" in text(pilot.app)
        await pilot.press("enter")
        await settle(pilot)
        assert pilot.app.screen.query_one(LogPane).app_name == "blog"
        await pilot.press("1", "minus")
        await until(lambda: runtime.monitors.guests == [])
        assert pilot.app.screen.query_one(LogPane).app_name == "restant-main"


async def test_leaving_the_list_looks_at_nothing() -> None:
    runtime = with_others("blog")
    async with looking(runtime, (80, 24)) as pilot:
        await pilot.press("plus")
        await until(lambda: "Apps that are not watched" in text(pilot.app))
        await pilot.press("escape")
        await until(lambda: "1 Health" in text(pilot.app))
        assert runtime.monitors.guests == []


async def test_why_an_app_cannot_be_looked_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = with_others("blog")

    def refuse(host: str, app: str) -> None:
        raise UsageProblem("An app `blog` on other is already watched [/x]")

    monkeypatch.setattr(runtime.monitors, "look_at", refuse)
    async with looking(runtime, (80, 24)) as pilot:
        await pilot.press("plus", "enter")
        await until(lambda: any("already watched [/x]" in note.message for note in pilot.app._notifications))


async def test_only_what_is_not_in_the_inventory_can_be_left_out() -> None:
    runtime = with_others()
    async with looking(runtime) as pilot:
        await pilot.press("minus", "plus")
        await settle(pilot)
        assert [note.message for note in pilot.app._notifications] == [
            "only an app that is not in the inventory can be left out",
            "no host is known to have another app",
        ]


# -- what was really said ------------------------------------------------------------------------------------------


def unread(asked: str, said: str) -> Reading:
    raw = RawAnswer(host="box", asked=asked, at=START - timedelta(seconds=5), text=said)
    return Reading(trust=Trust.NO_DATA, observed_at=None, source=asked, reason="the answer was not understood", raw=raw)


async def test_an_answer_that_could_not_be_read_is_one_key_away_with_what_was_asked_when_and_where() -> None:
    runtime = FakeRuntime()
    broken = bad_app()
    said = '{"running": [/x] perhaps' + "z" * 150 + "THE END"
    processes = replace(broken.processes, running=None, total=None, reading=unread("ps:report restant-main", said))
    runtime.monitors.health.publish(HealthSnapshot((replace(broken, processes=processes), good_app())))
    async with looking(runtime, (80, 24)) as pilot:
        assert "processes no data, v shows the answer" in text(pilot.app)
        await pilot.press("v")
        await until(lambda: "Raw answer of box" in text(pilot.app))
        shown = text(pilot.app)
        assert "asked    ps:report restant-main" in shown
        assert "on       box, at 2026-03-02 02:59:55 UTC" in shown
        assert '{"running": [/x] perhapszzz' in shown
        assert "THE END" in shown, "long lines are folded, not cut"
        await pilot.press("v")
        await until(lambda: "1 Health" in text(pilot.app))
        await pilot.press("down", "v")
        await settle(pilot)
        assert "every answer about this could be read, or none came" in [n.message for n in pilot.app._notifications]


async def test_a_list_of_apps_that_could_not_be_read_is_one_key_away_too() -> None:
    runtime = with_others()
    found = HostApps(host="box", reading=unread("apps:list --format json", "Segmentation fault"))
    runtime.monitors.discovery.publish(DiscoverySnapshot((found,)))
    async with looking(runtime, (80, 24)) as pilot:
        assert "box: which apps it has is not known, no data, v shows the answer" in text(pilot.app)
        await pilot.press("end", "v")
        await until(lambda: "Segmentation fault" in text(pilot.app))


async def test_releases_that_could_not_be_read_are_one_key_away_too() -> None:
    runtime = FakeRuntime()
    releases = replace(main_releases(), attempts=(), live_sha=None, reading=unread("builds:list restant-main", "[{"))
    runtime.monitors.releases.publish(ReleasesSnapshot((releases,)))
    async with looking(runtime, (80, 24)) as pilot:
        await pilot.press("2")
        await settle(pilot)
        assert pilot.app.screen.query_one(ReleasesPane).cursor_id == "restant-main"
        assert "live not known" not in text(pilot.app)
        await pilot.press("v")
        await until(lambda: "asked    builds:list restant-main" in text(pilot.app))
        assert "[{" in text(pilot.app)
