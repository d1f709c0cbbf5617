"""Every session of a configuration."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from functools import partial

from restant_tui.clock import Clock
from restant_tui.config.model import Config, Identity
from restant_tui.errors import UsageProblem
from restant_tui.transport.link import LinkStatus
from restant_tui.transport.personal import Personal
from restant_tui.transport.session import Session
from restant_tui.transport.timing import Timing
from restant_tui.transport.trouble import LinkTrouble, OfferedKey
from restant_tui.transport.trust import Trust, accept


class Links:
    """One session for each configured identity of each host; none connects before it is needed or started.

    Args:
        config: the hosts and their logins.
        clock: passed on to every session.
        on_status: called with the session's name (`host/identity`) and its new status, on change.
        settings: all limits.
        personal: what the person at the console has for SSH, shared by all sessions.
        chance: the jitter of the wait between tries.
    """

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock,
        on_status: Callable[[str, LinkStatus], None] | None = None,
        settings: Timing | None = None,
        personal: Personal | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._hosts = config.hosts
        self._personal = personal or Personal()
        self._sessions: dict[tuple[str, Identity], Session] = {}
        for host_name, host in config.hosts.items():
            for identity in Identity:
                if host.login(identity) is None:
                    continue
                name = f"{host_name}/{identity}"
                session = self._sessions[host_name, identity] = Session(
                    host,
                    identity,
                    clock=clock,
                    name=name,
                    on_status=_named(name, on_status) if on_status else None,
                    settings=settings,
                    personal=self._personal,
                    chance=chance,
                )
                session.on_alarm = partial(self._stop, host_name)

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

    async def arrive(self) -> None:
        """Connect every session, and ask a person meanwhile about what keeps us out."""
        await asyncio.gather(*(session.arrive() for session in self._sessions.values()))

    def wake(self) -> None:
        """Try every lost or refused link at once."""
        for session in self._sessions.values():
            session.wake()

    def trust(self, host: str, key: OfferedKey, how: Trust) -> None:
        """Accept the key that a host shows and nobody knows yet, and connect again.

        Args:
            host: the host's name in the configuration; a host on the way to it has no name of its own there.
            key: the key the person has seen and compared.
            how: until the program ends, or for good.

        Raises:
            UsageProblem: the host shows another key by now, or one that replaces another: that is not decided here.
            ConfigProblem: the known_hosts file cannot be written.
        """
        self._still_offered(host, key)
        accept(key, how, self._personal)
        for session in self._of(host):
            session.wake()

    def refuse(self, host: str, key: OfferedKey) -> None:
        """Do not accept that key: the host is left alone until `wake`.

        Raises:
            UsageProblem: the host shows another key by now.
        """
        self._still_offered(host, key)
        for session in self._of(host):
            session.decline()

    async def close(self) -> None:
        """End every session; nothing is left running."""
        await asyncio.gather(*(session.close() for session in self._sessions.values()))

    def _stop(self, host: str, trouble: LinkTrouble) -> None:
        """A key that replaced another, or a revoked one: whoever answers there gets nothing more, as nobody."""
        for session in self._of(host):
            session.stop(trouble)

    def _of(self, host: str) -> list[Session]:
        return [session for (name, _), session in self._sessions.items() if name == host]

    def _still_offered(self, host: str, key: OfferedKey) -> None:
        if all(session.offered_key != key for session in self._of(host)):
            raise UsageProblem(f"The host `{host}` does not show that key any more: look at the one it shows now.")


def _named(name: str, on_status: Callable[[str, LinkStatus], None]) -> Callable[[LinkStatus], None]:
    return lambda status: on_status(name, status)
