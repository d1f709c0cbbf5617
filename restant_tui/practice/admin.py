"""The admin's shell: a handful of host commands, and no shell language at all."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from restant_tui.practice import machine, repository
from restant_tui.practice.dispatch import run_dokku
from restant_tui.practice.io import Io
from restant_tui.practice.prompt import converse
from restant_tui.practice.shell import waiting
from restant_tui.practice.shell.registry import SHELL
from restant_tui.practice.world import World

_SHELL_SIGNS = {
    "|": "pipes",
    "&": "background jobs and &&",
    ";": "lists of commands",
    "<": "redirects",
    ">": "redirects",
    "(": "subshells",
    ")": "subshells",
    "`": "command substitution",
    "$": "variables",
    "\n": "lists of commands",
}


async def run_line(world: World, line: str, io: Io) -> int:
    """Run one command line of the admin and return its exit status."""
    if not line.strip() and io.pty:
        return await _login_shell(world, io)
    if not line.strip():
        return _not_available("an interactive shell", io)
    sign = _shell_sign(line)
    if sign:
        return _not_available(_SHELL_SIGNS[sign], io)
    try:
        words = shlex.split(line)
    except ValueError:
        io.err("sh: 1: Syntax error: Unterminated quoted string")
        return 2
    return await _run(world, words, io, "admin")


async def _login_shell(world: World, io: Io) -> int:
    """Answer line by line, as long as somebody sits there; return the status of the last line, or of `exit`."""
    prompt = f"admin@{world.hostname}:~$ "
    status = 0

    async def answered(line: str) -> str | None:
        nonlocal status
        words = line.split()
        match words[:1]:
            case ["exit" | "logout"]:
                status = int(words[1]) % 256 if len(words) > 1 and words[1].isdecimal() else status
                return None
            case ["help"]:
                status = 0
                names = sorted({"dokku", "exit", "git", "sudo", *SHELL, *machine.FIGURES})
                for start in range(0, len(names), 8):
                    io.out("  ".join(f"{name:<12}" for name in names[start : start + 8]).rstrip())
            case [_]:
                io.quiet = io.forced = io.root = False
                io.build = None
                status = await run_line(world, line, io)
        return prompt

    io.out("This is the practice host: one command a line, no pipes. `help` names them, `exit` or ctrl+d leaves.")
    await converse(io, prompt, answered)
    return status


def _shell_sign(line: str) -> str:
    """Return the first sign outside quotes (`$` and backquote: outside single quotes) that needs a real shell."""
    quote = ""
    escaped = False
    for character in line:
        if escaped:
            escaped = False
        elif quote == "'":
            quote = "" if character == "'" else quote
        elif character == "\\":
            escaped = True
        elif character in "$`":
            return character
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "|&;<>()\n":
            return character
    return ""


async def _run(world: World, words: Sequence[str], io: Io, user: str) -> int:
    name, args = words[0].removeprefix("/usr/bin/").removeprefix("/bin/"), list(words[1:])
    match name:
        case "sudo":
            return await _sudo(world, args, io)
        case "dokku":
            io.root = user == "root"
            return await run_dokku(world, args, io)
        case "git":
            await world.dawdle(0.03)
            return repository.git(world, args, io, user=user)
    await world.dawdle(0.02)
    if name in SHELL:
        return await SHELL[name](world, args, io, user)
    if name not in machine.FIGURES:
        return _not_available(name, io)
    for line in machine.FIGURES[name](world, args, user):
        io.out(line)
    return int(name == "false")


waiting.runs_with(_run)


async def _sudo(world: World, args: list[str], io: Io) -> int:
    user = "root"
    while args and args[0].startswith("-"):
        flag = args.pop(0)
        if flag in ("-u", "--user") and args:
            user = args.pop(0)
        elif flag == "--":
            break
    if not args:
        io.err("usage: sudo -h | -K | -k | -V")
        return 1
    return await _run(world, args, io, user)


def _not_available(what: str, io: Io) -> int:
    io.err(f"sh: {what} not available on the practice host")
    return 127
