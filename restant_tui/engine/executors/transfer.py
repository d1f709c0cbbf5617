"""`transfer`: a file or folder between here and a host, by rsync."""

from __future__ import annotations

from restant_tui.engine.effects import carry_out
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.runbook.model import TransferStep


async def execute(spot: Spot) -> Ended:
    """Copy it; a copying program that is not installed here is a failure that says so."""
    assert isinstance(spot.step, TransferStep)
    return await carry_out(spot, spot.step)
