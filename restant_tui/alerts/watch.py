"""Keeps the alert book up with the monitors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Generic, TypeVar

from restant_tui.alerts.book import AlertBook
from restant_tui.alerts.model import Condition
from restant_tui.alerts.rules import of_app, of_links, of_releases
from restant_tui.config.model import Thresholds
from restant_tui.monitors.feed import Feed
from restant_tui.monitors.snapshots import AppHealth, AppReleases, HealthSnapshot, LinksSnapshot, ReleasesSnapshot

App = TypeVar("App", AppHealth, AppReleases)


class _Known(Generic[App]):
    """What the rules said of each app, as long as nothing new comes of it."""

    def __init__(self, look: Callable[[App], tuple[Condition, ...]]) -> None:
        self._look: Callable[[App], tuple[Condition, ...]] = look
        self._said: dict[str, tuple[App, tuple[Condition, ...]]] = {}

    def of(self, apps: Iterable[App]) -> list[Condition]:
        """Return everything the rules say of these apps."""
        found: list[Condition] = []
        for app in apps:
            before = self._said.get(app.app)
            if before is None or before[0] is not app:
                before = self._said[app.app] = app, self._look(app)
            found += before[1]
        return found


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
    # An app of which nothing new came is the same object as before; with hundreds only some are new each time.
    healthy = _Known[AppHealth](lambda app: of_app(app, limits))
    released = _Known[AppReleases](of_releases)

    def apply() -> None:
        found = [*healthy.of(health.latest.apps), *released.of(releases.latest.apps), *of_links(links.latest)]
        book.apply(found)

    async with asyncio.TaskGroup() as group:
        for changes in (health.follow(), releases.follow(), links.follow()):
            group.create_task(_each(changes, apply))


async def _each(changes: AsyncIterator[object], apply: Callable[[], None]) -> None:
    async for _ in changes:
        apply()
