"""`tar`, `gzip -t`, `rsync --server`: packing files of the host, and sending them away."""

from __future__ import annotations

import asyncio
import gzip
import io as memory
import re
import shutil
import tarfile
from pathlib import Path

from restant_tui.practice.io import Io
from restant_tui.practice.pipes import run_program
from restant_tui.practice.shell.disk import NoEntryError, existing, place
from restant_tui.practice.shell.registry import flags_and_words, shell_command
from restant_tui.practice.world import World


@shell_command("tar")
async def tar(world: World, args: list[str], io: Io, user: str) -> int:
    """Pack (`-czf FILE PATH…`; `-` is standard output), list (`-tzf`) or unpack (`-xzf FILE -C FOLDER`)."""
    letters, archive, base, words = _read(args)
    try:
        if "c" in letters:
            return await _pack(world, archive, base, words, io, user)
        if "t" in letters:
            names = await asyncio.to_thread(_names, existing(world, archive, user))
            for name in names:
                io.out(name)
            return 0
        if "x" in letters:
            await asyncio.to_thread(_unpack, existing(world, archive, user), place(world, base or ".", user))
            return 0
    except NoEntryError as problem:
        io.err(f"tar: {archive}: Cannot open: {problem}")
        io.err("tar: Error is not recoverable: exiting now")
        return 2
    except (tarfile.TarError, EOFError, OSError) as problem:
        io.err(f"tar: {problem}")
        return 2
    io.err("tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options")
    return 2


def _read(args: list[str]) -> tuple[str, str, str, list[str]]:
    letters, archive, base = "", "-", ""
    words: list[str] = []
    rest = iter(args)
    for number, word in enumerate(rest):
        if word in ("-C", "--directory"):
            base = next(rest, "")
        elif word.startswith("--"):
            continue
        elif word.startswith("-") or number == 0:
            letters += word.lstrip("-")
            if word.endswith("f"):
                archive = next(rest, "-")
        else:
            words.append(word)
    return letters, archive, base, words


async def _pack(world: World, archive: str, base: str, words: list[str], io: Io, user: str) -> int:
    found: list[tuple[str, Path]] = []
    for word in words:
        inside = f"{base.rstrip('/')}/{word}" if base and not word.startswith("/") else word
        try:
            found.append((word.lstrip("/"), existing(world, inside, user)))
        except NoEntryError as problem:
            io.err(f"tar: {word}: Cannot open: {problem}")
            return 2
    if any(word.startswith("/") for word in words):
        io.err("tar: Removing leading `/' from member names")
    if world.machine.full:
        io.err(f"tar: {archive}: Cannot write: No space left on device")
        return 2
    data = await asyncio.to_thread(_packed, found)
    if archive == "-":
        io.raw(data)
        return 0
    target = place(world, archive, user)
    if not target.parent.is_dir():
        raise NoEntryError("No such file or directory")
    target.write_bytes(data)
    return 0


def _packed(found: list[tuple[str, Path]]) -> bytes:
    buffer = memory.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed:
        for name, path in found:
            packed.add(path, name)
    return buffer.getvalue()


def _names(path: Path) -> list[str]:
    with tarfile.open(path) as packed:
        return packed.getnames()


def _unpack(path: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path) as packed:
        packed.extractall(target, filter="data")


@shell_command("gzip")
async def gzip_(world: World, args: list[str], io: Io, user: str) -> int:
    """Test a compressed file (`-t`)."""
    flags, words = flags_and_words(args)
    if not any("t" in flag for flag in flags):
        io.err("sh: gzip other than -t not available on the practice host")
        return 127
    for word in words:
        try:
            path = existing(world, word, user)
            await asyncio.to_thread(gzip.decompress, path.read_bytes())
        except NoEntryError as problem:
            io.err(f"gzip: {word}: {problem}")
            return 1
        except (OSError, EOFError) as problem:
            io.err(f"gzip: {word}: {problem}")
            return 1
    return 0


@shell_command("rsync")
async def rsync(world: World, args: list[str], io: Io, user: str) -> int:
    """Be the far end of an rsync: the real program, confined to the practice disk."""
    program = shutil.which("rsync")
    if program is None:
        io.err("sh: rsync not available on the practice host: there is no rsync on this machine")
        return 127
    if args[:1] != ["--server"] or "." not in args:
        io.err("rsync: only --server is available on the practice host")
        return 1
    dot = args.index(".")
    if bad := next((flag for flag in args[1:dot] if not _harmless(flag)), None):
        io.err(f"rsync: {bad} is not available on the practice host")
        return 1
    try:
        places = [place(world, word, user) for word in args[dot + 1 :]]
    except NoEntryError as problem:
        io.err(f"rsync: {problem}")
        return 23
    slash = ["/" if word.endswith("/") else "" for word in args[dot + 1 :]]
    targets = [f"{path}{end}" for path, end in zip(places, slash, strict=True)]
    return await run_program([program, *args[: dot + 1], *targets], io)


_HARMLESS = frozenset(
    {"--sender", "--delete", "--delete-during", "--delete-after", "--delete-before", "--numeric-ids", "--partial"}
    | {"--inplace", "--size-only", "--stats", "--ignore-existing", "--existing", "--safe-links", "--no-r"}
)
_LEADS_OUT = frozenset("LKkbT")
"""Letters that follow links or name other folders: with them a transfer could leave the practice disk."""


def _harmless(flag: str) -> bool:
    """Return whether rsync may be given a flag; of the letters, those behind `e` only say what the client can."""
    if flag.startswith("--"):
        return flag in _HARMLESS or re.fullmatch(r"--(timeout|log-format|out-format)=[\w%.]*", flag) is not None
    return flag.startswith("-") and not _LEADS_OUT & set(flag.partition("e")[0])
