"""What went wrong while connecting, told apart and said in one sentence with the way out.

This module imports asyncssh, so it is itself imported only when a connection is about to be opened.
"""

from __future__ import annotations

import errno
import socket

import asyncssh

from restant_tui.config.model import Identity
from restant_tui.text import duration, one_line
from restant_tui.transport.attempt import Attempt, detail
from restant_tui.transport.hostkeys import judge, revoked, sentence
from restant_tui.transport.timing import Timing
from restant_tui.transport.trouble import LinkTrouble

_NO_ROUTE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EADDRNOTAVAIL}
# What OpenSSH says before it hangs up on one connection too many, by version.
_CROWDED = (b"Exceeded MaxStartups", b"Not allowed at this time")
_DEVICE = "which sits in a security key this program cannot talk to: add it to your SSH agent with ssh-add"
_MANY_KEYS = "Too many authentication failures"


def explain(error: Exception, attempt: Attempt) -> LinkTrouble:
    """Return the trouble behind an error of asyncssh or the operating system."""
    used = attempt.used()
    if isinstance(error, LinkTrouble):
        return error
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        trouble = _not_the_host(error, attempt)
    elif refusal := _why_refused(error, attempt):
        trouble = LinkTrouble(refusal, refused=True)
    else:
        trouble = LinkTrouble(_why_not_there(error, attempt))
    trouble.used = used
    return trouble


def _why_refused(error: Exception, attempt: Attempt) -> str:
    """Say why trying again will not help; nothing if it may."""
    place, key = attempt.place, attempt.login.key
    reason = ""
    match error:
        case asyncssh.PermissionDenied():
            reason = _not_let_in(attempt)
        case asyncssh.DisconnectError() if _MANY_KEYS in str(error):
            reason = (
                f"{place} hung up after {len(attempt.client.offered)} of your keys: name the right one in `key`, or "
                "set IdentitiesOnly for the host in ~/.ssh/config."
            )
        case asyncssh.KeyExchangeFailed():
            reason = f"{place} and this program share no SSH algorithm ({detail(error)}): update the older side."
        case asyncssh.KeyImportError():
            reason = (
                f"The key {key or 'of your SSH configuration'} cannot be read ({detail(error)}): "
                "name a private key file in `key`."
            )
        case asyncssh.ConfigParseError():
            reason = f"Your SSH configuration cannot be read ({detail(error)}): mend that line."
        case FileNotFoundError() if key and error.filename:
            reason = f"The key file {key} does not exist: correct `key` in the configuration."
        case PermissionError() if error.filename:
            reason = f"The file {error.filename} may not be read: check its owner and mode."
    return reason


def _why_not_there(error: Exception, attempt: Attempt) -> str:
    """Say why there is no connection, where it may come back by itself."""
    address, place, client = attempt.address, attempt.place, attempt.client
    match error:
        case TimeoutError() if not client.greeted:
            limit = duration(attempt.timing.connect_timeout)
            trouble = f"{place} gives no answer within {limit}: check the network, the VPN, or a firewall in between."
        case socket.gaierror():
            trouble = f"The name {address} is not known here: check `address` in the configuration, the VPN, or DNS."
        case ConnectionRefusedError():
            trouble = (
                f"{address} refuses connections on port {attempt.port}: sshd is not running there, or `port` in "
                "the configuration is wrong."
            )
        case OSError() if error.errno in _NO_ROUTE:
            trouble = f"There is no route to {place}: check the network or the VPN."
        case asyncssh.ChannelOpenError() if attempt.jump or attempt.through:
            via = attempt.jump[-1] if attempt.jump else "The host before it"
            trouble = (
                f"{via} cannot reach {place} ({detail(error)}): check that the host is up, and AllowTcpForwarding "
                "in sshd_config on the way."
            )
        case _ if not client.greeted and not isinstance(error, TimeoutError):
            trouble = _no_greeting(attempt)
        case _ if isinstance(error, TimeoutError) or "Login timeout" in str(error):
            limit = duration(min(attempt.timing.connect_timeout, attempt.timing.login_timeout))
            trouble = (
                f"{place} answers, but the login was not over after {limit}: it may be overloaded, or slow to look "
                "up names or users."
            )
        case _:
            trouble = f"{place} broke off while we were logging in ({detail(error)}): look at sshd's log there."
    return trouble


