"""`resource:…`, `cleanup`, `storage:…`, `cron:…`, `ssh-keys:…`, `network:list`: what apps use of the host."""

from __future__ import annotations

import json
from collections.abc import Sequence

from restant_tui.practice.answers import table
from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, command, the_app
from restant_tui.practice.world import App, World

_LIMITS = ("cpu", "memory", "memory-swap", "network", "network-ingress", "network-egress", "nvidia-gpu")


@command("resource:limit", seconds=0.26)
async def limit(world: World, args: Sequence[str], io: Io) -> int:
    """Store limits; nobody looks at their units before the next deploy."""
    return _store(world, args, io, "limit")


@command("resource:reserve", seconds=0.26)
async def reserve(world: World, args: Sequence[str], io: Io) -> int:
    """Store reservations."""
    return _store(world, args, io, "reserve")


@command("resource:limit-clear", "resource:reserve-clear", seconds=0.26)
async def clear(world: World, args: Sequence[str], io: Io) -> int:
    """Forget limits and reservations."""
    app = the_app(world, args)
    io.out(f"-----> Clearing resources for {app.name}")
    app.resources.clear()
    return 0


def _store(world: World, args: Sequence[str], io: Io, what: str) -> int:
    given, names, kind = _flags(args)
    app = the_app(world, names)
    if not given:
        io.out(f"=====> Resource {what}s {app.name} [{kind or 'defaults'}]")
        for name in _LIMITS:
            value = app.resources.get(f"{kind or '_default_'}.{what}.{name}", "")
            io.out(f"       {name}: {value}")
        return 0
    io.out(f"=====> Setting resource {what}s for {app.name}{f' ({kind})' if kind else ''}")
    for name in sorted(given):
        io.out(f"       {name}: {given[name]}")
        app.resources[f"{kind or '_default_'}.{what}.{name}"] = given[name]
    return 0


def _flags(args: Sequence[str]) -> tuple[dict[str, str], list[str], str]:
    given: dict[str, str] = {}
    names: list[str] = []
    kind = ""
    rest = iter(args)
    for word in rest:
        if not word.startswith("--"):
            names.append(word)
            continue
        flag, equals, value = word.removeprefix("--").partition("=")
        value = value if equals else next(rest, "")
        if flag == "process-type":
            kind = value
        elif flag in _LIMITS:
            given[flag] = value
        else:
            raise Refused(f"unknown flag: --{flag}", 2, raw=True)
    return given, names, kind


@command("cleanup", seconds=1.2)
async def cleanup(world: World, args: Sequence[str], io: Io) -> int:
    """Remove stopped containers and unused images, which gives room on the disk."""
    io.out("-----> Cleaning up...")
    machine = world.machine
    await world.dawdle(3)
    machine.disk_kib -= machine.litter_kib
    machine.litter_kib = 0
    if machine.full_since is not None and not machine.full:
        machine.full_since = None
        for app in world.apps.values():
            for process in app.processes:
                process.log.due = max(process.log.due, world.clock.now())
    return 0


@command("storage:list", seconds=0.27)
async def storage_list(world: World, args: Sequence[str], io: Io) -> int:
    """List the mounts of an app."""
    app = the_app(world, args)
    if "json" in args or "--format=json" in args:
        rows = [dict(zip(("host_path", "container_path"), mount.split(":")[:2], strict=False)) for mount in app.storage]
        io.out(json.dumps([row | {"volume_options": ""} for row in rows], separators=(",", ":")))
        return 0
    io.out(f"-----> {app.name} volume bind-mounts:")
    for mount in app.storage:
        io.out(f"       {mount}")
    return 0


@command("storage:mount", seconds=0.3)
async def storage_mount(world: World, args: Sequence[str], io: Io) -> int:
    """Add a mount; it holds from the next deploy."""
    app, mount = _mount(world, args)
    if mount in app.storage:
        raise Refused("Mount path already exists.")
    app.storage.append(mount)
    return 0


