"""Why a link could not be opened, as data: nothing here needs asyncssh."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from restant_tui.transport.used import Used


class KeyTrouble(StrEnum):
    """Why a host key is not accepted; only of an unknown one a person may decide otherwise."""

    UNKNOWN = "unknown"
    CHANGED = "changed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedKey:
    """A host key that was not accepted, for the screen on which a person decides.

    `entry` is the line for the known_hosts file, `fingerprint` the `SHA256:…` form that `ssh-keygen -l` prints,
    `kind` the key's type such as `ssh-ed25519`, `art` the fingerprint as the picture of `ssh-keygen -lv`. For a
    changed key, `line` is the line of `file` that holds the old one, for a revoked key the line that revokes it.
    Only an unknown key may be trusted.
    """

    trouble: KeyTrouble
    host: str
    port: int
    fingerprint: str
    entry: str
    file: str
    kind: str = ""
    art: str = ""
    line: int = 0

    @property
    def may_be_trusted(self) -> bool:
        """Whether a person may accept it here and now; never where another key was known, or this one is revoked."""
        return self.trouble is KeyTrouble.UNKNOWN


class LinkTrouble(Exception):
    """A link is not there. Stays inside the transport: outside it becomes an outcome and a link status.

    Attributes:
        reason: one sentence for a person, with the way out.
        refused: the host answers but does not let us in, or is not the host we know.
        offered: the host key, where that is the trouble.
        used: what the try was made with, if it came that far.
    """

    def __init__(
        self, reason: str, *, refused: bool = False, offered: OfferedKey | None = None, used: Used | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.refused = refused
        self.offered = offered
        self.used = used

    @property
    def stops_host(self) -> bool:
        """Whether nothing at all may go to that host until a person has settled it."""
        return self.offered is not None and not self.offered.may_be_trusted


class HostFull(LinkTrouble):
    """The host has no slot free on this connection; another connection has."""
