"""`systemctl` and `systemd-run`: the machine's services, and commands that outlive the session that starts them."""

from __future__ import annotations

import asyncio

from restant_tui.practice.io import Io
from restant_tui.practice.shell.registry import flags_and_words, shell_command
from restant_tui.practice.shell.waiting import run_words
from restant_tui.practice.world import World

_ALWAYS = ("nginx", "docker", "ssh", "sshd", "cron", "dokku-retire.timer", "rsyslog")


@shell_command("systemctl")
async def systemctl(world: World, args: list[str], io: Io, user: str) -> int:
    """Show, ask, start or stop a unit."""
    _, words = flags_and_words(args, "n")
    if len(words) < 2:
        io.out("0 loaded units listed.")
        return 0
    verb, names = words[0], [word.removesuffix(".service") for word in words[1:]]
    if verb == "is-active":
        return _states(world, names, io)
    if verb == "status":
        return _status(world, names[0], io)
    if verb not in ("start", "stop", "restart", "reload"):
        io.err(f"Unknown command verb '{verb}'.")
        return 1
    if user != "root":
        io.err(f"Failed to {verb} {names[0]}.service: Interactive authentication required.")
        return 1
    if verb == "stop":
        await _stop(world, names)
    return 0 if verb == "stop" or all(_active(world, name) for name in names) else 5


def _states(world: World, names: list[str], io: Io) -> int:
    states = ["active" if _active(world, name) else "inactive" for name in names]
    for state in states:
        io.out(state)
    return 0 if "inactive" not in states else 3


async def _stop(world: World, names: list[str]) -> None:
    for name in names:
        if task := world.machine.units.pop(name, None):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _active(world: World, name: str) -> bool:
    task = world.machine.units.get(name)
    return name in _ALWAYS or (task is not None and not task.done())


def _status(world: World, name: str, io: Io) -> int:
    if name not in _ALWAYS and name not in world.machine.units:
        io.err(f"Unit {name}.service could not be found.")
        return 4
    active = _active(world, name)
    io.out(f"{'●' if active else '○'} {name}.service")
    io.out(f"     Loaded: loaded (/lib/systemd/system/{name}.service; enabled; preset: enabled)")
    since = world.opened_at
    io.out(f"     Active: {'active (running)' if active else 'inactive (dead)'} since {since:%a %Y-%m-%d %H:%M:%S} UTC")
    return 0 if active else 3


@shell_command("systemd-run")
async def systemd_run(world: World, args: list[str], io: Io, user: str) -> int:
    """Start a command as a unit of its own, which goes on when the session ends."""
    if user != "root":
        io.err("Failed to start transient service unit: Interactive authentication required.")
        return 1
    name = f"run-u{len(world.machine.units) + 1}"
    words = list(args)
    while words and words[0].startswith("-"):
        flag = words.pop(0)
        if flag == "--unit" and words:
            name = words.pop(0)
        elif flag.startswith("--unit="):
            name = flag.partition("=")[2]
        elif flag in ("-u", "-p") and words:
            name = words.pop(0) if flag == "-u" else name
    name = name.removesuffix(".service")
    if not words:
        io.err("Command line to execute required.")
        return 1
    if _active(world, name):
        io.err(f"Failed to start transient service unit: Unit {name}.service was already loaded")
        return 1
    alone = Io(lambda data, to_err: None)
    alone.input.feed_eof()

    async def unit() -> None:
        await run_words(world, words, alone, user)

    world.machine.units[name] = asyncio.create_task(unit(), name=f"practice unit {name}")
    io.err(f"Running as unit: {name}.service")
    return 0
