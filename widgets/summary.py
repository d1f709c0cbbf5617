"""How a run ended: its word, what changed, what is left to do, and where the record is."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content
from textual.reactive import Reactive, reactive

from restant_tui.config.model import Danger
from restant_tui.engine.state import RunState, RunStatus, StepState, StepStatus
from restant_tui.engine.statuses import is_unknown
from restant_tui.text import clean, duration
from widgets import glyphs
from widgets.layout import outside, sentence, wrapped
from widgets.panel import Panel, Row
from widgets.run_heading import where
from widgets.run_list import run_face
from widgets.step_list import step_face

_MEANS = {
    RunStatus.OK: "everything was done and held",
    RunStatus.OK_WITH_WARNINGS: "everything was done; something is worth a look",
    RunStatus.PARTIAL: "it went to its end, but something was left out or overridden",
    RunStatus.FAILED: "it did not reach its end",
    RunStatus.DECLINED: "somebody said no; what the question guarded was not done",
    RunStatus.ABORTED: "it was stopped on the way",
    RunStatus.UNKNOWN: "nobody knows whether a change happened; look before you repeat it",
}
_CHANGED = frozenset({StepStatus.OK, StepStatus.WARN, StepStatus.UNDONE})
_OPEN_END = frozenset({StepStatus.FAILED, StepStatus.TIMED_OUT, StepStatus.SKIPPED, StepStatus.DECLINED,
                       StepStatus.CANCELLED, StepStatus.UNKNOWN})  # fmt: skip


class Summary(Panel):
    """The last page of a run."""

    TITLE = "Summary"

    state: Reactive[RunState | None] = reactive(None, repaint=False)
    notes: Reactive[tuple[str, ...]] = reactive((), repaint=False)
    """What the runbook's own notes say is left to do."""

    def watch_state(self) -> None:
        """Draw the end."""
        self.redraw()

    def watch_notes(self) -> None:
        """Draw what is left to do."""
        self.redraw()

    def rows(self, width: int) -> Iterable[Row]:
        """Return the page."""
        state = self.state
        if state is None or not state.status.ended:
            return []
        lines = self._head(state, width)
        lines += _section("Steps", self._outcomes(state))
        lines += _section("What changed", self._changes(state, width))
        lines += _section("What is left to do", self._left(state, width))
        export = Content.styled(f"restant-tui export {outside(state.id).plain} --format markdown", "bold")
        lines += _section("Record", [Content("  ") + export])
        return [Row("", (line,)) for line in lines]

    def _head(self, state: RunState, width: int) -> list[Content]:
        face = run_face(state.status.value, glyphs.of(self.app))
        took = ""
        if state.finished_at is not None:
            took = f"in {duration((state.finished_at - state.started_at).total_seconds())}"
        lines = [sentence([Content.styled(str(face), face.style), Content(took), where(state)])]
        lines += wrapped(_MEANS.get(state.status, ""), width, "$text-muted")
        for part in filter(None, (clean(part).strip() for part in state.reason.split("; "))):
            lines += wrapped(" ".join(part.split()), width, limit=4)
        return lines

    def _outcomes(self, state: RunState) -> list[Content]:
        counts: dict[StepStatus, int] = {}
        for step in state.steps:
            counts[step.status] = counts.get(step.status, 0) + 1
        faces = {status: step_face(status, glyphs.of(self.app)) for status in counts}
        words = [
            Content.styled(f"{faces[status].glyph} {counts[status]} {faces[status].word}", faces[status].style)
            for status in StepStatus
            if status in counts
        ]
        return [Content("  ") + sentence(words, "   ")]

    def _changes(self, state: RunState, width: int) -> list[Content]:
        changed = [step for step in _changes(state) if step.status in _CHANGED or is_unknown(step)]
        lines: list[Content] = []
        for step in changed:
            lines += self._step(step, width, "")
            if step.undo and step.status is not StepStatus.UNDONE:
                lines += wrapped(f"undo: {_flat(step.undo)}", width, "$text-muted", indent=4)
        return lines or [Content.styled("  Nothing was changed.", "$text-muted")]

    def _left(self, state: RunState, width: int) -> list[Content]:
        lines: list[Content] = []
        for step in state.steps:
            if step.status in _OPEN_END or step.overridden:
                lines += self._step(step, width, step.reason)
        for note in self.notes:
            for line in clean(note).splitlines():
                lines += wrapped(line, width, indent=2) if line.strip() else ()
        return lines or [Content.styled("  Nothing that this runbook knows of.", "$text-muted")]

    def _step(self, step: StepState, width: int, says: str) -> list[Content]:
        face = step_face(step.status, glyphs.of(self.app))
        head = Content.styled(f"  {face}", face.style) + Content("  ") + outside(step.title)
        return [head, *(wrapped(_flat(says), width, "$text-muted", indent=4) if says else ())]


def _changes(state: RunState) -> list[StepState]:
    outer = {step.path.rpartition("/")[0] for step in state.steps}
    return [step for step in state.steps if step.danger is not Danger.READ and step.path not in outer]


def _section(title: str, lines: list[Content]) -> list[Content]:
    return [Content(""), Content.styled(title, "bold $text-primary"), *lines]


def _flat(text: str) -> str:
    return " ".join(clean(text).split())
