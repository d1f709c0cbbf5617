"""Choose an app that the inventory does not name, to look at it for a while."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.reactive import Reactive, var
from textual.screen import Screen
from textual.widgets import Static

from restant_tui.monitors.snapshots import DiscoverySnapshot, HealthSnapshot
from widgets import commands
from widgets.commands import Command
from widgets.context_bar import ContextBar
from widgets.hint_bar import HintBar
from widgets.other_apps import OtherApps

_SAYS = (
    "It is watched like the others until the console is left: its processes, releases and log. The configuration stays "
    "as it is, and no runbook offers it. Its environment is not known, so it counts as production."
)


class NoApp(Command):
    """Go back without looking at another app."""

    key, hint, in_palette = "escape", "Back", False


class OtherAppsScreen(Screen[tuple[str, str] | None]):
    """Dismissed with host and app, or None."""

    CSS_PATH = "other_apps.tcss"
    TITLE = "Other apps"
    DOES = (NoApp,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]
    AUTO_FOCUS = "OtherApps"

    discovery: Reactive[DiscoverySnapshot | None] = var(None)
    health: Reactive[HealthSnapshot | None] = var(None)

    def __init__(self, first: str = "") -> None:
        """Make the screen, with the apps of that host on top."""
        super().__init__()
        self._first = first

    def compose(self) -> ComposeResult:
        """Lay out what choosing means, and the list."""
        here = OtherAppsScreen
        yield ContextBar()
        yield Static(Content(_SAYS), id="says")
        yield OtherApps(self._first).data_bind(here.discovery, here.health)
        yield HintBar()

    @on(OtherApps.AppChosen)
    def choose(self, event: OtherApps.AppChosen) -> None:
        """Leave with it."""
        self.dismiss((event.host, event.app))

    def action_no_app(self) -> None:
        """Leave."""
        self.dismiss(None)
