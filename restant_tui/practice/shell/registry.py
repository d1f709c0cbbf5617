"""Every command of the admin's shell, found by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from restant_tui.practice.io import Io
from restant_tui.practice.world import World

RunShell = Callable[[World, list[str], Io, str], Awaitable[int]]
"""Called with the world, the arguments, the streams and the user; returns the exit status."""

SHELL: dict[str, RunShell] = {}


def shell_command(*names: str) -> Callable[[RunShell], RunShell]:
    """Register a function as the command of these names."""

    def register(run: RunShell) -> RunShell:
        for name in names:
            SHELL[name] = run
        return run

    return register


def flags_and_words(args: list[str], with_value: str = "") -> tuple[list[str], list[str]]:
    """Return the flags, and the words that are none; flags of one letter in `with_value` take the next word."""
    flags: list[str] = []
    words: list[str] = []
    rest = iter(args)
    for word in rest:
        if word == "--":
            words.extend(rest)
        elif word.startswith("-") and len(word) > 1:
            flags.append(word)
            if len(word) == 2 and word[1] in with_value:
                flags.append(next(rest, ""))
        else:
            words.append(word)
    return flags, words
