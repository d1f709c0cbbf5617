"""`run` and `enter`: a command in a container of its own, or in one that runs."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.practice.artisan import execute
from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, command, the_app
from restant_tui.practice.world import World


@command("run", seconds=2.3)
async def run(world: World, args: Sequence[str], io: Io) -> int:
    """Run one command in a container of `latest`, and pass its exit status on."""
    words = list(args)
    while words and words[0].startswith("-"):
        flag = words.pop(0)
        if flag in ("-e", "--env", "--ttl-seconds") and words:
            words.pop(0)
    app = the_app(world, words[:1])
    if not app.deployed:
        raise Refused("Successfully deploy your app to fix dokku run calls")
    if len(words) < 2:
        raise Refused("No command specified")
    return execute(world, app, words[1:], io)


@command("run:list", seconds=0.4)
async def run_list(world: World, args: Sequence[str], io: Io) -> int:
    """List the one-off containers that run: none, they end with their command."""
    app = the_app(world, args)
    if "json" in args or "--format=json" in args:
        io.out("[]")
        return 0
    io.header(f"=====> {app.name} run containers")
    io.out("NAMES     COMMAND   CREATED")
    return 0


@command("enter", seconds=0.8)
async def enter(world: World, args: Sequence[str], io: Io) -> int:
    """Run a command in a container that runs."""
    app = the_app(world, args)
    words = list(args)[1:]
    kinds = list(dict.fromkeys(process.kind for process in app.processes if process.stopped_at is None))
    if not kinds:
        raise Refused(f"No containers found for {app.name}")
    if words and words[0].partition(".")[0] in kinds:
        words = words[1:]
    elif len(kinds) > 1:
        raise Refused(f"No container type specified.\n !     Available types for app ({app.name}): {' '.join(kinds)}")
    if not words:
        raise Refused("An interactive shell is not available on the practice host")
    return execute(world, app, words, io)
