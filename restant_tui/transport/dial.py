"""Opening one SSH connection, and saying in one sentence why it could not be opened.

This module imports asyncssh, so it is itself imported only when a connection is about to be opened.
"""

from __future__ import annotations

from typing import Any

import asyncssh

from restant_tui.config.model import Host, Identity, Login
from restant_tui.transport.explain import Attempt, explain
from restant_tui.transport.hostkeys import read_known_hosts
from restant_tui.transport.timing import Timing
from restant_tui.transport.trouble import LinkTrouble
from restant_tui.transport.trunk import Trunk

# The fastest cipher on both ends (measured: one and a half times the default); the rest stay acceptable.
_CIPHERS = "^aes128-gcm@openssh.com"


class Client(asyncssh.SSHClient):
    """The owner of one connection: remembers what the host showed, and reports the end."""

    def __init__(self) -> None:
        self.connection: asyncssh.SSHClientConnection | None = None
        self.offered: tuple[str, str, int, asyncssh.SSHKey] | None = None
        self.trunk: Trunk | None = None

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """Keep the connection: it knows what the host said even if it never opens."""
        self.connection = conn

    def connection_lost(self, exc: Exception | None) -> None:
        """Report the end of an opened connection."""
        if self.trunk:
            self.trunk.lost(exc)

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Never accept a key that is not in the file; keep it, to say why."""
        self.offered = (host, addr, port, key)
        return False

    def validate_host_ca_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Never accept a certificate authority that is not in the file; keep it, to say why."""
        self.offered = (host, addr, port, key)
        return False


async def dial(host: Host, identity: Identity, login: Login, timing: Timing) -> Trunk:
    """Open one connection with the host key checked.

    With a key configured only that key is offered and no ssh configuration is read; without one the agent, the
    usual key files and `~/.ssh/config` apply. Passwords are never asked for.

    Raises:
        LinkTrouble: it could not be opened; the sentence says why and what to do.
    """
    client = Client()
    attempt = Attempt(host, identity, login, timing)
    try:
        attempt.known = await read_known_hosts(host)
        known_hosts = attempt.known.parsed()
    except (OSError, ValueError) as error:
        raise LinkTrouble(attempt.unreadable_known_hosts(error), refused=True) from error
    try:
        connection = await asyncssh.connect(
            host.address,
            **_route(host, login),
            username=login.user,
            known_hosts=known_hosts,
            client_factory=lambda: client,
            preferred_auth="publickey",
            password=None,
            agent_forwarding=False,
            encryption_algs=_CIPHERS,
            connect_timeout=timing.connect_timeout,
            login_timeout=timing.login_timeout,
            keepalive_interval=timing.keepalive_interval,
            keepalive_count_max=timing.keepalive_count_max,
        )
    except (OSError, asyncssh.Error, asyncssh.KeyImportError, asyncssh.ConfigParseError, ValueError) as error:
        attempt.offered = client.offered
        attempt.greeted = bool(client.connection and client.connection.get_extra_info("server_version"))
        raise explain(error, attempt) from error
    trunk = Trunk(connection, attempt.place, timing)
    client.trunk = trunk
    if connection.is_closed():
        trunk.lost(None)
        raise LinkTrouble(f"{attempt.place} let us in and closed the connection at once: look at sshd's log there.")
    return trunk


def _route(host: Host, login: Login) -> dict[str, Any]:
    if login.key is not None:
        return {"port": host.port, "config": None, "client_keys": [login.key], "agent_path": None}
    # Left out, the usual port lets a `Port` of ~/.ssh/config count.
    return {} if host.port == 22 else {"port": host.port}
