"""`wait`: a fixed time, visibly; a person may go on sooner."""

from __future__ import annotations

from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import StepStatus
from restant_tui.runbook.model import WaitStep
from restant_tui.text import duration, parse_duration


async def execute(spot: Spot) -> Ended:
    """Wait on the run's clock."""
    assert isinstance(spot.step, WaitStep)
    seconds = parse_duration(spot.step.for_)
    await spot.emit("step.progress", text=f"waits {duration(seconds)}")
    hurried = await spot.run.idle(seconds)
    return Ended(status=StepStatus.OK, reason="gone on sooner" if hurried else "", seconds=seconds)
