"""The list of runs: those under way first, then the past, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive, var

from restant_tui.engine.state import RunState, RunStatus, StepStatus
from restant_tui.journal.records import RunRecord
from restant_tui.text import duration
from widgets import commands, glyphs
from widgets.commands import Command
from widgets.glyphs import Face, Glyphs
from widgets.layout import age, fit, outside, pad, sentence, spread
from widgets.panel import Panel, Row


class OpenRun(Command):
    """Open the selected run: its wizard while it is under way, its record once it has ended."""

    key, hint = "enter", "Open"


class RunList(Panel):
    """One line for each run."""

    @dataclass
    class RunChosen(Message):
        """Asks to open a run."""

        run: str

    TITLE = "Runs"
    DOES = (OpenRun,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    active: Reactive[tuple[RunState, ...]] = var(())
    past: Reactive[tuple[RunRecord, ...] | None] = var(None)
    now: Reactive[datetime | None] = var(None)

    def watch_active(self) -> None:
        """Draw what changed."""
        self.redraw()

    def watch_past(self) -> None:
        """Draw what was read."""
        self.redraw()
        self.refresh_bindings()

    def watch_now(self) -> None:
        """Let the ages grow."""
        self.redraw()

    def unavailable(self, command: type[Command]) -> str:
        """Return why a command cannot be used now."""
        return "" if self.cursor_id else "no run is selected"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action)

    def action_open_run(self) -> None:
        """Ask for the selected run."""
        if self.cursor_id:
            self.post_message(self.RunChosen(self.cursor_id))

    def rows(self, width: int) -> Iterable[Row]:
        """Return the runs."""
        if self.now is None:
            return []
        running = {state.id for state in self.active}
        rows = [Row(state.id, (self._active(state, width, self.now),)) for state in reversed(self.active)]
        ended = [record for record in self.past or () if record.id not in running]
        rows += [Row(record.id, (self._past(record, width, self.now),)) for record in ended]
        if not rows:
            word = "reading the journal" if self.past is None else "no run yet; press r for the runbooks"
            return [Row("", (Content.styled(word, "$text-muted"),))]
        return rows

    def _active(self, state: RunState, width: int, now: datetime) -> Content:
        ended = (StepStatus.PENDING, StepStatus.RUNNING, StepStatus.WAITING)
        done = sum(step.status not in ended for step in state.steps)
        word = "waits for you" if state.gate else f"step {min(done + 1, len(state.steps))}/{len(state.steps)}"
        face = run_face(state.status.value, glyphs.of(self.app))
        left = sentence(
            [pad(Content.styled(str(face), face.style), 20), outside(state.title, "bold"), Content.styled(word, "bold")]
        )
        return spread(left, Content.styled(f"since {age(state.started_at, now):>6}", "$text-muted"), width)

    def _past(self, record: RunRecord, width: int, now: datetime) -> Content:
        face = run_face(record.status, glyphs.of(self.app))
        if record.finished_at is None:
            # In the journal it never ended, and no run of this console is it.
            face = Face(glyphs.of(self.app).warning, "unfinished", "bold $text-warning")
        took = duration(int((record.finished_at - record.started_at).total_seconds())) if record.finished_at else ""
        left = sentence(
            [
                pad(Content.styled(str(face), face.style), 20),
                outside(record.title),
                outside(record.environment, "$text-muted"),
                outside(record.actor, "$text-muted"),
                Content.styled(took, "$text-muted"),
            ]
        )
        right = outside(f"{record.id}  {age(record.started_at, now):>6} ago", "$text-muted")
        return spread(left, right, width) if width >= 70 else fit(left, width)


def run_face(status: str, glyphs_: Glyphs) -> Face:
    """Return how a run's status looks; one that is not known is shown as it is written."""
    match status:
        case RunStatus.OK:
            return Face(glyphs_.ok, status, "$text-success")
        case RunStatus.OK_WITH_WARNINGS | RunStatus.PARTIAL:
            return Face(glyphs_.warning, status, "$text-warning")
        case RunStatus.FAILED:
            return Face(glyphs_.critical, status, "bold $text-error")
        case RunStatus.RUNNING | RunStatus.PAUSED:
            return Face(glyphs_.running, status, "bold $text-primary")
        case RunStatus.DECLINED | RunStatus.ABORTED:
            return Face(glyphs_.dash, status, "$text-warning")
        case _:
            return Face(glyphs_.unknown, status, "bold $text-warning")
