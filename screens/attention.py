"""Tells the core which apps are on screen: what is seen is asked at its interval, the rest in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual.screen import Screen
from textual.timer import Timer

from widgets.panel import Panel

REST_SECONDS: Final = 0.2
"""A view that changes again within this time was only passed by."""

Tell = Callable[[frozenset[str], frozenset[str]], None]
"""Takes the apps whose health is on screen, and those whose releases are."""


class Attention:
    """What a screen with these panes shows, as long as no other screen covers it."""

    def __init__(self, screen: Screen[None], tell: Tell) -> None:
        """Make it; nothing is told before something changes.

        Args:
            screen: whose panes they are.
            tell: is told, once the view has come to rest.
        """
        self._screen = screen
        self._tell = tell
        self._covered = False
        self._resting: Timer | None = None

    def changed(self) -> None:
        """Tell what is in view as soon as it has come to rest."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self._screen.set_timer(REST_SECONDS, self.now, name="attention")

    def cover(self, covered: bool) -> None:
        """Take in that another screen covers this one, or does so no more."""
        self._covered = covered
        self.now()

    def now(self) -> None:
        """Tell what is in view."""
        if not self._screen.is_mounted:
            return
        # An alert tells of the health of an app and of its releases.
        told = self._seen("#alerts")
        self._tell(self._seen("#health") | told, self._seen("#releases") | told)

    def _seen(self, pane: str) -> frozenset[str]:
        return frozenset() if self._covered else self._screen.query_one(pane, Panel).in_view
