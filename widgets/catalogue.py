"""The catalogue: the runs that are under way, what the alerts call for, then every runbook by category."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive, reactive

from restant_tui.alerts.model import Alert
from restant_tui.alerts.triggers import triggers_of
from restant_tui.config.model import Danger
from restant_tui.dokku.readiness import State
from restant_tui.engine.state import RunState
from restant_tui.monitors.outlook import Outlook
from restant_tui.runbook.catalogue import Entry
from restant_tui.runbook.dueboard import Duty
from restant_tui.text import duration, parse_duration
from widgets import commands, glyphs
from widgets.commands import Command
from widgets.layout import age, fit, outside, sentence, spread
from widgets.panel import Panel, Row
from widgets.run_list import run_face
from widgets.standing import due_word, ready_word, sign
from widgets.step_list import position

RUN, BOOK = "run:", "book:"
_ROOMY = 84
"""Cells from which there is a column of its own for readiness."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the catalogue shows: the runbooks, when each was last done well, is due, and whether it can be run."""

    entries: tuple[Entry, ...] = ()
    last_done: tuple[tuple[str, datetime], ...] = ()
    duties: tuple[Duty, ...] = ()
    outlooks: tuple[Outlook, ...] = ()

    def done(self, runbook: str) -> datetime | None:
        """Return when a runbook was last done well; None if it never was."""
        return next((at for name, at in self.last_done if name == runbook), None)

    def duty(self, runbook: str) -> Duty | None:
        """Return when a runbook is due; None if it does not come back by itself."""
        return next((duty for duty in self.duties if duty.runbook == runbook), None)

    def outlook(self, runbook: str) -> Outlook | None:
        """Return whether the hosts can carry a runbook out; None where that is not known."""
        return next((outlook for outlook in self.outlooks if outlook.runbook == runbook), None)


class OpenSelected(Command):
    """Start the selected runbook, or go to the selected run."""

    key, hint, rank = "enter", "Start or open", 1


