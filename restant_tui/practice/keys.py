"""The keys of the practice host: made once in its folder, used again ever after."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncssh

USERS = ("dokku", "admin", "git")
"""`git` is the user of the code forge; the other two are those of the host."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The host's own key and, for each user, the one key that may log in."""

    host: asyncssh.SSHKey
    clients: dict[str, asyncssh.SSHKey]


def client_path(folder: Path, user: str) -> Path:
    """Return where the private key of a user lies."""
    return folder / f"id_{user}"


def known_hosts_path(folder: Path) -> Path:
    """Return where the known_hosts file lies."""
    return folder / "known_hosts"


def load(folder: Path) -> Keys:
    """Read the keys from the folder, making those that are missing; private keys have mode 0600."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    clients = {user: _key(client_path(folder, user), f"practice {user}") for user in USERS}
    return Keys(_key(folder / "host_key", "practice host"), clients)


def write_known_hosts(folder: Path, host: asyncssh.SSHKey, port: int) -> None:
    """Say in the known_hosts file which key answers on that port of the loopback."""
    public = " ".join(host.export_public_key().decode().split()[:2])
    known_hosts_path(folder).write_text(f"[127.0.0.1]:{port} {public}\n", encoding="utf-8")


def _key(path: Path, comment: str) -> asyncssh.SSHKey:
    import asyncssh

    if path.exists():
        return asyncssh.read_private_key(path)
    key = asyncssh.generate_private_key("ssh-ed25519", comment)
    path.touch(mode=0o600)
    path.write_bytes(key.export_private_key())
    return key
