"""The steps of a run: how each is, how long it took, and the way still to go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive, reactive

from restant_tui.config.model import Danger
from restant_tui.engine.state import RunState, StepState, StepStatus
from restant_tui.text import duration
from widgets import glyphs
from widgets.glyphs import Face, Glyphs
from widgets.layout import outside, spread
from widgets.panel import Panel, Row

SUMMARY = "@summary"
"""The row after the last step, once the run has ended."""

ONGOING = frozenset({StepStatus.RUNNING, StepStatus.WAITING})


def step_face(status: StepStatus, signs: Glyphs) -> Face:
    """Return how a step's status looks."""
    sign, word, style = {
        StepStatus.PENDING: (signs.pending, "to do", "$text-muted"),
        StepStatus.WAITING: (signs.running, "asks you", "bold $text-warning"),
        StepStatus.RUNNING: (signs.running, "running", "bold $text-primary"),
        StepStatus.OK: (signs.ok, "ok", "$text-success"),
        StepStatus.WARN: (signs.warning, "warn", "$text-warning"),
        StepStatus.FAILED: (signs.critical, "failed", "bold $text-error"),
        StepStatus.TIMED_OUT: (signs.critical, "timed-out", "bold $text-error"),
        StepStatus.UNKNOWN: (signs.unknown, "unknown", "bold $text-warning"),
        StepStatus.LEFT_OUT: (signs.dash, "left out", "$text-muted"),
    }.get(status, (signs.dash, status.value, "$text-warning"))
    return Face(sign, word, style)


def seconds_of(step: StepState, now: datetime | None) -> float | None:
    """Return how long a step took, or has taken so far; None for one that has not begun."""
    end = step.finished_at or now
    if step.started_at is None or end is None:
        return None
    return max(0.0, (end - step.started_at).total_seconds())


class StepList(Panel):
    """One line for each step, nested ones indented; quick with a thousand of them."""

    @dataclass
    class StepLookedAt(Message):
        """The cursor was moved to a step (or to the summary)."""

        path: str

    TITLE = "Steps"

    state: Reactive[RunState | None] = reactive(None, repaint=False)
    now: Reactive[datetime | None] = reactive(None, repaint=False)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._made: dict[str, tuple[StepState, bool, int, Row]] = {}

    def watch_state(self) -> None:
        """Draw what changed."""
        self.redraw()

    def watch_now(self) -> None:
        """Let the clocks of what is under way go on."""
        self.redraw()

    def on_resize(self) -> None:
        """Keep the cursor in view when there is less room."""
        self.call_after_refresh(self._reveal)

    def look_at(self, path: str) -> None:
        """Put the cursor on a step without saying so."""
        if path != self.cursor_id:
            super().move_to(path)
            self.redraw()
            self.call_after_refresh(self._reveal)

    def _reveal(self) -> None:
        """Bring the cursor's line to the middle, unless all lines are in view."""
        places = [y for y, row in enumerate(self._rows) if row.id == self.cursor_id]
        if places:
            self.scroll_to(y=max(0, places[0] - self.height // 2), animate=False)

    def move_to(self, row_id: str) -> None:
        """Put the cursor on a step, and say so."""
        super().move_to(row_id)
        self.redraw()
        self.post_message(self.StepLookedAt(row_id))

    def rows(self, width: int) -> Iterable[Row]:
        """Return the steps; a row is made anew only when its step has changed."""
        if self.state is None:
            return []
        numbers = _numbers(self.state.steps)
        rows = [self._row(step, numbers[index], width) for index, step in enumerate(self.state.steps)]
        if self.state.status.ended:
            mark = self._mark(SUMMARY)
            rows.append(Row(SUMMARY, (mark + Content.styled("Summary", "bold"),)))
        return rows

    def _row(self, step: StepState, number: str, width: int) -> Row:
        looked_at = step.path == self.cursor_id
        before = self._made.get(step.path)
        known = before is not None and before[0] is step and before[1:3] == (looked_at, width)
        if before is not None and known and step.status not in ONGOING:
            return before[3]
        row = Row(step.path, (self._line(step, number, width),))
        self._made[step.path] = (step, looked_at, width, row)
        return row

    def _line(self, step: StepState, number: str, width: int) -> Content:
        signs = glyphs.of(self.app)
        face = step_face(step.status, signs)
        ahead = step.status is StepStatus.PENDING
        title = outside(step.title, "$text-muted" if ahead or step.status is StepStatus.LEFT_OUT else "")
        left = Content.assemble(
            self._mark(step.path), (face.glyph, face.style), " ", "  " * step.depth, (number, "$text-muted"), title
        )
        return spread(left, self._right(step, face), width, signs.ellipsis)

    def _right(self, step: StepState, face: Face) -> Content:
        if step.status is StepStatus.PENDING:
            danger = "" if step.danger is Danger.READ else step.danger.value
            return Content.styled(danger, glyphs.danger_style(step.danger))
        word = Content.styled(face.word, face.style)
        seconds = seconds_of(step, self.now)
        if seconds is None or step.status in (StepStatus.LEFT_OUT, StepStatus.WAITING):
            return word
        return word + Content.styled(f" {duration(int(seconds) if step.status in ONGOING else seconds)}", "$text-muted")

    def _mark(self, path: str) -> Content:
        sign = glyphs.of(self.app).cursor if path == self.cursor_id else " "
        return Content.styled(sign, "$primary")


def _numbers(steps: tuple[StepState, ...]) -> list[str]:
    """Return `1 `, `2 ` for the outermost steps, right-aligned, and blanks for those inside them."""
    outer = sum(step.depth == 0 for step in steps)
    width = len(str(outer))
    numbers: list[str] = []
    count = 0
    for step in steps:
        count += step.depth == 0
        numbers.append(f"{count:>{width}} " if step.depth == 0 else " " * (width + 1))
    return numbers


def position(state: RunState) -> str:
    """Return where the run stands among its outermost steps: `step 2/5`."""
    outer = [step for step in state.steps if step.depth == 0]
    done = sum(step.status not in (StepStatus.PENDING, *ONGOING) for step in outer)
    return f"step {min(done + 1, len(outer))}/{len(outer)}"
