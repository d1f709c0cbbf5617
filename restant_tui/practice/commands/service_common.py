"""What every file of service commands needs: the two plugins' names, and how a command is made for both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, command
from restant_tui.practice.world import Service, World

TITLES = {"mysql": "MySQL", "redis": "Redis"}

RunService = Callable[[World, str, Sequence[str], Io], Awaitable[int]]


def service_command(
    *names: str, seconds: float = 0.4, kinds: Sequence[str] = ("mysql", "redis")
) -> Callable[[RunService], RunService]:
    """Register a function as `mysql:NAME` and `redis:NAME`; it gets the plugin's word as its second argument."""

    def register(run: RunService) -> RunService:
        for kind in kinds:

            async def for_kind(world: World, args: Sequence[str], io: Io, kind: str = kind) -> int:
                return await run(world, kind, args, io)

            for_kind.__doc__ = run.__doc__
            for name in names:
                command(f"{kind}:{name}", seconds=seconds)(for_kind)
        return run

    return register


def words_of(args: Sequence[str]) -> list[str]:
    """Return the arguments that are no flags."""
    return [word for word in args if not word.startswith("-")]


def named_service(world: World, kind: str, args: Sequence[str]) -> Service:
    """Return the service the first argument that is no flag names.

    Raises:
        Refused: there is no argument or no such service, in the plugin's words.
    """
    name = next(iter(words_of(args)), None)
    if name is None:
        raise Refused("Please specify a valid name for the service")
    service = world.services.get(name)
    if service is None or service.kind != kind:
        raise Refused(f"{TITLES[kind]} service {name} does not exist")
    return service


def running_service(world: World, kind: str, args: Sequence[str]) -> Service:
    """Return the named service, which must have a running container.

    Raises:
        Refused: as `named_service`, or its container is not running.
    """
    service = named_service(world, kind, args)
    if service.status != "running":
        raise Refused(f"Service {service.name} container is not running")
    return service
