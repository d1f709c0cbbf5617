"""`approve`: somebody else than the person who runs it has to agree."""

from __future__ import annotations

from restant_tui.engine.effects import refused
from restant_tui.engine.gates import DECLINE, PROCEED
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import Answer, GateKind, Move, Offer, StepStatus
from restant_tui.runbook.model import ApproveStep

_BREAK_GLASS = Offer(move=Move.CONTINUE, label="Go on alone; this stands in the record", needs_reason=True)


async def execute(spot: Spot) -> Ended:
    """Ask until enough others have agreed; whoever runs it does not count."""
    assert isinstance(spot.step, ApproveStep)
    step = spot.step
    agreed: list[str] = []
    await spot.emit("approval.requested", count=step.count)
    while len(agreed) < step.count:
        gate = spot.gate(
            GateKind.APPROVE, spot.render(step.title), says=spot.render(step.says or step.why),
            evidence=f"agreed so far: {', '.join(agreed)}" if agreed else "",
            offers=(DECLINE, PROCEED, _BREAK_GLASS) if step.break_glass else (DECLINE, PROCEED),
        )  # fmt: skip
        answer = await spot.ask(gate, lambda given: _problem(spot, agreed, given))
        if answer.move is Move.CONTINUE:
            await spot.emit("approval.broken-glass", actor=answer.by, reason=answer.reason)
            reason = f"{answer.by} went on without approval: {answer.reason}"
            return Ended(status=StepStatus.WARN, reason=reason, by=answer.by, overridden=True)
        if ended := refused(answer):
            await spot.emit("approval.denied", actor=answer.by, reason=answer.reason)
            return ended
        agreed.append(answer.by)
        await spot.emit("approval.granted", actor=answer.by)
    return Ended(status=StepStatus.OK, by=", ".join(agreed))


def _problem(spot: Spot, agreed: list[str], answer: Answer) -> str | None:
    if answer.move is not Move.PROCEED:
        return None
    if not answer.by:
        return "an approval needs a name"
    if answer.by == spot.run.state.actor:
        return f"{answer.by} runs this and cannot approve it; somebody else has to"
    if answer.by in agreed:
        return f"{answer.by} has agreed already; somebody else has to"
    return None
