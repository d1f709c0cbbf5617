"""The question about a host's key: nobody knows it yet, or it replaced one that was known."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from restant_tui.clock import SystemClock
from restant_tui.config.model import Danger
from restant_tui.text import clean
from restant_tui.transport.trouble import OfferedKey
from restant_tui.transport.trust import Trust
from screens.ask import GRACE_SECONDS
from widgets import commands
from widgets.commands import Command
from widgets.layout import outside, wrapped

_WIDTH = 66
_CHANGED = (
    "This host was known by another key. Somebody may be listening in, or the host was set up anew. Nothing is sent "
    "to it. Ask whoever runs the host; once they confirm the new key, correct that line by hand and press ctrl+r."
)
_UNKNOWN = (
    "Nobody has met this host from here before. Compare the fingerprint with whoever runs it, over another way than "
    "this connection, before you trust it."
)


class RefuseKey(Command):
    """Do not trust the key; the host is left alone until everything is asked again with ctrl+r."""

    key, in_palette = "escape,n", False


class TrustForSession(Command):
    """Trust the key until the console is left; nothing is written."""

    key, in_palette, danger = "s", False, Danger.CHANGE


class RememberKey(Command):
    """Trust the key for good: it is added to the known_hosts file."""

    key, in_palette, danger = "m", False, Danger.CHANGE


class HostKeyScreen(ModalScreen[Trust | None]):
    """Dismissed with how the key is trusted, or None where it is refused. Refuse has the focus.

    A key that replaced another can only be refused here.
    """

    CSS_PATH = "host_key.tcss"
    DOES = (RefuseKey, TrustForSession, RememberKey)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]
    AUTO_FOCUS = "#refuse"

    def __init__(self, host: str, key: OfferedKey, *, monotonic: Callable[[], float] | None = None) -> None:
        """Make the question.

        Args:
            host: its name in the configuration.
            key: what it shows.
            monotonic: measures the grace, in real seconds.
        """
        super().__init__()
        self._host, self._key = host, key
        self._monotonic = monotonic or SystemClock().monotonic
        self._opened = self._monotonic()

    def compose(self) -> ComposeResult:
        """Lay out the key and the choices."""
        known = not self._key.may_be_trusted
        with Vertical(id="key", classes="-changed" if known else ""):
            yield Static(Content("\n").join(self.words()), id="words")
            yield Static(Content(clean(self._key.art)), id="art")
            with Horizontal(id="buttons"):
                yield Button("Leave the host alone" if known else "Refuse", id="refuse", compact=True)
                if not known:
                    yield Button("s This session", id="session", variant="warning", compact=True)
                    yield Button("m Remember", id="remember", variant="warning", compact=True)

    def on_mount(self) -> None:
        """Name the frame and begin the grace."""
        title = "Is this the host you mean?" if self._key.may_be_trusted else "The host's key has CHANGED"
        self.query_one("#key").border_title = Content(title)
        self._opened = self._monotonic()

    def words(self) -> list[Content]:
        """Return what the host is, what key it shows, and what that means."""
        key = self._key
        place = f"{self._host} ({key.host}, port {key.port})"
        facts = {"host": place, "key": key.kind, "print": key.fingerprint}
        if not key.may_be_trusted:
            facts["differs"] = f"from line {key.line} of {key.file}"
        lines = [Content.styled(f"{name:<9}", "$text-muted") + outside(said, "bold") for name, said in facts.items()]
        return [*lines, Content(""), *wrapped(_UNKNOWN if key.may_be_trusted else _CHANGED, _WIDTH, limit=6)]

    def unavailable(self, command: type[Command]) -> str:
        """Return why a key cannot be used now."""
        if command is RefuseKey or self._key.may_be_trusted:
            return ""
        return "a key that replaced another is not trusted here"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        match event.button.id:
            case "session":
                self.action_trust_for_session()
            case "remember":
                self.action_remember_key()
            case _:
                self.action_refuse_key()

    def action_refuse_key(self) -> None:
        """Say no."""
        self._end(None)

    def action_trust_for_session(self) -> None:
        """Say yes until the end."""
        self._end(Trust.SESSION)

    def action_remember_key(self) -> None:
        """Say yes for good."""
        self._end(Trust.REMEMBER)

    def _end(self, how: Trust | None) -> None:
        # A key typed for something else, before this can have been read, decides nothing.
        if self._monotonic() - self._opened >= GRACE_SECONDS:
            self.dismiss(how)
