"""`run`: one argument list, or one verb, to a target."""

from __future__ import annotations

from restant_tui.engine.effects import carry_out
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.runbook.model import RunStep


async def execute(spot: Spot) -> Ended:
    """Run it."""
    assert isinstance(spot.step, RunStep)
    return await carry_out(spot, spot.step)
