"""The owner of one connection: shows the keys, remembers what the host said, and reports the end.

This module imports asyncssh, so it is itself imported only when a connection is about to be opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import asyncssh

from restant_tui.text import decode

_GREETING = 512
_VERSION = re.compile(rb"^SSH-(2\.0|1\.99)-.*\n", re.MULTILINE)


class Client(asyncssh.SSHClient):
    """Offers those keys one by one.

    Attributes:
        refused_key: the host key that is not in the files.
        shown: the host key, or its certificate, as it came over the wire.
        offered: the names of the keys offered so far, in order.
        asked: whether the host takes keys at all.
        greeting: the first bytes it sent, which may say why it hung up.
        banner: what it said to the person before the login.
        on_lost: called when the connection is no more.
    """

    def __init__(self, pairs: Sequence[tuple[asyncssh.SSHKeyPair, str]]) -> None:
        self.refused_key: asyncssh.SSHKey | None = None
        self.shown = b""
        self.offered: list[str] = []
        self.asked = False
        self.greeting = b""
        self.banner = ""
        self.on_lost: Callable[[Exception | None], None] | None = None
        self._left = list(pairs)

    @property
    def greeted(self) -> bool:
        """Whether the far side said which SSH version it speaks."""
        return bool(_VERSION.search(self.greeting))

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """Listen in on what asyncssh keeps to itself: why we are dropped before the version, and a revoked key."""
        pass_on: Any = conn.data_received
        validate: Any = conn.validate_server_host_key

        def note(data: bytes) -> Any:
            self.shown = data
            return validate(data)

        def first(data: bytes, *rest: Any) -> None:
            self.greeting += data[: _GREETING - len(self.greeting)]
            if self.greeted or len(self.greeting) >= _GREETING:
                vars(conn).pop("data_received", None)
            pass_on(data, *rest)

        vars(conn)["data_received"] = first
        vars(conn)["validate_server_host_key"] = note

    def connection_lost(self, exc: Exception | None) -> None:
        """Report the end of an opened connection."""
        if self.on_lost:
            self.on_lost(exc)

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Never accept a key that is not in the file; keep it, to say why."""
        self.refused_key = key
        return False

    def validate_host_ca_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Never accept a certificate authority that is not in the file; keep it, to say why."""
        self.refused_key = key
        return False

    def auth_banner_received(self, msg: str, lang: str) -> None:
        """Keep what the host says to the person before the login."""
        self.banner += decode(msg.encode("utf-8", "replace"))[:2000]

    def public_key_auth_requested(self) -> Any:
        """Return the next key, or nothing when all have been offered."""
        self.asked = True
        if not self._left:
            return None
        pair, name = self._left.pop(0)
        self.offered.append(f"{name} (certificate)" if pair.has_cert else name)
        return pair
