"""Whether a host is the host we know, said so that a person can act on it.

asyncssh reports an unknown, a changed and a revoked host key with one and the same error. The difference decides
between "compare the fingerprint and add it" and "stop everything", so the key is looked up here again. Names are
looked up as OpenSSH writes them: `host`, or `[host]:port` where the port is not 22. A key kept for the bare name
says nothing about another port, where another machine may answer.

This module imports asyncssh, so it is itself imported only when a connection is about to be opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import asyncssh
from asyncssh.public_key import (
    decode_ssh_certificate,
    decode_ssh_public_key,
    get_default_certificate_algs,
    get_default_public_key_algs,
)

from restant_tui.transport.personal import Personal
from restant_tui.transport.randomart import randomart
from restant_tui.transport.route import Route
from restant_tui.transport.trouble import KeyTrouble, OfferedKey

USUAL_FILE = "~/.ssh/known_hosts"
_KINDS = {"ssh-rsa": "RSA", "ssh-dss": "DSA", "ssh-ed25519": "ED25519", "ssh-ed448": "ED448"}

Found = tuple[list[asyncssh.SSHKey], list[asyncssh.SSHKey], list[asyncssh.SSHKey]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line that speaks about a host."""

    file: str
    line: int
    keys: tuple[asyncssh.SSHKey, ...]
    authorities: tuple[asyncssh.SSHKey, ...]
    revoked: tuple[asyncssh.SSHKey, ...]


@dataclass(frozen=True, slots=True)
class KnownHosts:
    """What the known_hosts files say; `file`, the first, is where a new entry belongs."""

    file: str
    texts: tuple[tuple[str, str], ...] = ()
    """Name, as a person would write it, and content of each file that is there."""
    name: str = ""
    """Under what name the host's key is looked up."""

    def found(self) -> Found:
        """Return trusted keys, trusted authorities and revoked keys of the host.

        Raises:
            ValueError: a line cannot be read.
        """
        keys, authorities, revoked, *_ = asyncssh.import_known_hosts("\n".join(text for _, text in self.texts)).match(
            self.name, "", None
        )
        return list(keys), list(authorities), list(revoked)

    def entries(self) -> list[Entry]:
        """Return the lines that speak about the host, with where they stand; call it to explain, it is slow."""
        entries = []
        for file, text in self.texts:
            for number, line in enumerate(text.splitlines(), 1):
                try:
                    keys, authorities, revoked, *_ = asyncssh.import_known_hosts(line).match(self.name, "", None)
                except ValueError:
                    continue
                if keys or authorities or revoked:
                    entries.append(Entry(file, number, tuple(keys), tuple(authorities), tuple(revoked)))
        return entries


def read_known_hosts(route: Route, personal: Personal) -> KnownHosts:
    """Read the files that count for the host, and what is trusted until the program ends.

    Raises:
        OSError: a file is there but cannot be read.
    """
    paths = route.known_hosts
    texts = tuple((personal.said(path), path.read_text("utf-8", "replace")) for path in paths if path.is_file())
    if personal.memory.trusted:
        texts = (*texts, ("this session", "\n".join(personal.memory.trusted)))
    return KnownHosts(personal.said(paths[0]), texts, lookup_name(route))


def lookup_name(route: Route) -> str:
    """Return the name under which known_hosts files keep the key of that host."""
    if route.alias:
        return route.alias
    return route.address if route.port == 22 else f"[{route.address}]:{route.port}"


def judge(known: KnownHosts, address: str, port: int, key: asyncssh.SSHKey) -> OfferedKey:
    """Say whether that key, which the files do not trust for that host, is new, has replaced another, or is revoked."""
    entries = known.entries()
    revoked = next((entry for entry in entries if key in entry.revoked), None)
    old = revoked or _known(entries)
    public = key.export_public_key("openssh").decode().split()
    return OfferedKey(
        trouble=KeyTrouble.REVOKED if revoked else KeyTrouble.CHANGED if old else KeyTrouble.UNKNOWN,
        host=address,
        port=port,
        fingerprint=key.get_fingerprint(),
        entry=" ".join([known.name, *public[:2]]),
        file=old.file if old else known.file,
        kind=public[0],
        art=randomart(hashlib.sha256(key.public_data).digest(), _title(public[0], key.public_data)),
        line=old.line if old else 0,
    )


def revoked(known: KnownHosts, address: str, port: int, shown: bytes) -> OfferedKey:
    """Say which key of those a host showed is revoked: its own, or that of the authority behind its certificate."""
    keys = _keys(shown)
    lines = known.entries()
    key = next((one for one in keys if any(one in entry.revoked for entry in lines)), keys[0])
    return judge(known, address, port, key)


def algorithms(keys: Iterable[asyncssh.SSHKey], *, authorities: bool) -> list[str]:
    """Return the kinds of host key to ask for: first those we know, then all others, as `ssh` does.

    A host that has only others then shows one, and we can say that its key has changed. A certificate is asked for
    only where an authority is known: elsewhere it would be judged by an authority nobody knows.
    """
    wanted = [*(get_default_certificate_algs() if authorities else ())]
    wanted += [algorithm for key in keys for algorithm in key.sig_algorithms]
    return [algorithm.decode() for algorithm in dict.fromkeys([*wanted, *get_default_public_key_algs()])]


def sentence(offered: OfferedKey) -> str:
    """Say in one sentence what is wrong with the key and what to do."""
    line = f"line {offered.line} of {offered.file}"
    match offered.trouble:
        case KeyTrouble.UNKNOWN:
            return (
                f"The host key of {offered.host} ({offered.fingerprint}) is not in {offered.file}: compare the "
                "fingerprint with whoever runs the host, then trust the key."
            )
        case KeyTrouble.REVOKED:
            return (
                f"The host key of {offered.host} ({offered.fingerprint}) is marked as revoked in {line}: do not "
                "connect, and ask whoever runs the host for its new key."
            )
    return (
        f"The host key of {offered.host} has CHANGED (now {offered.fingerprint}) and differs from {line}: somebody may "
        "be listening in, so ask whoever runs the host and replace that line only once they confirm the new key."
    )


def _known(entries: list[Entry]) -> Entry | None:
    return next((entry for entry in entries if entry.keys or entry.authorities), None)


def _keys(shown: bytes) -> list[asyncssh.SSHKey]:
    """Return the keys in what a host showed: its own first, then that of the authority if it is a certificate."""
    try:
        certificate: Any = decode_ssh_certificate(shown)
    except asyncssh.KeyImportError:
        return [decode_ssh_public_key(shown)]
    return [certificate.key, certificate.signing_key]


def _title(kind: str, data: bytes) -> str:
    if kind == "ssh-rsa":
        return f"RSA {_rsa_bits(data)}"
    if kind.startswith(("ecdsa-", "sk-ecdsa-")):
        size = kind.split("@", maxsplit=1)[0].rpartition("nistp")[2]
        return f"ECDSA{'-SK' if kind.startswith('sk-') else ''} {size}"
    if kind.startswith("sk-ssh-ed25519"):
        return "ED25519-SK 256"
    return f"{_KINDS.get(kind, kind)} 256"


def _rsa_bits(data: bytes) -> int:
    """Read the length of the modulus, the last of the three length-prefixed fields (RFC 4253, 6.6)."""
    number, place = b"", 0
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        number, place = data[place + 4 : place + 4 + length], place + 4 + length
    return int.from_bytes(number, "big").bit_length()
