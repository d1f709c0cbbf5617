"""A command that was left to itself is found again, and watched to its end as if nobody had been away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restant_tui.engine import lasting
from restant_tui.engine.answered import answered
from restant_tui.engine.finding import Finding, Found
from restant_tui.engine.resolve import DEFAULT_TIMEOUT
from restant_tui.engine.signals import Ended, Interrupted
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import StepStatus
from restant_tui.errors import RestantError
from restant_tui.runbook.model import RunStep
from restant_tui.text import parse_duration
from restant_tui.transport.detached import Handle, Presence


async def watch_on(spot: Spot, patience: float, *, wait: bool) -> Found | None:
    """Look for a step's command by its id; if it runs or has ended, watch it to its end and judge it.

    Args:
        spot: the step; its state has the id.
        patience: seconds of the run's clock to wait for a lost link.
        wait: whether to wait for one that runs; otherwise it is only said that it does.

    Returns:
        None if the step has come to its end by that; otherwise what was found, for a person to decide.
    """
    try:
        sight = await lasting.sought(spot, patience)
    except RestantError as trouble:
        return Found(Finding.CANNOT_TELL, f"The host cannot be asked about {spot.state.handle}: {trouble}")
    if sight.presence is Presence.EXITED or (wait and sight.presence is Presence.RUNNING):
        return await _to_its_end(spot)
    return lasting.told(spot, sight)


async def _to_its_end(spot: Spot) -> Found | None:
    step = spot.step
    assert isinstance(step, RunStep)
    handle = Handle(spot.state.handle)
    await spot.emit("step.rejoined", detached=handle.id)
    output = spot.run.open_output(spot.path, spot.state.attempts, step.filter)
    limit = parse_duration(step.timeout or DEFAULT_TIMEOUT)
    try:
        reply = await spot.run.watch(lasting.follow(spot, handle, output.feed, output, limit))
    except Interrupted as interrupted:
        await _digest(spot, output.close())
        reason = f"{interrupted.reason}; nothing was signalled, and it goes on {lasting.whereabouts(spot, handle)}"
        await spot.walk.end(spot, Ended(status=StepStatus.UNKNOWN, reason=reason))
        raise
    await _digest(spot, output.close())
    ended = await answered(spot, step, reply)
    await spot.walk.end(spot, ended)
    match ended.status:
        case StepStatus.TIMED_OUT:
            return Found(Finding.RUNNING, ended.reason)
        case StepStatus.UNKNOWN:
            return Found(Finding.CANNOT_TELL, ended.reason)
        case _:
            return None


async def _digest(spot: Spot, digest: Mapping[str, Any]) -> None:
    if digest:
        await spot.emit("step.output", **digest)
