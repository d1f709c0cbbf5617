"""Several hosts and dozens of apps: what it costs to watch them, and that none is forgotten."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from itertools import pairwise
from random import Random
from typing import Any, cast

import pytest

from restant_tui.config.model import Environment
from restant_tui.errors import UsageProblem
from restant_tui.monitors.http import HttpProbe
from restant_tui.monitors.snapshots import Status, Trust
from restant_tui.monitors.station import Monitors
from restant_tui.transport.link import Link
from tests.support import hours
from tests.support.fleet import FleetLinks, WellPages, fleet

MINUTES = 10
WARM_UP = 4 * 60.0


def watching(
    apps: int, work: Callable[[Monitors, FleetLinks], Coroutine[Any, Any, None]], hosts: int = 1
) -> FleetLinks:
    """Watch so many apps meanwhile, on a loop whose hours are short."""
    config = fleet(apps, hosts)
    links = FleetLinks(config)

    async def evening() -> None:
        http = cast("HttpProbe", WellPages())
        monitors = Monitors(config, links, clock=hours.LoopClock(), random=Random(1), http=http)
        await monitors.start()
        try:
            await work(monitors, links)
        finally:
            await monitors.close()

    hours.run(evening())
    return links


def per_minute(apps: int) -> float:
    """Return how often a host is asked in a minute while four of its apps are on screen."""
    four = frozenset(f"app-{number:03}" for number in range(4))

    async def work(monitors: Monitors, links: FleetLinks) -> None:
        monitors.attend(four, four)
        await asyncio.sleep(WARM_UP)
        for host in links.hosts.values():
            host.asked.clear()
        await asyncio.sleep(MINUTES * 60)

    links = watching(apps, work)
    questions = Counter(question for _, question, _ in links.asked)
    assert questions["ps:report"] and questions["builds:list"] and questions["letsencrypt:report"]
    turns = [app for _, question, app in links.asked if question == "ps:report" and app not in four]
    # Whoever is asked a second time has let all the others go first.
    assert set(Counter(turns).values()) <= {len(turns) // (apps - 4), len(turns) // (apps - 4) + 1}
    return len(links.asked) / MINUTES


def test_a_host_with_two_hundred_apps_is_asked_no_more_often_than_one_with_ten() -> None:
    ten, fifty, two_hundred = (per_minute(apps) for apps in (10, 50, 200))
    assert fifty == pytest.approx(ten, rel=0.1)
    assert two_hundred == pytest.approx(ten, rel=0.1)


def test_an_app_whose_turn_is_on_time_is_never_called_stale_or_unknown() -> None:
    async def work(monitors: Monitors, links: FleetLinks) -> None:
        monitors.attend(frozenset({"app-000"}), frozenset())
        await asyncio.sleep(WARM_UP)

        async def look() -> None:
            async for snapshot in monitors.health.follow():
                for app in snapshot.apps:
                    assert app.status is Status.OK, f"{app.app}: {app.reason}"
            async for releases in monitors.releases.follow():
                assert {app.reading.trust for app in releases.apps} == {Trust.LIVE}

        looking = asyncio.create_task(look())
        await asyncio.sleep(3600)
        assert not looking.done(), looking.exception()
        looking.cancel()
        ages = [monitors.health.latest.apps[0].processes.reading, monitors.health.latest.apps[59].processes.reading]
        assert ages[1].good_for > 5 * ages[0].good_for

    watching(60, work)


def test_an_app_whose_host_does_not_answer_any_more_grows_stale_all_the_same() -> None:
    async def work(monitors: Monitors, links: FleetLinks) -> None:
        await asyncio.sleep(WARM_UP)
        links.hosts["host-0"].seconds = 1e9
        await asyncio.sleep(3600)
        assert {app.processes.reading.trust for app in monitors.health.latest.apps} == {Trust.STALE}

    watching(20, work)


def test_an_app_that_comes_into_view_is_asked_at_once() -> None:
    async def work(monitors: Monitors, links: FleetLinks) -> None:
        await asyncio.sleep(WARM_UP)
        before = hours.LoopClock().now()
        far = frozenset({"app-150"})
        monitors.attend(far, far)
        await asyncio.sleep(2)
        assert (monitors.health.latest.apps[150].processes.reading.observed_at or before) > before
        assert (monitors.releases.latest.apps[150].reading.observed_at or before) > before

    watching(200, work)


def test_the_first_look_at_many_apps_leaves_room_for_a_persons_own_commands() -> None:
    async def work(monitors: Monitors, links: FleetLinks) -> None:
        await asyncio.sleep(WARM_UP)
        assert {app.status for app in monitors.health.latest.apps} == {Status.OK}

    links = watching(100, work)
    assert links.hosts["host-0"].most_at_once <= 4


def test_a_lost_host_takes_only_its_own_apps_with_it_and_is_asked_anew_when_it_is_back() -> None:
    async def work(monitors: Monitors, links: FleetLinks) -> None:
        await asyncio.sleep(WARM_UP)
        links.turn("host-1", Link.LOST)
        monitors.link_changed()
        await asyncio.sleep(1)
        health, releases = monitors.health.latest.apps, monitors.releases.latest.apps
        assert {app.host for app in health if app.processes.reading.trust is Trust.LOST} == {"host-1"}
        assert {app.host for app in health if app.status is not Status.OK} == {"host-1"}
        assert {app.host for app in releases if app.reading.trust is Trust.LOST} == {"host-1"}
        assert [found.reading.trust for found in monitors.discovery.latest.hosts] == [
            Trust.LIVE,
            Trust.LOST,
            Trust.LIVE,
        ]
        for host in links.hosts.values():
            host.asked.clear()
        links.turn("host-1", Link.LIVE)
        monitors.link_changed()
        await asyncio.sleep(60)
        assert {app.status for app in monitors.health.latest.apps} == {Status.OK}
        counts = {name: len({app for _, _, app in host.asked}) for name, host in links.hosts.items()}
        assert counts["host-1"] >= 20
        assert counts["host-0"] < 20, "the others go on in their turns"

    watching(60, work, hosts=3)


def test_the_lane_keeps_its_order_through_an_evening_of_scrolling() -> None:
    async def work(monitors: Monitors, links: FleetLinks) -> None:
        dice = Random(7)
        for _ in range(80):
            top = dice.randrange(46)
            seen = frozenset(f"app-{number:03}" for number in range(top, top + 4))
            monitors.attend(seen, frozenset())
            await asyncio.sleep(dice.uniform(1, 40))

    links = watching(50, work)
    times: dict[str, list[float]] = {}
    for at, question, app in links.asked:
        if question == "ps:report":
            times.setdefault(app, []).append(at)
    assert len(times) == 50
    assert max(after - before for each in times.values() for before, after in pairwise(each)) < 15 * 1.1 + 50 * 7.5 + 20


def test_an_app_the_inventory_does_not_name_is_watched_like_the_others_and_forgotten_again() -> None:
    async def work(monitors: Monitors, links: FleetLinks) -> None:
        links.hosts["host-0"].apps.append("blog")
        await asyncio.sleep(WARM_UP)
        assert monitors.discovery.latest.hosts[0].others == ("blog",)
        monitors.look_at("host-0", "blog")
        monitors.look_at("host-0", "blog")
        monitors.attend(frozenset({"blog"}), frozenset({"blog"}))
        await asyncio.sleep(5)
        [found] = [app for app in monitors.health.latest.apps if not app.listed]
        assert (found.app, found.host, found.environment) == ("blog", "host-0", Environment.PRODUCTION)
        assert (found.status, found.processes.running) == (Status.OK, 2)
        assert found.endpoint.reading.trust is Trust.NOT_CONFIGURED
        assert monitors.releases.latest.apps[-1].live_sha
        monitors.watch_logs("blog")
        await asyncio.sleep(5)
        await monitors.look_away("blog")
        await monitors.look_away("app-000")
        links.hosts["host-0"].asked.clear()
        await asyncio.sleep(300)
        assert len(monitors.health.latest.apps) == len(monitors.releases.latest.apps) == 6
        assert "blog" not in {app for _, _, app in links.asked}
        assert "blog" not in monitors.logs

    watching(6, work)


def test_two_apps_of_one_name_are_not_mixed_up() -> None:
    async def work(monitors: Monitors, links: FleetLinks) -> None:
        with pytest.raises(UsageProblem, match="`app-000` on host-0 is already watched"):
            monitors.look_at("host-1", "app-000")
        with pytest.raises(UsageProblem, match="no host `nowhere`"):
            monitors.look_at("nowhere", "blog")

    watching(4, work, hosts=2)


def test_an_app_that_is_destroyed_is_missing_within_seconds_of_its_next_turn() -> None:
    async def work(monitors: Monitors, links: FleetLinks) -> None:
        monitors.attend(frozenset({"app-001"}), frozenset())
        await asyncio.sleep(30)
        links.hosts["host-0"].apps.remove("app-001")
        await asyncio.sleep(20)
        gone = monitors.health.latest.apps[1]
        assert gone.status is Status.CRITICAL
        assert gone.reason == "host-0 has no app `app-001`: misspelt in the configuration, or destroyed"
        asked = [question for _, question, _ in links.asked].count("apps:list")
        await asyncio.sleep(120)
        assert [question for _, question, _ in links.asked].count("apps:list") == asked, "once is enough"
        links.hosts["host-0"].apps.append("app-001")
        await asyncio.sleep(400)
        assert monitors.health.latest.apps[1].status is Status.OK

    watching(4, work)
