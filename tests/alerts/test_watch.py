from __future__ import annotations

import asyncio
from datetime import timedelta

from restant_tui.alerts.book import AlertBook
from restant_tui.alerts.watch import watch
from restant_tui.config.model import Acknowledge, Environment, Thresholds
from restant_tui.monitors.feed import Feed
from restant_tui.monitors.readings import live
from restant_tui.monitors.snapshots import (
    AppHealth,
    Certificate,
    Endpoint,
    HealthSnapshot,
    LinksSnapshot,
    Processes,
    ReleasesSnapshot,
    Status,
)
from restant_tui.transport.link import Link, LinkStatus
from tests.support.clock import START, ManualClock
from tests.support.waiting import until


def answering(http_status: int, after: float) -> HealthSnapshot:
    seen = live("somewhere", START + timedelta(seconds=after))
    return HealthSnapshot(
        (
            AppHealth(
                app="shop",
                environment=Environment.PRODUCTION,
                status=Status.OK,
                reason="",
                endpoint=Endpoint(
                    reading=seen, http_status=http_status, response_ms=9, failures=int(http_status != 200)
                ),
                processes=Processes(reading=seen, running=1, total=1),
                certificate=Certificate(reading=seen),
            ),
        )
    )


async def test_the_book_follows_every_feed() -> None:
    health, releases, links = Feed(HealthSnapshot()), Feed(ReleasesSnapshot()), Feed(LinksSnapshot())
    book = AlertBook(Acknowledge(), clock=ManualClock())
    task = asyncio.create_task(watch(book, health, releases, links, Thresholds()))

    def keys() -> list[str]:
        return [alert.key for alert in book.feed.latest.open]

    health.publish(answering(500, 0))
    await until(lambda: keys() == ["down:shop"])
    links.publish(LinksSnapshot((("box/dokku", LinkStatus(Link.LOST, START, "reset")),)))
    await until(lambda: keys() == ["down:shop", "link:box"])
    health.publish(answering(200, 5))
    releases.publish(ReleasesSnapshot())
    await until(lambda: health.latest.apps[0].endpoint.http_status == 200)
    for _ in range(20):
        await asyncio.sleep(0)
    assert "down:shop" in keys(), "one good observation does not clear it, however many feeds speak"
    health.publish(answering(200, 10))
    await until(lambda: keys() == ["link:box"])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
