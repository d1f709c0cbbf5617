"""Whether a host is the host we know, said so that a person can act on it.

asyncssh reports an unknown, a changed and a revoked host key with one and the same error. The difference decides
between "compare the fingerprint and add it" and "stop everything", so the key is looked up here again.

This module imports asyncssh, so it is itself imported only when a connection is about to be opened.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from restant_tui.config.model import Host
from restant_tui.transport.trouble import KeyTrouble, OfferedKey

USUAL_FILE = "~/.ssh/known_hosts"
SYSTEM_FILE = "/etc/ssh/ssh_known_hosts"


@dataclass(frozen=True, slots=True)
class KnownHosts:
    """What the known_hosts file says; `file` is its name as a person would write it."""

    file: str
    text: str

    def parsed(self) -> asyncssh.SSHKnownHosts:
        """Return the entries.

        Raises:
            ValueError: a line cannot be read.
        """
        return asyncssh.import_known_hosts(self.text)


async def read_known_hosts(host: Host) -> KnownHosts:
    """Read the host's known_hosts file; for the usual file also the system's.

    Raises:
        OSError: a file is there but cannot be read.
    """
    return await asyncio.to_thread(_read, host.known_hosts)


def judge(known: KnownHosts, host: str, address: str, port: int, key: asyncssh.SSHKey) -> OfferedKey:
    """Say whether that key, which the file does not hold for that host, is new or has replaced another."""
    keys, *_ = asyncssh.match_known_hosts(known.parsed(), host, address, port)
    trouble = KeyTrouble.CHANGED if keys else KeyTrouble.UNKNOWN
    pattern = host if port == 22 else f"[{host}]:{port}"
    public = key.export_public_key("openssh").decode().split()
    return OfferedKey(
        trouble=trouble,
        host=host,
        port=port,
        fingerprint=key.get_fingerprint(),
        entry=" ".join([pattern, *public[:2]]),
        file=known.file,
    )


def sentence(offered: OfferedKey) -> str:
    """Say in one sentence what is wrong with the key and what to do."""
    if offered.trouble is KeyTrouble.UNKNOWN:
        return (
            f"The host key of {offered.host} ({offered.fingerprint}) is not in {offered.file}: compare the "
            "fingerprint with whoever runs the host, then add the key to that file."
        )
    return (
        f"The host key of {offered.host} has CHANGED (now {offered.fingerprint}) and differs from {offered.file}: "
        "somebody may be listening in, so ask whoever runs the host and replace the entry only once they confirm "
        "the new key."
    )


def _read(configured: str | None) -> KnownHosts:
    file = configured or USUAL_FILE
    names = [file] if configured else [file, SYSTEM_FILE]
    texts: list[str] = []
    for name in names:
        path = Path(name).expanduser()
        if path.is_file():
            texts.append(path.read_text("utf-8", "replace"))
    return KnownHosts(file, "\n".join(texts))
