"""From the first frame to a console at work: the runtime is made and started, and its feeds are followed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from screens import startup
from screens.following import follow, follow_post
from screens.lending import Lending
from screens.trusting import ask_about_keys
from widgets.context_bar import Context

if TYPE_CHECKING:
    from restant_tui.engine.runtime import Runtime
    from screens.app import RestantApp


async def connect(app: RestantApp, open_runtime: Callable[[], Awaitable[Runtime]]) -> None:
    """Make the runtime, start it, and let the App follow it. To be awaited in a worker, after the first frame.

    Raises:
        RestantError: the configuration cannot be read, or something in it cannot be opened.
    """
    startup.settled()
    await asyncio.to_thread(startup.warm)
    runtime = app.opened = await open_runtime()
    app.clock = runtime.clock
    app.context = Context.of(runtime.config)
    await runtime.start()
    app.runtime = runtime
    app.tick()
    seen = runtime.monitors
    follow(app, health=seen.health, releases=seen.releases, discovery=seen.discovery, links=seen.links,
           alerts=runtime.alerts.feed)  # fmt: skip
    # Other runtimes than the real one may hold no links.
    if (links := getattr(runtime, "links", None)) is not None:
        ask_about_keys(app, links, seen.links)
    if (terminal := getattr(runtime, "terminal", None)) is not None:
        terminal.lent_by(Lending(app))
    if runtime.notifier is not None:
        follow_post(app, runtime.notifier)
