"""`sh -c` of the scripts this program itself sends: what each would do is done to the model of the machine.

There is no shell language on the practice host, so a script is known by its text and any other is refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from restant_tui.dokku import scripts
from restant_tui.dokku.capabilities import SUDO
from restant_tui.practice import machine
from restant_tui.practice.io import Io
from restant_tui.practice.shell.apart import AROUND
from restant_tui.practice.shell.registry import SHELL, shell_command
from restant_tui.practice.world import World

_NOT_OF_THE_SHELL = frozenset({"git", "sudo", "dokku"})
_HOLDER = 48_213


@shell_command("sh")
async def sh(world: World, args: list[str], io: Io, user: str) -> int:
    """Run a script that is known; `sh -c TEXT NAME ARGUMENT…`."""
    text = args[1] if len(args) > 2 and args[0] == "-c" else ""
    if around := AROUND.get(text):
        return await around(world, args[3:], io, user)
    known = _KNOWN.get(text)
    if known is None:
        io.err("sh: scripts of your own not available on the practice host")
        return 127
    return await known(world, args[3:], io)


async def _freeze(world: World, args: list[str], io: Io) -> int:
    name, who = args[0], args[3] or "admin"
    app = world.apps.get(name)
    if app is None:
        return scripts.NO_SUCH_APP
    before = world.machine.freezes.get(name)
    if before is None:
        if app.deploying or world.machine.frozen.get(name):
            return scripts.BUSY
        world.machine.frozen[name] = 1
        world.machine.freezes[name] = (who, f"{world.clock.now():%Y-%m-%dT%H:%M:%SZ}")
        app.lock_file = True
    by, since = world.machine.freezes[name]
    io.out(f"{'already' if before else 'frozen'}\t{by}\t{since}\t{_HOLDER}")
    return 0


async def _thaw(world: World, args: list[str], io: Io) -> int:
    name = args[0]
    app = world.apps.get(name)
    if app is None:
        return scripts.NO_SUCH_APP
    before = world.machine.freezes.pop(name, None)
    if before is None:
        if app.deploying or world.machine.frozen.get(name):
            return scripts.BUSY
        io.out("none\t\t\t")
        return 0
    world.machine.frozen.pop(name, None)
    app.lock_file = False
    io.out(f"thawed\t{before[0]}\t{before[1]}\t{_HOLDER}")
    return 0


async def _figures(world: World, args: list[str], io: Io) -> int:
    def part(name: str, lines: list[str]) -> None:
        io.out(f"\x1e{name}")
        for line in lines:
            io.out(line)

    part("df", machine.FIGURES["df"](world, [], "admin")[:2])
    part("free", machine.FIGURES["free"](world, [], "admin"))
    load = machine.load_line(world)
    part("loadavg", [load])
    part("nproc", machine.FIGURES["nproc"](world, [], "admin"))
    up = 41 * 86400 + 11520 + (world.clock.now() - world.opened_at).total_seconds()
    part("uptime", [f"{up:.2f} {up:.2f}"])
    # Two processors: a load of two keeps both busy. A second has a hundred ticks for each.
    busy = min(200, round(100 * float(load.split()[0])))
    part("stat", ["cpu  100000 0 50000 800000 100 0 0 0 0 0"])
    await world.clock.sleep(1)
    part("stat", [f"cpu  {100_000 + busy} 0 50000 {800_000 + 200 - busy} 100 0 0 0 0 0"])
    part("end", [])
    return 0


async def _tools(world: World, args: list[str], io: Io) -> int:
    for name in args:
        if name in SHELL or name in _NOT_OF_THE_SHELL:
            io.out(name)
    for right in SUDO:
        io.out(right)
    return 0


_KNOWN: dict[str, Callable[[World, list[str], Io], Awaitable[int]]] = {
    scripts.FREEZE: _freeze,
    scripts.THAW: _thaw,
    scripts.FIGURES: _figures,
    scripts.TOOLS: _tools,
}
