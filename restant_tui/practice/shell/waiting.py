"""`flock`, `sleep`, `timeout`, `env`: commands around commands; `flock` on a deploy lock keeps deploys out."""

from __future__ import annotations

import asyncio
import re
import shlex
from collections.abc import Awaitable, Callable, Sequence

from restant_tui.practice.io import Io
from restant_tui.practice.shell.registry import shell_command
from restant_tui.practice.world import World

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_runner: list[Callable[[World, Sequence[str], Io, str], Awaitable[int]]] = []


def runs_with(run: Callable[[World, Sequence[str], Io, str], Awaitable[int]]) -> None:
    """Say how a command inside a command is run; the admin's shell does, when it is imported."""
    _runner[:] = [run]


async def run_words(world: World, words: Sequence[str], io: Io, user: str) -> int:
    """Run a command that stands inside another one."""
    return await _runner[0](world, words, io, user)


def _seconds(text: str) -> float | None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    return float(found[1]) * _UNITS[found[2]] if found else None


@shell_command("sleep")
async def sleep(world: World, args: list[str], io: Io, user: str) -> int:
    """Wait, in the time of the practice host."""
    seconds = _seconds(args[0]) if args else None
    if args == ["infinity"]:
        seconds = 10 * 365 * 86400.0
    if seconds is None:
        io.err(f"sleep: invalid time interval '{' '.join(args)}'")
        return 1
    await world.clock.sleep(seconds)
    return 0


@shell_command("timeout")
async def timeout(world: World, args: list[str], io: Io, user: str) -> int:
    """Run a command and end it after a while."""
    words = [word for word in args if not word.startswith("-")]
    seconds = _seconds(words[0]) if words else None
    if seconds is None or len(words) < 2:
        io.err("timeout: invalid time interval")
        return 125
    start = args.index(words[0]) + 1
    task = asyncio.ensure_future(run_words(world, args[start:], io, user))
    limit = asyncio.ensure_future(world.clock.sleep(seconds))
    try:
        await asyncio.wait({task, limit}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else 124
    finally:
        for left in (task, limit):
            left.cancel()
        await asyncio.gather(task, limit, return_exceptions=True)


@shell_command("env", "nohup", "setsid", "nice")
async def around(world: World, args: list[str], io: Io, user: str) -> int:
    """Run the command behind it."""
    words = list(args)
    while words and (words[0].startswith("-") or "=" in words[0]):
        words.pop(0)
    return await run_words(world, words, io, user) if words else 0


@shell_command("flock")
async def flock(world: World, args: list[str], io: Io, user: str) -> int:
    """Hold a lock while a command runs; on `/home/dokku/APP/.deploy.lock` it is the one deploys take.

    `-n` gives up at once (status 1, or that of `-E`); without it, it waits.
    """
    words, patient, conflict, inner = list(args), True, 1, ""
    while words and words[0].startswith("-"):
        flag = words.pop(0)
        if flag in ("-n", "--nonblock", "--nb"):
            patient = False
        elif flag in ("-E", "--conflict-exit-code") and words:
            conflict = int(words.pop(0)) if words[0].isdigit() else 1
        elif flag in ("-w", "--timeout") and words:
            words.pop(0)
            patient = False
    if len(words) < 2:
        io.err("flock: requires a file and a command")
        return 64
    path, command = words[0], words[1:]
    if command[0] in ("-c", "--command") and len(command) > 1:
        inner = command[1]
        command = shlex.split(inner)
    app = next((app for app in world.apps.values() if path == f"{app.directory}/.deploy.lock"), None)
    name = app.name if app else path
    if path.startswith("/home/dokku/") and user not in ("root", "dokku"):
        io.err(f"flock: cannot open lock file {path}: Permission denied")
        return 66
    frozen = world.machine.frozen
    while frozen.get(name) or (app is not None and app.deploying):
        if not patient:
            return conflict
        await world.clock.sleep(0.5)
    frozen[name] = 1
    held = app.lock_file if app else False
    try:
        if app is not None:
            app.lock_file = True
        return await run_words(world, command, io, user)
    finally:
        frozen.pop(name, None)
        if app is not None:
            app.lock_file = held
