"""Questions answered with one deliberate key: `y` goes on, `n` does not. Enter does nothing."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message

from restant_tui.config.model import Danger
from restant_tui.engine.state import GateKind, Move
from restant_tui.text import clean
from widgets import commands
from widgets.commands import Command
from widgets.faces.base import GateFace, labelled
from widgets.layout import sentence


class GoOn(Command):
    """Do what the question says."""

    key, hint, rank, in_palette = "y", "Go on", 1, False


class SayNo(Command):
    """Answer no: what the question guards does not run."""

    key, hint, rank, in_palette = "n", "No", 2, False


class LeaveOut(Command):
    """Leave this step out and say why; the run then does not count as ok."""

    key, hint, rank, in_palette = "s", "Leave out", 3, False


class PressFace(GateFace, can_focus=True):
    """A change, a message or a question of yes and no."""

    DOES = (GoOn, SayNo, LeaveOut)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    def words(self, width: int) -> list[Content]:
        """Return the question, then its keys."""
        lines = super().words(width)
        if self.gate.kind is GateKind.MESSAGE:
            lines = [Content(line) for line in clean(self.gate.says).splitlines()[:14]] + labelled(
                "", self.gate.evidence, width
            )
        return [*lines, self._keys()]

    def _keys(self) -> Content:
        found = [(command, self.offer(move)) for command, move in _MOVES.items()]
        return sentence(
            [
                Content.assemble((command.key_words(), "bold $primary"), f" {offer.label}").stylize(
                    "dim" if self.unavailable(command) else ""
                )
                for command, offer in found
                if offer is not None
            ],
            "   ",
        )

    def unavailable(self, command: type[Command]) -> str:
        """Return why a key cannot be used now."""
        if self.offer(_MOVES[command]) is None:
            return "this question does not offer that"
        if command is GoOn and self.gate.danger is not Danger.READ and not self.armed:
            return f"{self.gate.environment} is read-only; w arms it"
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action)

    def action_go_on(self) -> None:
        """Proceed."""
        self._take(Move.PROCEED)

    def action_say_no(self) -> None:
        """Decline."""
        self._take(Move.DECLINE)

    def action_leave_out(self) -> None:
        """Skip, with a reason."""
        self._take(Move.SKIP)

    def _take(self, move: Move) -> None:
        if (offer := self.offer(move)) is not None:
            self.take(offer)


_MOVES: dict[type[Command], Move] = {GoOn: Move.PROCEED, SayNo: Move.DECLINE, LeaveOut: Move.SKIP}


class OpenConfirmation(Command):
    """Open the dialog in which the name has to be typed."""

    key, hint, rank, in_palette = "c", "Confirm", 1, False


class TypeFace(GateFace, can_focus=True):
    """What stands in the wizard while a name has to be typed in a dialog."""

    class ConfirmationRequested(Message):
        """Asks for the dialog."""

    DOES = (OpenConfirmation, SayNo, LeaveOut)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    def words(self, width: int) -> list[Content]:
        """Say that nothing happens until it is confirmed, and by which key."""
        waits = Content.styled("Nothing is sent until it is confirmed.", "bold")
        keys = [("c", "Confirm by typing the name"), ("n", "No, stop here")]
        if self.offer(Move.SKIP):
            keys.append(("s", "Leave out"))
        shown = [Content.assemble((key, "bold $primary"), f" {word}") for key, word in keys]
        return [waits, sentence(shown, "   ")]

    def unavailable(self, command: type[Command]) -> str:
        """Return why a key cannot be used now."""
        missing = command is LeaveOut and self.offer(Move.SKIP) is None
        return "this question does not offer that" if missing else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action)

    def action_open_confirmation(self) -> None:
        """Ask for the dialog."""
        self.post_message(self.ConfirmationRequested())

    def action_say_no(self) -> None:
        """Decline."""
        self.answer(Move.DECLINE)

    def action_leave_out(self) -> None:
        """Skip, with a reason."""
        if (offer := self.offer(Move.SKIP)) is not None:
            self.take(offer)
