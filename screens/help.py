"""The help: every key that works where it was opened, made from the commands themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from restant_tui.config.model import Config, Danger
from restant_tui.monitors.missing import missing
from restant_tui.monitors.snapshots import LinksSnapshot, Status
from restant_tui.text import clean
from widgets import commands, glyphs
from widgets.commands import Command, Offered
from widgets.layout import wrapped

_KEY_WIDTH = 12
_LOGIN_WIDTH = 22
_WORDS = (
    ("live", "seen within its interval; only live figures are ever green"),
    ("stale", "seen, but too long ago to rely on"),
    ("lost", "the link to the host is down; the last value stands with its age"),
    ("no data", "asked, but no usable answer came"),
    ("not configured", "this host or configuration does not have it"),
)


class CloseHelp(Command):
    """Close the help."""

    key, in_palette = "escape,q,question_mark,f1", False


class HelpScreen(ModalScreen[None]):
    """Keys of the focused pane first, then of the screen, then of the console; then what the words mean."""

    CSS_PATH = "help.tcss"
    DOES = (CloseHelp,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    def __init__(self, offers: list[Offered], logins: Sequence[tuple[str, str]] = ()) -> None:
        """Make the help.

        Args:
            offers: the commands, in the order they are to stand.
            logins: each login of each host, and how it is with it.
        """
        super().__init__()
        self._offers, self._logins = offers, logins

    def compose(self) -> ComposeResult:
        """Lay out the text in a box that scrolls."""
        with VerticalScroll(id="help"):
            yield Static(id="text")

    def on_mount(self) -> None:
        """Name the frame."""
        box = self.query_one("#help")
        box.border_title = Content("Help")
        box.border_subtitle = Content("esc closes")
        box.focus()

    def on_resize(self) -> None:
        """Write the text for this width, once the box has taken it."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        width = self.query_one("#help").scrollable_content_region.width - 1
        self.query_one("#text", Static).update(Content("\n").join(self.lines(max(40, width))))

    def action_close_help(self) -> None:
        """Close."""
        self.dismiss(None)

    def lines(self, width: int) -> list[Content]:
        """Return the text."""
        lines: list[Content] = []
        heading = ""
        for offer in self._offers:
            title = str(getattr(offer.node, "TITLE", "") or type(offer.node).__name__)
            if title != heading:
                lines += [Content("")] * bool(lines) + [Content.styled(title, "bold $text-primary")]
                heading = title
            lines += _entry(offer, width)
        lines += [Content(""), Content.styled("Moving", "bold $text-primary")]
        lines += [Content(f"{'tab':<{_KEY_WIDTH}}next pane"), Content(f"{'arrows':<{_KEY_WIDTH}}move in the pane")]
        lines += [Content(""), Content.styled("Words", "bold $text-primary")]
        for status in Status:
            face = glyphs.status_face(status, glyphs.of(self.app))
            lines.append(Content.styled(str(face), face.style))
        for word, meaning in _WORDS:
            first, *rest = wrapped(meaning, width - 16)
            lines.append(Content.styled(f"{word:<16}", "bold") + first)
            lines += [Content(" " * 16) + line for line in rest]
        if self._logins:
            lines += [Content(""), Content.styled("Logins", "bold $text-primary")]
        for login, says in self._logins:
            first, *rest = wrapped(clean(says), width - _LOGIN_WIDTH, limit=8)
            lines.append(Content.styled(f"{login:<{_LOGIN_WIDTH}}", "bold") + first)
            lines += [Content(" " * _LOGIN_WIDTH) + line for line in rest]
        return lines


def logins(config: Config | None, links: LinksSnapshot) -> list[tuple[str, str]]:
    """Return every login with the state of its link and the reason, and what it costs where one is not configured."""
    said = [
        (name, f"{link.state.value}: {link.reason}" if link.reason else link.state.value) for name, link in links.links
    ]
    return said + [(f"{lack.host}/{lack.identity}", lack.sentence()) for lack in (missing(config) if config else ())]


def _entry(offer: Offered, width: int) -> list[Content]:
    command = offer.command
    text = command.help()
    if command.danger is not Danger.READ:
        text += f" ({command.danger})"
    if offer.reason:
        text += f" Not now: {offer.reason}."
    first, *rest = wrapped(text, width - _KEY_WIDTH, "$text-muted" if offer.reason else "", limit=4)
    keys = command.all_key_words()
    key = Content.styled(f"{keys:<{_KEY_WIDTH}}", "bold $primary")
    return [key + first, *(Content(" " * _KEY_WIDTH) + line for line in rest)]
