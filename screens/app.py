"""The console: one App that holds the state every screen shows and passes intents on to the core."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on, work
from textual.app import App
from textual.binding import BindingType
from textual.command import Provider
from textual.reactive import Reactive, var
from textual.screen import ModalScreen, Screen
from textual.worker import Worker, WorkerState

from restant_tui.clock import Clock, SystemClock
from restant_tui.errors import RestantError
from restant_tui.monitors.snapshots import DiscoverySnapshot, HealthSnapshot, LinksSnapshot, ReleasesSnapshot
from restant_tui.text import clean, one_line
from screens import connecting, questions, startup
from screens.app_commands import EVERYWHERE, why_not
from screens.runbook_search import RunbookProvider
from widgets import commands, theme
from widgets.alerts import AlertsPane
from widgets.commands import Command, CommandProvider
from widgets.context_bar import Context
from widgets.glyphs import ASCII, UNICODE, Glyphs

if TYPE_CHECKING:
    from restant_tui.alerts.model import AlertsSnapshot
    from restant_tui.engine.run import Run
    from restant_tui.engine.runtime import Runtime
    from restant_tui.engine.state import RunState
    from restant_tui.journal.outbox import OutboxRow


class RestantApp(App[None]):
    """The console.

    Its reactives are the only store: workers set them from the core's feeds, `data_bind` carries them down to the
    panes. Runs belong to the engine, so leaving a screen stops nothing.
    """

    CSS_PATH = "app.tcss"
    TITLE = "restant-tui"
    DOES = EVERYWHERE
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {CommandProvider, RunbookProvider}
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {"dashboard": lambda: _dashboard()}  # noqa: PLW0108
    DEFAULT_MODE = "dashboard"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide"), (180, "-roomy")]  # noqa: RUF012 - as Textual declares it

    context: Reactive[Context] = var(Context())
    health: Reactive[HealthSnapshot | None] = var(None)
    releases: Reactive[ReleasesSnapshot | None] = var(None)
    alerts: Reactive[AlertsSnapshot | None] = var(None)
    discovery: Reactive[DiscoverySnapshot | None] = var(None)
    links: Reactive[LinksSnapshot] = var(LinksSnapshot())
    armed_until: Reactive[datetime | None] = var(None)
    runs: Reactive[tuple[RunState, ...]] = var(())
    """The runs that have not ended, newest last."""
    undelivered: Reactive[tuple[OutboxRow, ...]] = var(())
    """The messages that did not reach people, as long as nobody has seen that."""
    now: Reactive[datetime | None] = var(None)
    """The time in UTC, once a second."""
    trouble: Reactive[str] = var("")
    """One sentence when the console itself could not start its work."""
    runtime: Reactive[Runtime | None] = var(None)
    """Everything the core holds open; None until the first frame is painted and it has been made."""

    def __init__(
        self,
        open_runtime: Callable[[], Awaitable[Runtime]],
        *,
        context: Context | None = None,
        clock: Clock | None = None,
        ascii_only: bool = False,
    ) -> None:
        """Make the console; nothing is opened until it runs.

        Args:
            open_runtime: makes the runtime, not yet started, after the first frame. The App starts and closes it.
            context: where it points, as far as that is known before the runtime and its configuration are there.
            clock: used until the runtime brings its own.
            ascii_only: draw signs and frames with ASCII alone.
        """
        super().__init__()
        self._open_runtime = open_runtime
        self.clock: Clock = clock or SystemClock()
        self.glyphs: Glyphs = ASCII if ascii_only else UNICODE
        self.register_theme(theme.DARK)
        self.register_theme(theme.LIGHT)
        self.theme = theme.DARK.name
        self.set_class(ascii_only, "-ascii")
        self.set_reactive(RestantApp.context, context or Context())
        self.set_reactive(RestantApp.now, self.clock.now())
        self.opened: Runtime | None = None  # also while it starts: it is closed in any case

    def on_mount(self) -> None:
        """Show the first frame, then begin the work."""
        self._entitle(startup.TITLE_SAVED + startup.title(f"restant-tui {self.context.words()}"))
        self.set_interval(1.0, self.tick, name="clock")
        self.call_after_refresh(self._connect)

    @work(group="runtime", exit_on_error=False)
    async def _connect(self) -> None:
        await connecting.connect(self, self._open_runtime)

    async def on_unmount(self) -> None:
        """Give the terminal its own title back and close what was opened."""
        self._entitle(startup.TITLE_RESTORED)
        if self.opened is not None:
            await self.opened.close()

    def tick(self) -> None:
        """Take in the time and what no feed tells: the arming and the runs under way."""
        self.now = self.clock.now()
        if self.runtime is not None:
            self.armed_until = self.runtime.arming.armed_until
            self.runs = tuple(run.feed.latest for run in self.runtime.engine.active)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say in one sentence what stopped a worker; a console that silently shows old figures is worse than none."""
        if event.state is not WorkerState.ERROR:
            return
        error = event.worker.error
        kind = "" if isinstance(error, RestantError) else f"{type(error).__name__}: "
        self.trouble = one_line(f"{kind}{error}", 400)

    def watch_undelivered(self) -> None:
        """Offer the list, or grey its key."""
        self.refresh_bindings()

    def watch_context(self, context: Context) -> None:
        """Write the context into the terminal's title."""
        self._entitle(startup.title(f"restant-tui {context.words()}"))

    def _entitle(self, sequence: str) -> None:
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def tell(self, sentence: str, *, wrong: bool = False) -> None:
        """Show a sentence as a toast; text from outside may stand in it, it is never read as markup."""
        self.notify(clean(sentence), severity="error" if wrong else "information", markup=False)

    async def on_key(self, event: events.Key) -> None:
        """Say why a greyed key does nothing."""
        if reason := commands.blocked(self.screen, event.key):
            self.tell(reason)
            event.prevent_default()

    def unavailable(self, command: type[Command]) -> str:
        """Return why a command cannot be used now."""
        return why_not(command, self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action)

    def action_help(self) -> None:
        """Open the help for the screen as it is now."""
        from screens.help import HelpScreen, logins

        config = self.runtime.config if self.runtime is not None else None
        self.push_screen(HelpScreen(commands.offered(self.screen), logins(config, self.links)))

    def action_runbooks(self, selected: str = "") -> None:
        """Open the catalogue, with the cursor on that runbook if one is named."""
        from screens.runbooks import RunbooksScreen

        self.push_screen(RunbooksScreen(selected))

    def open_run(self, run: Run) -> None:
        """Open the wizard on a run."""
        from screens.wizard import WizardScreen

        self.push_screen(WizardScreen(run))

    @work(group="dialog", exit_on_error=False)
    async def action_runs(self) -> None:
        """Open the list of runs, and the wizard of the one that is chosen there."""
        if self.runtime is not None and (run := await questions.which_run(self, self.runtime)) is not None:
            self.open_run(run)

    def action_messages(self) -> None:
        """Open the list of messages that did not reach people."""
        from screens.messages import MessagesScreen

        if (held := self.runtime) is not None and held.notifier is not None:
            shown = MessagesScreen(held.notifier, held.actor)
            self.push_screen(shown.data_bind(RestantApp.undelivered, RestantApp.now))

    def action_switch_colours(self) -> None:
        """Change between light and dark."""
        self.theme = theme.LIGHT.name if self.theme == theme.DARK.name else theme.DARK.name

    def action_poll_now(self) -> None:
        """Ask everything again; try to open once more what could not be opened."""
        if self.runtime is None:
            self.trouble = ""
            self._connect()
            return
        self.runtime.monitors.wake()
        self.tell("asking everything again")

    @work(group="dialog", exit_on_error=False)
    async def action_arm(self) -> None:
        """Arm production after a question, or make it read-only at once."""
        assert self.runtime is not None
        await questions.arm_or_disarm(self, self.runtime, self.context)
        self.tick()

    @work(group="dialog", exit_on_error=False)
    async def action_leave(self) -> None:
        """Leave; with a run under way, only after a question."""
        if isinstance(self.screen, ModalScreen):
            return
        self.tick()  # a run that ended within this second is not under way
        if not self.runs or await self.push_screen_wait(questions.leave(self.context, self.runs)):
            self.exit()

    async def action_quit(self) -> None:
        """Leave, the same way however it was asked for."""
        self.action_leave()

    @on(AlertsPane.AcknowledgeAlert)
    def acknowledge(self, event: AlertsPane.AcknowledgeAlert) -> None:
        """Note who has taken an alert on."""
        assert self.runtime is not None
        try:
            self.runtime.alerts.acknowledge(event.alert.id, self.runtime.actor)
        except RestantError as problem:
            self.tell(str(problem), wrong=True)

    @on(AlertsPane.OpenSuggestedRunbook)
    def open_suggested(self, event: AlertsPane.OpenSuggestedRunbook) -> None:
        """Open the catalogue at the runbook an alert suggests."""
        self.action_runbooks(event.runbook)


def _dashboard() -> Screen[Any]:
    """Return the first screen, bound to the App's state."""
    from screens.dashboard import Dashboard

    app = RestantApp
    state = (app.health, app.releases, app.alerts, app.discovery, app.links, app.now, app.runtime, app.trouble)
    return Dashboard().data_bind(*state)
