"""From words to a Dokku command: global flags, the registry, and Dokku's way to refuse."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.practice import commands  # noqa: F401 - importing it fills the registry
from restant_tui.practice.commands.misc import FAMILIES, usage
from restant_tui.practice.io import Io
from restant_tui.practice.registry import COMMANDS, Refused
from restant_tui.practice.releases import Ended
from restant_tui.practice.world import World

_GLOBAL_FLAGS = {"--quiet", "--force", "--trace"}


async def run_dokku(world: World, words: Sequence[str], io: Io) -> int:
    """Run one Dokku command line that is already cut into words, and return its exit status."""
    words = list(words)
    while words and words[0] in _GLOBAL_FLAGS:
        flag = words.pop(0)
        io.quiet |= flag == "--quiet"
        io.forced |= flag == "--force"
    name, args = (words[0], words[1:]) if words else ("help", [])
    command = COMMANDS.get(name)
    if command is None and name in FAMILIES:
        for line in usage(name):
            io.out(line)
        return 0
    if command is None:
        await world.dawdle(0.37)
        io.problem(f"`{' '.join(words)}` is not a dokku command.")
        io.problem("See `dokku help` for a list of available commands.")
        return 1
    await world.dawdle(command.seconds)
    if command.folded and args:
        io.fold()
    try:
        return await command.run(world, args, io)
    except Refused as refused:
        if refused.message:
            (io.err if refused.raw else io.problem)(refused.message)
        return refused.status
    except Ended:
        return 1  # whoever asked has hung up; there is nobody to tell
