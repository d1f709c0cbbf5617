"""What the machine says of itself to the admin: load, memory, disk, names."""

from __future__ import annotations

from collections.abc import Callable

from restant_tui.practice.machine_model import DISK_KIB
from restant_tui.practice.world import World

_MEMORY_MIB = 3931
_USER_NUMBERS = {"root": 0, "dokku": 1001}


def _load(world: World) -> list[str]:
    dice = world.dice("figures")
    return [f"{dice.uniform(*limits):.2f}" for limits in ((0.2, 0.9), (0.3, 0.7), (0.35, 0.6))]


def load_line(world: World) -> str:
    """Return what `/proc/loadavg` reads."""
    return f"{' '.join(_load(world))} 1/312 {world.dice('figures').randrange(9000, 40000)}"


def up_seconds(world: World) -> float:
    """Return how long the machine has been up, in seconds of its time."""
    return 41 * 86400 + 11_520 + (world.clock.now() - world.opened_at).total_seconds()


def _uptime(world: World, args: list[str], user: str) -> list[str]:
    now = world.clock.now()
    days = 41 + (now - world.opened_at).days
    return [f" {now:%H:%M:%S} up {days} days,  3:12,  1 user,  load average: {', '.join(_load(world))}"]


def _df(world: World, args: list[str], user: str) -> list[str]:
    used = world.machine.disk_kib + world.dice("figures").randrange(4000)
    percent = round(100 * used / DISK_KIB)
    return [
        "Filesystem     1024-blocks     Used Available Capacity Mounted on",
        f"/dev/vda1         {DISK_KIB} {used:>8} {DISK_KIB - used:>9} {percent:>7}% /",
        "tmpfs              2013260        0   2013260       0% /dev/shm",
    ]


def _free(world: World, args: list[str], user: str) -> list[str]:
    used, free = 2150 + world.dice("figures").randrange(120), 620
    left = _MEMORY_MIB - used
    return [
        "               total        used        free      shared  buff/cache   available",
        f"Mem:     {_MEMORY_MIB:>11} {used:>11} {free:>11} {12:>11} {left - free:>11} {left:>11}",
        f"Swap:    {2047:>11} {118:>11} {1929:>11}",
    ]


def _id(world: World, args: list[str], user: str) -> list[str]:
    number = _USER_NUMBERS.get(user, 1000)
    return [f"uid={number}({user}) gid={number}({user}) groups={number}({user})"]


FIGURES: dict[str, Callable[[World, list[str], str], list[str]]] = {
    "true": lambda world, args, user: [],
    "false": lambda world, args, user: [],
    "hostname": lambda world, args, user: [world.hostname],
    "whoami": lambda world, args, user: [user],
    "id": _id,
    "nproc": lambda world, args, user: ["2"],
    "uptime": _uptime,
    "df": _df,
    "free": _free,
}
"""Each command's answer, from the world, its arguments and who asks."""
