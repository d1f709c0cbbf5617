"""Tries everything a person on call will lean on, before they have to: links, hosts, tools, secrets, runbooks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from restant_tui.config.model import Identity
from restant_tui.dokku.readiness import State
from restant_tui.errors import RestantError
from restant_tui.text import clean, decode, duration, one_line
from restant_tui.transport.link import Link

if TYPE_CHECKING:
    from restant_tui.cli.secret import Known
    from restant_tui.config.secrets import Secrets
    from restant_tui.dokku.capabilities import Capabilities
    from restant_tui.engine.runtime import Runtime
    from restant_tui.monitors.missing import Missing
    from restant_tui.monitors.outlook import Outlook
    from restant_tui.monitors.snapshots import HostApps
    from restant_tui.runbook.model import Runbook
    from restant_tui.transport.used import Used

_SECONDS: Final = 15.0
SLOW: Final = 1.0
"""Seconds from which an open connection that does nothing is slow: `true` takes a few milliseconds and the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of trying one login of one host. `seconds` is how long the second, undisturbed answer took."""

    link: str
    host: str
    user: str
    state: str
    reached: bool
    says: str
    seconds: float
    slow: bool = False
    used: Used | None = None
    """What the connection was made with, also when it failed; None where it did not get that far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One reference to a secret, tried. `says` is why it cannot be had; empty if it can."""

    name: str
    used_by: tuple[str, ...]
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """Everything that was found, at one moment."""

    at: datetime
    links: tuple[Finding, ...]
    hosts: tuple[Capabilities, ...]
    """Those that let us in."""
    keyring: str
    """Why the keyring cannot be used; empty if it can."""
    secrets: tuple[Secret, ...]
    runbooks: tuple[Outlook, ...]
    broken: tuple[str, ...]
    """Runbooks that cannot be read, each with its first problem."""
    missing: tuple[Missing, ...] = ()
    """Logins that are not configured, with what that costs."""
    apps: tuple[HostApps, ...] = ()
    """Which apps the hosts have that let us in."""

    def exit_status(self) -> int:
        """Return 0 if all is well, 1 if something is missing, 2 if a runbook cannot be run, 3 if a link is not there.

        A link first: what lies behind it is not known.
        """
        if not all(link.reached for link in self.links):
            return 3
        if self.broken or any(one.state is State.CANNOT_RUN for one in self.runbooks):
            return 2
        troubled = any(link.slow for link in self.links) or any(host.troubles for host in self.hosts)
        troubled = troubled or any(one.says for one in self.secrets) or any(one.missing for one in self.apps)
        return int(troubled or any(one.state is State.DEGRADED for one in self.runbooks))


async def examine(runtime: Runtime, secrets: Secrets, wanted: Iterable[Known]) -> Checkup:
    """Try everything; what does not work is told, not raised.

    Args:
        runtime: open, without monitors.
        secrets: where references are tried; of what is found only the name is kept.
        wanted: the references there are.
    """
    config = runtime.config
    logins = [(name, identity) for name, host in config.hosts.items() for identity in Identity if host.login(identity)]
    links = await asyncio.gather(*(_try(runtime, name, identity) for name, identity in logins))
    there = [name for name in config.hosts if any(link.reached and link.host == name for link in links)]
    known = [one for one in await _hosts(runtime, there) if one.identities]
    tried = [await _secret(secrets, one) for one in wanted if one.used_by]
    outlooks, broken, lacks = await asyncio.to_thread(_runbooks, runtime, {one.host: one for one in known})
    return Checkup(
        at=runtime.clock.now(), links=tuple(links), hosts=tuple(known), keyring=await _keyring(secrets),
        secrets=tuple(tried), runbooks=outlooks, broken=broken, missing=lacks, apps=await _apps(runtime, there),
    )  # fmt: skip


async def _try(runtime: Runtime, host: str, identity: Identity) -> Finding:
    from restant_tui.dokku import commands

    login = runtime.config.hosts[host].login(identity)
    assert login is not None
    session = runtime.links.session(host, identity)
    argv = commands.version() if identity is Identity.DOKKU else ("true",)
    outcome = await session.run(argv, timeout=_SECONDS)
    if outcome.succeeded and identity is Identity.ADMIN:
        # The first one also paid for the login.
        outcome = await session.run(argv, timeout=_SECONDS)
    slow = False
    if outcome.succeeded:
        said = one_line(decode(outcome.stdout)) if identity is Identity.DOKKU else "a shell"
        said += f", answered in {_took(outcome.seconds)}"
        slow = identity is Identity.ADMIN and outcome.seconds > SLOW
        if slow:
            said += (
                f": slow for `true`, which does nothing, and it is added to every command; look at what "
                f"{login.user}'s .bashrc and .profile do on {host}"
            )
    else:
        status = f"exit status {outcome.exit_status}" if outcome.exit_status is not None else "no answer"
        why = "" if outcome.sent else session.status.reason
        said = one_line(clean(why or outcome.reason or outcome.error_text or status), 600)
    # The host may have let us in and then not done what was asked.
    state = "live" if outcome.succeeded else session.status.state.value
    if state == Link.CONNECTING:
        state = Link.LOST.value
    return Finding(
        link=f"{host}/{identity}", host=host, user=login.user, state=state, reached=outcome.succeeded, says=said,
        seconds=outcome.seconds, slow=slow, used=session.used,
    )  # fmt: skip


def _took(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else duration(seconds)


async def _hosts(runtime: Runtime, names: Iterable[str]) -> list[Capabilities]:
    book = runtime.monitors.capabilities
    if book is None:
        return []
    return list(await asyncio.gather(*(book.refresh(name) for name in names)))


async def _apps(runtime: Runtime, names: Iterable[str]) -> tuple[HostApps, ...]:
    """Ask the hosts that were reached, and by now know their version, which apps they have."""
    monitors = runtime.monitors
    return tuple(await asyncio.gather(*(monitors.discover(name) for name in names)))


async def _keyring(secrets: Secrets) -> str:
    try:
        await asyncio.to_thread(secrets.lookup, "doctor")
    except RestantError as problem:
        return str(problem)
    return ""


async def _secret(secrets: Secrets, known: Known) -> Secret:
    says = ""
    try:
        await secrets.get(known.name)
    except RestantError as problem:
        says = str(problem)
    return Secret(name=known.name, used_by=known.used_by, says=says)


def _runbooks(
    runtime: Runtime, known: dict[str, Capabilities]
) -> tuple[tuple[Outlook, ...], tuple[str, ...], tuple[Missing, ...]]:
    from restant_tui.monitors.missing import missing, with_runbooks
    from restant_tui.monitors.outlook import outlooks

    def get(name: str) -> Runbook:
        return runtime.catalogue.get(name).runbook

    entries = runtime.catalogue.entries(thorough=True)
    broken = tuple(f"{one.id}: {one.problems[0]}" for one in entries if one.broken)
    ids = [one.id for one in entries if not one.broken and not one.piece]
    lacks = tuple(with_runbooks(missing(runtime.config), ids, get, known))
    return tuple(outlooks(ids, get, known).values()), broken, lacks
