"""Host keys that were not accepted, and who decides about them: the person at the console."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from textual.app import App
from textual.screen import ModalScreen

from restant_tui.config.model import Identity
from restant_tui.errors import RestantError
from restant_tui.monitors.snapshots import LinksSnapshot
from restant_tui.text import clean
from restant_tui.transport.link import Link

if TYPE_CHECKING:
    from restant_tui.monitors.feed import Feed
    from restant_tui.transport.links import Links
    from restant_tui.transport.trouble import OfferedKey

PATIENCE_SECONDS: Final = 0.5
"""Real seconds between two looks whether another question is still open; one at a time is asked."""


def ask_about_keys(app: App[None], links: Links, feed: Feed[LinksSnapshot]) -> None:
    """Ask about each key that a host shows and that is not accepted, in one worker, once for each refusal."""
    app.run_worker(_ask(app, links, feed), name="host keys", group="host keys", exclusive=True, exit_on_error=False)


async def _ask(app: App[None], links: Links, feed: Feed[LinksSnapshot]) -> None:
    answered: set[tuple[str, OfferedKey]] = set()
    async for snapshot in feed.follow():
        refused = dict(_refused(snapshot, links))
        # A host that was tried again since may be asked about again.
        hosts = {name.partition("/")[0] for name, link in snapshot.links if link.state is Link.REFUSED}
        answered = {(host, key) for host, key in answered if host in hosts}
        for host, key in refused.items():
            if (host, key) not in answered:
                answered.add((host, key))
                await _decide(app, links, host, key)


def _refused(snapshot: LinksSnapshot, links: Links) -> list[tuple[str, OfferedKey]]:
    found = []
    for name, link in snapshot.links:
        host, _, identity = name.partition("/")
        if link.state is Link.REFUSED and (key := links.session(host, Identity(identity)).offered_key) is not None:
            found.append((host, key))
    return found


async def _decide(app: App[None], links: Links, host: str, key: OfferedKey) -> None:
    from screens.host_key import HostKeyScreen

    while isinstance(app.screen, ModalScreen):  # noqa: ASYNC110 - no event tells that a dialog was closed
        await asyncio.sleep(PATIENCE_SECONDS)
    how = await app.push_screen_wait(HostKeyScreen(host, key))
    try:
        if how is None:
            links.refuse(host, key)
        else:
            links.trust(host, key, how)
    except RestantError as problem:
        app.notify(clean(str(problem)), severity="error", markup=False)
