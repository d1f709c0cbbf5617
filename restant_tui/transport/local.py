"""Argument lists as programs on this machine, in one folder, each in a process group of its own. Never a shell."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from restant_tui.errors import UsageProblem
from restant_tui.text import duration, one_line
from restant_tui.transport.kept import Kept
from restant_tui.transport.outcome import OnOutput, Outcome, OutcomeKind

_CHUNK = 64 * 1024


class LocalShell:
    """Runs programs on this machine.

    Args:
        cwd: the folder they start in.
        env: their whole environment; also where `PATH` is looked up.
        grace: seconds between asking a program to end and ending it.
    """

    def __init__(self, cwd: Path, env: Mapping[str, str], *, grace: float = 2.0) -> None:
        self._cwd = cwd
        self._env = dict(env)
        self._grace = grace

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = 4 * 1024 * 1024,
    ) -> Outcome:
        """Run one argument list to its end, as `outcome.Runner` says.

        Running out of time, and cancelling this, ends the program and everything it started in its process group.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        started = await self._start(argv, stdin=PIPE if stdin else DEVNULL, stderr=PIPE)
        if isinstance(started, Outcome):
            return started
        out, err = Kept(cap), Kept(cap)
        work = asyncio.gather(
            _feed(started.stdin, stdin or b""),
            _read(started.stdout, _sink(out, on_output, is_error=False)),
            _read(started.stderr, _sink(err, on_output, is_error=True)),
            started.wait(),
        )
        reason = ""
        try:
            async with asyncio.timeout(timeout):
                await asyncio.shield(work)
        except TimeoutError:
            in_time = started.returncode is not None
            await self._end(started, work)
            if not in_time:
                reason = f"No end after {duration(timeout)}: the program and all it started were ended."
                return _outcome(OutcomeKind.TIMED_OUT, started, out, err, loop.time() - began, reason)
            reason = "The program ended, but something it started held its output open and was ended."
        except BaseException:
            await self._end(started, work)
            raise
        return _outcome(OutcomeKind.EXITED, started, out, err, loop.time() - began, reason)

    async def follow(self, argv: Sequence[str], on_data: Callable[[bytes], None]) -> Outcome:
        """Run an argument list that does not end by itself, as `outcome.Runner` says; cancelling this ends it."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        started = await self._start(argv, stdin=DEVNULL, stderr=STDOUT)
        if isinstance(started, Outcome):
            return started
        nothing = Kept(0)
        work = asyncio.gather(_read(started.stdout, on_data), started.wait())
        try:
            await asyncio.shield(work)
        except BaseException:
            await self._end(started, work)
            raise
        return _outcome(OutcomeKind.EXITED, started, nothing, nothing, loop.time() - began, "")

    async def _start(self, argv: Sequence[str], *, stdin: int, stderr: int) -> Process | Outcome:
        if not argv or not argv[0]:
            raise UsageProblem("There is no program to run: give its name and arguments.")
        try:
            return await asyncio.create_subprocess_exec(
                *argv,
                cwd=self._cwd,
                env=self._env,
                stdin=stdin,
                stdout=PIPE,
                stderr=stderr,
                start_new_session=True,
            )
        except ValueError as error:
            raise UsageProblem(f"`{one_line(argv[0], 60)}` cannot take these arguments: {error}.") from error
        except OSError as error:
            return Outcome(kind=OutcomeKind.UNKNOWN, sent=False, reason=why_not_started(argv[0], self._cwd, error))

    async def _end(self, process: Process, work: asyncio.Future[Any]) -> None:
        """End the whole group: ask, wait until it has let go of its output, then make sure."""
        signal_group(process.pid, signal.SIGTERM)
        await asyncio.wait([work], timeout=self._grace)
        signal_group(process.pid, signal.SIGKILL)
        await process.wait()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


def why_not_started(program: str, cwd: Path, error: OSError) -> str:
    """Return in one sentence why a program could not be started in that folder."""
    name = one_line(program, 60)
    if not cwd.is_dir():
        return f"Not run: the folder {cwd} does not exist."
    match error:
        case FileNotFoundError():
            return f"Not run: the program `{name}` is not installed here, or not on PATH."
        case PermissionError():
            return f"Not run: `{name}` may not be executed here."
    return f"Not run: `{name}` could not be started ({one_line(error.strerror or str(error), 80)})."


def signal_group(group: int, how: signal.Signals) -> None:
    """Signal every process of a group, if it has any."""
    with suppress(ProcessLookupError, PermissionError):  # the group is empty, or only zombies are left in it
        os.killpg(group, how)


async def _feed(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    if stream is None:
        return
    # A program may well end before it has read all: that is its business, and its exit status says so.
    with suppress(BrokenPipeError, ConnectionResetError):
        for start in range(0, len(data), _CHUNK):
            stream.write(data[start : start + _CHUNK])
            await stream.drain()
    stream.close()


async def _read(stream: asyncio.StreamReader | None, take: Callable[[bytes], None]) -> None:
    while stream and (data := await stream.read(_CHUNK)):
        take(data)


def _sink(kept: Kept, on_output: OnOutput | None, *, is_error: bool) -> Callable[[bytes], None]:
    def take(data: bytes) -> None:
        kept.add(data)
        if on_output:
            on_output(data, is_error)

    return take


def _outcome(kind: OutcomeKind, process: Process, out: Kept, err: Kept, seconds: float, reason: str) -> Outcome:
    code = process.returncode
    exited = kind is OutcomeKind.EXITED and code is not None
    return Outcome(
        kind=kind,
        exit_status=code if exited and code is not None and code >= 0 else None,
        exit_signal=signal_name(-code) if exited and code is not None and code < 0 else None,
        stdout=out.bytes(),
        stderr=err.bytes(),
        seconds=seconds,
        truncated=out.truncated or err.truncated or (exited and bool(reason)),
        reason=reason,
    )


def signal_name(number: int) -> str:
    """Return the name of a signal without its SIG, or its number."""
    try:
        return signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return str(number)
