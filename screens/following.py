"""The only bridge from the core to the screens: each new value of a feed becomes a reactive of the App."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import App

if TYPE_CHECKING:
    from restant_tui.monitors.feed import Feed


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
