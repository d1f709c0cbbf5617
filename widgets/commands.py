"""One class is one command: its key, its footer hint, its palette entry, its help and its danger.

A node (App, Screen or Widget) lists what it does and binds it in one line:

    class Runbooks(Command):
        \"\"\"Open the catalogue of runbooks.\"\"\"

        key, hint = "r", "Runbooks"

    class Dashboard(Screen[None]):
        DOES = (Runbooks, Zoom)
        BINDINGS = commands.bindings(*DOES)

        def action_runbooks(self) -> None: ...
        def unavailable(self, command: type[Command]) -> str: ...   # a reason, or ""
        def check_action(self, action, parameters): return commands.check(self, action)
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from restant_tui.config.model import Danger

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.dom import DOMNode
    from textual.screen import Screen

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_KEY_WORDS = {
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "ampersand": "&",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "full_stop": ".",
}


class Command:
    """What a person can do with one key. Subclass it; the docstring of the subclass is its help text."""

    key: ClassVar[str]
    """Textual key names, separated by commas; the first is the one that is shown."""
    hint: ClassVar[str] = ""
    """The word beside the key in the footer; left out of the footer if empty."""
    rank: ClassVar[int] = 10
    """Place in the footer: lower comes first, equal ones stand nearest first."""
    title: ClassVar[str] = ""
    """Name in the palette and the help; made from the class name if empty."""
    danger: ClassVar[Danger] = Danger.READ
    in_palette: ClassVar[bool] = True
    """False for keys that only make sense while moving about, such as next and previous."""
    priority: ClassVar[bool] = False
    """Whether the key works even while something else has the focus."""

    @classmethod
    def action(cls) -> str:
        """Return the action's name: `OpenRunbooks` is handled by a method `action_open_runbooks`."""
        return _WORD.sub("_", cls.__name__).lower()

    @classmethod
    def name(cls) -> str:
        """Return the name a person reads: the title, or `Open runbooks` from `OpenRunbooks`."""
        return cls.title or _WORD.sub(" ", cls.__name__).capitalize()

    @classmethod
    def help(cls) -> str:
        """Return the docstring as one paragraph."""
        return " ".join((inspect.getdoc(cls) or "").split())

    @classmethod
    def key_words(cls) -> str:
        """Return the first key as it stands on the keyboard: `?`, `ctrl+r`, `esc`."""
        first = cls.key.split(",")[0].strip()
        return _KEY_WORDS.get(first, first)

    @classmethod
    def all_key_words(cls) -> str:
        """Return every key as it stands on the keyboard, separated by blanks."""
        return " ".join(_KEY_WORDS.get(key.strip(), key.strip()) for key in cls.key.split(","))

    @classmethod
    def binding(cls) -> Binding:
        """Return the Textual binding; its id is the class name, so a keymap can move it."""
        return Binding(
            cls.key,
            cls.action(),
            cls.hint or cls.name(),
            show=bool(cls.hint),
            key_display=cls.key_words(),
            priority=cls.priority,
            tooltip=cls.help(),
            id=cls.__name__,
        )


def bindings(*commands: type[Command]) -> list[Binding]:
    """Return the bindings of these commands, for a node's `BINDINGS`."""
    return [command.binding() for command in commands]


def does(node: DOMNode) -> tuple[type[Command], ...]:
    """Return the commands a node lists in `DOES`; none if it lists none."""
    return tuple(getattr(node, "DOES", ()))


def why_not(node: DOMNode, command: type[Command]) -> str:
    """Return why a command cannot be used now, or an empty string when it can."""
    reason: Callable[[type[Command]], str] | None = getattr(node, "unavailable", None)
    return reason(command) if reason else ""


def check(node: DOMNode, action: str) -> bool | None:
    """Answer `check_action` for a node with commands: None (shown greyed) where it gives a reason against it."""
    for command in does(node):
        if command.action() == action:
            return None if why_not(node, command) else True
    return True


@dataclass(frozen=True, slots=True)
class Offered:
    """A command that the node in question offers just now; `reason` says why it cannot be used, or is empty."""

    command: type[Command]
    node: DOMNode
    reason: str


def scopes(screen: Screen[object]) -> Iterator[DOMNode]:
    """Yield the nodes whose keys work now, from the focused one up; a modal screen is the last."""
    focused = screen.focused
    for node in focused.ancestors_with_self if focused is not None else (screen, screen.app):
        yield node
        if node is screen and screen.is_modal:
            return


def offered(screen: Screen[object]) -> list[Offered]:
    """Return every command of a screen as it is now, the nearest first; a key taken nearer hides one further up."""
    found: list[Offered] = []
    taken: set[str] = set()
    for node in scopes(screen):
        for command in does(node):
            keys = {key.strip() for key in command.key.split(",")}
            if keys <= taken:
                continue
            taken |= keys
            found.append(Offered(command, node, why_not(node, command)))
    return found


def blocked(screen: Screen[object], key: str) -> str:
    """Return why the command on this key cannot be used now, or an empty string."""
    for offer in offered(screen):
        if key in (each.strip() for each in offer.command.key.split(",")):
            return offer.reason
    return ""


class CommandProvider(Provider):
    """Everything the screen and the app can do, for the palette; what cannot be done now says why."""

    async def discover(self) -> Hits:
        """Yield every command, the nearest first."""
        for offer in self._offers():
            name = offer.command.name()
            yield DiscoveryHit(_face(offer, Content(name)), _run(offer), text=name, help=_help(offer))

    async def search(self, query: str) -> Hits:
        """Yield the commands whose names match."""
        matcher = self.matcher(query)
        for offer in self._offers():
            name = offer.command.name()
            if (score := matcher.match(name)) > 0:
                face = _face(offer, matcher.highlight(name))
                yield Hit(score, face, _run(offer), text=name, help=_help(offer))

    def _offers(self) -> Iterable[Offered]:
        return (offer for offer in offered(self.screen) if offer.command.in_palette)


def _face(offer: Offered, name: Content) -> Content:
    """Return how a command looks in the palette: its name, its key, and greyed if it cannot be used."""
    face = Content.assemble(name, "  ", (offer.command.all_key_words(), "$text-muted"))
    return face.stylize("dim") if offer.reason else face


def _help(offer: Offered) -> str:
    """Return the help line, escaped, because the palette reads it as markup."""
    text = f"not now: {offer.reason}" if offer.reason else offer.command.help()
    return text.replace("[", r"\[")


def _run(offer: Offered) -> Callable[[], object]:
    """Return what choosing the command does: its action, or a toast that says why not."""
    if offer.reason:
        return partial(offer.node.app.notify, offer.reason, severity="warning", markup=False)
    return partial(offer.node.app.run_action, offer.command.action(), offer.node)
