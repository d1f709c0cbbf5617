"""Runbooks in the command palette: typing part of a title opens the catalogue there."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual.command import Hit, Hits, Provider
from textual.content import Content

from restant_tui.text import one_line

if TYPE_CHECKING:
    from screens.app import RestantApp


class RunbookProvider(Provider):
    """Every runbook that can be started by itself, found by its title."""

    async def search(self, query: str) -> Hits:
        """Yield the runbooks whose titles match."""
        app: RestantApp = self.app  # type: ignore[assignment]  # the only app that uses this provider
        if app.runtime is None:
            return
        matcher = self.matcher(query)
        for entry in await asyncio.to_thread(app.runtime.catalogue.entries):
            title = one_line(entry.title)
            if not entry.piece and (score := matcher.match(title)) > 0:
                says = one_line(entry.when_to_use, 120).replace("[", r"\[")
                # Not highlighted: the matcher would read the title as markup.
                run = partial(app.action_runbooks, entry.id)
                yield Hit(score, Content(title), run, text=title, help=says)
