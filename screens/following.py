"""The only bridge from the core to the screens: each new value of a feed becomes a reactive of the App."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from textual.app import App

if TYPE_CHECKING:
    from restant_tui.monitors.feed import Feed
    from restant_tui.notify.notifier import Notifier

POST_SECONDS: Final = 5.0
"""Real seconds between two looks at the outbox, which other consoles write to as well."""


def follow(app: App[None], **feeds: Feed[Any]) -> None:
    """Set the App's reactive of each name to every new value of its feed, in one worker a feed.

    A worker that fails ends in the state ERROR and is told of by the App; the others go on.
    """
    for name, feed in feeds.items():
        work = _follow(app, name, feed)
        app.run_worker(work, name=name, group=f"feed:{name}", exclusive=True, exit_on_error=False)


async def _follow(app: App[None], name: str, feed: Feed[Any]) -> None:
    async for value in feed.follow():
        setattr(app, name, value)


def follow_post(app: App[Any], notifier: Notifier) -> None:
    """Keep the App's `undelivered` at the messages that did not reach people and that nobody has seen yet."""

    async def look() -> None:
        while True:
            await look_at_post(app, notifier)
            await asyncio.sleep(POST_SECONDS)

    app.run_worker(look(), name="post", group="feed:post", exclusive=True, exit_on_error=False)


async def look_at_post(app: App[Any], notifier: Notifier) -> None:
    """Take in now which messages did not reach people."""
    rows = await notifier.unseen()
    setattr(app, "undelivered", rows)  # noqa: B010 - the App's class would be an import in a circle
