"""What is known about one try to connect, gathered while it is made.

This module imports asyncssh, so it is itself imported only when a connection is about to be opened.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import asyncssh

from restant_tui.config.model import Host, Identity, Login
from restant_tui.text import one_line
from restant_tui.transport.client import Client
from restant_tui.transport.hostkeys import USUAL_FILE, KnownHosts
from restant_tui.transport.offer import Offer
from restant_tui.transport.passphrases import variable_of
from restant_tui.transport.personal import Personal
from restant_tui.transport.route import Route
from restant_tui.transport.timing import Timing
from restant_tui.transport.used import Used


@dataclass(slots=True)
class Attempt:
    """One try; what it has not come to yet is empty."""

    host: Host
    identity: Identity
    login: Login
    timing: Timing
    toward: str = ""
    """The host behind this one, if this is only on the way."""
    route: Route | None = None
    configs: str = ""
    """The SSH configurations that were read."""
    known: KnownHosts = KnownHosts(USUAL_FILE)  # noqa: RUF009 - frozen
    offer: Offer = field(default_factory=Offer)
    client: Client = field(default_factory=lambda: Client(()))
    through: asyncssh.SSHClientConnection | None = None
    """The connection this one goes through."""
    hops: list[asyncssh.SSHClientConnection] = field(default_factory=list)
    """Connections that were opened only to go through them."""
    jump: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Where it goes."""
        return self.route.address if self.route else self.host.address

    @property
    def port(self) -> int:
        """The port there."""
        return self.route.port if self.route else self.host.port

    @property
    def user(self) -> str:
        """As whom."""
        return self.route.user if self.route else self.login.user

    @property
    def place(self) -> str:
        """The host as a person would name it: with the port where it is not the usual one, and what it is for."""
        place = self.address if self.port == 22 else f"{self.address} port {self.port}"
        if self.address != self.host.address:
            place = f"{self.host.address} ({place})"
        return f"{place}, on the way to {self.toward}," if self.toward else place

    def give_up_hops(self) -> None:
        """Cut the connections on the way; nothing is left of them."""
        for hop in reversed(self.hops):
            hop.abort()
        self.hops.clear()
        self.jump = ()

    def unreadable_known_hosts(self, error: Exception) -> str:
        """Say that the known_hosts file is no use."""
        file = self.host.known_hosts or self.known.file
        return f"The host keys in {file} cannot be read ({detail(error)}): mend that file."

    def locked_keys(self, personal: Personal) -> str:
        """Say that the keys need a passphrase nobody gives."""
        locked = self.offer.locked
        names = " and ".join(personal.said(path) for path in locked)
        has, key = ("has", "The key") if len(locked) == 1 else ("have", "The keys")
        way_out = f"add {'it' if len(locked) == 1 else 'one'} to your SSH agent with ssh-add"
        useless = "".join(f" {why}" for path in locked if (why := personal.memory.useless.get(path)))
        if personal.ask_secret is not None:
            return f"{key} {names} {has} a passphrase that was not given: try again and give it, or {way_out}.{useless}"
        return (
            f"{key} {names} {has} a passphrase, and nobody can be asked for it here: {way_out}, or set "
            f"{variable_of(locked[0])}.{useless}"
        )

    def used(self, *, let_in: bool = False) -> Used:
        """Return what the try was made with so far."""
        route = self.route
        names = tuple(self.client.offered)
        return Used(
            address=self.address,
            port=self.port,
            user=self.user,
            config=self.configs,
            known_hosts=tuple(name for name, _ in self.known.texts),
            agent=route.agent if route and not self.offer.agent_trouble else "",
            keys=names,
            let_in_by=names[-1] if let_in and names else "",
            certificate=next((name for name in names if name.endswith("(certificate)")), ""),
            jump=self.jump,
            proxy_command=route.proxy_command if route else "",
        )


def detail(error: Exception) -> str:
    """Return what the error says, short and harmless."""
    return one_line(str(error) or type(error).__name__, 120)
