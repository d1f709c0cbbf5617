"""`confirm`: a question that must be answered before the run goes on."""

from __future__ import annotations

from restant_tui.engine.effects import refused
from restant_tui.engine.gates import DECLINE, PROCEED
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import GateKind, StepStatus
from restant_tui.runbook.model import ConfirmStep


async def execute(spot: Spot) -> Ended:
    """Ask; with a phrase it has to be typed."""
    assert isinstance(spot.step, ConfirmStep)
    phrase = spot.render(spot.step.phrase).strip() if spot.step.phrase else ""
    gate = spot.gate(
        GateKind.TYPE if phrase else GateKind.PRESS, spot.render(spot.step.title), phrase=phrase,
        says=spot.render(spot.step.says or spot.step.why), offers=(DECLINE, PROCEED),
    )  # fmt: skip
    answer = await spot.ask(gate)
    return refused(answer) or Ended(status=StepStatus.OK, by=answer.by)
