from __future__ import annotations

from random import Random
from typing import cast

from restant_tui.cli.status import arrived, longest
from restant_tui.monitors.http import HttpProbe
from restant_tui.monitors.readings import never_asked
from restant_tui.monitors.snapshots import Status
from restant_tui.monitors.station import Monitors
from tests.support import hours
from tests.support.fleet import FleetLinks, WellPages, fleet
from tests.support.watched import one_app


def test_one_look_at_many_apps_asks_each_once_and_is_done_when_all_have_answered() -> None:
    config = fleet(50)
    links = FleetLinks(config, seconds=0.5)

    async def look() -> float:
        clock = hours.LoopClock()
        monitors = Monitors(config, links, clock=clock, random=Random(1), http=cast("HttpProbe", WellPages()))
        await monitors.start()
        try:
            await arrived(monitors, config)
            health, releases = monitors.health.latest.apps, monitors.releases.latest.apps
            assert {app.status for app in health} == {Status.OK}
            assert not any(never_asked(app.reading) for app in releases)
            assert monitors.discovery.latest.hosts[0].watched == tuple(config.apps)
            return clock.monotonic()
        finally:
            await monitors.close()

    assert hours.run(look()) < longest(config)
    assert links.hosts["host-0"].most_at_once <= 4 * 3 + 4
    assert {app for _, question, app in links.asked if question == "ps:report"} == set(config.apps)


def test_few_apps_are_waited_for_ten_seconds_and_more_for_longer() -> None:
    assert longest(one_app()) == 10
    assert longest(fleet(4)) == 10
    assert longest(fleet(50)) == 148
    assert longest(fleet(50, 5)) == 28
