"""One step in full: what it does and why, the exact commands, what was expected and whether it held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content
from textual.reactive import Reactive, reactive

from restant_tui.config.model import Danger
from restant_tui.engine.state import CommandLine, Held, StepState, StepStatus
from restant_tui.text import clean, duration
from widgets import commands_shown, glyphs
from widgets.layout import outside, sentence, wrapped
from widgets.panel import Panel, Row
from widgets.step_list import ONGOING, seconds_of, step_face

_KINDS = {
    "run": "runs a command", "http": "makes a request", "follow": "watches a stream", "wait": "waits",
    "poll": "asks until it is well", "manual": "a checklist for you", "confirm": "asks you", "input": "asks you",
    "approve": "asks a second person", "branch": "goes one of several ways", "loop": "repeats steps",
    "parallel": "reads at the same time", "include": "another runbook", "notify": "tells people",
    "transfer": "moves a file", "terminal": "hands you a terminal", "note": "to read",
}  # fmt: skip
_LABEL = 9


@dataclass(frozen=True, slots=True)
class Background:
    """What the runbook says about a step besides its state; empty where the runbook does not say."""

    planned: tuple[CommandLine, ...] = ()
    """What will be sent, with its templates as they stand in the file."""
    instead: str = ""


class StepCard(Panel):
    """The step that is looked at."""

    TITLE = "Step"

    step: Reactive[StepState | None] = reactive(None, repaint=False)
    background: Reactive[Background] = reactive(Background(), repaint=False)
    now: Reactive[datetime | None] = reactive(None, repaint=False)
    terse: Reactive[bool] = reactive(False, repaint=False)
    """Leave out what the teaching view says as well, where there is little room."""

    def watch_step(self, before: StepState | None, step: StepState | None) -> None:
        """Draw what changed; another step begins at its top."""
        if step is not None and (before is None or before.path != step.path):
            self.scroll_to(y=0, animate=False)
        self.redraw()

    def watch_background(self) -> None:
        """Draw what the runbook says."""
        self.redraw()

    def watch_now(self) -> None:
        """Let the clock go on."""
        self.redraw()

    def watch_terse(self) -> None:
        """Draw more or less."""
        self.redraw()

    def redraw(self) -> None:
        """Draw anew, and be as high as the lines are many."""
        before = self.virtual_size.height
        super().redraw()
        if self.virtual_size.height != before:
            # Lines that come while the screen is laid out do not make it lay out again by themselves.
            self.call_after_refresh(self.refresh, layout=True)

    def rows(self, width: int) -> Iterable[Row]:
        """Return the card's lines."""
        step = self.step
        if step is None:
            return []
        self.border_title = outside(step.title)
        lines = [self._status(step)]
        if step.progress:
            lines += self._labelled("now", step.progress, width, limit=2)
        reason = self._reason(step, width)
        # Of what is not over yet the commands matter most, of what is over why it ended so.
        ahead = step.status is StepStatus.PENDING or step.status in ONGOING
        lines += [*self._commands(step, width), *reason] if ahead else [*reason, *self._commands(step, width)]
        if step.why:
            lines += self._labelled("why", step.why, width, limit=2 if self.terse else 4)
        for held in step.held:
            lines += self._held(held, width)
        if step.undo and not self.terse:
            lines += self._labelled("undo", step.undo, width, limit=3)
        if self.background.instead and not self.terse:
            lines += self._labelled("instead", self.background.instead, width, "$text-muted", limit=5)
        return [Row("", tuple(lines))]

    def _status(self, step: StepState) -> Content:
        face = step_face(step.status, glyphs.of(self.app))
        danger = Content.styled(
            "only reads" if step.danger is Danger.READ else step.danger.value, glyphs.danger_style(step.danger)
        )
        parts = [Content.styled(str(face), face.style), Content.styled(_KINDS.get(step.kind, step.kind), "$text-muted")]
        return sentence([*parts, danger, self._clock(step), self._exit(step), self._by(step)])

    def _clock(self, step: StepState) -> Content:
        seconds = seconds_of(step, self.now)
        usual = step.usual_seconds
        said = f"usually {_range(usual)}" if usual else ""
        if seconds is None or step.status is StepStatus.WAITING:
            return Content.styled(said, "$text-muted")
        ongoing = step.status in ONGOING
        took = f"now {duration(int(seconds))}" if ongoing else f"took {duration(seconds)}"
        late = usual is not None and seconds > usual[1]
        return Content.styled(", ".join(filter(None, (said, took))), "$text-warning" if late else "$text-muted")

    def _exit(self, step: StepState) -> Content:
        if step.exit_status is None:
            return Content("")
        return Content.styled(f"exit {step.exit_status}", "$text-error" if step.exit_status else "$text-muted")

    def _by(self, step: StepState) -> Content:
        tries = f"try {step.attempts}" if step.attempts > 1 else ""
        return sentence([Content(tries), outside(f"by {step.by}", "$text-muted") if step.by else Content("")])

    def _reason(self, step: StepState, width: int) -> list[Content]:
        if not step.reason:
            return []
        style = "" if step.status is StepStatus.OK else step_face(step.status, glyphs.of(self.app)).style
        return self._labelled("", step.reason, width, style, limit=4)

    def _commands(self, step: StepState, width: int) -> list[Content]:
        planned = not step.commands
        found = commands_shown.parted(
            self.background.planned if planned else step.commands, width - _LABEL, limit=3 if self.terse else 6
        )
        label = "to send" if planned else "sent"
        return _with_label(label, found)

    def _held(self, held: Held, width: int) -> list[Content]:
        signs = glyphs.of(self.app)
        if held.held:
            return _with_label(
                "expected", list(wrapped(f"{signs.ok} {held.expected}", width - _LABEL, "$text-success"))
            )
        warn = held.level == "warn"
        sign = signs.warning if warn else signs.critical
        said = f"{sign} {held.expected}; saw {held.seen or 'nothing'}"
        style = "$text-warning" if warn else "$text-error"
        lines = list(wrapped(_flat(said), width - _LABEL, style))
        lines += wrapped(_flat(held.says), width - _LABEL) if held.says else ()
        return _with_label("expected", lines)

    def _labelled(self, label: str, text: str, width: int, style: str = "", *, limit: int) -> list[Content]:
        return _with_label(label, list(wrapped(_flat(text), width - _LABEL, style, limit=limit)))


def _with_label(label: str, lines: list[Content]) -> list[Content]:
    heads = [label, *[""] * (len(lines) - 1)]
    return [Content.styled(f"{head:<{_LABEL}}", "$text-muted") + line for head, line in zip(heads, lines, strict=False)]


def _flat(text: str) -> str:
    return " ".join(clean(text).split())


def _range(usual: tuple[float, float]) -> str:
    low, high = usual
    if high < 60:
        return f"{low:.0f}-{high:.0f} s" if round(low) != round(high) else f"{high:.0f} s"
    return f"{duration(low)} to {duration(high)}"
