"""By when a good response has its steps done, and the moment it turns out to be late."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from restant_tui.engine.patience import within
from restant_tui.engine.state import RunState, StepState
from restant_tui.engine.statuses import FAILURES
from restant_tui.engine.step_changes import OPEN, IllegalEvent
from restant_tui.text import parse_duration

if TYPE_CHECKING:
    from restant_tui.engine.run import Run

_NOT_DONE = OPEN | FAILURES


def due_at(state: RunState, step: StepState) -> datetime | None:
    """Return by when a step should be done; None if nothing says so, or if it counts from a step not begun yet.

    A target that counts from the alert counts from the run's start where the run answers none.
    """
    target = step.target_time
    if target is None:
        return None
    began = {"alert": state.alert_at or state.started_at, "run": state.started_at, "step": step.started_at}
    since = began[target.since]
    return since + timedelta(seconds=parse_duration(target.within)) if since else None


async def watch(run: Run) -> None:
    """Note `clock.breached` at the moment a step is late; ends when nothing can be late any more."""
    news = asyncio.Event()
    listening = asyncio.create_task(_listen(run, news))
    try:
        while any(_may_be_late(one) for one in run.state.steps) and not run.state.status.ended:
            news.clear()
            left = await _noted(run)
            await within(news.wait(), left, run.ports.clock)
    finally:
        listening.cancel()


async def _noted(run: Run) -> float | None:
    """Note what is late by now, and return the seconds until the next step would be."""
    now = run.ports.clock.now()
    due = [(at, one) for one in run.state.steps if _may_be_late(one) and (at := due_at(run.state, one))]
    for at, one in due:
        if at <= now:
            # The run may end at this very moment; then it ended in time.
            with suppress(IllegalEvent):
                await run.emit("clock.breached", one.path, due=at, title=one.title)
    return min(((at - now).total_seconds() for at, _ in due if at > now), default=None)


async def _listen(run: Run, news: asyncio.Event) -> None:
    async for _ in run.feed.follow():
        news.set()


def _may_be_late(step: StepState) -> bool:
    return step.target_time is not None and not step.late and step.status in _NOT_DONE
