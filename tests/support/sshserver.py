"""A scripted SSH server in the test's own process: it does what a real one does only on a bad day."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncssh

from restant_tui.config.model import Host, Login

Script = Callable[[asyncssh.SSHServerProcess[bytes]], Awaitable[None]]


class ScriptedServer:
    """An SSH server on an ephemeral port of the loopback that runs `script` for every command.

    Attributes:
        logins: how many connections have been let in.
        commands: every command line that was asked for, in order.
        certificate: shown along with the host key from the next start, if there is one.
    """

    def __init__(self, folder: Path, script: Script, *, key_type: str = "ssh-ed25519") -> None:
        self.folder = folder
        self.port = 0
        self.logins = 0
        self.commands: list[str] = []
        self.certificate: asyncssh.SSHCertificate | None = None
        self._script = script
        self._listener: asyncssh.SSHAcceptor | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._host_key = asyncssh.generate_private_key(key_type)
        user_key = asyncssh.generate_private_key("ssh-ed25519")
        user_key.write_private_key(str(folder / "user"))
        user_key.write_public_key(str(folder / "user.pub"))

    async def start(self) -> None:
        """Listen; on the same port again after `stop`."""
        self._listener = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_host_keys=[(self._host_key, self.certificate) if self.certificate else self._host_key],
            authorized_client_keys=str(self.folder / "user.pub"),
            server_factory=lambda: _Server(self),
            process_factory=self._run,
            encoding=None,
            reuse_address=True,
        )
        self.port = self._listener.get_port()

    async def stop(self) -> None:
        """Stop listening and cut every connection, without a goodbye."""
        if self._listener:
            self._listener.close()
            await self._listener.wait_closed()
            self._listener = None
        self.cut()

    def cut(self) -> None:
        """Cut every connection, without a goodbye; new ones are taken."""
        for connection in list(self._connections):
            connection.abort()

    def freeze(self) -> None:
        """Read nothing any more: the host is there, and answers nothing."""
        for connection in self._connections:
            transport: Any = connection._transport
            transport.pause_reading()

    def thaw(self) -> None:
        """Read again."""
        for connection in self._connections:
            transport: Any = connection._transport
            transport.resume_reading()

    def host(self, *, known: str | None = None) -> Host:
        """Return the configuration entry, with the host key in its known_hosts file (or `known` instead of it)."""
        public = self._host_key.export_public_key().decode()
        known_hosts = self.folder / "known_hosts"
        known_hosts.write_text(f"[127.0.0.1]:{self.port} {public}" if known is None else known)
        login = Login(user="somebody", key=str(self.folder / "user"))
        return Host(address="127.0.0.1", port=self.port, known_hosts=str(known_hosts), dokku=login, admin=login)

    async def _run(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        self.commands.append(process.command or "")
        try:
            await self._script(process)
        except (asyncssh.Error, OSError, asyncio.CancelledError):
            process.close()


class _Server(asyncssh.SSHServer):
    def __init__(self, owner: ScriptedServer) -> None:
        self._owner = owner
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._owner._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection:
            self._owner._connections.discard(self._connection)

    def auth_completed(self) -> None:
        self._owner.logins += 1
