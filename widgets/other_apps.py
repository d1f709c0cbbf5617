"""The apps the hosts have besides those that are watched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive, var

from restant_tui.monitors.snapshots import DiscoverySnapshot, HealthSnapshot
from widgets import commands
from widgets.commands import Command
from widgets.layout import fit, outside
from widgets.panel import Panel, Row


class LookAtThis(Command):
    """Look at the selected app until the console is left."""

    key, hint = "enter", "Look at it"


class OtherApps(Panel):
    """One line for each app that is not watched, below the name of its host."""

    @dataclass
    class AppChosen(Message):
        """Asks to look at an app."""

        host: str
        app: str

    TITLE = "Apps that are not watched"
    DOES = (LookAtThis,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    discovery: Reactive[DiscoverySnapshot | None] = var(None)
    health: Reactive[HealthSnapshot | None] = var(None)

    def __init__(self, first: str = "") -> None:
        """Make the list, with that host on top."""
        super().__init__()
        self._first = first

    def watch_discovery(self) -> None:
        """Draw what changed."""
        self.redraw()

    def watch_health(self) -> None:
        """Draw what is left."""
        self.redraw()

    def action_look_at_this(self) -> None:
        """Ask to look at the selected app."""
        host, _, app = self.cursor_id.partition("/")
        if app:
            self.post_message(self.AppChosen(host, app))

    def rows(self, width: int) -> Iterable[Row]:
        """Return the hosts with something to offer, and their apps."""
        watched = {app.app for app in self.health.apps} if self.health else set()
        hosts = sorted(self.discovery.hosts if self.discovery else (), key=lambda found: found.host != self._first)
        rows: list[Row] = []
        for found in hosts:
            others = [name for name in found.others if name not in watched]
            if others:
                rows.append(Row("", (fit(outside(found.host, "bold $text-primary"), width),)))
            rows += (Row(f"{found.host}/{name}", (fit(Content("  ") + outside(name), width),)) for name in others)
        return rows or [Row("", (Content.styled("every app the hosts have is watched", "$text-muted"),))]
