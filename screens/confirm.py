"""The question before something destructive: what it hits, how it is taken back, and the name that has to be typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import Reactive, reactive
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from restant_tui.clock import SystemClock
from restant_tui.config.model import Danger
from restant_tui.engine.state import Answer, Gate, Move
from restant_tui.errors import UsageProblem
from restant_tui.text import one_line
from widgets import commands, commands_shown, glyphs
from widgets.commands import Command
from widgets.faces.base import GRACE_SECONDS, environment_and_host, flat, labelled, remaining
from widgets.layout import outside, sentence, wrapped


class CloseConfirmation(Command):
    """Go back to the run; the question stays open and nothing is sent."""

    key, in_palette, priority = "escape,ctrl+c", False, True


class ArmHere(Command):
    """Allow changes to production for fifteen minutes."""

    key, in_palette, danger = "w", False, Danger.CHANGE


class PhraseInput(Input):
    """Takes keys only: a name that is pasted has not been read."""

    def on_paste(self, event: events.Paste) -> None:
        """Refuse what is pasted."""
        event.stop()
        event.prevent_default()

    def action_paste(self) -> None:
        """Refuse what is pasted."""


class ConfirmScreen(ModalScreen[bool]):
    """Cancel has the focus. The exact name opens Proceed, which is then pressed on its own.

    Dismissed with True once the run has taken the answer, with False when the person goes back to the run.
    """

    CSS_PATH = "confirm.tcss"
    DOES = (CloseConfirmation, ArmHere)
    BINDINGS: ClassVar[list[BindingType]] = [
        *commands.bindings(*DOES),
        Binding("up", "scroll_details(-1)", "Up", show=False),
        Binding("down", "scroll_details(1)", "Down", show=False),
        Binding("pageup", "scroll_details(-10)", "Page up", show=False),
        Binding("pagedown", "scroll_details(10)", "Page down", show=False),
    ]
    AUTO_FOCUS = "#cancel"

    now: Reactive[datetime | None] = reactive(None)
    armed: Reactive[bool] = reactive(True)

    def __init__(
        self,
        gate: Gate,
        *,
        by: str,
        submit: Callable[[Answer], None],
        arm: Callable[[], None],
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        """Make the dialog.

        Args:
            gate: the question.
            by: who answers.
            submit: hands the answer to the run; raises UsageProblem where it is not accepted.
            arm: allows changes to production for a while.
            monotonic: measures the grace, in real seconds.
        """
        super().__init__()
        self._gate, self._by, self._submit, self._arm = gate, by, submit, arm
        self._monotonic = monotonic or SystemClock().monotonic
        self._opened = self._monotonic()

    def compose(self) -> ComposeResult:
        """Lay out what is asked, the line to type in, and the buttons."""
        with Vertical(id="confirm"):
            yield Static(id="where")
            with VerticalScroll(id="details", can_focus=False):
                yield Static(id="words")
            yield Static(id="ask")
            yield PhraseInput(id="phrase", compact=True, select_on_focus=False)
            yield Static(id="problem")
            with Horizontal(id="buttons"):
                # In the order Tab takes them after the line; Cancel has the focus first all the same.
                yield Button("Proceed", id="proceed", variant="error", compact=True, disabled=True)
                yield Button("No, stop here", id="decline", compact=True)
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Name the frame and begin the grace."""
        frame = self.query_one("#confirm")
        frame.border_title = outside(self._gate.title)
        word = Content.styled(self._gate.danger.value, glyphs.danger_style(self._gate.danger))
        self.query_one("#where", Static).update(sentence([word, self._where()]))
        frame.border_subtitle = remaining(self._gate, self.now)
        self._opened = self._monotonic()
        self._write()

    def on_resize(self) -> None:
        """Write the words for this width."""
        self.call_after_refresh(self._write)

    def watch_now(self) -> None:
        """Let the remaining time run."""
        if self.is_mounted:
            self.query_one("#confirm").border_subtitle = remaining(self._gate, self.now)

    def watch_armed(self) -> None:
        """Open or close the line to type in."""
        if self.is_mounted:
            self._write()

    def _where(self) -> Content:
        environment = self._gate.environment
        return environment_and_host(environment, self._gate.host) if environment else outside(self._gate.host)

    def _write(self) -> None:
        if not self.is_mounted:
            return
        gate = self._gate
        width = max(30, self.query_one("#details").scrollable_content_region.width - 1)
        always = [command for command in gate.commands if not command.when]
        as_needed = [command for command in gate.commands if command.when]
        lines = commands_shown.shown(always, width)
        lines += labelled("hits  ", gate.blast, width, 16)
        lines += labelled("undo  ", gate.undo or "The runbook names no way back.", width)
        lines += wrapped(flat(gate.says), width, limit=3) if gate.says else ()
        if as_needed:
            lines += [Content.styled("Besides, as needed:", "$text-muted"), *commands_shown.shown(as_needed, width)]
        self.query_one("#words", Static).update(Content("\n").join(lines))
        ask = Content.assemble("Type ", (outside(gate.phrase).plain, "bold"), " to open Proceed.")
        if not self.armed:
            ask = Content.styled(
                f"{gate.environment} is read-only. Press w to arm it for 15 minutes.", "bold $text-warning"
            )
        self.query_one("#ask", Static).update(ask)
        self.query_one("#phrase", Input).disabled = not self.armed
        self._check()

    def _check(self) -> None:
        typed = self.query_one("#phrase", Input).value == self._gate.phrase
        self.query_one("#proceed", Button).disabled = not (typed and self.armed)

    def say(self, problem: str) -> None:
        """Say in one sentence why something was not done."""
        self.query_one("#problem", Static).update(outside(problem))

    def too_soon(self) -> bool:
        """Whether the dialog cannot have been read yet."""
        return self._monotonic() - self._opened < GRACE_SECONDS

    def on_key(self, event: events.Key) -> None:
        """What is typed goes into the line, wherever the focus is; but not before the dialog can have been read."""
        line = self.query_one("#phrase", Input)
        # What the line itself got does not come here, so what comes was on its way before the focus moved.
        if line.disabled or not event.is_printable or event.character is None:
            return
        event.stop()
        event.prevent_default()
        if not self.too_soon():
            self.set_focus(line)
            line.insert_text_at_cursor(event.character)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Open Proceed when the name is exactly right."""
        event.stop()
        if self.too_soon() and event.value:
            event.input.value = ""
            return
        self.say("")
        self._check()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter confirms nothing; it says what is missing."""
        event.stop()
        typed, wanted = event.value, self._gate.phrase
        if typed == wanted:
            self.say("The name is right. Go to Proceed with Tab and press it.")
        elif not typed:
            self.say(f"Nothing is typed yet; it is {wanted}.")
        else:
            self.say(f"{one_line(typed, 40)!r} is not {wanted}. Nothing was sent.")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says, unless it comes too soon to have been read."""
        event.stop()
        if self.too_soon():
            return
        match event.button.id:
            case "cancel":
                self.dismiss(False)
            case "decline":
                self._answer(Move.DECLINE)
            case _:
                self._answer(Move.PROCEED, self.query_one("#phrase", Input).value)

    def _answer(self, move: Move, phrase: str = "") -> None:
        try:
            self._submit(Answer(gate=self._gate.id, move=move, by=self._by, phrase=phrase))
        except UsageProblem as problem:
            self.say(str(problem))
        else:
            self.dismiss(True)

    def unavailable(self, command: type[Command]) -> str:
        """Return why a command cannot be used now."""
        return "it is armed already" if command is ArmHere and self.armed else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action)

    def action_scroll_details(self, by: int) -> None:
        """Show more of what will happen."""
        self.query_one("#details").scroll_relative(y=by, animate=False)

    def action_close_confirmation(self) -> None:
        """Go back to the run."""
        if not self.too_soon():
            self.dismiss(False)

    def action_arm_here(self) -> None:
        """Arm, and open the line to type in."""
        if not self.too_soon():
            self._arm()
