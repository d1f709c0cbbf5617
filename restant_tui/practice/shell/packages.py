"""`apt`: what could be updated, and doing it."""

from __future__ import annotations

from restant_tui.practice.io import Io
from restant_tui.practice.shell.registry import flags_and_words, shell_command
from restant_tui.practice.world import World


@shell_command("apt", "apt-get")
async def apt(world: World, args: list[str], io: Io, user: str) -> int:
    """Update the lists, list what has a newer version, upgrade."""
    _, words = flags_and_words(args, "o")
    io.err("")
    io.err("WARNING: apt does not have a stable CLI interface. Use with caution in scripts.")
    io.err("")
    packages = world.machine.upgradable
    match words[:1]:
        case ["list"]:
            io.out("Listing...")
            for name, (old, new) in sorted(packages.items()):
                io.out(f"{name}/stable-security {new} amd64 [upgradable from: {old}]")
            return 0
        case ["update" | "upgrade" | "full-upgrade" | "install"] if user != "root":
            io.err("E: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)")
            return 100
        case ["update"]:
            await world.dawdle(2)
            io.out("Hit:1 http://deb.debian.org/debian bookworm InRelease")
            io.out("Get:2 http://security.debian.org/debian-security bookworm-security InRelease [48.0 kB]")
            io.out("Reading package lists...")
            io.out(f"{len(packages)} packages can be upgraded. Run 'apt list --upgradable' to see them.")
            return 0
        case ["upgrade" | "full-upgrade" | "install"]:
            return await _upgrade(world, words[1:] or list(packages), io)
    io.err(f"E: Invalid operation {' '.join(words[:1])}")
    return 100


async def _upgrade(world: World, names: list[str], io: Io) -> int:
    packages = world.machine.upgradable
    chosen = [name for name in names if name in packages]
    for name in chosen:
        old, new = packages.pop(name)
        await world.dawdle(1)
        io.out(f"Unpacking {name} ({new}) over ({old}) ...")
        io.out(f"Setting up {name} ({new}) ...")
    io.out(f"{len(chosen)} upgraded, 0 newly installed, 0 to remove and {len(packages)} not upgraded.")
    return 0
