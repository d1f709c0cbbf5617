"""`note`: words for the person who reads."""

from __future__ import annotations

from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import StepStatus
from restant_tui.runbook.model import NoteStep


async def execute(spot: Spot) -> Ended:
    """Show it; nothing runs and nothing is asked."""
    assert isinstance(spot.step, NoteStep)
    text = spot.render(spot.step.text)
    output = spot.run.open_output(spot.path, 1)
    output.feed(text.encode() + b"\n")
    output.close()
    await spot.emit("note.added", text=text)
    return Ended(status=StepStatus.OK)
