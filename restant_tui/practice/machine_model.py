"""The machine under the practice Dokku, as data: disk, names, packages, who tried to log in, what is blocked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

DISK_KIB = 41_152_812


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the authentication log."""

    at: datetime
    user: str
    address: str
    accepted: bool = False


@dataclass(slots=True)
class LeftAlone:
    """A command that outlives the link; one without a task was withdrawn before it was started."""

    task: asyncio.Task[None] | None = None
    output: bytearray = field(default_factory=bytearray)
    status: int | None = None
    """Its exit status, once it has ended."""


@dataclass(slots=True)
class Machine:
    """What the admin can look at and change beside Dokku itself."""

    address: str = "192.0.2.10"
    disk_kib: int = 23_412_300
    litter_kib: int = 6_100_000
    """What `cleanup` gives back: stopped containers and images nobody uses."""
    full_since: datetime | None = None
    """Since when the disk has no room for a build or a log line."""
    attempts: list[Attempt] = field(default_factory=list)
    """The authentication log, oldest first."""
    attacker: str = ""
    """The address that keeps trying while it is not denied."""
    denied: list[str] = field(default_factory=list)
    """Addresses the firewall drops, in the order of the rules."""
    upgradable: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {
            "libssl3": ("3.0.15-1~deb12u1", "3.0.16-1~deb12u1"),
            "openssh-server": ("1:9.2p1-2+deb12u3", "1:9.2p1-2+deb12u5"),
            "nginx": ("1.22.1-9", "1.22.1-9+deb12u1"),
        }
    )
    """Packages with a newer version: what is installed, what could be."""
    frozen: dict[str, int] = field(default_factory=dict)
    """Locks that are held with `flock`: apps, for their deploy locks, and files."""
    freezes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Apps whose deploys are frozen: by whom, and since when."""
    units: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    """Commands that were started as units of systemd."""
    left_alone: dict[str, LeftAlone] = field(default_factory=dict)
    """Commands that were started apart from the link, by the id they were given."""

    @property
    def disk_percent(self) -> int:
        """How full the disk is, in whole per cent."""
        return round(100 * self.disk_kib / DISK_KIB)

    @property
    def full(self) -> bool:
        """Whether there is no room left for a build."""
        return self.disk_percent >= 97

    def blocked(self, address: str) -> bool:
        """Return whether the firewall drops what comes from that address."""
        return address in self.denied
