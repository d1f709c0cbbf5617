"""The dashboard: health, releases, logs and alerts at a glance."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.getters import query_one
from textual.reactive import Reactive, var
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from restant_tui.alerts.model import AlertsSnapshot
from restant_tui.monitors.snapshots import DiscoverySnapshot, HealthSnapshot, LinksSnapshot, ReleasesSnapshot
from restant_tui.text import ago
from restant_tui.transport.link import Link
from screens import guests
from screens.attention import Attention
from widgets import commands
from widgets.alerts import AlertsPane
from widgets.commands import Command
from widgets.context_bar import ContextBar
from widgets.health import HealthPane
from widgets.hint_bar import HintBar
from widgets.layout import outside
from widgets.log_pane import LogPane
from widgets.pane_strip import PaneStrip
from widgets.panel import Panel
from widgets.releases import ReleasesPane

if TYPE_CHECKING:
    from restant_tui.engine.runtime import Runtime


_PANES = {1: "health", 2: "releases", 3: "logs", 4: "alerts"}


class Zoom(Command):
    """Give the whole screen to the pane in focus, or give it back."""

    key, hint, rank = "z", "Zoom", 30


class GoHealth(Command):
    """Go to the Health pane."""

    key, title = "1", "Go to Health"


class GoReleases(Command):
    """Go to the Releases pane."""

    key, title = "2", "Go to Releases"


class GoLogs(Command):
    """Go to the Logs pane."""

    key, title = "3", "Go to Logs"


class GoAlerts(Command):
    """Go to the Alerts pane."""

    key, title = "4", "Go to Alerts"


class Back(Command):
    """Take back the last narrowing of the view: a prompt, a search, a filter, a pause, a zoom."""

    key, in_palette = "escape", False


class Dashboard(Screen[None]):
    """Four panes; below 120 columns one at a time. Everything it shows comes from the App through `data_bind`."""

    CSS_PATH = "dashboard.tcss"
    TITLE = "Dashboard"
    DOES = (Zoom, GoHealth, GoReleases, GoLogs, GoAlerts, Back)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]
    AUTO_FOCUS = "#health"

    health: Reactive[HealthSnapshot | None] = var(None)
    releases: Reactive[ReleasesSnapshot | None] = var(None)
    alerts: Reactive[AlertsSnapshot | None] = var(None)
    discovery: Reactive[DiscoverySnapshot | None] = var(None)
    links: Reactive[LinksSnapshot] = var(LinksSnapshot())
    now: Reactive[datetime | None] = var(None)
    runtime: Reactive[Runtime | None] = var(None)
    trouble: Reactive[str] = var("")
    """What keeps the console from its work; stays on the screen until it is mended."""
    current: Reactive[int] = var(1)
    zoomed: Reactive[bool] = var(False, toggle_class="-zoomed")

    health_pane = query_one("#health", HealthPane)
    logs = query_one("#logs", LogPane)
    alerts_pane = query_one("#alerts", AlertsPane)

    def __init__(self) -> None:
        super().__init__()
        self.attention = Attention(self, self._attend)
        self._sought = ""

    def compose(self) -> ComposeResult:
        """Lay out the bar, the strip, the panes and the hints."""
        here = Dashboard
        yield ContextBar()
        yield Static(id="trouble")
        yield PaneStrip().data_bind(here.health, here.releases, here.alerts, here.now, current=here.current)
        with Container(id="panes"):
            health = HealthPane(id="health").data_bind(here.health, here.discovery, here.now)
            health.add_class("-current")
            yield health
            yield AlertsPane(id="alerts").data_bind(here.alerts, here.now)
            yield ReleasesPane(id="releases").data_bind(here.releases, here.now)
            yield LogPane(id="logs")
        yield HintBar()

    # -- state -----------------------------------------------------------------------------------------------------

    def watch_runtime(self, runtime: Runtime | None) -> None:
        """Follow the log of the app a person most likely means, now that there is something to ask."""
        if runtime is not None and runtime.config.apps:
            self.logs.apps = tuple(runtime.config.apps)
            self._show_log(runtime.config.main_app())
            self.attention.changed()

    def watch_trouble(self) -> None:
        """Show what is wrong above everything else."""
        self._say_above()

    def watch_health(self, health: HealthSnapshot | None) -> None:
        """Tell the alerts when the figures behind them were last seen, and the log which apps there are."""
        seen = [app.endpoint.reading.observed_at for app in health.apps] if health else []
        if self.is_mounted:
            self.alerts_pane.checked_at = max((at for at in seen if at), default=None)
        if health and self.is_mounted:
            self.logs.apps = tuple(app.app for app in health.apps)
            self._say_trouble()
            if self._sought in self.logs.apps:
                # The pane gets the news after its screen.
                self.call_after_refresh(self.health_pane.move_to, self._sought)
                self._sought = ""

    def watch_now(self) -> None:
        """Let the age of a lost link grow."""
        self._say_trouble()

    def watch_links(self) -> None:
        """Say beside the log that its link is down, and above everything that it will not come back by itself."""
        self._say_above()
        self._say_trouble()

    def _say_above(self) -> None:
        if not self.is_mounted:
            return
        refused = (f"{key} is refused: {link.reason}" for key, link in self.links.links if link.state is Link.REFUSED)
        above = self.trouble or next(refused, "")
        line = self.query_one("#trouble", Static)
        line.update(outside(f"{above} (ctrl+r tries again, q quits)"))
        line.set_class(bool(above), "-shown")

    def _say_trouble(self) -> None:
        if self.now is None or not self.is_mounted:
            return
        host = self._host_of(self.logs.app_name)
        down = [
            (key, link)
            for key, link in self.links.links
            if link.state in (Link.LOST, Link.REFUSED) and key.partition("/")[0] == host
        ]
        self.logs.trouble = f"{down[0][0]} {down[0][1].state} {ago(down[0][1].since, self.now)}" if down else ""

    def _host_of(self, app: str) -> str:
        apps = self.health.apps if self.health else ()
        return next((each.host for each in apps if each.app == app), "")

    def watch_current(self, current: int) -> None:
        """Mark the pane that is looked at: the only one there is where there is no room for four."""
        if self.is_mounted:
            for number, pane in self._panes().items():
                pane.set_class(number == current, "-current")

    def _panes(self) -> dict[int, Widget]:
        return {number: self.query_one(f"#{name}") for number, name in _PANES.items()}

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The pane with the focus is the one that is looked at."""
        for number, pane in self._panes().items():
            if pane in event.widget.ancestors_with_self:
                self.current = number
        self.refresh_bindings()

    # -- what is looked at -------------------------------------------------------------------------------------------

    @on(Panel.ViewChanged)
    def view_changed(self) -> None:
        """Have what is on screen asked at its interval."""
        self.attention.changed()

    def on_screen_suspend(self) -> None:
        """Another screen covers this one."""
        self.attention.cover(True)

    def on_screen_resume(self) -> None:
        """It is seen again."""
        self.attention.cover(False)

    def _attend(self, health: frozenset[str], releases: frozenset[str]) -> None:
        if self.runtime is not None:
            self.runtime.monitors.attend(health, releases)

    # -- moving ----------------------------------------------------------------------------------------------------

    def go(self, number: int) -> None:
        """Put the focus into a pane, showing it first where only one is shown."""
        self.current = number
        pane = self._panes()[number]
        (pane.lines if isinstance(pane, LogPane) else pane).focus(scroll_visible=False)

    def action_go_health(self) -> None:
        """Go to Health."""
        self.go(1)

    def action_go_releases(self) -> None:
        """Go to Releases."""
        self.go(2)

    def action_go_logs(self) -> None:
        """Go to Logs."""
        self.go(3)

    def action_go_alerts(self) -> None:
        """Go to Alerts."""
        self.go(4)

    def action_zoom(self) -> None:
        """Give the screen to one pane, or back to all."""
        self.zoomed = not self.zoomed

    def action_back(self) -> None:
        """Undo one step: in the log first, then the zoom."""
        if self.logs.has_focus_within and self.logs.step_back():
            return
        self.zoomed = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action)

    def unavailable(self, command: type[Command]) -> str:
        """Return why a command cannot be used now."""
        if command is Zoom and self.has_class("-narrow"):
            return "one pane already has the whole screen; 1 to 4 change it"
        return ""

    # -- intents of the panes --------------------------------------------------------------------------------------

    @on(PaneStrip.PaneChosen)
    def go_to_chosen(self, event: PaneStrip.PaneChosen) -> None:
        """Go to the pane whose title was clicked."""
        self.go(event.number)

    @on(HealthPane.ShowLogsOf)
    def show_logs_of(self, event: HealthPane.ShowLogsOf) -> None:
        """Show an app's log and go there."""
        self._show_log(event.app)
        self.go(3)

    @on(HealthPane.ShowAnswers)
    @on(ReleasesPane.ShowAnswers)
    def show_answers(self, event: HealthPane.ShowAnswers | ReleasesPane.ShowAnswers) -> None:
        """Show what a host said on the whole screen."""
        from screens.raw import RawScreen

        self.app.push_screen(RawScreen(event.answers))

    @on(HealthPane.ChooseApp)
    def choose_app(self, event: HealthPane.ChooseApp) -> None:
        """Offer the apps that are not watched."""
        from screens.other_apps import OtherAppsScreen

        shown = OtherAppsScreen(event.host).data_bind(Dashboard.health, Dashboard.discovery)
        self.app.push_screen(shown, self._look_at)

    def _look_at(self, chosen: tuple[str, str] | None) -> None:
        """Look at an app, and go to it as soon as it is there."""
        if self.runtime is not None:
            self._sought = guests.look_at(self.app, self.runtime, chosen)

    @on(HealthPane.LookAwayFrom)
    async def look_away_from(self, event: HealthPane.LookAwayFrom) -> None:
        """Watch an app no more."""
        if self.runtime is None:
            return
        await self.runtime.monitors.look_away(event.app)
        if self.logs.app_name == event.app:
            self._show_log(self.runtime.config.main_app())

    @on(ReleasesPane.ShowBuildLog)
    def show_build_log(self, event: ReleasesPane.ShowBuildLog) -> None:
        """Open the log of an attempt to release."""
        from screens.build_log import BuildLogScreen

        if self.runtime is not None:
            shown = BuildLogScreen(event.app, event.attempt, self.runtime)
            self.app.push_screen(shown.data_bind(releases=Dashboard.releases))

    @on(LogPane.WatchLog)
    def watch_log(self, event: LogPane.WatchLog) -> None:
        """Show an app's log."""
        self._show_log(event.app)

    def _show_log(self, app: str) -> None:
        if self.runtime is not None:
            self.logs.show_log(app, self.runtime.monitors.watch_logs(app))
            self._say_trouble()
