"""The names of a runbook that runs inside another."""

from __future__ import annotations

from collections.abc import Mapping

from restant_tui.engine.parameters import place_of, resolve_all
from restant_tui.engine.scope import Scope
from restant_tui.engine.spot import Spot
from restant_tui.runbook.model import Runbook


async def included_scope(spot: Spot, runbook: Runbook, given: Mapping[str, object], path: str) -> Scope:
    """Return the scope of an included runbook with its parameters resolved, and note them in the journal.

    Raises:
        UsageProblem, Unreachable: as at the start of a run.
    """
    ports = spot.ports
    scope = Scope(
        path=path, runbook=runbook.id, templates=ports.templates, facts=spot.walk.scopes[""].facts,
        place=place_of(ports.config, runbook, given, ports.targets, around=spot.scope.place),
    )  # fmt: skip
    found = await spot.run.watch(resolve_all(runbook, given, scope, ports))
    await spot.emit("include.entered", scope=path, runbook=runbook.id, shown=dict(found.shown), **found.as_data())
    spot.walk.scopes[path] = scope
    spot.walk.parameters[path] = runbook.params
    return scope
