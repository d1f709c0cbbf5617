"""`notify`: a message to people, shown before it is sent; a failed one never fails the run."""

from __future__ import annotations

from restant_tui.engine.effects import refused
from restant_tui.engine.gates import DECLINE, PROCEED, SKIP
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import GateKind, StepStatus
from restant_tui.runbook.model import NotifyStep


async def execute(spot: Spot) -> Ended:
    """Show the message, then send it; where nothing is configured, say so and go on."""
    assert isinstance(spot.step, NotifyStep)
    step = spot.step
    notifier = spot.ports.notifier
    channels = tuple(spot.render(one) for one in step.channels)
    if notifier is None:
        reason = f"{', '.join(channels)}: not configured, not sent"
        await spot.emit("notify.failed", channels=list(channels), reason="not configured")
        return Ended(status=StepStatus.WARN, reason=reason)
    values = {name: spot.render(one) if isinstance(one, str) else one for name, one in step.with_.items()}
    gate = spot.gate(
        GateKind.MESSAGE, spot.render(step.title), says=notifier.preview(channels, step.template, values),
        evidence=f"to {', '.join(channels)}", offers=(DECLINE, PROCEED, SKIP),
    )  # fmt: skip
    answer = await spot.ask(gate)
    if ended := refused(answer):
        return ended
    await spot.emit("step.intent", commands=[], argv=["notify", *channels], where="here", danger="change", attempt=1)
    deliveries = await spot.run.watch(notifier.send(channels, step.template, values))
    for one in deliveries:
        kind = "notify.sent" if one.delivered else "notify.failed"
        await spot.emit(kind, channel=one.channel, reason=one.detail)
    lost = [f"{one.channel}: {one.detail or 'not delivered'}" for one in deliveries if not one.delivered]
    if lost:
        return Ended(status=StepStatus.WARN, reason="; ".join(lost), by=answer.by)
    return Ended(status=StepStatus.OK, by=answer.by)
