"""Where one command of the practice host reads and writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from restant_tui.practice.records import Build

Write = Callable[[bytes, bool], None]
"""Called with bytes and whether they are for standard error."""


class Io:
    """The streams of one command, and whether anybody still listens."""

    def __init__(
        self,
        write: Write,
        *,
        pty: bool = False,
        crlf: bool = False,
        quiet: bool = False,
        cut: Callable[[], None] = lambda: None,
    ) -> None:
        """Wrap the streams of a session.

        Args:
            write: sends bytes to the other end.
            pty: whether there is a terminal; standard error then arrives as standard output.
            crlf: whether the terminal turns line ends into carriage return and newline.
            quiet: `--quiet`: headers are left out.
            cut: breaks the connection, as a bad line would.
        """
        self._write = write
        self.pty = pty
        self.quiet = quiet
        self._crlf = crlf
        self._folded = pty
        self.cut = cut
        self.input = asyncio.StreamReader()
        """What the other end sends; it ends when that end closes it."""
        self.gone = asyncio.Event()
        """Set once the other end has hung up; what is written then goes nowhere."""
        self.writable = asyncio.Event()
        self.writable.set()
        self.interrupt: Callable[[], object] | None = None
        """What ctrl+c at the terminal ends; the whole command while it is None."""
        self.build: Build | None = None
        """The build this command makes, while it does: it keeps a copy of what is printed."""
        self.forced = False
        """`--force`: what asks for a typed name does not ask."""
        self.root = False
        """Whether the command was started as root, through the admin's sudo."""

    def out(self, line: str = "") -> None:
        """Write one line to standard output."""
        self._send(line, False)

    def err(self, line: str) -> None:
        """Write one line to standard error, or to standard output in a command that folds them."""
        self._send(line, not self._folded)

    def raw(self, data: bytes, *, to_err: bool = False) -> None:
        """Write bytes as they are: dumps, prompts, the git protocol."""
        if not self.gone.is_set():
            self._write(data, to_err)

    def problem(self, text: str) -> None:
        """Write an error the way Dokku marks one."""
        self.err(f" !     {text}")

    def header(self, line: str) -> None:
        """Write a line that `--quiet` leaves out."""
        if not self.quiet:
            self.out(line)

    def fold(self) -> None:
        """From now on write errors to standard output, as deploys do."""
        self._folded = True

    async def drain(self) -> None:
        """Wait until the other end has taken enough, or is gone."""
        await self.writable.wait()

    async def read_line(self) -> str | None:
        """Return the next line of standard input without its end, or None where the input ends first."""
        line = bytearray()
        while character := await self.input.read(1):
            if character in b"\r\n":
                return line.decode("utf-8", "replace")
            line += character
        return line.decode("utf-8", "replace") if line else None

    def _send(self, line: str, to_err: bool) -> None:
        if self.build is not None:
            self.build.log.append(line)
        if self.gone.is_set():
            return
        end = "\r\n" if self._crlf else "\n"
        self._write((line + end).encode("utf-8", "surrogateescape"), to_err)
