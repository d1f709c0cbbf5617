"""A real program of this machine as the far end of a session: git and rsync, on the practice disk alone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from restant_tui.practice.io import Io

_CHUNK = 65536


def plain_environment() -> dict[str, str]:
    """Return an environment with nothing of the person's own git settings in it."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "LC_ALL": "C",
    }


async def run_program(argv: Sequence[str], io: Io, *, cwd: Path | None = None) -> int:
    """Run a program with the session's streams, and return its exit status; it ends with the session."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=cwd,
        env=plain_environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    feeding = asyncio.create_task(_feed(io, process.stdin))
    leaving = asyncio.create_task(_end_when_gone(io, process))
    try:
        await asyncio.gather(_copy(process.stdout, io, False), _copy(process.stderr, io, True))
        return await process.wait()
    finally:
        feeding.cancel()
        leaving.cancel()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _feed(io: Io, stdin: asyncio.StreamWriter) -> None:
    try:
        while data := await io.input.read(_CHUNK):
            stdin.write(data)
            await stdin.drain()
        stdin.close()
    except (BrokenPipeError, ConnectionResetError):
        pass  # the program wants no more


async def _end_when_gone(io: Io, process: asyncio.subprocess.Process) -> None:
    await io.gone.wait()
    if process.returncode is None:
        process.terminate()


async def _copy(stream: asyncio.StreamReader, io: Io, to_err: bool) -> None:
    while data := await stream.read(_CHUNK):
        io.raw(data, to_err=to_err)
        await io.drain()
