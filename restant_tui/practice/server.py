"""The SSH side: who may log in, and how a session becomes a command. Only imported when the host starts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import asyncssh

from restant_tui.practice import admin, words
from restant_tui.practice.dispatch import run_dokku
from restant_tui.practice.io import Io
from restant_tui.practice.keys import Keys
from restant_tui.practice.line_editor import LineEditor
from restant_tui.practice.receivers.forge import Forge
from restant_tui.practice.world import World

MAX_SESSIONS = 10
"""Sessions on one connection, as with OpenSSH; one that was closed without a terminal counts while its command runs."""


class Sessions:
    """Everything that is connected to the host or still runs for someone who was."""

    def __init__(self) -> None:
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self.tasks: set[asyncio.Task[None]] = set()

    async def end(self) -> None:
        """Cut every connection and end every command."""
        for connection in list(self.connections):
            connection.abort()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def listen(world: World, keys: Keys, sessions: Sessions, port: int, forge: Forge) -> asyncssh.SSHAcceptor:
    """Serve SSH on a port of the loopback; 0 takes a free one."""
    return await asyncssh.create_server(
        lambda: _Server(world, keys, sessions, forge),
        "127.0.0.1",
        port,
        server_host_keys=[keys.host],
        server_version="OpenSSH_9.2p1-practice",
        encoding=None,
        line_editor=False,
        allow_pty=True,
        agent_forwarding=False,
        x11_forwarding=False,
        compression_algs=None,
        login_timeout=30,
    )


class _Server(asyncssh.SSHServer):
    """One connection."""

    def __init__(self, world: World, keys: Keys, sessions: Sessions, forge: Forge) -> None:
        self._world = world
        self._keys = keys
        self._sessions = sessions
        self._forge = forge
        self._user = ""
        self.running = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._sessions.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._sessions.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        self._user = username
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        known = self._keys.clients.get(username)
        return known is not None and key.public_data == known.public_data

    def session_requested(self) -> _Session:
        if self.running >= MAX_SESSIONS:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "open failed")
        self.running += 1
        return _Session(self._world, self._user, self._sessions, self._forge, self._ended)

    def _ended(self) -> None:
        self.running -= 1


class _Session(asyncssh.SSHServerSession[bytes]):
    """One command of one user."""

    def __init__(self, world: World, user: str, sessions: Sessions, forge: Forge, ended: Callable[[], None]) -> None:
        self._world = world
        self._user = user
        self._sessions = sessions
        self._forge = forge
        self._ended = ended
        self._line = ""
        self._pty = False
        self._interrupted = False
        self._io: Io | None = None
        self._editor: LineEditor | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan
        chan.set_write_buffer_limits(high=0)  # so that drained means sent, and the end of output is told in order

    def pty_requested(
        self, term_type: str, term_size: tuple[int, int, int, int], term_modes: Mapping[int, int]
    ) -> bool:
        self._pty = True
        self._crlf = term_modes.get(asyncssh.PTY_OPOST, 1) != 0
        show = self._show if term_modes.get(asyncssh.PTY_ECHO, 1) else None
        self._editor = LineEditor(self._feed, self._end_input, self._interrupt, show)
        return True

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, command: str) -> bool:
        self._line = command
        return True

    def session_started(self) -> None:
        self._io = Io(self._write, pty=self._pty, crlf=self._pty and self._crlf, cut=self._cut)
        self._task = asyncio.create_task(self._serve(self._io), name=f"practice {self._user}: {self._line}")
        self._sessions.tasks.add(self._task)
        self._task.add_done_callback(self._done)

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if self._editor is not None:
            self._editor.take(data)
        else:
            self._feed(data)

    def eof_received(self) -> bool:
        self._end_input()
        return True

    def _feed(self, data: bytes) -> None:
        if self._io is not None and not self._io.input.at_eof():
            self._io.input.feed_data(data)

    def _end_input(self) -> None:
        if self._io is not None:
            self._io.input.feed_eof()

    def _interrupt(self) -> None:
        """End what runs in the terminal: what reads at a prompt there, or the whole command."""
        if self._io is not None and self._io.interrupt is not None:
            self._io.interrupt()
        elif self._task is not None:
            self._interrupted = True
            self._task.cancel()

    def _show(self, data: bytes) -> None:
        self._write(data, False)

    def _cut(self) -> None:
        self._channel.get_connection().abort()

    def pause_writing(self) -> None:
        if self._io is not None:
            self._io.writable.clear()

    def resume_writing(self) -> None:
        if self._io is not None:
            self._io.writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._io is None or self._task is None:
            self._ended()
            return
        self._io.gone.set()
        self._io.writable.set()
        self._io.input.feed_eof()
        if self._pty:
            self._task.cancel()

    def _write(self, data: bytes, to_err: bool) -> None:
        try:
            self._channel.write(data, asyncssh.EXTENDED_DATA_STDERR if to_err else None)
        except OSError:
            assert self._io is not None, "only a running command writes"
            self._io.gone.set()

    async def _serve(self, io: Io) -> None:
        try:
            status = await self._command()(io)
            await io.drain()
        except asyncio.CancelledError:
            if not self._interrupted:
                raise  # the host goes down or the terminal is gone: nobody is told a status
            status = 1
        if not io.gone.is_set():
            self._channel.write_eof()
            self._channel.exit(status)

    def _command(self) -> Callable[[Io], Awaitable[int]]:
        if self._user == "admin":
            return lambda io: admin.run_line(self._world, self._line, io)
        if self._user == "git":
            return lambda io: self._forge.serve(self._line, io)
        return lambda io: _forced(self._world, self._line, io)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._sessions.tasks.discard(task)
        self._ended()


async def _forced(world: World, line: str, io: Io) -> int:
    """Run the forced command of the dokku user: the line is cut into words, whatever it is."""
    if not line:
        return await run_dokku(world, [], io)
    cut = words.split(line)
    if cut.complaint:
        io.err(cut.complaint)
    return await run_dokku(world, cut.words, io)
