"""One command on one SSH channel: its bytes as they come, and how it ended.

This module imports asyncssh, so it is itself imported only when a connection is about to be opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncssh

from restant_tui.transport.kept import Kept
from restant_tui.transport.outcome import OnOutput
from restant_tui.transport.valve import Valve

_SLICE = 256 * 1024


class Call(asyncssh.SSHClientSession[bytes]):
    """One command: feed it to `open`, then wait for `ended`.

    `ended` fails only with what `on_output` raised; a lost link ends it too, with neither status nor signal.
    """

    def __init__(
        self,
        line: str,
        *,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = 0,
        pty: bool = False,
        valve: Valve | None = None,
        tied: bool = False,
    ) -> None:
        self.line = line
        self.pty = pty
        self.tied = tied
        """Whether its input stays open, with nothing in it, for as long as we want the command to run."""
        self.parted = False
        """Whether we let go of a tied command before it had ended."""
        self.stdout = Kept(cap)
        self.stderr = Kept(cap)
        self.exit_status: int | None = None
        self.exit_signal: str | None = None
        self.sent = False
        """Whether the command left for the host."""
        self.complete = False
        """Whether the host said that there is no more output; not always told about very short commands."""
        self.closed = False
        """Whether the channel is gone, so that it holds no slot of the host any more."""
        self.on_closed: Callable[[Call], None] | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._on_output = on_output
        self._valve = valve
        self._stdin = memoryview(stdin or b"")
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._abandoned = False
        self._writable = True

    @property
    def has_channel(self) -> bool:
        """Whether it holds an open channel, and so one of the host's slots."""
        return self._channel is not None

    async def open(self, connection: asyncssh.SSHClientConnection) -> None:
        """Open a channel and send the command.

        Raises:
            asyncssh.ChannelOpenError: the host gives no channel, or will not run the command.
        """
        opening = asyncio.ensure_future(
            connection.create_session(
                lambda: self,
                self.line,
                encoding=None,
                x11_forwarding=False,
                request_pty=self.pty,
                term_type="dumb" if self.pty else None,
                term_modes=_RAW if self.pty else {},
            )
        )
        try:
            # A cancelled open would leave a channel on the host that nobody closes; `abandon` closes it on arrival.
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_forget)
            raise

    def abandon(self) -> None:
        """Stop watching: close the channel without waiting for the host to agree.

        On a pseudo-terminal this ends the command. Without one the host lets it run on, and the channel stays
        open there until it ends; a command not sent yet never will be.
        """
        self._abandoned = True
        self._on_output = None
        self._stdin = memoryview(b"")
        if self._channel:
            self._channel.abort()

    def let_go(self) -> None:
        """Close the input of a tied command: the host ends it, and then says so as of any other."""
        self.parted, self.tied = True, False
        self.resume_writing()

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """Keep the channel; asyncssh sends the command in the same step."""
        self._channel = chan
        if self._abandoned:
            chan.abort()
            return
        self.sent = True

    def session_started(self) -> None:
        """Send standard input: the host has accepted the command."""
        if self._valve and self._channel:
            self._valve.hold(self._channel)
        if not self.pty:
            self.resume_writing()

    def resume_writing(self) -> None:
        """Write on until the channel says stop, then the end of file."""
        channel = self._channel
        if channel is None or channel.is_closing():
            return
        self._writable = True
        while self._stdin and self._writable and not channel.is_closing():
            part, self._stdin = self._stdin[:_SLICE], self._stdin[_SLICE:]
            channel.write(bytes(part))
        if not self._stdin and not self.tied and not channel.is_closing():
            channel.write_eof()

    def pause_writing(self) -> None:
        """Stop writing: the host has not read what it got."""
        self._writable = False

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Keep a chunk up to the cap and pass it on."""
        is_error = datatype is not None
        (self.stderr if is_error else self.stdout).add(data)
        if self._on_output is None:
            return
        try:
            self._on_output(data, is_error)
        except Exception as error:  # it would end the connection and every other command on it
            self._on_output = None
            if not self.ended.done():
                self.ended.set_exception(error)

    def eof_received(self) -> bool:
        """Note that all output is here; our own side stays open until standard input is through."""
        self.complete = True
        return True

    def exit_status_received(self, status: int) -> None:
        """Note the exit status."""
        self.exit_status = status

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:
        """Note the signal that ended the command."""
        self.exit_signal = signal

    def connection_lost(self, exc: Exception | None) -> None:
        """End the call: the channel is closed, or the link is gone."""
        self.closed = True
        self._channel = None
        if self._valve:
            self._valve.hold(None)
        if not self.ended.done():
            self.ended.set_result(None)
        if self.on_closed:
            self.on_closed(self)


# Without these a terminal turns every newline into two bytes and echoes what nobody typed.
_RAW = {asyncssh.PTY_OPOST: 0, asyncssh.PTY_ECHO: 0}


def _forget(opening: asyncio.Future[Any]) -> None:
    if not opening.cancelled():
        opening.exception()
