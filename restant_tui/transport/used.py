"""What a connection was made with, for `doctor` and for a person who wonders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What the last try to connect used, also when it failed. Paths are as a person would write them."""

    address: str
    """Where it went, after the SSH configuration had its say."""
    port: int
    user: str
    config: str = ""
    """SSH configurations that were read."""
    known_hosts: tuple[str, ...] = ()
    agent: str = ""
    """The agent's socket, if it answered."""
    keys: tuple[str, ...] = ()
    """The keys offered, in order: the file, or the agent's comment."""
    let_in_by: str = ""
    """The last key offered before the host let us in; empty if it did not."""
    certificate: str = ""
    """The name inside the certificate that was offered first, if one was."""
    jump: tuple[str, ...] = ()
    """The hosts on the way, nearest first."""
    proxy_command: str = ""
