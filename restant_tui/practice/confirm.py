"""How Dokku asks before it destroys: the name, typed on standard input, whether or not that is a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused


async def confirm(io: Io, args: Sequence[str], name: str, what: str) -> None:
    """Ask for the name unless `--force` was given.

    Args:
        io: where it is asked.
        args: the command's arguments; `-f` and `--force` answer.
        name: what has to be typed.
        what: what is about to be destroyed, as the question names it.

    Raises:
        Refused: another word was typed, or the input ended.
    """
    if io.forced or "--force" in args or "-f" in args:
        return
    io.problem("WARNING: Potentially Destructive Action")
    io.problem(f"This command will destroy {what}.")
    io.problem(f'To proceed, type "{name}"')
    io.raw(b"> ")
    typed = await io.read_line()
    if typed is None:
        raise Refused("EOF")
    if typed.strip() != name:
        raise Refused(f"Confirmation did not match {name}. Aborted.")
