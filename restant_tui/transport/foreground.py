"""A program of this machine that has the terminal: it gets the keys and the signals, and we take both back whole."""

from __future__ import annotations

import asyncio
import os
import signal
import termios
from asyncio.subprocess import Process
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from restant_tui.errors import UsageProblem
from restant_tui.text import decode, duration, one_line
from restant_tui.transport.local import signal_group, signal_name, why_not_started
from restant_tui.transport.outcome import Outcome, OutcomeKind

RESET = (
    b"\x1b[?1047l"  # the usual screen, not the alternate one; unlike 1049 this leaves the cursor where it is
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l"  # no mouse
    b"\x1b[?2004l\x1b[?1004l\x1b[=0u"  # no bracketed paste, no focus reports, keys as they always were
    b"\x1b[?1l\x1b>\x0f\x1b(B"  # cursor keys, keypad and letters as usual
    b"\x1b7\x1b[r\x1b8\x1b[0m\x1b[?7h\x1b[?25h"  # the whole screen scrolls, no colours, lines wrap, a cursor
)
"""What puts a terminal right that a program left as it liked. It draws nothing and does not move the cursor."""

_SSH_TROUBLE = 255
_LAST_SAID = 2048
_OURS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTTOU)


class Foreground:
    """Runs one program at a time with this process's terminal, while the event loop goes on.

    Args:
        cwd: the folder it starts in.
        env: its whole environment; also where `PATH` is looked up.
        keys: where the terminal is read.
        shows: where it is written.
        grace: seconds between asking a program to end and ending it.
    """

    def __init__(self, cwd: Path, env: Mapping[str, str], *, keys: int = 0, shows: int = 1, grace: float = 2.0) -> None:
        self._cwd = cwd
        self._env = dict(env)
        self._keys = keys
        self._shows = shows
        self._grace = grace

    async def run(self, argv: Sequence[str], timeout: float) -> Outcome:
        """Run an argument list to its end; what is typed and shown is seen by nobody but the person.

        For `ssh`, exit status 255 is its own trouble and an unknown outcome: what ran there may have happened.

        Args:
            argv: the program and its arguments.
            timeout: real seconds after which it is ended and the terminal taken back.

        Raises:
            UsageProblem: the arguments cannot be those of a program.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        # Only ssh's own words come on its standard error here: what runs there writes to its terminal.
        ssh = Path(argv[0]).name == "ssh"
        with _kept(self._keys, self._shows), _overheard(self._shows if ssh else None) as (said, stderr):
            try:
                process = await self._start(argv, stderr)
            except OSError as error:
                reason = why_not_started(argv[0], self._cwd, error)
                return Outcome(kind=OutcomeKind.UNKNOWN, sent=False, reason=reason)
            with _given(self._keys, process.pid):
                timed_out = await self._wait(process, timeout)
        return _outcome(process, loop.time() - began, duration(timeout) if timed_out else "", said, ssh=ssh)

    async def _start(self, argv: Sequence[str], stderr: int | None) -> Process:
        # A stopped program could not be brought back from here: ctrl+z does nothing to what we start.
        with _ignored(signal.SIGTSTP):
            try:
                return await asyncio.create_subprocess_exec(
                    *argv, cwd=self._cwd, env=self._env, stderr=stderr, process_group=0
                )
            except ValueError as error:
                raise UsageProblem(f"`{one_line(argv[0], 60)}` cannot take these arguments: {error}.") from error

    async def _wait(self, process: Process, timeout: float) -> bool:
        """Wait for its end, and bring it about when the time is up or we are cancelled; return whether time was up."""
        try:
            async with asyncio.timeout(timeout):
                await process.wait()
        except TimeoutError:
            await self._end(process)
            return True
        except BaseException:
            await self._end(process)
            raise
        return False

    async def _end(self, process: Process) -> None:
        for how in (signal.SIGHUP, signal.SIGTERM, signal.SIGCONT):
            signal_group(process.pid, how)
        with suppress(TimeoutError):
            async with asyncio.timeout(self._grace):
                await process.wait()
        signal_group(process.pid, signal.SIGKILL)
        await process.wait()


def _outcome(process: Process, seconds: float, limit: str, said: bytearray, *, ssh: bool) -> Outcome:
    words = [line for line in decode(bytes(said)).splitlines() if line.strip()]
    quoted = f" ssh said: {one_line(words[-1], 160)}" if words else ""
    code = process.returncode
    assert code is not None
    if limit:
        reason = (
            f"The terminal was taken back after {limit}; what ran in it was hung up, and how it ended is not known."
        )
        return Outcome(kind=OutcomeKind.TIMED_OUT, seconds=seconds, reason=reason)
    if code < 0:
        reason = f"It was ended by the signal {signal_name(-code)}: how far it came is not known.{quoted}"
        return Outcome(kind=OutcomeKind.UNKNOWN, exit_signal=signal_name(-code), seconds=seconds, reason=reason)
    if ssh and code == _SSH_TROUBLE:
        reason = f"The connection broke off or never stood: how far it came is not known.{quoted}"
        return Outcome(kind=OutcomeKind.UNKNOWN, seconds=seconds, reason=reason)
    return Outcome(kind=OutcomeKind.EXITED, exit_status=code, seconds=seconds)


@contextmanager
def _kept(keys: int, shows: int) -> Iterator[None]:
    """Put the terminal's own settings and modes back as they are now, and throw away keys that nobody read."""
    try:
        settings = termios.tcgetattr(keys)
    except termios.error:
        settings = None
    try:
        yield
    finally:
        with suppress(OSError):
            os.write(shows, RESET)
        if settings is not None:
            with suppress(termios.error):
                termios.tcsetattr(keys, termios.TCSANOW, settings)
                termios.tcflush(keys, termios.TCIFLUSH)


@contextmanager
def _given(keys: int, group: int) -> Iterator[None]:
    """Let that process group have the terminal's keys and signals meanwhile; none of its signals mean us."""
    ours = os.getpgrp()
    with _ignored(*_OURS):
        with suppress(OSError):  # no terminal of ours, or it has ended already
            os.tcsetpgrp(keys, group)
        # Whoever was too quick, and asked for a key before the terminal was theirs, was stopped for it.
        signal_group(group, signal.SIGCONT)
        try:
            yield
        finally:
            with suppress(OSError):
                os.tcsetpgrp(keys, ours)


@contextmanager
def _ignored(*numbers: signal.Signals) -> Iterator[None]:
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


@contextmanager
def _overheard(shows: int | None) -> Iterator[tuple[bytearray, int | None]]:
    """Give a place to write to that passes everything on to the terminal, and remembers the last of it."""
    said = bytearray()
    if shows is None:
        yield said, None
        return
    terminal, loop = shows, asyncio.get_running_loop()
    source, sink = os.pipe()
    os.set_blocking(source, False)

    def take() -> None:
        with suppress(BlockingIOError):
            while data := os.read(source, 4096):
                said.extend(data)
                del said[:-_LAST_SAID]
                with suppress(OSError):
                    os.write(terminal, data)

    loop.add_reader(source, take)
    try:
        yield said, sink
    finally:
        loop.remove_reader(source)
        take()
        os.close(source)
        os.close(sink)
