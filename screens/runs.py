"""The runs of the past and those under way, and the record of one."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import Reactive, var
from textual.screen import Screen
from textual.widgets import Static

from restant_tui.engine.state import RunState
from restant_tui.text import clean
from widgets import commands
from widgets.commands import Command
from widgets.context_bar import ContextBar
from widgets.hint_bar import HintBar
from widgets.layout import outside
from widgets.run_list import RunList

if TYPE_CHECKING:
    from restant_tui.engine.runtime import Runtime
    from restant_tui.journal.records import RunRecord


class GoBack(Command):
    """Go back to the screen before."""

    key, hint, in_palette = "escape", "Back", False


class RunsScreen(Screen[str]):
    """All runs; dismissed with the id of a run under way that was chosen, or empty."""

    CSS_PATH = "runs.tcss"
    TITLE = "Runs"
    DOES = (GoBack,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    runs: Reactive[tuple[RunState, ...]] = var(())
    now: Reactive[datetime | None] = var(None)

    def __init__(self, runtime: Runtime) -> None:
        """Make the screen for this runtime's journal."""
        super().__init__()
        self._runtime = runtime
        self._records: dict[str, RunRecord] = {}

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield ContextBar()
        yield RunList(id="runs").data_bind(now=RunsScreen.now, active=RunsScreen.runs)
        yield HintBar()

    def on_mount(self) -> None:
        """Read the journal."""
        self._read()

    @work(group="journal", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        records = await asyncio.to_thread(self._runtime.journal.runs)
        self._records = {record.id: record for record in records}
        self.query_one(RunList).past = tuple(records)

    @on(RunList.RunChosen)
    def open_run(self, event: RunList.RunChosen) -> None:
        """Leave for the wizard of a run that has not ended; show the record of one that has."""
        record = self._records.get(event.run)
        if self._runtime.engine.run(event.run) is not None or (record and record.finished_at is None):
            self.dismiss(event.run)
        elif record:
            self._open_record(record)

    @work(group="journal", exclusive=True, exit_on_error=False)
    async def _open_record(self, record: RunRecord) -> None:
        from restant_tui.journal.export import markdown

        entries = await asyncio.to_thread(self._runtime.journal.entries, record.id)
        self.app.push_screen(RecordScreen(record.title, markdown(record, entries)))

    def action_go_back(self) -> None:
        """Leave."""
        self.dismiss("")


class RecordScreen(Screen[None]):
    """The record of one run, as it would be exported."""

    CSS_PATH = "runs.tcss"
    TITLE = "Record"
    DOES = (GoBack,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    def __init__(self, title: str, text: str) -> None:
        """Make the screen for a record that is already text."""
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        yield ContextBar()
        with VerticalScroll(id="record"):
            yield Static(Content(clean(self._text)), id="text")
        yield HintBar()

    def on_mount(self) -> None:
        """Name the frame."""
        box = self.query_one("#record")
        box.border_title = outside(self._title)
        box.focus()

    def action_go_back(self) -> None:
        """Leave."""
        self.dismiss(None)
