"""A practice host for tests, and a plain SSH client that talks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from restant_tui.practice.host import NAME, PracticeHost
from restant_tui.practice.world import App

SPEED = 400.0
"""World seconds a second: a deploy takes about a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from one command."""

    status: int | None
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


class Login:
    """One user's connection."""

    def __init__(self, connection: asyncssh.SSHClientConnection) -> None:
        self.connection = connection

    async def run(self, command: str, *, stdin: str | bytes = b"") -> Answer:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        if given:
            done = await self.connection.run(command or None, encoding=None, input=given)
        else:  # an empty input is not sent, and not ended either
            done = await self.connection.run(command or None, encoding=None, stdin=asyncssh.DEVNULL)
        assert isinstance(done.stdout, bytes)
        assert isinstance(done.stderr, bytes)
        return Answer(done.exit_status, done.stdout.decode(), done.stderr.decode())

    async def open(self, command: str, *, pty: bool = False) -> asyncssh.SSHClientProcess[bytes]:
        if not pty:
            return await self.connection.create_process(command, encoding=None)
        modes = {asyncssh.PTY_OPOST: 0, asyncssh.PTY_ECHO: 0}
        return await self.connection.create_process(command, encoding=None, term_type="dumb", term_modes=modes)


async def connect(host: PracticeHost, user: str = "dokku", *, key: str | None = None) -> asyncssh.SSHClientConnection:
    entry = host.config().hosts[NAME]
    login = entry.dokku if user == "dokku" else entry.admin
    assert login is not None
    assert login.key is not None
    return await asyncssh.connect(
        entry.address,
        entry.port,
        username=user,
        client_keys=[key or login.key],
        known_hosts=entry.known_hosts,
        config=None,
        agent_path=None,
    )


@asynccontextmanager
async def logged_in(host: PracticeHost, user: str = "dokku") -> AsyncIterator[Login]:
    async with await connect(host, user) as connection:
        yield Login(connection)


def make(folder: Path, *, seed: int = 7, calm: bool = False, speed: float = SPEED) -> PracticeHost:
    return PracticeHost(speed=speed, seed=seed, calm=calm, folder=folder, latency=0)


def main_app(host: PracticeHost) -> App:
    return host.world.apps["restant-main"]
