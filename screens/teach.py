"""A step explained: the document's line and why it is not run as written, each argument, what to look for."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from restant_tui.engine.state import RunState, StepState
from restant_tui.runbook.model import Step
from screens import definition
from widgets import commands, commands_shown
from widgets.commands import Command
from widgets.faces.base import flat
from widgets.layout import outside, sentence, wrapped
from widgets.run_heading import where
from widgets.step_card import Background

_PARAGRAPH = 30


class CloseTeach(Command):
    """Go back to the run."""

    key, in_palette, priority = "escape,t,q,ctrl+c", False, True


class TeachScreen(ModalScreen[None]):
    """Reads only; the run goes on meanwhile."""

    CSS_PATH = "teach.tcss"
    DOES = (CloseTeach,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    def __init__(self, state: StepState, step: Step | None, background: Background, run: RunState) -> None:
        """Make the explanation of a step; `step` is None where the file no longer says anything about it."""
        super().__init__()
        self._state, self._step, self._background, self._of = state, step, background, run

    def compose(self) -> ComposeResult:
        """Lay out the text in a box that scrolls."""
        with VerticalScroll(id="teach"):
            yield Static(id="text")

    def on_mount(self) -> None:
        """Name the frame."""
        box = self.query_one("#teach")
        box.border_title = sentence([outside(self._state.title), where(self._of)])
        box.border_subtitle = Content("esc closes")
        box.focus()

    def on_resize(self) -> None:
        """Write the text for this width."""
        self.call_after_refresh(self._write)

    def action_close_teach(self) -> None:
        """Go back."""
        self.dismiss(None)

    def _write(self) -> None:
        width = max(30, self.query_one("#teach").scrollable_content_region.width - 1)
        self.query_one("#text", Static).update(Content("\n").join(self.lines(width)))

    def lines(self, width: int) -> list[Content]:
        """Return the explanation."""
        state, step = self._state, self._step
        lines: list[Content] = []
        lines += _part("Why", state.why, width)
        if step is None:
            lines += _part(
                "The file", "The runbook's file was changed since this run began, so it is not quoted here.", width
            )
        seed = definition.seed_lines(step) if step else ()
        if seed:
            lines += [*_heading("The operations document says"), *(_code(line) for line in seed)]
        lines += _part("Why it is not run as written" if seed else "In its place", self._background.instead, width)
        sent = commands_shown.parted(state.commands or self._background.planned, width - 2)
        if sent:
            lines += [*_heading("What is sent"), *(Content("  ") + line for line in sent)]
        if step is not None and step.teach is not None:
            if step.teach.arguments:
                lines += _heading("Worth typing there" if state.kind == "terminal" else "Its arguments")
                for argument, meaning in step.teach.arguments.items():
                    lines += [_code(argument), *wrapped(flat(meaning), width, indent=4, limit=4)]
            lines += _part("Good output", step.teach.good, width)
            lines += _part("Bad output", step.teach.bad, width)
        lines += _part("How it is taken back", state.undo, width)
        return lines[1:] if lines and not lines[0].plain else lines


def _heading(title: str) -> list[Content]:
    return [Content(""), Content.styled(title, "bold $text-primary")]


def _part(title: str, text: str, width: int) -> list[Content]:
    return [*_heading(title), *wrapped(flat(text), width, indent=2, limit=_PARAGRAPH)] if text.strip() else []


def _code(text: str) -> Content:
    return Content("  ") + outside(text, "bold")
