"""The receiving side of `git push`, in the pack protocol, so that a deploy runs between the pack and the answer.

Real git unpacks the objects; what to do about each ref is asked here, and its output goes to the pusher as
`remote: ` lines.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from restant_tui.practice.io import Io
from restant_tui.practice.pipes import plain_environment

ZERO = "0" * 40
_CAPABILITIES = "report-status delete-refs side-band-64k ofs-delta agent=git/2.39.5"
_MOST = 60_000
"""Bytes of a side-band packet."""

Update = Callable[[str, str, str, Io], Awaitable[str]]
"""Called with ref, old sha, new sha and where to talk; returns why the update is refused, or empty text."""


async def receive(path: Path, io: Io, update: Update) -> int:
    """Serve one push into a bare repository and return the exit status."""
    refs = _refs(path) or {"capabilities^{}": ZERO}
    for number, (name, sha) in enumerate(refs.items()):
        _packet(io, f"{sha} {name}{chr(0) + _CAPABILITIES if number == 0 else ''}\n".encode())
    io.raw(b"0000")
    commands = await _commands(io)
    if not commands:
        return 0
    talk = _side_band(io)
    unpacked = True
    if any(new != ZERO for _, new, _ in commands):
        unpacked = await _unpack(path, io)
    lines = ["unpack ok" if unpacked else "unpack index-pack abnormal exit"]
    for old, new, ref in commands:
        problem = await update(ref, old, new, talk) if unpacked else "unpacker error"
        lines.append(f"ng {ref} {problem}" if problem else f"ok {ref}")
    answer = b"".join(_framed(f"{line}\n".encode()) for line in lines) + b"0000"
    _packet(io, b"\x01" + answer)
    io.raw(b"0000")
    return 0


def _refs(path: Path) -> dict[str, str]:
    found = sorted((path / "refs").rglob("*"))
    return {ref.relative_to(path).as_posix(): ref.read_text("utf-8").strip() for ref in found if ref.is_file()}


async def _commands(io: Io) -> list[tuple[str, str, str]]:
    """Read the wanted changes: old sha, new sha, ref; none if the pusher leaves."""
    commands: list[tuple[str, str, str]] = []
    try:
        while (size := int(await io.input.readexactly(4), 16)) != 0:
            line = (await io.input.readexactly(size - 4)).decode("utf-8", "replace")
            words = line.partition("\0")[0].split()
            if len(words) == 3:
                commands.append((words[0], words[1], words[2]))
    except (asyncio.IncompleteReadError, ValueError):
        return []
    return commands


async def _unpack(path: Path, io: Io) -> bool:
    """Let git unpack what follows; it knows by itself where the pack ends, for the pusher goes on listening."""
    process = await asyncio.create_subprocess_exec(
        *("git", "--git-dir", str(path), "unpack-objects", "-q"),
        env=plain_environment(),
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    stdin = process.stdin
    assert stdin is not None

    async def feed() -> None:
        while data := await io.input.read(_MOST):
            stdin.write(data)
            await stdin.drain()
        stdin.close()

    feeding = asyncio.create_task(feed())
    try:
        return await process.wait() == 0
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
        if process.returncode is None:
            process.kill()
            await process.wait()


def _side_band(io: Io) -> Io:
    def write(data: bytes, to_err: bool) -> None:
        for start in range(0, len(data), _MOST):
            _packet(io, b"\x02" + data[start : start + _MOST])

    talk = Io(write, cut=io.cut)
    talk.gone, talk.writable = io.gone, io.writable
    return talk


def _framed(data: bytes) -> bytes:
    return f"{len(data) + 4:04x}".encode() + data


def _packet(io: Io, data: bytes) -> None:
    io.raw(_framed(data))
