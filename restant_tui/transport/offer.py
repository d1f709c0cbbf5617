"""The keys we may offer a host: from files and the agent, with their certificates, in the order `ssh` takes.

This module imports asyncssh, so it is itself imported only when a connection is about to be opened.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
from asyncssh.sk import sk_available

from restant_tui.text import one_line
from restant_tui.transport.personal import Personal
from restant_tui.transport.route import Route

_USUAL = ("id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk")


@dataclass(slots=True)
class Offer:
    """Keys to offer, best first. `close` when the login is over: the agent signs until then."""

    pairs: list[tuple[asyncssh.SSHKeyPair, str]] = field(default_factory=list)
    """Each with its name: the file, or the agent's comment."""
    locked: list[Path] = field(default_factory=list)
    """Files that need a passphrase nobody has given yet."""
    agent: asyncssh.SSHAgentClient | None = None
    agent_keys: int = 0
    """How many keys the agent holds."""
    agent_trouble: str = ""
    """Why the agent is of no use, if one is configured."""
    untouchable: list[str] = field(default_factory=list)
    """Files of security keys, which nothing on this machine can talk to but perhaps the agent."""

    async def close(self) -> None:
        """Let go of the agent."""
        if self.agent:
            self.agent.close()
            await self.agent.wait_closed()
            self.agent = None


@dataclass(slots=True)
class _File:
    path: Path
    name: str
    public: asyncssh.SSHKey | None = None
    private: asyncssh.SSHKey | None = None
    locked: bool = False
    untouchable: bool = False


async def gather(route: Route, personal: Personal) -> Offer:
    """Collect the keys for one try.

    Raises:
        asyncssh.KeyImportError: a key file that was named holds no key.
        OSError: a key file that was named cannot be read.
    """
    offer = Offer()
    files, certificates = await asyncio.to_thread(_read, route, personal)
    held = await _agents(route, offer)
    ours = {file.public.public_data: file for file in files if file.public}
    certificate_of = {one.key.public_data: one for one in certificates}
    for pair in sorted(held, key=lambda pair: pair.key_public_data not in ours):
        file = ours.get(pair.key_public_data)
        if route.identities_only and file is None:
            continue
        name = file.name if file else one_line(pair.get_comment() or "a key without a name", 60)
        if certificate := certificate_of.get(pair.key_public_data):
            pair.set_certificate(certificate)
        offer.pairs.append((pair, f"{name} (agent)"))
    in_agent = {pair.key_public_data for pair in held}
    for file in files:
        if file.public and file.public.public_data in in_agent:
            continue
        if file.untouchable:
            offer.untouchable.append(file.name)
        elif file.private is None:
            if file.locked:
                offer.locked.append(file.path)
        else:
            offer.pairs += [(pair, file.name) for pair in _pairs(file.private, certificates)]
    return offer


def _pairs(private: asyncssh.SSHKey, certificates: list[asyncssh.SSHCertificate]) -> list[asyncssh.SSHKeyPair]:
    return list(asyncssh.load_keypairs(private, certlist=certificates))


async def _agents(route: Route, offer: Offer) -> list[asyncssh.SSHKeyPair]:
    if not route.agent:
        return []
    try:
        offer.agent = await asyncssh.connect_agent(route.agent)
        held = list(await offer.agent.get_keys())
    except asyncio.CancelledError:
        await offer.close()
        raise
    except (OSError, ValueError) as error:
        offer.agent_trouble = one_line(str(error), 80)
        return []
    offer.agent_keys = len(held)
    return held


def _read(route: Route, personal: Personal) -> tuple[list[_File], list[asyncssh.SSHCertificate]]:
    paths = route.identities or ()
    if route.identities is None and personal.home is not None:
        paths = tuple(personal.home / ".ssh" / name for name in _USUAL)
    files: list[_File] = []
    certificates: list[asyncssh.SSHCertificate] = []
    for path in paths:
        try:
            files.append(_file(path, personal))
        except FileNotFoundError:
            # As ssh does: what the SSH configuration names may be missing, what ours names may not.
            if route.key_is_ours:
                raise
            continue
        certificates += _certificates(path.with_name(f"{path.name}-cert.pub"), needed=False)
    for path in route.certificates:
        certificates += _certificates(path, needed=True)
    return files, certificates


def _file(path: Path, personal: Personal) -> _File:
    file = _File(path, personal.said(path), private=personal.memory.opened.get(path))
    if file.private is None:
        data = path.read_bytes()
        try:
            file.private = asyncssh.import_private_key(data)
        except asyncssh.KeyImportError as error:
            if "assphrase" in str(error):
                file.locked = True
            elif b"PRIVATE KEY" in data or not _is_public(data):
                raise
    if file.private is not None:
        file.public = file.private.convert_to_public()
        # The key itself sits in a device. Offering it and then not signing would end the login for every other key.
        file.untouchable = not sk_available and file.private.get_algorithm().startswith("sk-")
        return file
    for name in (path, path.with_name(f"{path.name}.pub")):
        try:
            file.public = asyncssh.read_public_key(name)
            break
        except (OSError, asyncssh.KeyImportError):
            continue
    return file


def _is_public(data: bytes) -> bool:
    try:
        asyncssh.import_public_key(data)
    except asyncssh.KeyImportError:
        return False
    return True


def _certificates(path: Path, *, needed: bool) -> list[asyncssh.SSHCertificate]:
    try:
        return [asyncssh.read_certificate(path)]
    except (OSError, asyncssh.KeyImportError):
        if needed and path.exists():
            raise
        return []
