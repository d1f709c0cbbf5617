"""A secret that is asked for without being shown: the passphrase of a key."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from widgets import commands
from widgets.commands import Command
from widgets.layout import outside


class SayNothing(Command):
    """Do not say the secret; the link stays down until everything is asked again with ctrl+r."""

    key, in_palette, priority = "escape", False, True


class SecretScreen(ModalScreen[str | None]):
    """Dismissed with what was typed, or None where nothing is said. It stands nowhere but in the line."""

    CSS_PATH = "secret.tcss"
    DOES = (SayNothing,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]
    AUTO_FOCUS = "#line"

    def __init__(self, prompt: str) -> None:
        """Make the question; `prompt` says what is asked for."""
        super().__init__()
        self._prompt = prompt

    def compose(self) -> ComposeResult:
        """Lay out the line."""
        with Vertical(id="secret"):
            yield Static(outside(self._prompt), id="prompt")
            yield Input(id="line", password=True, compact=True)
            yield Static("Enter gives it, Esc does not. It is kept until the console is left, and written nowhere.")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give it."""
        event.stop()
        self.dismiss(event.value or None)

    def action_say_nothing(self) -> None:
        """Give nothing."""
        self.dismiss(None)


async def ask_secret(app: App[None], prompt: str) -> str | None:
    """Ask the person at the console for a secret; None if they will not say. May be awaited from any task."""

    async def ask() -> str | None:
        return await app.push_screen_wait(SecretScreen(prompt))

    return await app.run_worker(ask(), name="secret", group="dialog", exit_on_error=False).wait()
