"""Keeps the alert book up with the monitors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from restant_tui.alerts.book import AlertBook
from restant_tui.alerts.rules import conditions
from restant_tui.config.model import Thresholds
from restant_tui.monitors.feed import Feed
from restant_tui.monitors.snapshots import HealthSnapshot, LinksSnapshot, ReleasesSnapshot


async def watch(
    book: AlertBook,
    health: Feed[HealthSnapshot],
    releases: Feed[ReleasesSnapshot],
    links: Feed[LinksSnapshot],
    limits: Thresholds,
) -> None:
    """Apply the rules whenever a monitor has something new; never ends by itself.

    Args:
        book: takes in every round.
        health: the feed of the health monitor.
        releases: the feed of the releases monitor.
        links: the feed of the links.
        limits: the thresholds of the configuration.
    """

    def apply() -> None:
        book.apply(conditions(health.latest, releases.latest, links.latest, limits))

    async with asyncio.TaskGroup() as group:
        for changes in (health.follow(), releases.follow(), links.follow()):
            group.create_task(_each(changes, apply))


async def _each(changes: AsyncIterator[object], apply: Callable[[], None]) -> None:
    async for _ in changes:
        apply()
