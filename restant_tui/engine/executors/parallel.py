"""`parallel`: reads made at the same time."""

from __future__ import annotations

import asyncio

from restant_tui.config.model import Danger
from restant_tui.engine.flatten import joined
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import StepStatus
from restant_tui.engine.statuses import FAILURES
from restant_tui.engine.step_changes import OPEN
from restant_tui.errors import RunbookProblem
from restant_tui.runbook.model import ParallelStep


async def execute(spot: Spot) -> Ended:
    """Do every step inside at once; what failed before is done again, what ended well is not."""
    assert isinstance(spot.step, ParallelStep)
    if spot.state.danger is not Danger.READ:
        raise RunbookProblem("only reads may be made at the same time; nothing was sent")
    spots = [
        Spot(walk=spot.walk, step=one, path=joined(spot.path, one.id), scope=spot.scope) for one in spot.step.steps
    ]
    for inner in spots:
        spot.walk.known[inner.path] = inner
        if inner.state.status in FAILURES:
            await inner.emit("step.retry", reason="the steps beside it are done again")
    waiting = [inner for inner in spots if inner.state.status in OPEN]
    async with asyncio.TaskGroup() as group:
        for inner in waiting:
            group.create_task(_quietly(inner))
    await spot.run.checkpoint()
    failed = [inner.state for inner in spots if inner.state.status in FAILURES]
    if failed:
        words = "; ".join(f"{one.title}: {one.reason or one.status}" for one in failed)
        return Ended(status=StepStatus.FAILED, reason=words)
    warned = [inner.state for inner in spots if inner.state.status is StepStatus.WARN]
    if warned:
        return Ended(status=StepStatus.WARN, reason="; ".join(f"{one.title}: {one.reason}" for one in warned))
    return Ended(status=StepStatus.OK)


async def _quietly(spot: Spot) -> None:
    """Do one step; an abort is noticed once all have stopped."""
    from restant_tui.engine.signals import Interrupted

    try:
        await spot.walk.perform(spot)
    except Interrupted:
        return
