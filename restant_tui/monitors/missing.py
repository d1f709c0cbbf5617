"""What it costs that a host has only one of its two logins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from restant_tui.config.model import Config, Identity
from restant_tui.dokku.capabilities import Capabilities
from restant_tui.dokku.readiness import State
from restant_tui.monitors.outlook import outlooks
from restant_tui.runbook.model import Runbook

_UNSEEN: Final = {
    Identity.DOKKU: "processes, certificates, releases and logs of its apps are not seen",
    Identity.ADMIN: "disk, memory and load of the host are not seen",
}
_NAMED: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A login that is not configured. `cannot` and `less` are the runbooks that lack it, None where not known."""

    host: str
    identity: Identity
    cannot: tuple[str, ...] | None = None
    """Those that cannot be carried out."""
    less: tuple[str, ...] | None = None
    """Those that leave something out."""

    def sentence(self) -> str:
        """Say what it costs and how to have it."""
        cost = [_UNSEEN[self.identity]]
        if self.cannot is None:
            cost.append("runbooks that need it cannot be carried out")
        elif self.cannot:
            cost.append(f"{_runbooks(self.cannot)} cannot be carried out")
        if self.less:
            cost.append(f"{_runbooks(self.less)} {'leaves' if len(self.less) == 1 else 'leave'} something out")
        user = "dokku" if self.identity is Identity.DOKKU else "…"
        way_out = f"add `{self.identity}: {{user: {user}}}` to the host in the configuration"
        return f"{self.host} has no {self.identity} login: {', '.join(cost)}; {way_out} to have it"


def missing(config: Config) -> tuple[Missing, ...]:
    """Return the logins that are not configured, in the configured order."""
    return tuple(
        Missing(host=name, identity=identity)
        for name, host in config.hosts.items()
        for identity in Identity
        if host.login(identity) is None
    )


def with_runbooks(
    lacks: Iterable[Missing], ids: Iterable[str], get: Callable[[str], Runbook], known: Mapping[str, Capabilities]
) -> Iterator[Missing]:
    """Name the runbooks for which it makes a difference, on the hosts that are known.

    Args:
        lacks: what `missing` found.
        ids: which runbooks.
        get: returns a runbook; one it raises for is left out.
        known: what was found on the hosts, by their names.
    """
    ids = tuple(ids)
    for lack in lacks:
        if (host := known.get(lack.host)) is None:
            yield lack
            continue
        now = outlooks(ids, get, {lack.host: host})
        then = outlooks(ids, get, {lack.host: replace(host, identities=(*host.identities, lack.identity))})
        differ = [name for name in now if now[name].says != then[name].says or now[name].state != then[name].state]
        cannot = [name for name in differ if now[name].state is State.CANNOT_RUN is not then[name].state]
        less = [name for name in differ if now[name].state is State.DEGRADED]
        yield replace(lack, cannot=tuple(cannot), less=tuple(less))


def _runbooks(ids: tuple[str, ...]) -> str:
    count = "one runbook" if len(ids) == 1 else f"{len(ids)} runbooks"
    named = ", ".join(ids[:_NAMED]) + (", …" if len(ids) > _NAMED else "")
    return f"{count} ({named})"
