"""What went wrong while connecting, told apart and said in one sentence with the way out.

This module imports asyncssh, so it is itself imported only when a connection is about to be opened.
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass

import asyncssh

from restant_tui.config.model import Host, Identity, Login
from restant_tui.text import duration, one_line
from restant_tui.transport.hostkeys import USUAL_FILE, KnownHosts, judge, sentence
from restant_tui.transport.timing import Timing
from restant_tui.transport.trouble import LinkTrouble

_NO_ROUTE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EADDRNOTAVAIL}
_NOTHING_KNOWN = KnownHosts(USUAL_FILE, "")


@dataclass(slots=True)
class Attempt:
    """What is known about one try to connect."""

    host: Host
    identity: Identity
    login: Login
    timing: Timing
    known: KnownHosts = _NOTHING_KNOWN
    offered: tuple[str, str, int, asyncssh.SSHKey] | None = None
    """Host, address, port and key, where the host key was not accepted."""
    greeted: bool = False
    """Whether the far side said which SSH version it speaks."""

    @property
    def place(self) -> str:
        """The address, with the port where it is not the usual one."""
        return self.host.address if self.host.port == 22 else f"{self.host.address} port {self.host.port}"

    def unreadable_known_hosts(self, error: Exception) -> str:
        """Say that the known_hosts file is no use."""
        file = self.host.known_hosts or USUAL_FILE
        return f"The host keys in {file} cannot be read ({_detail(error)}): mend that file."


def explain(error: Exception, attempt: Attempt) -> LinkTrouble:
    """Return the trouble behind an error of asyncssh or the operating system."""
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return _not_the_host(error, attempt)
    if refusal := _why_refused(error, attempt):
        return LinkTrouble(refusal, refused=True)
    return LinkTrouble(_why_not_there(error, attempt))


def _why_refused(error: Exception, attempt: Attempt) -> str:
    """Say why trying again will not help; nothing if it may."""
    place, key = attempt.place, attempt.login.key
    reason = ""
    match error:
        case asyncssh.PermissionDenied():
            reason = _not_let_in(attempt)
        case asyncssh.KeyExchangeFailed() if "host key" in str(error):
            reason = (
                f"{place} offers none of the kinds of host key that {attempt.known.file} holds for it, so its key "
                "has probably changed: ask whoever runs the host, and replace the entry once they confirm."
            )
        case asyncssh.KeyExchangeFailed():
            reason = f"{place} and this program share no SSH algorithm ({_detail(error)}): update the older side."
        case asyncssh.KeyImportError() if "assphrase" in str(error):
            reason = (
                f"The key {key} has a passphrase: add it to your SSH agent and leave `key` out of the configuration."
            )
        case asyncssh.KeyImportError():
            reason = (
                f"The key {key or 'of your SSH configuration'} cannot be read ({_detail(error)}): "
                "name a private key file in `key`."
            )
        case asyncssh.ConfigParseError():
            reason = f"~/.ssh/config cannot be read ({_detail(error)}): mend that file."
        case FileNotFoundError() if key:
            reason = f"The key file {key} does not exist: correct `key` in the configuration."
        case PermissionError() if key and error.filename:
            reason = f"The key file {key} may not be read: check its owner and mode."
    return reason


def _why_not_there(error: Exception, attempt: Attempt) -> str:
    """Say why there is no connection, where it may come back by itself."""
    host, place = attempt.host, attempt.place
    match error:
        case TimeoutError():
            limit = duration(attempt.timing.connect_timeout)
            trouble = f"{place} gives no answer within {limit}: check the network, the VPN, or a firewall in between."
        case socket.gaierror():
            trouble = (
                f"The name {host.address} is not known here: check `address` in the configuration, the VPN, or DNS."
            )
        case ConnectionRefusedError():
            trouble = (
                f"{host.address} refuses connections on port {host.port}: sshd is not running there, or `port` in "
                "the configuration is wrong."
            )
        case OSError() if error.errno in _NO_ROUTE:
            trouble = f"There is no route to {place}: check the network or the VPN."
        case _ if not attempt.greeted:
            trouble = (
                f"{place} hung up without speaking SSH: `port` may belong to something else, or the host limits "
                "new connections just now."
            )
        case _:
            trouble = f"{place} broke off while we were logging in ({_detail(error)}): look at sshd's log there."
    return trouble


def lost(error: Exception | None, place: str, timing: Timing) -> str:
    """Say how an open connection ended."""
    if error is None:
        return f"{place} closed the connection."
    if "keepalive" in str(error):
        silence = timing.keepalive_interval * (timing.keepalive_count_max + 1)
        return f"{place} has not answered for {duration(silence)}: the network or the host is down."
    return f"The connection to {place} was cut ({_detail(error)})."


def _not_the_host(error: Exception, attempt: Attempt) -> LinkTrouble:
    if attempt.offered:
        offered = judge(attempt.known, *attempt.offered)
        return LinkTrouble(sentence(offered), refused=True, offered=offered)
    # asyncssh asks us about unknown and changed keys; what it rejects unasked is revoked, or a bad certificate.
    trouble = (
        f"is marked as revoked in {attempt.known.file}"
        if "revoked" in str(error)
        else f"is not acceptable ({_detail(error)})"
    )
    return LinkTrouble(
        f"The host key of {attempt.host.address} {trouble}: do not connect, and ask whoever runs the host for "
        "its new key.",
        refused=True,
    )


def _not_let_in(attempt: Attempt) -> str:
    user, place = attempt.login.user, attempt.place
    key = f"the key {attempt.login.key}" if attempt.login.key else "any key of your agent or ~/.ssh"
    remedy = (
        "have its public half added there with `dokku ssh-keys:add`"
        if attempt.identity is Identity.DOKKU
        else f"have its public half added to authorized_keys of {user} there"
    )
    return f"{place} does not let {user} in with {key}: {remedy}, or correct the login in the configuration."


def _detail(error: Exception) -> str:
    return one_line(str(error) or type(error).__name__, 120)
