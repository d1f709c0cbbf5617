"""What the person at the console has for SSH: a home folder, an agent, a configuration, passphrases in their head."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import asyncssh

    from restant_tui.transport.asked import AskKey, AskSecret, Tell
    from restant_tui.transport.passphrases import Passphrases


class Memory:
    """What is known until the program ends and is written nowhere: opened keys, host keys trusted for this session."""

    def __init__(self) -> None:
        self.opened: dict[Path, asyncssh.SSHKey] = {}
        """Private keys whose passphrase was given."""
        self.declined: set[Path] = set()
        """Keys whose passphrase was asked for and not given; not asked for again by itself."""
        self.trusted: list[str] = []
        """Lines as of a known_hosts file, trusted until the program ends."""
        self.accepted: set[str] = set()
        """Lines of host keys that a person was asked about and accepted."""
        self.refused: set[str] = set()
        """Lines of host keys that a person was asked about and did not accept; not asked about again by itself."""
        self.useless: dict[Path, str] = {}
        """Of each key file: why a passphrase that need not be asked for did not open it."""
        self._asking: dict[Hashable, asyncio.Lock] = {}

    def asking(self, about: Hashable) -> asyncio.Lock:
        """Return the lock under which a person is asked about that, as several sessions may need it at once."""
        return self._asking.setdefault(about, asyncio.Lock())

    def ask_again(self) -> None:
        """Let what a person has said no to be asked once more."""
        self.declined.clear()
        self.refused.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """Whose SSH things are used. Without a home only what the configuration of this program names is used.

    Args:
        home: the home folder: `~` in paths, and where the usual keys are looked for.
        config: OpenSSH client configurations in the order in which they count; none is read if empty.
        agent: the socket of the SSH agent; none is used if empty.
        ask_secret: asks for the passphrase of a key.
        ask_key: asks whether the unknown key of a host is trusted, while the command that needs the host waits.
            Without it the host is refused meanwhile, and somebody else may ask.
        tell: says a sentence that nothing waits for.
        passphrases: those that need not be asked for.
        memory: what all sessions of the program remember together.
    """

    home: Path | None = None
    config: tuple[Path, ...] = ()
    agent: str = ""
    ask_secret: AskSecret | None = None
    ask_key: AskKey | None = None
    tell: Tell | None = None
    passphrases: Passphrases | None = None
    memory: Memory = field(default_factory=Memory, repr=False, compare=False)

    @classmethod
    def from_environ(
        cls,
        environ: Mapping[str, str],
        home: Path,
        *,
        ask_secret: AskSecret | None = None,
        ask_key: AskKey | None = None,
        tell: Tell | None = None,
    ) -> Self:
        """Return what `ssh` itself would use for the person with that environment and home folder."""
        return cls(
            home=home,
            config=(home / ".ssh" / "config", Path("/etc/ssh/ssh_config")),
            agent=environ.get("SSH_AUTH_SOCK", ""),
            ask_secret=ask_secret,
            ask_key=ask_key,
            tell=tell,
        )

    def say(self, sentence: str) -> None:
        """Say that to the person, if there is one to hear it."""
        if self.tell is not None:
            self.tell(sentence)

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
