"""Opening one SSH connection, over other hosts where the SSH configuration says so.

This module imports asyncssh, so it is itself imported only when a connection is about to be opened.
"""

from __future__ import annotations

import asyncio
from typing import Any

import asyncssh

from restant_tui.config.model import Host, Identity, Login
from restant_tui.transport.attempt import Attempt
from restant_tui.transport.client import Client
from restant_tui.transport.explain import explain
from restant_tui.transport.hostkeys import algorithms, read_known_hosts
from restant_tui.transport.offer import Offer, gather
from restant_tui.transport.personal import Personal
from restant_tui.transport.route import resolve
from restant_tui.transport.timing import Timing
from restant_tui.transport.trouble import LinkTrouble
from restant_tui.transport.trunk import Trunk
from restant_tui.transport.unlock import unlock

_FARTHEST = 5
"""Most hosts on the way; a longer way leads in a circle."""

_TROUBLES = (
    OSError,
    asyncssh.Error,
    asyncssh.KeyImportError,
    asyncssh.ConfigParseError,
    asyncssh.KeyEncryptionError,
    ValueError,
)


async def dial(host: Host, identity: Identity, login: Login, timing: Timing, personal: Personal | None = None) -> Trunk:
    """Open one connection with the host key checked.

    What the configuration of this program names wins; the rest comes from the person's own SSH configuration, agent
    and key files. With a key configured only that key is offered, by the agent if it holds it. Passwords are never
    sent; the passphrase of a key is asked for once.

    Raises:
        LinkTrouble: it could not be opened; the sentence says why and what to do.
    """
    attempt = Attempt(host, identity, login, timing)
    try:
        connection, client = await _reach(attempt, personal or Personal(), ())
    except LinkTrouble as trouble:
        trouble.used = trouble.used or attempt.used()
        raise
    trunk = Trunk(connection, attempt.place, timing, used=attempt.used(let_in=True), hops=attempt.hops)
    client.on_lost = trunk.lost
    if connection.is_closed():
        trunk.lost(None)
        attempt.give_up_hops()
        raise LinkTrouble(f"{attempt.place} let us in and closed the connection at once: look at sshd's log there.")
    return trunk


async def _reach(
    attempt: Attempt, personal: Personal, trail: tuple[str, ...]
) -> tuple[asyncssh.SSHClientConnection, Client]:
    try:
        route = await asyncio.to_thread(resolve, attempt.host, attempt.login, personal)
        attempt.route, attempt.configs = route, " ".join(personal.said(path) for path in route.configs)
        attempt.known = await asyncio.to_thread(read_known_hosts, route, personal)
    except _TROUBLES as error:
        raise explain(error, attempt) from error
    try:
        attempt.known.found()
    except ValueError as error:
        raise LinkTrouble(attempt.unreadable_known_hosts(error), refused=True) from error
    while True:
        try:
            offer = attempt.offer = await gather(route, personal)
        except _TROUBLES as error:
            raise explain(error, attempt) from error
        try:
            return await _login(attempt, offer, personal, trail)
        except asyncssh.PermissionDenied as error:
            # As ssh does it: a passphrase is asked for only of a host that is there and is the one we know, and when
            # the keys that need none did not do.
            refused = explain(error, attempt)
        except _TROUBLES as error:
            raise explain(error, attempt) from error
        finally:
            await offer.close()
        for path in offer.locked:
            if await unlock(path, personal):
                break
        else:
            if attempt.client.offered or not offer.locked:
                raise refused
            raise LinkTrouble(attempt.locked_keys(personal), refused=True)


async def _login(
    attempt: Attempt, offer: Offer, personal: Personal, trail: tuple[str, ...]
) -> tuple[asyncssh.SSHClientConnection, Client]:
    route, timing = attempt.route, attempt.timing
    assert route is not None
    client = attempt.client = Client(offer.pairs)
    keys, authorities, revoked = attempt.known.found()
    options: dict[str, Any] = dict(route.options)
    options.setdefault("server_host_key_algs", algorithms(keys, authorities=bool(authorities)))
    tunnel = attempt.through
    if tunnel is None and route.jump:
        tunnel = await _tunnel(attempt, personal, trail)
    if tunnel is None and route.proxy_command:
        # asyncssh takes what the command says on standard error for SSH, and the end of it for the end of the
        # connection: so it is kept open, and silent.
        options["proxy_command"] = ["/bin/sh", "-c", f"exec 3>&2 2>/dev/null; exec {route.proxy_command}"]
    try:
        connection = await asyncssh.connect(
            route.address,
            route.port,
            config=None,
            tunnel=tunnel,
            username=route.user,
            known_hosts=lambda _host, _address, _port: (keys, authorities, revoked),
            client_factory=lambda: client,
            client_keys=None,
            agent_path=None,
            preferred_auth="publickey",
            password=None,
            agent_forwarding=False,
            gss_kex=False,
            gss_auth=False,
            connect_timeout=timing.connect_timeout,
            login_timeout=timing.login_timeout,
            keepalive_interval=timing.keepalive_interval,
            keepalive_count_max=timing.keepalive_count_max,
            **options,
        )
    except BaseException:
        attempt.give_up_hops()
        raise
    connection.set_tunnel(tunnel)  # closed with it
    return connection, client


async def _tunnel(attempt: Attempt, personal: Personal, trail: tuple[str, ...]) -> asyncssh.SSHClientConnection | None:
    """Open the hosts on the way, one through the other, each with its own key checked, and return the last."""
    route = attempt.route
    assert route is not None
    if len(trail) >= _FARTHEST:
        raise LinkTrouble(f"The way to {route.name} leads in a circle ({', '.join(trail)}): mend {attempt.configs}.")
    hops = [hop for hop in route.jump if _split(hop)[1] not in (*trail, route.name, route.address)]
    last: asyncssh.SSHClientConnection | None = None
    for hop in hops:
        user, address, port = _split(hop)
        known_hosts = attempt.host.known_hosts
        host = Host(address=address, port=port, known_hosts=known_hosts, admin=Login(user=user))
        login = Login(user=user)
        step = Attempt(host, Identity.ADMIN, login, attempt.timing, toward=route.name)
        last = await _hop(step, personal, (*trail, route.name), last, attempt)
        attempt.jump = (*attempt.jump, *step.jump, hop)
    return last


async def _hop(
    step: Attempt,
    personal: Personal,
    trail: tuple[str, ...],
    through: asyncssh.SSHClientConnection | None,
    attempt: Attempt,
) -> asyncssh.SSHClientConnection:
    step.through = through
    try:
        connection, _ = await _reach(step, personal, trail)
    except BaseException:
        attempt.give_up_hops()
        raise
    attempt.hops.extend((*step.hops, connection))
    return connection


def _split(hop: str) -> tuple[str, str, int]:
    """Return user (may be empty), address and port of `[ssh://][user@]host[:port]`."""
    user, _, place = hop.removeprefix("ssh://").rpartition("@")
    address, colon, port = place.rpartition(":")
    if colon and port.isdigit() and not place.endswith("]"):
        return user, address.strip("[]"), int(port)
    return user, place.strip("[]"), 22
