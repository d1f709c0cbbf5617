"""What the person at the console has for SSH: a home folder, an agent, a configuration, passphrases in their head."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import asyncssh

AskSecret = Callable[[str], Awaitable[str | None]]
"""Asks a person for a secret without showing it; None if they will not say."""


class Memory:
    """What is known until the program ends and is written nowhere: opened keys, host keys trusted for this session."""

    def __init__(self) -> None:
        self.opened: dict[Path, asyncssh.SSHKey] = {}
        """Private keys whose passphrase was given."""
        self.declined: set[Path] = set()
        """Keys whose passphrase was asked for and not given; not asked for again by itself."""
        self.trusted: list[str] = []
        """Lines as of a known_hosts file, trusted until the program ends."""
        self._asking: dict[Path, asyncio.Lock] = {}

    def asking(self, key: Path) -> asyncio.Lock:
        """Return the lock under which that key's passphrase is asked for, as several sessions may need it at once."""
        return self._asking.setdefault(key, asyncio.Lock())


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """Whose SSH things are used. Without a home only what the configuration of this program names is used.

    Args:
        home: the home folder: `~` in paths, and where the usual keys are looked for.
        config: OpenSSH client configurations in the order in which they count; none is read if empty.
        agent: the socket of the SSH agent; none is used if empty.
        ask_secret: asks for the passphrase of a key.
        memory: what all sessions of the program remember together.
    """

    home: Path | None = None
    config: tuple[Path, ...] = ()
    agent: str = ""
    ask_secret: AskSecret | None = None
    memory: Memory = field(default_factory=Memory, repr=False, compare=False)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], home: Path, ask_secret: AskSecret | None = None) -> Self:
        """Return what `ssh` itself would use for the person with that environment and home folder."""
        return cls(
            home=home,
            config=(home / ".ssh" / "config", Path("/etc/ssh/ssh_config")),
            agent=environ.get("SSH_AUTH_SOCK", ""),
            ask_secret=ask_secret,
        )

    def path(self, text: str | Path) -> Path:
        """Return the path with a leading `~` replaced by the home folder."""
        path = Path(text)
        if self.home is not None and path.parts[:1] == ("~",):
            return self.home.joinpath(*path.parts[1:])
        return path.expanduser()

    def said(self, path: str | Path) -> str:
        """Return the path as a person would write it, with `~` for the home folder."""
        if self.home is not None and Path(path).is_relative_to(self.home):
            return f"~/{Path(path).relative_to(self.home)}"
        return str(path)
