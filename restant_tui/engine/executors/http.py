"""`http`: one request, made from here."""

from __future__ import annotations

from restant_tui.engine.effects import carry_out
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.runbook.model import HttpStep


async def execute(spot: Spot) -> Ended:
    """Make it."""
    assert isinstance(spot.step, HttpStep)
    return await carry_out(spot, spot.step)
