"""`mysql:…` and `redis:…`: which services there are, what they are, and making and destroying them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from restant_tui.practice.commands.service_common import (
    TITLES,
    named_service,
    running_service,
    service_command,
    words_of,
)
from restant_tui.practice.confirm import confirm
from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused
from restant_tui.practice.world import Service, World

_IMAGES = {"mysql": "mysql:8.4.3", "redis": "redis:7.4.1"}


@service_command("list", seconds=0.28)
async def list_services(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """List the services by name."""
    names = sorted(service.name for service in world.services.values() if service.kind == kind)
    if not names:
        io.problem(f"There are no {TITLES[kind]} services")
        return 0
    io.header(f"=====> {TITLES[kind]} services")
    for name in names:
        io.out(name)
    return 0


@service_command("exists", seconds=0.27)
async def exists(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Say whether there is such a service."""
    io.out(f"Service {named_service(world, kind, args).name} exists")
    return 0


@service_command("info", seconds=0.49)
async def info(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Report a service, its address with the password in it, or one value."""
    service = named_service(world, kind, args)
    values = _values(service)
    flags = [word for word in args if word.startswith("-")]
    if not flags:
        _show(service, io)
        return 0
    flag = flags[0].removeprefix("--")
    if flag not in values:
        raise Refused(f"Invalid flag passed, valid flags: {' '.join('--' + key for key in values)}")
    io.out(values[flag])
    return 0


def _show(service: Service, io: Io) -> None:
    io.header(f"=====> {service.name} {service.kind} service information")
    for key, value in _values(service).items():
        label = key.replace("-", " ")
        io.out(f"       {label[0].upper() + label[1:] + ':':<20} {value:<25}")


@service_command("linked", seconds=0.3)
async def linked(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Say whether an app is linked, by sentence and exit status."""
    service = named_service(world, kind, args)
    app = [*words_of(args), ""][1]
    if app not in service.links:
        raise Refused(f"Service {service.name} is not linked to {app}")
    io.out(f"Service {service.name} is linked to {app}")
    return 0


@service_command("links", seconds=0.3)
async def links(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """List the linked apps."""
    for name in named_service(world, kind, args).links:
        io.out(name)
    return 0


@service_command("create", seconds=1.0)
async def create(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Create an empty service."""
    await _create(world, kind, args, io)
    return 0


async def _create(world: World, kind: str, args: Sequence[str], io: Io) -> Service:
    name = next(iter(words_of(args)), None)
    if name is None:
        raise Refused("Please specify a valid name for the service")
    if not all(character.isalnum() or character in "_-" for character in name):
        raise Refused("Please specify a valid name for the service. Valid characters are: [A-Za-z0-9_-]+")
    if name in world.services and world.services[name].kind == kind:
        raise Refused(f"{TITLES[kind]} service {name} already exists")
    if world.machine.full:
        io.err("docker: Error response from daemon: mkdir /var/lib/docker/overlay2: no space left on device.")
        raise Refused(f"Failed to create {TITLES[kind]} service {name}")
    io.out("       Waiting for container to be ready")
    await world.dawdle(6)
    service = Service(name, kind, world.hexadecimal(64), _IMAGES[kind], [])
    service.password = world.hexadecimal(16, "passwords")
    service.used_mib = 1.2
    world.services[name] = service
    if kind == "mysql":
        io.out("       Creating container database")
    io.out(f"=====> {TITLES[kind]} container created: {name}")
    _show(service, io)
    return service


@service_command("clone", seconds=1.0)
async def clone(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Create a service with a copy of another one's data."""
    source = running_service(world, kind, args)
    words = words_of(args)
    if len(words) < 2:
        raise Refused("Please specify a name for the new service")
    target = await _create(world, kind, words[1:], io)
    io.out(f"-----> Copying data from {source.name} to {target.name}")
    await world.dawdle(3)
    target.tables, target.keys = deepcopy(source.tables), dict(source.keys)
    target.used_mib = source.used_mib
    io.out("       Done")
    return 0


@service_command("destroy", seconds=0.6)
async def destroy(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Destroy a service and all its data; the name has to be typed, and it must not be linked."""
    service = named_service(world, kind, args)
    if service.links:
        raise Refused("Cannot delete linked service")
    await confirm(io, args, service.name, f"{service.name} {TITLES[kind]} service")
    io.out(f"-----> Deleting {service.name}")
    io.out("       Deleting container data")
    io.out("       Stopping container")
    await world.dawdle(1)
    io.out("       Removing container")
    io.out("       Removing data")
    del world.services[service.name]
    io.out(f"=====> {TITLES[kind]} container deleted: {service.name}")
    return 0


def _values(service: Service) -> dict[str, str]:
    root = f"/var/lib/dokku/services/{service.kind}/{service.name}"
    running = service.status == "running"
    return {
        "config-dir": f"{root}/config",
        "config-options": "",
        "data-dir": f"{root}/data",
        "dsn": service.address,
        "exposed-ports": "-",
        "id": service.id,
        "internal-ip": f"172.17.0.{2 if service.kind == 'mysql' else 3}" if running else "",
        "initial-network": "",
        "links": " ".join(service.links) or "-",
        "post-create-network": "",
        "post-start-network": "",
        "service-root": root,
        "status": service.status,
        "version": service.version,
    }
