"""A secret that is asked for without being shown: the passphrase of a key."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import Reactive, reactive
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from restant_tui.transport.asked import Told
from widgets import commands
from widgets.commands import Command
from widgets.layout import outside


class SayNothing(Command):
    """Do not say the secret; the link stays down until everything is asked again with ctrl+r."""

    key, in_palette, priority = "escape", False, True


class KeepIt(Command):
    """Let the system's keyring keep the passphrase once it has proved right, so that it is not asked for again."""

    key, in_palette, priority = "ctrl+k", False, True


class SecretScreen(ModalScreen[Told | None]):
    """Dismissed with what was typed, or None where nothing is said. It stands nowhere but in the line."""

    CSS_PATH = "secret.tcss"
    DOES = (SayNothing, KeepIt)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]
    AUTO_FOCUS = "#line"

    keeps: Reactive[bool] = reactive(False)
    """Whether the keyring may have it; only if the person says so."""

    def __init__(self, prompt: str, *, may_keep: bool = False) -> None:
        """Make the question; `prompt` says what is asked for, `may_keep` whether the keyring could keep it."""
        super().__init__()
        self._prompt, self._may_keep = prompt, may_keep

    def compose(self) -> ComposeResult:
        """Lay out the line."""
        with Vertical(id="secret"):
            yield Static(outside(self._prompt), id="prompt")
            yield Input(id="line", password=True, compact=True)
            yield Static(id="kept")
            yield Static("Enter gives it, Esc does not.")

    def watch_keeps(self, keeps: bool) -> None:
        """Say how long it will be known."""
        said = "It is known until the console is left, and written nowhere."
        if self._may_keep:
            box = "[x]" if keeps else "[ ]"
            instead = "If it is right, the system keyring keeps it." if keeps else said
            said = f"{instead}\n{box} ctrl+k keep it in the system keyring"
        self.query_one("#kept", Static).update(Content(said))

    def unavailable(self, command: type[Command]) -> str:
        """Return why a key cannot be used now."""
        return "this is not kept in a keyring" if command is KeepIt and not self._may_keep else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give it."""
        event.stop()
        told = Told(event.value, _yes) if self.keeps else Told(event.value)
        self.dismiss(told if event.value else None)

    def action_say_nothing(self) -> None:
        """Give nothing."""
        self.dismiss(None)

    def action_keep_it(self) -> None:
        """Let the keyring have it, or not."""
        self.keeps = not self.keeps


async def _yes() -> bool:
    return True


async def ask_secret(app: App[None], prompt: str, *, may_keep: bool = False) -> Told | None:
    """Ask the person at the console for a secret; None if they will not say. May be awaited from any task."""

    async def ask() -> Told | None:
        return await app.push_screen_wait(SecretScreen(prompt, may_keep=may_keep))

    return await app.run_worker(ask(), name="secret", group="dialog", exit_on_error=False).wait()
