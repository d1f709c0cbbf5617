"""Lines from the person at the terminal, read without blocking what runs meanwhile."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from restant_tui.text import clean


class Keyboard:
    """Reads lines from standard input while the event loop goes on; only for a terminal."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque()
        self._rest = b""
        self._ended = False
        self._news = asyncio.Event()
        self._turn = asyncio.Lock()
        self._fd = sys.stdin.fileno()
        asyncio.get_running_loop().add_reader(self._fd, self._read)

    def close(self) -> None:
        """Stop reading."""
        asyncio.get_running_loop().remove_reader(self._fd)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Read nothing meanwhile: the keys are for somebody else, and none of them counts as an answer here."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._fd)
        try:
            yield
        finally:
            self._rest = b""
            loop.add_reader(self._fd, self._read)

    async def ask(self, question: str, *, secret: bool = False) -> str | None:
        """Print a question and return the line typed after it, or None at the end of the input.

        What was typed before the question was there is thrown away: nobody confirms what they have not read.
        """
        async with self._turn:
            with _Echo(self._fd, off=secret):
                self._forget()
                print(question, end="", flush=True)
                while not self._lines and not self._ended:
                    self._news.clear()
                    await self._news.wait()
            if not self._lines:
                print()
                return None
            line = self._lines.popleft()
            # A passphrase may begin or end with a blank.
            return line if secret else line.strip()

    def _forget(self) -> None:
        import termios

        termios.tcflush(self._fd, termios.TCIFLUSH)  # also what the terminal has not handed over yet
        self._lines.clear()

    def _read(self) -> None:
        data = os.read(self._fd, 4096)
        if not data:
            self._ended = True
        *whole, self._rest = (self._rest + data).split(b"\n")
        self._lines.extend(clean(line.decode("utf-8", "replace")) for line in whole)
        self._news.set()


class _Echo:
    """Keeps the terminal from showing what is typed, for secrets."""

    def __init__(self, fd: int, *, off: bool) -> None:
        self._fd = fd
        self._off = off

    def __enter__(self) -> None:
        if self._off:
            self._set(False)

    def __exit__(self, *_: object) -> None:
        if self._off:
            self._set(True)
            print()

    def _set(self, on: bool) -> None:
        import termios

        settings = termios.tcgetattr(self._fd)
        settings[3] = settings[3] | termios.ECHO if on else settings[3] & ~termios.ECHO
        termios.tcsetattr(self._fd, termios.TCSADRAIN, settings)
