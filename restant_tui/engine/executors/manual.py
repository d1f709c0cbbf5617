"""`manual`: a checklist for a person, done with what was observed."""

from __future__ import annotations

from restant_tui.engine.effects import refused
from restant_tui.engine.gates import DECLINE, PROCEED, SKIP
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import GateKind, ItemAsked, StepStatus
from restant_tui.runbook.model import ManualStep


async def execute(spot: Spot) -> Ended:
    """Ask for each item what was seen; the answers stand in the journal."""
    assert isinstance(spot.step, ManualStep)
    items = tuple(
        ItemAsked(id=one.id, text=spot.render(one.text), killer=one.killer, evidence=one.evidence)
        for one in spot.step.items
    )
    gate = spot.gate(
        GateKind.ITEMS, spot.render(spot.step.title), says=spot.render(spot.step.why), items=items,
        offers=(DECLINE, PROCEED, SKIP),
    )  # fmt: skip
    answer = await spot.ask(gate)
    return refused(answer) or Ended(status=StepStatus.OK, by=answer.by)
