"""What a run needs from the rooms below, as small protocols, so that it can be tried without any of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Protocol

from restant_tui.clock import Clock
from restant_tui.config.model import Config, Target
from restant_tui.engine.arming import Arming
from restant_tui.engine.recorder import Recorder
from restant_tui.engine.terminal import Terminal
from restant_tui.monitors.http import HttpAnswer
from restant_tui.runbook.templates import Templates
from restant_tui.text import Redactor
from restant_tui.transport.lifeline import Lifeline
from restant_tui.transport.outcome import Runner

if TYPE_CHECKING:
    from restant_tui.dokku.capabilities import Capabilities
    from restant_tui.runbook.loader import LoadedRunbook


class Targets(Protocol):
    """Where commands can be sent."""

    def runner(self, host: str, target: Target, lifeline: Lifeline | None = None) -> Runner:
        """Return what runs argument lists there; with a lifeline (admin only) what it runs ends with us.

        Raises:
            UsageProblem: that is not configured.
        """
        ...

    def where(self, host: str, target: Target) -> str:
        """Say who that is: `dokku@practice`, `ops@practice`, `here`."""
        ...

    def copier(self, host: str, target: Target) -> tuple[str, tuple[str, ...]]:
        """Return `user@address` and the ssh argument list with which a copying program reaches that host."""
        ...

    def terminal(self, host: str, target: Target) -> tuple[str, ...]:
        """Return the ssh argument list that opens a terminal on that host; what to run there follows behind it."""
        ...

    def trusted(self) -> tuple[str, ...]:
        """Return the host keys that are trusted until the program ends, as lines of a known_hosts file."""
        ...


class Http(Protocol):
    """Something that makes HTTP requests."""

    async def get(
        self,
        url: str,
        *,
        timeout: float,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpAnswer:
        """Make one request; trouble on the way is an answer, not an exception."""
        ...


class Runbooks(Protocol):
    """Where runbooks are found."""

    def get(self, id: str) -> LoadedRunbook:  # noqa: A002 - it is what the format calls it
        """Return one; raises UsageProblem when there is none of that id."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one message to one channel."""

    channel: str
    delivered: bool
    detail: str = ""


class Delivered(Protocol):
    """What a notifier says became of one message to one channel; `Delivery` is the plainest of them."""

    @property
    def channel(self) -> str:
        """The channel's name."""
        ...

    @property
    def delivered(self) -> bool:
        """Whether the other side took it."""
        ...

    @property
    def detail(self) -> str:
        """One sentence for a person; may be empty."""
        ...


class Notifier(Protocol):
    """Something that tells people."""

    def preview(self, channels: Sequence[str], template: str, values: Mapping[str, object]) -> str:
        """Return the message as it will be sent."""
        ...

    async def send(
        self, channels: Sequence[str], template: str, values: Mapping[str, object], *, op: str = ""
    ) -> Sequence[Delivered]:
        """Send it; a channel that fails is a delivery that says so.

        With the same `op` nothing is sent a second time, and what became of the first is returned.
        """
        ...


class Spill(Protocol):
    """A file that keeps a step's whole output."""

    def write(self, data: bytes) -> object:
        """Append; what goes beyond the cap is dropped and reported by `close`."""
        ...

    def close(self) -> Mapping[str, object]:
        """Close it and return `path`, `bytes`, `sha256` and `truncated`."""
        ...


Secrets = Callable[[str], str | None]
"""Looks a secret up by its name; None if it is not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a run may touch. Nothing in the engine reaches for anything that is not here."""

    config: Config
    clock: Clock
    rng: Random
    targets: Targets
    http: Http
    recorder: Recorder
    catalogue: Runbooks
    redactor: Redactor
    arming: Arming
    templates: Templates
    terminal: Terminal | None = None
    """Hands the person's terminal to a program, where there is a person with one."""
    notifier: Notifier | None = None
    secrets: Secrets | None = None
    spill: Callable[[str, str], Spill] | None = None
    """Opens the file for one step's output, given the run's id and the step's path with its attempt."""
    kept: Callable[[str, str], bytes | None] | None = None
    """Reads the end of such a file again; None if there is none."""
    capabilities: Callable[[str], Capabilities | None] | None = None
    """Tells what is known of a host, for verbs that do a thing in different ways."""
    find_out: Callable[[str], Awaitable[Capabilities]] | None = None
    """Asks a host what it can do, unless that was done lately; what cannot be found out is told in the answer."""