class CatalogueList(Panel):
    """One line a runbook: its title, its danger, how long it takes, when it was last done."""

    @dataclass
    class RunbookChosen(Message):
        """Asks to start a runbook."""

        runbook: str

    @dataclass
    class RunChosen(Message):
        """Asks to go to a run."""

        run: str

    class SelectionMoved(Message):
        """Another row is selected."""

    TITLE = "Runbooks"
    DOES = (OpenSelected,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    shelf: Reactive[Shelf | None] = reactive(None, repaint=False)
    runs: Reactive[tuple[RunState, ...]] = reactive((), repaint=False)
    filter: Reactive[str] = reactive("", repaint=False)
    alerts: Reactive[tuple[Alert, ...]] = reactive((), repaint=False)
    """The open alerts; the runbooks that are for them stand first."""
    now: Reactive[datetime | None] = reactive(None, repaint=False)

    def watch_shelf(self) -> None:
        """Draw what was read."""
        self.redraw()
        self.refresh_bindings()

    def watch_runs(self) -> None:
        """Draw the runs."""
        self.redraw()

    def watch_filter(self) -> None:
        """Draw what matches."""
        self.redraw()
        self.post_message(self.SelectionMoved())

    def watch_alerts(self) -> None:
        """Bring to the top what is for them."""
        self.redraw()

    def watch_now(self) -> None:
        """Let the ages grow."""
        self.redraw()

    @property
    def entry(self) -> Entry | None:
        """The selected runbook."""
        wanted = self.cursor_id.removeprefix(BOOK)
        shelf = self.shelf
        return next((entry for entry in shelf.entries if entry.id == wanted), None) if shelf else None

    @property
    def run(self) -> RunState | None:
        """The selected run."""
        return next((run for run in self.runs if RUN + run.id == self.cursor_id), None)

    def select(self, runbook: str) -> None:
        """Put the cursor on a runbook, if it is there."""
        if self.shelf and any(entry.id == runbook for entry in self.shelf.entries):
            self.move_to(BOOK + runbook)

    def move_to(self, row_id: str) -> None:
        """Select a row, and say so."""
        super().move_to(row_id)
        self.post_message(self.SelectionMoved())

    def unavailable(self, command: type[Command]) -> str:
        """Return why a command cannot be used now."""
        if self.run is not None:
            return ""
        entry = self.entry
        if entry is None:
            return "nothing is selected"
        return "its file has errors; they stand beside it" if entry.broken else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action)

    def action_open_selected(self) -> None:
        """Ask for the selected row."""
        if self.run is not None:
            self.post_message(self.RunChosen(self.run.id))
        elif self.entry is not None:
            self.post_message(self.RunbookChosen(self.entry.id))

    def rows(self, width: int) -> Iterable[Row]:
        """Return the runs, what the open alerts call for, the runbooks by category, and last the pieces of others."""
        rows = [Row(RUN + run.id, (self._run(run, width),)) for run in self.runs]
        if self.shelf is None:
            return [*rows, Row("", (Content.styled("reading the runbooks", "$text-muted"),))]
        found = [entry for entry in self.shelf.entries if _matches(entry, self.filter)]
        for heading, entries in _shelved(found, self.alerts):
            rows.append(Row("", (outside(heading, "bold $text-primary"),)))
            rows += [Row(BOOK + entry.id, (self._entry(entry, width),)) for entry in entries]
        if not found:
            words = f'no runbook has "{self.filter}" in it' if self.filter else "there is no runbook"
            rows.append(Row("", (outside(words, "$text-muted"),)))
        return rows

    def _run(self, run: RunState, width: int) -> Content:
        face = run_face(run.status.value, glyphs.of(self.app))
        left = sentence([Content.styled(f"{face}:", face.style), outside(run.title, "bold"), Content(position(run))])
        word = Content.styled("waits for you", "bold $text-warning") if run.gate else Content("")
        return spread(left, word, width, glyphs.of(self.app).ellipsis)

    def _entry(self, entry: Entry, width: int) -> Content:
        signs = glyphs.of(self.app)
        if entry.broken:
            word = Content.styled(f"{signs.critical} has errors", "bold $text-error")
            return spread(Content("  ") + outside(entry.title), word, width, signs.ellipsis)
        mark = sign(*self._standing(entry), signs)
        return spread(mark + outside(entry.title), self._right(entry, width), width, signs.ellipsis)

    def _standing(self, entry: Entry) -> tuple[Duty | None, Outlook | None]:
        return (self.shelf.duty(entry.id), self.shelf.outlook(entry.id)) if self.shelf else (None, None)

    def _right(self, entry: Entry, width: int) -> Content:
        danger = danger_word(entry.danger, glyphs.of(self.app))
        if width < 50:
            return danger
        took = duration(parse_duration(entry.estimate)) if entry.estimate else ""
        done = self.shelf.done(entry.id) if self.shelf else None
        ago = f"done {age(done, self.now)} ago" if done and self.now else "never done"
        columns = [Content(" " * max(0, 13 - danger.cell_length)) + danger, Content(f"{took:>7}")]
        duty, outlook = self._standing(entry)
        if width >= _ROOMY and self.shelf and self.shelf.outlooks:
            columns.append(_column(ready_word(outlook), 10))
        if width >= 66:
            not_ready = ready_word(outlook) if outlook and outlook.state is not State.READY else Content("")
            # Where there is one column for all, what keeps it from being run says more than when it was done.
            first = due_word(duty) if width >= _ROOMY else next(filter(_says, (not_ready, due_word(duty))), Content(""))
            columns.append(_column(first if _says(first) else Content.styled(ago, "$text-muted"), 14))
        return fit(sentence(columns), width)


def danger_word(danger: Danger | None, signs: glyphs.Glyphs) -> Content:
    """Return a danger as sign and word; empty for a file that cannot be read."""
    if danger is None:
        return Content("")
    sign = {Danger.READ: signs.dot, Danger.CHANGE: signs.warning, Danger.DESTRUCTIVE: signs.critical}[danger]
    word = "only reads" if danger is Danger.READ else danger.value
    return Content.styled(f"{sign} {word}", glyphs.danger_style(danger))


def _shelved(entries: list[Entry], alerts: tuple[Alert, ...]) -> Iterator[tuple[str, list[Entry]]]:
    """Yield each heading with what stands below it; an entry stands in one place only."""
    words, named = triggers_of(alerts), {alert.runbook for alert in alerts}
    now = [entry for entry in entries if not entry.piece and (entry.id in named or words.intersection(entry.triggers))]
    if now:
        # What an alert names itself before what says that it may help.
        yield "for the alerts now", sorted(now, key=lambda entry: entry.id not in named)
    rest = sorted((entry for entry in entries if entry not in now), key=lambda entry: entry.piece)
    for heading, group in groupby(rest, key=lambda entry: "pieces" if entry.piece else entry.category):
        yield heading, list(group)


def _says(content: Content) -> bool:
    return bool(content.plain)


def _column(content: Content, width: int) -> Content:
    return Content(" " * max(0, width - content.cell_length)) + content


def _matches(entry: Entry, wanted: str) -> bool:
    text = f"{entry.id} {entry.title} {entry.category} {entry.when_to_use}".lower()
    return all(word in text for word in wanted.lower().split())
