"""`mysql:start|stop|restart|logs…` and `redis:…`: the service's container."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.practice.commands.service_common import named_service, service_command
from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused
from restant_tui.practice.world import Service, World


@service_command("start", seconds=0.6)
async def start(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Start the container."""
    await _start(world, named_service(world, kind, args), io)
    return 0


@service_command("stop", "pause", seconds=0.6)
async def stop(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Stop the container; linked apps lose it at once."""
    await _stop(world, named_service(world, kind, args), io)
    return 0


@service_command("restart", seconds=0.6)
async def restart(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Stop the container, then start it."""
    service = named_service(world, kind, args)
    await _stop(world, service, io)
    await _start(world, service, io)
    return 0


async def _start(world: World, service: Service, io: Io) -> None:
    if service.status == "running":
        io.out("-----> Service is already started")
        return
    if world.machine.full:
        io.err("Error response from daemon: mkdir /var/lib/docker/overlay2: no space left on device")
        raise Refused("Failed to start service")
    io.out("-----> Starting container")
    await world.dawdle(2.5)
    service.status = "running"
    service.log.append(f"{world.clock.now():%Y-%m-%dT%H:%M:%S.%fZ} 0 [System] ready for connections")
    io.out("=====> Container started")


async def _stop(world: World, service: Service, io: Io) -> None:
    if service.status != "running":
        io.out("-----> Service is already stopped")
        return
    io.out("=====> Stopping container")
    await world.dawdle(1.2)
    service.status = "exited"
    service.log.append(f"{world.clock.now():%Y-%m-%dT%H:%M:%S.%fZ} 0 [System] shutdown complete")
    io.out("=====> Container stopped")


@service_command("logs", seconds=0.5)
async def logs(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Print the newest lines of the container; with `-t` go on."""
    service = named_service(world, kind, args)
    shown = len(service.log)
    for line in service.log[-100:]:
        io.out(line)
    while ("-t" in args or "--tail" in args) and not io.gone.is_set() and service.status == "running":
        await world.clock.sleep(0.5)
        for line in service.log[shown:]:
            io.out(line)
        shown = len(service.log)
    return 0
