"""The way to a host: what our configuration says, completed by the person's own SSH configuration.

This module imports asyncssh, so it is itself imported only when a connection is about to be opened.
"""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
from asyncssh.config import SSHClientConfig

from restant_tui.config.model import Host, Login
from restant_tui.transport.personal import Personal

_USUAL_PORT = 22
# The fastest cipher on both ends (measured: one and a half times the default); the rest stay acceptable.
_CIPHERS = "^aes128-gcm@openssh.com"
_USER_FILES = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
_SYSTEM_FILES = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")
_AGENT = "SSH_AUTH_SOCK"
_LISTS = {
    "KexAlgorithms": "kex_algs",
    "MACs": "mac_algs",
    "Ciphers": "encryption_algs",
    "HostKeyAlgorithms": "server_host_key_algs",
    "CASignatureAlgorithms": "signature_algs",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How one host is reached as one user. What our own configuration names wins over the SSH configuration."""

    name: str
    """As our configuration calls it."""
    address: str
    port: int
    user: str
    configs: tuple[Path, ...] = ()
    """SSH configurations that were read."""
    identities: tuple[Path, ...] | None = None
    """Key files; the usual ones if None."""
    identities_only: bool = False
    key_is_ours: bool = False
    """Whether our own configuration names the key: then it must be there."""
    certificates: tuple[Path, ...] = ()
    agent: str = ""
    jump: tuple[str, ...] = ()
    proxy_command: str = ""
    known_hosts: tuple[Path, ...] = ()
    """Where host keys are kept; a new one belongs in the first."""
    alias: str = ""
    """The name under which known_hosts has it, where that is not the address."""
    options: dict[str, Any] = field(default_factory=dict)
    """The rest, as arguments of asyncssh."""


def resolve(host: Host, login: Login, personal: Personal) -> Route:
    """Read the SSH configuration for that host; may run programs that `Match exec` names, so not on the loop.

    Raises:
        asyncssh.ConfigParseError: a configuration cannot be read.
    """
    configs = tuple(path for path in personal.config if path.is_file())
    config = _load(configs, host, login, personal)

    def paths(option: str) -> tuple[Path, ...]:
        found: Any = config.get(option, ())
        return tuple(personal.path(one) for one in found if one.lower() != "none")

    def usual(names: tuple[str, ...]) -> tuple[Path, ...]:
        return tuple(personal.path(name) for name in names)

    def text(option: str) -> str:
        value = str(config.get(option) or "")
        return "" if value.lower() == "none" else value

    agent: Any = config.get("IdentityAgent", _AGENT)  # None where it says `none`
    if agent in (_AGENT, f"${_AGENT}"):
        agent = personal.agent
    files: tuple[Path, ...] | None = paths("IdentityFile") or None
    if login.key is not None:
        files = (personal.path(login.key),)
    elif personal.home is None:
        files = ()
    known = (paths("UserKnownHostsFile") or usual(_USER_FILES)) + (
        paths("GlobalKnownHostsFile") or usual(_SYSTEM_FILES)
    )
    return Route(
        name=host.address,
        address=text("Hostname") or host.address,
        port=int(str(config.get("Port", _USUAL_PORT))),
        user=login.user or text("User") or getpass.getuser(),
        configs=configs,
        identities=files,
        key_is_ours=login.key is not None,
        identities_only=login.key is not None or bool(config.get("IdentitiesOnly")),
        certificates=paths("CertificateFile"),
        agent=str(personal.path(agent)) if agent else "",
        jump=tuple(hop for hop in text("ProxyJump").split(",") if hop),
        proxy_command="" if text("ProxyJump") else text("ProxyCommand"),
        known_hosts=(personal.path(host.known_hosts),) if host.known_hosts else known,
        alias=text("HostKeyAlias"),
        options=_options(config),
    )


class _Config(SSHClientConfig):
    """asyncssh's reader, with the home folder that was passed in instead of the process's own."""

    ours: Path | None = None

    def _set_tokens(self) -> None:
        super()._set_tokens()
        if self.ours is not None:
            self._tokens["d"] = str(self.ours)


def _load(configs: tuple[Path, ...], host: Host, login: Login, personal: Personal) -> SSHClientConfig:
    # What our own configuration gives is set before the files are read, and the first value of an option counts.
    port: Any = () if host.port == _USUAL_PORT else host.port
    user: Any = login.user or ()
    last: Any = None
    for final in (False, True):
        config = _Config(last, final, False, final, getpass.getuser(), user, host.address, port)
        config.ours = personal.home
        if personal.home is not None:
            config._default_path = personal.home / ".ssh"
        for path in configs:
            config.parse(path)
            config._matching = True
        if not config.has_match_final():
            break
        last = config
    return config


def _options(config: SSHClientConfig) -> dict[str, Any]:
    options: dict[str, Any] = {"encryption_algs": _CIPHERS}
    for option, argument in _LISTS.items():
        if kept := _accepted(argument, str(config.get(option) or "")):
            options[argument] = kept
    if (family := config.get("AddressFamily")) is not None:
        options["family"] = family
    if address := config.get("BindAddress"):
        options["local_addr"] = (str(address), 0)
    if compression := config.get_compression_algs():
        options["compression_algs"] = compression
    return options


def _accepted(argument: str, patterns: str) -> str:
    """Return the list without what asyncssh does not know: OpenSSH has older and newer algorithms."""
    prefix = patterns[:1] if patterns[:1] in ("^", "+", "-") else ""
    kept = [one for one in patterns.removeprefix(prefix).split(",") if one and _known(argument, one)]
    return prefix + ",".join(kept) if kept else ""


def _known(argument: str, pattern: str) -> bool:
    value: dict[str, Any] = {argument: pattern}
    try:
        asyncssh.SSHClientConnectionOptions(config=None, client_keys=None, known_hosts=None, agent_path=None, **value)
    except ValueError:
        return False
    return True
