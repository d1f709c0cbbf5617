"""`include`: another runbook's steps in this place, with its own parameters, names and locks."""

from __future__ import annotations

from collections.abc import Mapping

from restant_tui.engine.flatten import FINALLY, joined
from restant_tui.engine.included import included_scope
from restant_tui.engine.scope import Scope
from restant_tui.engine.signals import Ended, Stopped
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import StepStatus
from restant_tui.runbook.model import IncludeStep, Runbook


async def execute(spot: Spot) -> Ended:
    """Take the included runbook's steps; it sees only what `with` gives it."""
    assert isinstance(spot.step, IncludeStep)
    await run_included(spot, spot.step.runbook, spot.step.with_, joined_as=spot.path)
    return Ended(status=StepStatus.OK)


async def run_included(spot: Spot, runbook_id: str, given: Mapping[str, object], *, joined_as: str) -> None:
    """Run another runbook below `joined_as`; parameters not given are taken from equal names around it."""
    from restant_tui.engine.locks import acquire_all

    runbook = spot.walk.runbooks(runbook_id)
    scope = await _scope(spot, runbook, given, joined_as)
    await acquire_all(spot.walk, scope, runbook)
    depth = spot.state.depth + 1
    await spot.walk.add(runbook.steps, joined_as, spot.path, depth)
    await spot.walk.add(runbook.finally_, joined(joined_as, FINALLY), spot.path, depth)
    try:
        await spot.walk.sequence(runbook.steps, joined_as, scope)
    except Stopped:
        await _finally(spot, runbook, scope, joined_as)
        raise
    await spot.walk.sequence(runbook.finally_, joined(joined_as, FINALLY), scope)


async def _scope(spot: Spot, runbook: Runbook, given: Mapping[str, object], path: str) -> Scope:
    known = spot.walk.scopes.get(path)
    if known is not None:
        return known

    values = {name: _value(spot, value) for name, value in given.items()}
    around = {param.name: spot.scope.values[param.name] for param in runbook.params if param.name in spot.scope.values}
    return await included_scope(spot, runbook, {**around, **values}, path)


def _value(spot: Spot, value: object) -> object:
    """Return a value handed over: a text that is one whole template hands over the thing itself, not its text."""
    if not isinstance(value, str):
        return value
    stripped = value.strip()
    inner = stripped.removeprefix("{{").removesuffix("}}")
    if stripped.startswith("{{") and stripped.endswith("}}") and "{{" not in inner and "}}" not in inner:
        return spot.scope.evaluate(inner.strip())
    return spot.render(value)


async def _finally(spot: Spot, runbook: Runbook, scope: Scope, path: str) -> None:
    for step in runbook.finally_:
        try:
            await spot.walk.step(step, joined(path, FINALLY), scope)
        except Stopped:
            continue