@command("storage:unmount", seconds=0.3)
async def storage_unmount(world: World, args: Sequence[str], io: Io) -> int:
    """Remove a mount; it holds from the next deploy."""
    app, mount = _mount(world, args)
    if mount not in app.storage:
        raise Refused("Mount path does not exist.")
    app.storage.remove(mount)
    return 0


@command("storage:ensure-directory", seconds=0.3)
async def storage_directory(world: World, args: Sequence[str], io: Io) -> int:
    """Make a folder for uploads."""
    name = next((word for word in args if not word.startswith("-")), None)
    if name is None or "/" in name or name.startswith("."):
        raise Refused("Please specify a directory to create")
    io.out(f"-----> Ensuring /var/lib/dokku/data/storage/{name} exists")
    if world.folder is not None:
        (world.folder / "disk/var/lib/dokku/data/storage" / name).mkdir(parents=True, exist_ok=True)
    io.out("       Directory ready for mounting")
    return 0


def _mount(world: World, args: Sequence[str]) -> tuple[App, str]:
    words = [word for word in args if not word.startswith("-")]
    app = the_app(world, words)
    if len(words) < 2 or ":" not in words[1]:
        raise Refused("Storage path must be two valid paths divided by colon.")
    return app, words[1]


@command("cron:list", seconds=0.26)
async def cron_list(world: World, args: Sequence[str], io: Io) -> int:
    """List the scheduled tasks of an app."""
    app = the_app(world, args)
    tasks = [("cGhwPT09", "0 4 * * *", "allow", "false", "php artisan reservations:remind")]
    tasks = tasks if "worker" in app.scale else []
    if "json" in args or "--format=json" in args:
        keys = ("id", "schedule", "concurrency_policy", "maintenance", "command")
        extra = {"app-in-maintenance": app.maintenance, "task-in-maintenance": False}
        records = [dict(zip(keys, task, strict=True)) | extra for task in tasks]
        io.out(json.dumps(records, separators=(",", ":")))
        return 0
    for line in table([("ID", "Schedule", "Concurrency", "Maintenance", "Command"), *tasks]):
        io.out(line)
    return 0


@command("network:list", seconds=0.29)
async def network_list(world: World, args: Sequence[str], io: Io) -> int:
    """List Docker's networks."""
    io.header("=====> Networks")
    for name in ("none", "bridge", "host"):
        io.out(name)
    return 0


@command("ssh-keys:list", seconds=0.35)
async def ssh_keys_list(world: World, args: Sequence[str], io: Io) -> int:
    """List the keys that may use Dokku."""
    options = "no-agent-forwarding,no-user-rc,no-X11-forwarding,no-port-forwarding"
    if "json" in args or "--format=json" in args:
        rows = [{"fingerprint": f"SHA256:{print_}", "name": name} for name, print_ in world.keys.items()]
        io.out(json.dumps(rows, separators=(",", ":")))
        return 0
    for name, print_ in world.keys.items():
        io.out(f'SHA256:{print_} NAME="{name}" SSHCOMMAND_ALLOWED_KEYS="{options}"')
    return 0


@command("ssh-keys:add", seconds=0.4)
async def ssh_keys_add(world: World, args: Sequence[str], io: Io) -> int:
    """Refuse but to root: let another key in (of which only the name is kept here)."""
    if not io.root:
        raise Refused("This command must be run as root")
    if not args:
        raise Refused("Please specify a key name")
    world.keys[args[0]] = world.fingerprint(args[0])
    io.out(f"SHA256:{world.keys[args[0]]}")
    return 0


@command("ssh-keys:remove", seconds=0.4)
async def ssh_keys_remove(world: World, args: Sequence[str], io: Io) -> int:
    """Refuse but to root: let a key in no more."""
    if not io.root:
        raise Refused("This command must be run as root")
    if not args or args[-1] not in world.keys:
        raise Refused("Specified ssh key not found")
    del world.keys[args[-1]]
    return 0