def lost(error: Exception | None, place: str, timing: Timing) -> str:
    """Say how an open connection ended."""
    if error is None:
        return f"{place} closed the connection."
    if "keepalive" in str(error):
        silence = timing.keepalive_interval * (timing.keepalive_count_max + 1)
        return f"{place} has not answered for {duration(silence)}: the network or the host is down."
    return f"The connection to {place} was cut ({detail(error)})."


def _no_greeting(attempt: Attempt) -> str:
    place, greeting = attempt.place, attempt.client.greeting
    if any(words in greeting for words in _CROWDED):
        return (
            f"{place} turns new connections away because too many are logging in (MaxStartups): it takes us when "
            "some of them are through."
        )
    if attempt.route and attempt.route.proxy_command:
        return f"The ProxyCommand of your SSH configuration ended without reaching {place}: run it by hand to see why."
    said = f" (it said `{one_line(greeting.decode('utf-8', 'replace'), 60)}`)" if greeting.strip() else ""
    return (
        f"{place} hung up without speaking SSH{said}: `port` may belong to something else, or the host limits "
        "new connections just now."
    )


def _not_the_host(error: Exception, attempt: Attempt) -> LinkTrouble:
    known, address, port, client = attempt.known, attempt.address, attempt.port, attempt.client
    # asyncssh asks us about unknown and changed keys; what it rejects unasked is revoked, or a bad certificate.
    if client.refused_key:
        offered = judge(known, address, port, client.refused_key)
    elif "revoked" in str(error):
        offered = revoked(known, address, port, client.shown)
    else:
        return LinkTrouble(
            f"The host key of {address} is not acceptable ({detail(error)}): do not connect, and ask whoever runs the "
            "host for its new key.",
            refused=True,
        )
    return LinkTrouble(sentence(offered), refused=True, offered=offered)


def _not_let_in(attempt: Attempt) -> str:
    user, place, client = attempt.user, attempt.place, attempt.client
    where = (
        "there with `dokku ssh-keys:add`"
        if attempt.identity is Identity.DOKKU
        else f"to authorized_keys of {user} there"
    )
    remedy = f"have its public half added {where}"
    if not client.asked:
        reason = (
            f"{place} takes no keys from {user}, only passwords or the like, which this program never sends: have "
            f"PubkeyAuthentication allowed there, and the public half of your key added {where}."
        )
    elif not client.offered:
        reason = f"There is no key to offer {place}: {_no_key(attempt)}."
    else:
        names = " or ".join(client.offered[:3])
        if len(client.offered) > 3:
            names = f"{names} or {len(client.offered) - 3} more"
        reason = (
            f"{place} does not let {user} in with the key {names}: {remedy}, ask whether the account is locked, or "
            f"correct the login in the configuration.{_not_offered(attempt)}"
        )
    return f"{reason} The host says: {one_line(client.banner, 160)}" if client.banner.strip() else reason


def _not_offered(attempt: Attempt) -> str:
    """Name the keys that might have done and were not offered, with what would have them offered."""
    locked, untouchable = attempt.offer.locked, attempt.offer.untouchable
    said = ""
    if locked:
        names = " and ".join(path.name for path in locked)
        said += f" Not offered, as nobody gave a passphrase: {names}; add it to your SSH agent with ssh-add."
    if untouchable:
        said += f" Not offered: {' and '.join(untouchable)}, {_DEVICE}."
    return said


def _no_key(attempt: Attempt) -> str:
    offer, route = attempt.offer, attempt.route
    if offer.untouchable:
        return f"{' and '.join(offer.untouchable)} is all there is, {_DEVICE}"
    if offer.agent_trouble:
        agent = f"your SSH agent does not answer ({offer.agent_trouble})"
    elif route and route.agent:
        agent = "your SSH agent holds none" if not offer.agent_keys else "your SSH agent holds none of the named ones"
    else:
        start = "start one and add your key with ssh-add"
        return f"no SSH agent is running and no key file was found, so {start}, or name a key file in `key`"
    return f"{agent} and no key file was found, so add one with ssh-add, or name a key file in `key`"
