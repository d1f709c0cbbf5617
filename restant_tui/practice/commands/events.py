"""`events…`: Dokku's own log of who did what."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, command
from restant_tui.practice.world import World

_KNOWN = ("post-deploy", "deploy-failed", "post-stop", "builds-cancel", "maintenance-enable", "maintenance-disable")


@command("events", seconds=0.25)
async def events(world: World, args: Sequence[str], io: Io) -> int:
    """Print the last hundred events; with `-t` go on."""
    shown = len(world.events)
    for line in list(world.events)[-100:]:
        io.out(line)
    while "-t" in args and not io.gone.is_set():
        await world.clock.sleep(0.5)
        for line in list(world.events)[shown:]:
            io.out(line)
        shown = len(world.events)
    return 0


@command("events:on", seconds=0.38)
async def events_on(world: World, args: Sequence[str], io: Io) -> int:
    """Start to keep events."""
    world.events_on = True
    io.out("Enabling dokku events logger")
    return 0


@command("events:off", seconds=0.38)
async def events_off(world: World, args: Sequence[str], io: Io) -> int:
    """Stop keeping events."""
    world.events_on = False
    io.out("Disabling dokku events logger")
    return 0


@command("events:list", seconds=0.3)
async def events_list(world: World, args: Sequence[str], io: Io) -> int:
    """List the kinds of events that are kept."""
    if not world.events_on:
        raise Refused("Events logger disabled")
    for name in _KNOWN:
        io.out(name)
    return 0
