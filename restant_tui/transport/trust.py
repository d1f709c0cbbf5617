"""Accepting the key of a host nobody knows yet: a decision of a person, for this session or for good."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from restant_tui.errors import ConfigProblem, UsageProblem
from restant_tui.transport.personal import Personal
from restant_tui.transport.trouble import KeyTrouble, OfferedKey

_TRIES = 5


class Trust(StrEnum):
    """For how long a host key is trusted."""

    SESSION = "session"
    """Until the program ends; nothing is written."""
    REMEMBER = "remember"
    """For good: it is added to the known_hosts file."""


def accept(key: OfferedKey, how: Trust, personal: Personal) -> None:
    """Trust that key from now on.

    Raises:
        UsageProblem: another key is known for that host, or this one is revoked; that is not decided in passing.
        ConfigProblem: the known_hosts file cannot be written.
    """
    if not key.may_be_trusted:
        why = "revokes that key" if key.trouble is KeyTrouble.REVOKED else "holds another key for it"
        raise UsageProblem(
            f"The key of {key.host} is not trusted here: line {key.line} of {key.file} {why}, so ask whoever runs the "
            "host, and correct that line by hand once they confirm the new key."
        )
    if how is Trust.SESSION:
        if key.entry not in personal.memory.trusted:
            personal.memory.trusted.append(key.entry)
        return
    try:
        remember(personal.path(key.file), key.entry)
    except OSError as error:
        why = error.strerror or str(error)
        raise ConfigProblem(f"The key of {key.host} cannot be added to {key.file}: {why}.") from error


async def decide(key: OfferedKey, personal: Personal) -> bool:
    """Ask a person whether that key is trusted, once for all sessions, and do what they say; False if it is not.

    Only for whoever can be asked meanwhile, and never about a key that replaced another or is revoked.
    """
    memory = personal.memory
    if personal.ask_key is None or not key.may_be_trusted:
        return False
    async with memory.asking(key.entry):
        if key.entry in memory.accepted or key.entry in memory.refused:
            return key.entry in memory.accepted
        while (how := await personal.ask_key(key)) is not None:
            try:
                await asyncio.to_thread(accept, key, how, personal)
            except ConfigProblem as problem:
                personal.say(str(problem))
                continue
            memory.accepted.add(key.entry)
            return True
        memory.refused.add(key.entry)
        return False


def remember(file: Path, entry: str) -> None:
    """Add that line to a known_hosts file, in one piece or not at all; hashed where the file hashes its names.

    Raises:
        OSError: it cannot be written.
    """
    file = file.resolve()  # a link stays a link
    if file.exists() and not file.is_file():
        raise OSError(f"{file} is no file that keeps anything")  # /dev/null, where somebody wanted no checks
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for _ in range(_TRIES):
        before = _stamp(file)
        present = file.read_bytes() if before else b""
        if entry.encode() in present.splitlines():
            return
        line = hashed(entry) if _hashes(present) else entry
        gap = b"" if not present or present.endswith(b"\n") else b"\n"
        if _replace(file, present + gap + line.encode() + b"\n", before):
            return
    raise OSError(f"{file} is being changed by somebody else")


def hashed(entry: str) -> str:
    """Return the line with its name hashed, as `ssh-keygen -H` writes it: `|1|salt|hash`."""
    name, _, rest = entry.partition(" ")
    salt = secrets.token_bytes(20)
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()} {rest}"


def _hashes(content: bytes) -> bool:
    lines = [line.split() for line in content.splitlines() if line.strip() and not line.lstrip().startswith(b"#")]
    names = [words[1] if words[0].startswith(b"@") and len(words) > 1 else words[0] for words in lines]
    return any(name.startswith(b"|1|") for name in names)


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _replace(file: Path, content: bytes, before: tuple[int, int, int] | None) -> bool:
    """Put the content there unless somebody else has written meanwhile; ssh itself may be adding a line."""
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # made with mode 0600
    try:
        with os.fdopen(number, "wb") as draft:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
        if _stamp(file) != before:
            return False
        Path(name).replace(file)
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
    return True
