"""The catalogue of runbooks: find one, read what it does, start it; or go back to a run that is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Input, Static

from restant_tui.engine.state import RunState
from restant_tui.errors import RestantError
from restant_tui.runbook.catalogue import Entry
from restant_tui.text import one_line
from widgets import commands
from widgets.catalogue import CatalogueList, Shelf
from widgets.commands import Command
from widgets.context_bar import ContextBar
from widgets.hint_bar import HintBar
from widgets.layout import outside
from widgets.runbook_detail import run_lines, runbook_lines
from widgets.standing import standing_lines

if TYPE_CHECKING:
    from restant_tui.alerts.model import AlertsSnapshot
    from restant_tui.dokku.capabilities import Capabilities
    from restant_tui.engine.run import Run
    from restant_tui.engine.runtime import Runtime
    from restant_tui.monitors.outlook import Outlook
    from restant_tui.runbook.dueboard import Duty
    from restant_tui.runbook.model import Runbook


class LeaveRunbooks(Command):
    """Go back to the screen before."""

    key, hint, rank, in_palette = "escape", "Back", 60, False


class FilterRunbooks(Command):
    """Show only the runbooks with these words; nothing shows all again."""

    key, hint, rank = "slash", "Filter", 20


class RunbooksScreen(Screen[None]):
    """The list, and beside it (below it on a narrow screen) what is selected."""

    CSS_PATH = "runbooks.tcss"
    TITLE = "Runbooks"
    DOES = (FilterRunbooks, LeaveRunbooks)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]
    AUTO_FOCUS = "CatalogueList"

    catalogue = query_one(CatalogueList)
    prompt = query_one("#filter", Input)

    def __init__(self, selected: str = "") -> None:
        """Make the screen; `selected` is the id of the runbook the cursor stands on first."""
        super().__init__()
        self._selected = selected
        self._books: dict[str, Runbook] = {}
        self._starting = False

    def compose(self) -> ComposeResult:
        """Lay out the list and the detail."""
        yield ContextBar()
        with Container(id="runbooks"):
            yield CatalogueList(id="catalogue")
            with VerticalScroll(id="detail"):
                yield Static(id="text")
        yield Static(id="problem")
        yield Input(id="filter", compact=True, placeholder="words to look for")
        yield HintBar()

    def on_mount(self) -> None:
        """Follow the App's runs and time, and read the catalogue."""
        for name, take in (("runs", self._take_runs), ("alerts", self._take_alerts), ("now", self._take_now)):
            if hasattr(self.app, name):
                self.watch(self.app, name, take)
        self.query_one("#problem").display = False
        self._read()

    def _take_runs(self, runs: tuple[RunState, ...]) -> None:
        self.catalogue.runs = runs

    def _take_alerts(self, alerts: AlertsSnapshot | None) -> None:
        self.catalogue.alerts = alerts.open if alerts else ()

    def _take_now(self, now: datetime | None) -> None:
        self.catalogue.now = now

    @work(group="catalogue", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        entries = await asyncio.to_thread(self._entries)
        self.catalogue.shelf = Shelf(entries)
        self.catalogue.select(self._selected)
        self._describe()
        done = await asyncio.to_thread(self._last_done, entries)
        duties = await asyncio.to_thread(self._duties, entries)
        self.catalogue.shelf = Shelf(entries, done, duties)
        self._describe()
        # Other runtimes than the real one may watch no hosts.
        if (book := getattr(self._runtime.monitors, "capabilities", None)) is not None:
            async for known in book.feed.follow():
                found = await asyncio.to_thread(self._outlooks, entries, known)
                self.catalogue.shelf = Shelf(entries, done, duties, found)
                self._describe()

    def _entries(self) -> tuple[Entry, ...]:
        return tuple(self._runtime.catalogue.entries(thorough=True))

    def _last_done(self, entries: tuple[Entry, ...]) -> tuple[tuple[str, datetime], ...]:
        found = ((entry.id, self._runtime.journal.last_done(entry.id)) for entry in entries)
        return tuple((name, record.finished_at) for name, record in found if record and record.finished_at)

    def _duties(self, entries: tuple[Entry, ...]) -> tuple[Duty, ...]:
        from restant_tui.runbook.dueboard import board

        runtime = self._runtime
        books = (runtime.catalogue.get(entry.id).runbook for entry in entries if not entry.broken)
        return board(books, runtime.config, runtime.journal, runtime.clock.now())

    def _outlooks(self, entries: tuple[Entry, ...], known: Mapping[str, Capabilities]) -> tuple[Outlook, ...]:
        from restant_tui.monitors.outlook import outlooks

        names = [entry.id for entry in entries if not entry.broken]
        return tuple(outlooks(names, lambda name: self._runtime.catalogue.get(name).runbook, known).values())

    # -- the detail ------------------------------------------------------------------------------------------------

    @on(CatalogueList.SelectionMoved)
    def describe_selected(self) -> None:
        """Show what is selected."""
        self._say("")
        self._describe()
        self.refresh_bindings()

    def on_resize(self) -> None:
        """Write the detail for this width."""
        self.call_after_refresh(self._describe)

    def _describe(self) -> None:
        if not self.is_mounted:
            return
        box = self.query_one("#detail")
        width = max(30, box.scrollable_content_region.width - 1)
        run, entry = self.catalogue.run, self.catalogue.entry
        lines: list[Content] = []
        if run is not None:
            box.border_title = outside(run.title)
            lines = run_lines(run, width)
        elif entry is not None:
            box.border_title = outside(entry.title)
            shelf = self.catalogue.shelf or Shelf()
            standing = standing_lines(shelf.duty(entry.id), shelf.outlook(entry.id), self.catalogue.now, width)
            lines = runbook_lines(entry, self._runbook(entry), width, standing, look=self._runtime.catalogue.look)
        self.query_one("#text", Static).update(Content("\n").join(lines))
        box.scroll_home(animate=False)

    def _runbook(self, entry: Entry) -> Runbook | None:
        if entry.id not in self._books and not entry.broken:
            try:
                self._books[entry.id] = self._runtime.catalogue.get(entry.id).runbook
            except RestantError:
                return None
        return self._books.get(entry.id)

    # -- finding ---------------------------------------------------------------------------------------------------

    def action_filter_runbooks(self) -> None:
        """Ask for words."""
        self.prompt.add_class("-asking")
        self.prompt.focus()

    @on(Input.Changed, "#filter")
    def narrow(self, event: Input.Changed) -> None:
        """Show what matches while it is typed."""
        self.catalogue.filter = event.value

    @on(Input.Submitted, "#filter")
    def keep_filter(self) -> None:
        """Go to the list with what matches."""
        self.catalogue.focus()

    def action_leave_runbooks(self) -> None:
        """Take back the filter first; then leave."""
        if self.prompt.has_class("-asking"):
            self.prompt.value = ""
            self.prompt.remove_class("-asking")
            self.catalogue.focus()
        else:
            self.dismiss(None)

    # -- starting --------------------------------------------------------------------------------------------------

    @on(CatalogueList.RunChosen)
    def open_run(self, event: CatalogueList.RunChosen) -> None:
        """Go back to a run."""
        if (run := self._runtime.engine.run(event.run)) is not None:
            self._open(run)

    @on(CatalogueList.RunbookChosen)
    def start(self, event: CatalogueList.RunbookChosen) -> None:
        """Ask for what the runbook needs, then start it."""
        if not self._starting:
            self._start(event.runbook)

    @work(group="start", exit_on_error=False)
    async def _start(self, name: str) -> None:
        from screens.parameters import ParametersScreen

        self._starting = True
        self._say("")
        try:
            loaded = await asyncio.to_thread(self._runtime.catalogue.get, name)
            if loaded.runbook.params:
                started = await self.app.push_screen_wait(ParametersScreen(self._runtime, loaded.runbook))
            else:
                started = (await self._runtime.engine.start(name, {}, by=self._runtime.actor)).id
            if (run := self._runtime.engine.run(started)) is not None:
                self._open(run)
        except RestantError as problem:
            self._say(str(problem))
        finally:
            self._starting = False

    def _open(self, run: Run) -> None:
        from screens.wizard import WizardScreen

        self.app.push_screen(WizardScreen(run))

    def _say(self, sentence: str) -> None:
        line = self.query_one("#problem", Static)
        line.update(outside(one_line(sentence, 400)))
        line.display = bool(sentence)

    @property
    def _runtime(self) -> Runtime:
        found: Runtime | None = getattr(self.app, "runtime", None)
        assert found is not None, "the catalogue cannot be open before the runtime is"
        return found
