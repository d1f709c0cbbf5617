"""The Health pane: how every app is, why, and how fresh each figure is; and what else the hosts have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive, var

from restant_tui.monitors.readings import trust_at
from restant_tui.monitors.snapshots import (
    AppHealth,
    DiscoverySnapshot,
    HealthSnapshot,
    HostApps,
    RawAnswer,
    Status,
    Trust,
)
from widgets import commands, glyphs
from widgets.app_block import AppBlock
from widgets.commands import Command
from widgets.layout import age, fit, outside, sentence, spread
from widgets.panel import Later, Panel, Row
from widgets.summaries import MANY, health_words

_HOST = "host:"
_GAP = Row("", (Content(""),))


class ShowLogs(Command):
    """Show the log of the selected app; on the line of a host, choose another of its apps to look at."""

    key, hint, title = "enter", "Logs", "Show the selected app's log"


class NextNotOk(Command):
    """Go to the next app that is not ok, and from the last to the first."""

    key, title = "n", "Next app that is not ok"


class LookAtApp(Command):
    """Look at an app that the inventory does not name, until the console is left; the configuration stays as it is."""

    key, title = "plus", "Look at another app"


class LookAway(Command):
    """Look no more at the selected app, one that the inventory does not name."""

    key, title = "minus", "Look no more at this app"


class ShowRaw(Command):
    """Show what the host said where its answer could not be read, on the whole screen."""

    key, title = "v", "Show the raw answer"


class HealthPane(Panel):
    """One block for each app: state, HTTP answer, response times, processes, certificate."""

    @dataclass
    class ShowLogsOf(Message):
        """Asks for the log of an app."""

        app: str

    @dataclass
    class ChooseApp(Message):
        """Asks for the list of apps that can be looked at besides; those of one host first."""

        host: str

    @dataclass
    class LookAwayFrom(Message):
        """Asks to look no more at an app."""

        app: str

    @dataclass
    class ShowAnswers(Message):
        """Asks to show what was said."""

        answers: tuple[RawAnswer, ...]

    NUMBER, TITLE = 1, "Health"
    DOES = (ShowLogs, NextNotOk, LookAtApp, LookAway, ShowRaw)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    health: Reactive[HealthSnapshot | None] = var(None)
    discovery: Reactive[DiscoverySnapshot | None] = var(None)
    now: Reactive[datetime | None] = var(None)

    def watch_health(self) -> None:
        """Draw what changed."""
        self.redraw()
        self.refresh_bindings()

    def watch_discovery(self) -> None:
        """Draw what changed."""
        self.redraw()
        self.refresh_bindings()

    def watch_now(self) -> None:
        """Let the ages grow."""
        self.redraw()

    def move_to(self, row_id: str) -> None:
        """Put the cursor on an app or a host; the keys depend on it."""
        super().move_to(row_id)
        self.refresh_bindings()

    @property
    def selected(self) -> AppHealth | None:
        """The app under the cursor."""
        apps = self.health.apps if self.health else ()
        return next((app for app in apps if app.app == self.cursor_id), None)

    @property
    def host(self) -> HostApps | None:
        """The host under the cursor."""
        hosts = self.discovery.hosts if self.discovery else ()
        return next((host for host in hosts if _HOST + host.host == self.cursor_id), None)

    def unavailable(self, command: type[Command]) -> str:
        """Return why a command cannot be used now."""
        app = self.selected
        if command is ShowLogs and app is None and self.host is None:
            return "no app is selected"
        if command is NextNotOk and not self._bad():
            return "no app is known to be other than ok"
        if command is LookAtApp and not any(host.others for host in (self.discovery or DiscoverySnapshot()).hosts):
            return "no host is known to have another app"
        if command is LookAway and (app is None or app.listed):
            return "only an app that is not in the inventory can be left out"
        if command is ShowRaw and not self._answers():
            return "every answer about this could be read, or none came"
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action)

    def action_show_logs(self) -> None:
        """Ask for the selected app's log, or for the apps of the selected host."""
        if self.selected:
            self.post_message(self.ShowLogsOf(self.selected.app))
        elif self.host:
            self.post_message(self.ChooseApp(self.host.host))

    def action_next_not_ok(self) -> None:
        """Go to the next app that is not ok."""
        bad = self._bad()
        ids = [app.app for app in self.health.apps] if self.health else []
        at = ids.index(self.cursor_id) if self.cursor_id in ids else -1
        after = [name for name in ids[at + 1 :] if name in bad] or [name for name in ids if name in bad]
        if after:
            self.move_to(after[0])

    def action_look_at_app(self) -> None:
        """Ask for the apps that can be looked at besides."""
        host = self.host.host if self.host else self.selected.host if self.selected else ""
        self.post_message(self.ChooseApp(host))

    def action_look_away(self) -> None:
        """Ask to look no more at the selected app."""
        if self.selected and not self.selected.listed:
            self.post_message(self.LookAwayFrom(self.selected.app))

    def action_show_raw(self) -> None:
        """Ask to show what was said."""
        if answers := self._answers():
            self.post_message(self.ShowAnswers(answers))

    def _bad(self) -> frozenset[str]:
        apps = self.health.apps if self.health else ()
        return frozenset(app.app for app in apps if app.status is not Status.OK)

    def _answers(self) -> tuple[RawAnswer, ...]:
        if app := self.selected:
            readings = [app.processes.reading, app.certificate.reading]
        else:
            readings = [self.host.reading] if self.host else []
        return tuple(reading.raw for reading in readings if reading.raw)

    # -- drawing ---------------------------------------------------------------------------------------------------

    def foot(self) -> str:
        """Return how many apps are how, where there are more than can be seen at once."""
        if self.health is None or self.now is None or len(self.health.apps) < MANY:
            return ""
        words = health_words(self.health, self.now, glyphs.of(self.app))
        return words + ("  n finds the next" if self._bad() else "")

    def rows(self, width: int) -> Iterable[Row]:
        """Return a block for each app and a line for each host; words where there is nothing to show yet."""
        if self.health is None or self.now is None:
            return [Row("", (Content.styled("connecting", "$text-muted"),))]
        rows = list(self._apps(self.health, width, self.now))
        if not rows:
            rows.append(Row("", (Content.styled("no app is configured", "$text-muted"),)))
        hosts = [
            Row(_HOST + host.host, (line,))
            for host in (self.discovery.hosts if self.discovery else ())
            if (line := self._host(host, width, self.now)) is not None
        ]
        return [*rows, _GAP, *hosts] if hosts else rows

    def _apps(self, health: HealthSnapshot, width: int, now: datetime) -> Iterator[Row]:
        signs, several = glyphs.of(self.app), len({app.host for app in health.apps}) > 1
        for number, app in enumerate(health.apps):
            if number and len(health.apps) < MANY:
                yield _GAP
            block = AppBlock(app, width, now, signs, hosts=several)
            yield Row(app.app, Later(block.height(), block.lines), about=app.app)

    def _host(self, found: HostApps, width: int, now: datetime) -> Content | None:
        """Return what a host has besides; None where there is nothing to say."""
        trust, reading = trust_at(found.reading, now), found.reading
        word = Content("") if trust is Trust.LIVE else Content.styled(trust.value, glyphs.trust_style(trust))
        if reading.raw is not None:
            told = outside(f"{found.host}: which apps it has is not known", "$text-muted")
            return fit(sentence([told, word, Content.styled("v shows the answer", "$text-primary")], ", "), width)
        watched = {app.app for app in self.health.apps} if self.health else set()
        others = [name for name in found.others if name not in watched]
        if not others or reading.observed_at is None:
            return None
        seen = Content.styled(f"{age(reading.observed_at, now)} ago", "$text-muted")
        tail = sentence([Content.styled("(not watched)", "$text-muted"), word, seen])
        told = outside(f"{found.host} also has: {', '.join(others)}", "$text-muted")
        return spread(fit(told, width - tail.cell_length - 1), tail, width)
