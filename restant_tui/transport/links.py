"""Every session of a configuration."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from restant_tui.clock import Clock
from restant_tui.config.model import Config, Identity
from restant_tui.errors import UsageProblem
from restant_tui.transport.link import LinkStatus
from restant_tui.transport.session import Session
from restant_tui.transport.timing import Timing


class Links:
    """One session for each configured identity of each host; none connects before it is needed or started.

    Args:
        config: the hosts and their logins.
        clock: passed on to every session.
        on_status: called with the session's name (`host/identity`) and its new status, on change.
        settings: all limits.
        chance: the jitter of the wait between tries.
    """

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock,
        on_status: Callable[[str, LinkStatus], None] | None = None,
        settings: Timing | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._hosts = config.hosts
        self._sessions: dict[tuple[str, Identity], Session] = {}
        for host_name, host in config.hosts.items():
            for identity in Identity:
                if host.login(identity) is None:
                    continue
                name = f"{host_name}/{identity}"
                self._sessions[host_name, identity] = Session(
                    host,
                    identity,
                    clock=clock,
                    name=name,
                    on_status=_named(name, on_status) if on_status else None,
                    settings=settings,
                    chance=chance,
                )

    def session(self, host: str, identity: Identity) -> Session:
        """Return the session of that identity on that host.

        Raises:
            UsageProblem: there is no such host, or the identity is not configured there.
        """
        if session := self._sessions.get((host, identity)):
            return session
        if host not in self._hosts:
            known = ", ".join(self._hosts) or "none"
            raise UsageProblem(f"There is no host `{host}` in the configuration; it has: {known}.")
        raise UsageProblem(
            f"The host `{host}` has no `{identity}` login: add `{identity}: {{user: …}}` to it in the configuration."
        )

    def statuses(self) -> tuple[tuple[str, LinkStatus], ...]:
        """Return name and status of every session, in the configured order."""
        return tuple((session.name, session.status) for session in self._sessions.values())

    def start(self) -> None:
        """Connect every session, and keep it connected, from now on."""
        for session in self._sessions.values():
            session.start()

    def wake(self) -> None:
        """Try every lost or refused link at once."""
        for session in self._sessions.values():
            session.wake()

    async def close(self) -> None:
        """End every session; nothing is left running."""
        await asyncio.gather(*(session.close() for session in self._sessions.values()))


def _named(name: str, on_status: Callable[[str, LinkStatus], None]) -> Callable[[LinkStatus], None]:
    return lambda status: on_status(name, status)
