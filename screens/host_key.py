"""The question about a host's key: nobody knows it yet, it replaced one that was known, or it is revoked."""

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
from restant_tui.transport.trouble import KeyTrouble, OfferedKey
from restant_tui.transport.trust import Trust
from screens.ask import GRACE_SECONDS
from widgets import commands
from widgets.commands import Command
from widgets.layout import outside, wrapped

_WIDTH = 66
_CHANGED = (
    "This host was known by another key. Somebody may be listening in, or the host was set up anew. Every connection "
    "to it was closed. Ask whoever runs it; once they confirm the new key, correct that line by hand and press ctrl+r."
)
_REVOKED = (
    "Somebody has marked this key as not to be trusted any more; it may be in the wrong hands. Every connection to the "
    "host was closed. Ask whoever runs it for its new key, correct that file by hand and press ctrl+r."
)
_UNKNOWN = (
    "Nobody has met this host from here before. Compare the fingerprint with whoever runs it, over another way than "
    "this connection, before you trust it."
)


_WORDS = {KeyTrouble.UNKNOWN: _UNKNOWN, KeyTrouble.CHANGED: _CHANGED, KeyTrouble.REVOKED: _REVOKED}
_TITLES = {
    KeyTrouble.UNKNOWN: "Is this the host you mean?",
    KeyTrouble.CHANGED: "The host's key has CHANGED",
    KeyTrouble.REVOKED: "The host's key is REVOKED",
}


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

    A key that replaced another, or is revoked, can only be refused here.
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
        with Vertical(id="key", classes="-never" if known else ""):
            yield Static(Content("\n").join(self.words()), id="words")
            yield Static(Content(clean(self._key.art)), id="art")
            with Horizontal(id="buttons"):
                yield Button("Leave the host alone" if known else "Refuse", id="refuse", compact=True)
                if not known:
                    yield Button("s This session", id="session", variant="warning", compact=True)
                    yield Button("m Remember", id="remember", variant="warning", compact=True)

    def on_mount(self) -> None:
        """Name the frame and begin the grace."""
        self.query_one("#key").border_title = Content(_TITLES[self._key.trouble])
        self._opened = self._monotonic()

    def words(self) -> list[Content]:
        """Return what the host is, what key it shows, and what that means."""
        key = self._key
        place = f"{self._host} ({key.host}, port {key.port})"
        facts = {"host": place, "key": key.kind, "print": key.fingerprint, **_where(key)}
        lines = [Content.styled(f"{name:<9}", "$text-muted") + outside(said, "bold") for name, said in facts.items()]
        return [*lines, Content(""), *wrapped(_WORDS[key.trouble], _WIDTH, limit=6)]

    def unavailable(self, command: type[Command]) -> str:
        """Return why a key cannot be used now."""
        if command is RefuseKey or self._key.may_be_trusted:
            return ""
        return "a key that replaced another, or is revoked, is not trusted here"

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


def _where(key: OfferedKey) -> dict[str, str]:
    """Return the line that speaks against the key, if one does."""
    line = f"line {key.line} of {key.file}"
    match key.trouble:
        case KeyTrouble.CHANGED:
            return {"differs": f"from {line}"}
        case KeyTrouble.REVOKED:
            return {"revoked": f"in {line}"}
    return {}
