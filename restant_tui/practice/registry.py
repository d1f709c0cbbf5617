"""Every command of the practice Dokku: one small function each, found by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from restant_tui.practice.io import Io
from restant_tui.practice.world import App, World

Run = Callable[[World, Sequence[str], Io], Awaitable[int]]


class Refused(Exception):
    """A command ends here with this message and exit status, as Dokku's own failures do."""

    def __init__(self, message: str = "", status: int = 1, *, raw: bool = False) -> None:
        """Keep what to say; a `raw` message is printed without Dokku's ` !     ` before it."""
        super().__init__(message)
        self.message = message
        self.status = status
        self.raw = raw


@dataclass(frozen=True, slots=True)
class Command:
    """One Dokku command: what it does, how long it thinks, and whether errors go to standard output."""

    run: Run
    seconds: float
    folded: bool

    @property
    def told(self) -> str:
        """What it does, in a line."""
        return (self.run.__doc__ or "").partition("\n")[0]


COMMANDS: dict[str, Command] = {}


def command(*names: str, seconds: float = 0.3, folded: bool = False) -> Callable[[Run], Run]:
    """Register a function as the command of these names.

    Args:
        *names: `ps:report`; several for aliases.
        seconds: world time before the first answer, as on a small real host.
        folded: whether standard error arrives on standard output, as with everything that builds or deploys.
    """

    def register(run: Run) -> Run:
        for name in names:
            COMMANDS[name] = Command(run, seconds, folded)
        return run

    return register


def the_app(world: World, args: Sequence[str]) -> App:
    """Return the app the first argument that is no flag names.

    Raises:
        Refused: there is no argument, or no such app, in Dokku's words.
    """
    name = next((word for word in args if not word.startswith("-")), None)
    if name is None:
        raise Refused("Please specify an app to run the command on")
    return named_app(world, name)


def named_app(world: World, name: str) -> App:
    """Return the app of that name.

    Raises:
        Refused: the name cannot be one (status 1), or there is no such app (status 20).
    """
    check_name(name)
    if name not in world.apps:
        raise Refused(f"App {name} does not exist", 20)
    return world.apps[name]


def check_name(name: str) -> None:
    """Refuse a name no app can have.

    Raises:
        Refused: it begins with a sign or has a capital letter, a blank or another sign in it.
    """
    if not name[:1].isalnum() or not all(c.islower() or c.isdigit() or c in ".-" for c in name):
        raise Refused(
            "App name must begin with lowercase alphanumeric character, and may only contain "
            "lowercase alphanumerics, dots, and hyphens"
        )
