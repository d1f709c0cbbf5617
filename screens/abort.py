"""Whether to stop a run: what runs where, what stopping does and does not do, and what can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from restant_tui.clock import SystemClock
from restant_tui.config.model import Danger, Target
from restant_tui.engine.state import RunState, StepState, StepStatus
from restant_tui.engine.statuses import is_unknown
from restant_tui.engine.undo import undo_list
from restant_tui.text import duration
from widgets import commands, commands_shown, glyphs
from widgets.commands import Command
from widgets.faces.base import GRACE_SECONDS, flat
from widgets.layout import outside, sentence, wrapped
from widgets.run_heading import where
from widgets.step_list import seconds_of


class GoBackToRun(Command):
    """Leave the run as it is."""

    key, in_palette = "escape,n", False


class StopRun(Command):
    """Stop the run."""

    key, in_palette, danger = "y", False, Danger.CHANGE


class AbortScreen(ModalScreen[bool]):
    """Dismissed with True when the run is to be stopped."""

    CSS_PATH = "abort.tcss"
    DOES = (GoBackToRun, StopRun)
    BINDINGS: ClassVar[list[BindingType]] = [
        *commands.bindings(*DOES),
        Binding("up", "scroll_known(-1)", "Up", show=False),
        Binding("down", "scroll_known(1)", "Down", show=False),
        Binding("pageup", "scroll_known(-10)", "Page up", show=False),
        Binding("pagedown", "scroll_known(10)", "Page down", show=False),
    ]
    AUTO_FOCUS = "#back"

    def __init__(self, state: RunState, now: datetime | None, *, monotonic: Callable[[], float] | None = None) -> None:
        """Make the question for a run as it is now."""
        super().__init__()
        self._state, self._now = state, now
        self._monotonic = monotonic or SystemClock().monotonic
        self._opened = self._monotonic()

    def compose(self) -> ComposeResult:
        """Lay out what is known."""
        with Vertical(id="abort"):
            yield Static(where(self._state), id="where")
            with VerticalScroll(id="known", can_focus=False):
                yield Static(id="words")
            with Horizontal(id="buttons"):
                yield Button("Back to the run", id="back", compact=True)
                yield Button("y Stop the run", id="stop", variant="error", compact=True)

    def on_mount(self) -> None:
        """Name the frame and begin the grace."""
        self.query_one("#abort").border_title = outside(f"Stop: {self._state.title}?")
        self._opened = self._monotonic()
        self.app.clear_notifications()

    def on_resize(self) -> None:
        """Write the words for this width."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        width = max(30, self.query_one("#known").scrollable_content_region.width - 1)
        self.query_one("#words", Static).update(Content("\n").join(self.words(width)))

    def words(self, width: int) -> list[Content]:
        """Return what runs where, what stopping does, and the undo list."""
        state = self._state
        under_way = [step for step in state.steps if step.status is StepStatus.RUNNING and step.commands]
        lines = [Content.styled("Running now", "bold $text-primary")]
        for step in under_way:
            lines += self._under_way(step, width)
        if not under_way:
            lines.append(Content("  Nothing has been sent that is not answered."))
        lines += [Content(""), Content.styled("What stopping does", "bold $text-primary")]
        lines += wrapped(
            "Nothing has been signalled so far. Stopping ends our watching; a command that was sent may go on there, "
            "unless it says so above. "
            "The run then looks once what became of it, and asks whether to take back what was done.",
            width, indent=2, limit=6,
        )  # fmt: skip
        unknown = [step for step in state.steps if is_unknown(step) and step not in under_way]
        for step in unknown:
            lines += wrapped(f"unknown: {flat(step.title)}: {flat(step.reason)}", width, "$text-warning", indent=2)
        lines += [Content(""), Content.styled("Can be taken back, the last first", "bold $text-primary")]
        back = undo_list(state)
        for number, step in enumerate(back, start=1):
            lines += wrapped(f"{number}. {flat(step.title)}: {flat(step.undo)}", width, indent=2)
        later = [step for step in under_way if step.undoable]
        for step in later:
            lines += wrapped(
                f"{flat(step.title)}, once it is known what became of it: {flat(step.undo)}", width, indent=2
            )
        if not back and not later:
            lines.append(Content("  Nothing that was done so far can or has to be taken back."))
        return lines

    def _under_way(self, step: StepState, width: int) -> list[Content]:
        seconds = seconds_of(step, self._now)
        danger = Content.styled(step.danger.value, glyphs.danger_style(step.danger))
        took = Content.styled(f"for {duration(int(seconds))}" if seconds is not None else "", "$text-muted")
        head = Content("  ") + sentence([outside(step.title, "bold"), danger, took])
        always = [command for command in step.commands if not command.when] or list(step.commands)
        lines = [head, *(Content("  ") + line for line in commands_shown.shown(always, width - 2, limit=4))]
        if besides := len(step.commands) - len(always):
            lines.append(Content.styled(f"    and {besides} more that it sends as needed", "$text-muted"))
        if becomes := _what_becomes(step):
            lines += wrapped(becomes, width, "$text-muted", indent=4)
        return lines

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        if event.button.id == "stop":
            self.action_stop_run()
        else:
            self.action_go_back_to_run()

    def action_scroll_known(self, by: int) -> None:
        """Show more of what is known."""
        self.query_one("#known").scroll_relative(y=by, animate=False)

    def action_stop_run(self) -> None:
        """Stop, unless it comes too soon to have been read."""
        if self._monotonic() - self._opened >= GRACE_SECONDS:
            self.dismiss(True)

    def action_go_back_to_run(self) -> None:
        """Leave it as it is."""
        self.dismiss(False)


def _what_becomes(step: StepState) -> str:
    """Say what stopping means for a command that we know more of than that it was sent; otherwise nothing."""
    if step.handle:
        return f"It goes on by itself there as {flat(step.handle)}, whether the run is stopped or not."
    if step.target is Target.LOCAL or step.kind == "transfer":
        return "Stopping ends it on this machine, with all it has started."
    if step.target is Target.ADMIN and step.danger is Danger.READ:
        return "Stopping ends it there too, and then says whether that is confirmed."
    return ""
