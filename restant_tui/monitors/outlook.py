"""Whether each runbook can be carried out on the hosts we know, from what was found there before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from restant_tui.dokku.capabilities import Capabilities
from restant_tui.dokku.readiness import Readiness, State
from restant_tui.errors import RestantError
from restant_tui.monitors.readiness import Lookup, readiness
from restant_tui.runbook.model import Runbook

_WORST_FIRST = (State.CANNOT_RUN, State.DEGRADED, State.READY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One runbook on every host that is known: a verdict for each."""

    runbook: str
    verdicts: tuple[tuple[str, Readiness], ...]

    @property
    def state(self) -> State:
        """The worst of the verdicts."""
        found = {verdict.state for _, verdict in self.verdicts}
        return next(state for state in _WORST_FIRST if state in found or state is State.READY)

    @property
    def says(self) -> tuple[str, ...]:
        """Reasons, and what is done instead, each one sentence and once."""
        found: list[str] = []
        for _, verdict in self.verdicts:
            found += verdict.reasons
            found += [f"in the place of {wanted}: {instead}" for wanted, instead in verdict.substitutes]
        return tuple(dict.fromkeys(found))


def outlooks(
    ids: Iterable[str], get: Callable[[str], Runbook], known: Mapping[str, Capabilities]
) -> dict[str, Outlook]:
    """Return the outlook of each runbook by its id; nothing for those that cannot be read, or where no host is known.

    Args:
        ids: which runbooks.
        get: returns a runbook; one it raises for is left out.
        known: what was found on the hosts, by their names.
    """
    if not known:
        return {}
    lookup = _quiet(get)
    found = {}
    for name in ids:
        if (book := lookup(name)) is not None:
            verdicts = tuple((host, readiness(book, one, lookup)) for host, one in known.items())
            found[name] = Outlook(runbook=name, verdicts=verdicts)
    return found


def _quiet(get: Callable[[str], Runbook]) -> Lookup:
    read: dict[str, Runbook | None] = {}

    def lookup(name: str) -> Runbook | None:
        if name not in read:
            try:
                read[name] = get(name)
            except RestantError:
                read[name] = None
        return read[name]

    return lookup
