"""`notify`: a message to people, shown before it is sent; a failed one never fails the run."""

from __future__ import annotations

from restant_tui.engine.effects import refused
from restant_tui.engine.gates import DECLINE, PROCEED, SKIP
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import GateKind, StepStatus
from restant_tui.engine.telling import Letter, letter, not_delivered, tell
from restant_tui.errors import RestantError
from restant_tui.runbook.model import NotifyStep


async def execute(spot: Spot) -> Ended:
    """Show the message, then send it; where nothing is configured, or it cannot be written, say so and go on."""
    assert isinstance(spot.step, NotifyStep)
    notifier = spot.ports.notifier
    if notifier is None:
        return await _unsent(spot, "not configured")
    try:
        written = letter(spot, spot.step)
        shown = notifier.preview(written.channels, written.template, written.values)
    except RestantError as problem:
        return await _unsent(spot, str(problem))
    gate = spot.gate(
        GateKind.MESSAGE, spot.render(spot.step.title), says=shown, evidence=f"to {', '.join(written.channels)}",
        offers=(DECLINE, PROCEED, SKIP),
    )  # fmt: skip
    answer = await spot.ask(gate)
    if ended := refused(answer):
        return ended
    return await _sent(spot, written, answer.by)


async def _sent(spot: Spot, written: Letter, by: str) -> Ended:
    await spot.emit(
        "step.intent", commands=[], argv=["notify", *written.channels], where="here", danger="change",
        attempt=spot.state.attempts + 1,
    )  # fmt: skip
    deliveries = await spot.run.watch(tell(spot, written))
    if lost := not_delivered(deliveries):
        return Ended(status=StepStatus.WARN, reason=lost, by=by)
    return Ended(status=StepStatus.OK, by=by)


async def _unsent(spot: Spot, reason: str) -> Ended:
    assert isinstance(spot.step, NotifyStep)
    channels = spot.step.channels
    await spot.emit("notify.failed", channels=list(channels), reason=reason)
    return Ended(status=StepStatus.WARN, reason=f"{', '.join(channels)}: {reason}, not sent")
