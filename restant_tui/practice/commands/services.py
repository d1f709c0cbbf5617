"""`mysql:…` and `redis:…`: the data services, as their two plugins answer alike."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, Run, command
from restant_tui.practice.world import Service, World

_TITLES = {"mysql": "MySQL", "redis": "Redis"}


def _named(world: World, kind: str, args: Sequence[str]) -> Service:
    name = next((word for word in args if not word.startswith("-")), None)
    if name is None:
        raise Refused("Please specify a valid name for the service")
    service = world.services.get(name)
    if service is None or service.kind != kind:
        raise Refused(f"{_TITLES[kind]} service {name} does not exist")
    return service


def _listing(kind: str) -> Run:
    async def run(world: World, args: Sequence[str], io: Io) -> int:
        names = sorted(service.name for service in world.services.values() if service.kind == kind)
        if not names:
            io.problem(f"There are no {_TITLES[kind]} services")
            return 0
        io.header(f"=====> {_TITLES[kind]} services")
        for name in names:
            io.out(name)
        return 0

    return run


def _existing(kind: str) -> Run:
    async def run(world: World, args: Sequence[str], io: Io) -> int:
        service = _named(world, kind, args)
        io.out(f"Service {service.name} exists")
        return 0

    return run


def _informing(kind: str) -> Run:
    async def run(world: World, args: Sequence[str], io: Io) -> int:
        service = _named(world, kind, args)
        values = _values(service)
        flags = [word for word in args if word.startswith("-")]
        if not flags:
            io.header(f"=====> {service.name} {kind} service information")
            for key, value in values.items():
                label = key.replace("-", " ")
                io.out(f"       {label[0].upper() + label[1:] + ':':<20} {value:<25}")
            return 0
        flag = flags[0].removeprefix("--")
        if flag not in values:
            raise Refused(f"Invalid flag passed, valid flags: {' '.join('--' + key for key in values)}")
        io.out(values[flag])
        return 0

    return run


def _values(service: Service) -> dict[str, str]:
    root = f"/var/lib/dokku/services/{service.kind}/{service.name}"
    host = f"dokku-{service.kind}-{service.name}"
    database = service.name.replace("-", "_")
    dsn = (
        f"mysql://mysql:practice@{host}:3306/{database}"
        if service.kind == "mysql"
        else f"redis://:practice@{host}:6379"
    )
    running = service.status == "running"
    return {
        "config-dir": f"{root}/config",
        "config-options": "",
        "data-dir": f"{root}/data",
        "dsn": dsn,
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


for _kind in _TITLES:
    command(f"{_kind}:list", seconds=0.28)(_listing(_kind))
    command(f"{_kind}:exists", seconds=0.27)(_existing(_kind))
    command(f"{_kind}:info", seconds=0.49)(_informing(_kind))
