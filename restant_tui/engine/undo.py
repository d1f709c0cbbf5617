"""Taking back what was done, the last first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from restant_tui.engine.flatten import UNDO, joined, undo_of
from restant_tui.engine.state import RunState, StepState, StepStatus

if TYPE_CHECKING:
    from restant_tui.engine.walk import Walk

_MAY_HAVE_HAPPENED = frozenset(
    {StepStatus.OK, StepStatus.WARN, StepStatus.FAILED, StepStatus.TIMED_OUT, StepStatus.UNKNOWN}
)


def undo_list(state: RunState) -> tuple[StepState, ...]:
    """Return the steps that were sent, may have changed something and can be taken back; the last one first."""
    sent = [
        step
        for step in state.steps
        if step.undoable and step.attempts and step.status in _MAY_HAVE_HAPPENED and step.started_at is not None
    ]
    # Of two that began at the same moment the later one in the list goes first.
    order = sorted(enumerate(sent), key=lambda one: (one[1].started_at or state.started_at, one[0]), reverse=True)
    return tuple(step for _, step in order)


async def take_back(walk: Walk) -> None:
    """Run the undo steps of everything that was done, the last first; each asks and is noted like any other step.

    Raises:
        Stopped: an undo step did not end well; what comes before it was not taken back.
        Interrupted: somebody aborts again.
    """
    for state in undo_list(walk.run.state):
        spot = walk.known.get(state.path)
        undo = undo_of(spot.step) if spot else None
        if spot is None or undo is None:
            continue
        prefix = joined(state.path, UNDO)
        await walk.add(undo.steps, prefix, state.path, state.depth + 1)
        await walk.sequence(undo.steps, prefix, spot.scope)
        await spot.emit("step.undone", reason=spot.render(undo.says) or "taken back")
