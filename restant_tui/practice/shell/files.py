"""`ls`, `cat`, `sha256sum`, `stat`, `find`, `du`, `mkdir`, `rm`, `test`, `grep`: looking at files of the host."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from restant_tui.practice import machine
from restant_tui.practice.io import Io
from restant_tui.practice.shell.authlog import auth_lines
from restant_tui.practice.shell.disk import NoEntryError, existing, place
from restant_tui.practice.shell.registry import flags_and_words, shell_command
from restant_tui.practice.world import World


def _each(world: World, name: str, words: list[str], io: Io, user: str) -> Iterator[tuple[str, Path] | None]:
    """Yield each word with its place, and None where it has none, after saying so."""
    for word in words:
        try:
            yield word, existing(world, word, user)
        except NoEntryError as problem:
            io.err(f"{name}: {word}: {problem}")
            yield None


@shell_command("ls")
async def ls(world: World, args: list[str], io: Io, user: str) -> int:
    """List files; with `-l` with size and time."""
    flags, words = flags_and_words(args)
    long = any("l" in flag for flag in flags)
    status = 0
    for word in words or ["."]:
        try:
            found = existing(world, word, user)
        except NoEntryError as problem:
            io.err(f"ls: cannot access '{word}': {problem}")
            status = 2
            continue
        for path in sorted(found.iterdir()) if found.is_dir() else [found]:
            name = path.name if found.is_dir() else word
            io.out(_long(path, name) if long else name)
    return status


def _long(path: Path, name: str) -> str:
    facts = path.stat()
    at = datetime.fromtimestamp(facts.st_mtime, UTC)
    kind, mode = ("d", "rwxr-xr-x") if path.is_dir() else ("-", "rw-r--r--")
    return f"{kind}{mode} 1 root root {facts.st_size:>9} {at:%b} {at.day:>2} {at:%H:%M} {name}"


@shell_command("cat")
async def cat(world: World, args: list[str], io: Io, user: str) -> int:
    """Print files, or what comes on standard input until it ends."""
    if args == ["/proc/loadavg"]:
        io.out(machine.load_line(world))
        return 0
    if not args:
        while data := await io.input.read(65536):
            io.raw(data)
        return 0
    if args == ["/var/log/auth.log"]:
        for line in auth_lines(world):
            io.out(line)
        return 0
    status = 0
    for found in _each(world, "cat", args, io, user):
        if found is None or found[1].is_dir():
            status = 1
        else:
            io.raw(found[1].read_bytes())
    return status


@shell_command("grep")
async def grep(world: World, args: list[str], io: Io, user: str) -> int:
    """Print the lines of a file that fit, or with `-c` how many they are."""
    flags, words = flags_and_words(args)
    if len(words) < 2:
        return 2
    ignore = re.IGNORECASE if any("i" in flag for flag in flags) else 0
    if words[1] == "/var/log/auth.log":
        lines = auth_lines(world)
    else:
        try:
            lines = existing(world, words[1], user).read_text("utf-8", "replace").splitlines()
        except NoEntryError as problem:
            io.err(f"grep: {words[1]}: {problem}")
            return 2
    try:
        fitting = [line for line in lines if re.search(words[0], line, ignore)]
    except re.error:
        io.err("grep: Invalid regular expression")
        return 2
    for line in [str(len(fitting))] if any("c" in flag for flag in flags) else fitting:
        io.out(line)
    return 0 if fitting else 1


@shell_command("sha256sum")
async def sha256sum(world: World, args: list[str], io: Io, user: str) -> int:
    """Print a file's digest."""
    status = 0
    for found in _each(world, "sha256sum", flags_and_words(args)[1], io, user):
        if found is None or found[1].is_dir():
            status = 1
        else:
            io.out(f"{hashlib.sha256(found[1].read_bytes()).hexdigest()}  {found[0]}")
    return status


@shell_command("stat")
async def stat(world: World, args: list[str], io: Io, user: str) -> int:
    """Print a file's size (`-c %s`) or name and size."""
    flags, words = flags_and_words(args, "c")
    status = 0
    for found in _each(world, "stat: cannot statx", words, io, user):
        if found is None:
            status = 1
        else:
            size = found[1].stat().st_size
            io.out(str(size) if "%s" in flags else f"  File: {found[0]}\n  Size: {size}")
    return status


@shell_command("find")
async def find(world: World, args: list[str], io: Io, user: str) -> int:
    """List the files below a folder (`-type f`) or all there is."""
    words = [word for word in args if not word.startswith("-")]
    only_files = "-type" in args and "f" in args
    status = 0
    for found in _each(world, "find", words[:1], io, user):
        if found is None:
            status = 1
            continue
        for path in [found[1], *sorted(found[1].rglob("*"))]:
            if path.is_file() or not only_files:
                below = path.relative_to(found[1]).as_posix()
                io.out(found[0] if below == "." else f"{found[0].rstrip('/')}/{below}")
    return status


@shell_command("du")
async def du(world: World, args: list[str], io: Io, user: str) -> int:
    """Print how many kibibytes a folder has."""
    status = 0
    for found in _each(world, "du", flags_and_words(args)[1], io, user):
        if found is None:
            status = 1
            continue
        size = sum(path.stat().st_size for path in found[1].rglob("*") if path.is_file())
        io.out(f"{max(4, size // 1024)}\t{found[0]}")
    return status


@shell_command("mkdir")
async def mkdir(world: World, args: list[str], io: Io, user: str) -> int:
    """Make folders."""
    for word in flags_and_words(args, "m")[1]:
        try:
            place(world, word, user).mkdir(parents=True, exist_ok="-p" in args)
        except (NoEntryError, FileExistsError) as problem:
            io.err(f"mkdir: cannot create directory '{word}': {problem if str(problem) else 'File exists'}")
            return 1
    return 0


@shell_command("rm")
async def rm(world: World, args: list[str], io: Io, user: str) -> int:
    """Remove files, with `-r` folders, on the practice disk alone; never all of it."""
    flags, words = flags_and_words(args)
    for word in words:
        if word.rstrip("/") in ("", "~", "/home", "/var", "/home/dokku", "/var/lib", "/var/lib/dokku"):
            io.err(f"rm: it is dangerous to operate recursively on '{word}'")
            return 1
        try:
            path = existing(world, word, user)
        except NoEntryError as problem:
            if any("f" in flag for flag in flags):
                continue
            io.err(f"rm: cannot remove '{word}': {problem}")
            return 1
        if not path.is_dir():
            path.unlink()
        elif any("r" in flag for flag in flags):
            shutil.rmtree(path)
        else:
            io.err(f"rm: cannot remove '{word}': Is a directory")
            return 1
    return 0


@shell_command("test", "[")
async def test(world: World, args: list[str], io: Io, user: str) -> int:
    """Say by the exit status whether there is a file (`-e`, `-f`, `-d`, `-s`)."""
    words = [word for word in args if word != "]"]
    if len(words) != 2:
        return 2
    try:
        path = existing(world, words[1], user)
    except NoEntryError:
        return 1
    fits = {"-e": True, "-f": path.is_file(), "-d": path.is_dir(), "-s": path.stat().st_size > 0}
    return 0 if fits.get(words[0], False) else 1
