"""How dangerous a step or a whole runbook is."""

from __future__ import annotations

from collections.abc import Iterator

from restant_tui.config.model import Danger
from restant_tui.runbook.model import (
    BranchStep,
    HttpStep,
    LoopStep,
    NotifyStep,
    ParallelStep,
    Runbook,
    RunStep,
    Step,
    TransferStep,
)


def inner_steps(step: Step) -> tuple[Step, ...]:
    """Return the steps that stand directly inside this one, in order; its undo steps are not among them."""
    match step:
        case ParallelStep() | LoopStep():
            return step.steps
        case BranchStep():
            return tuple(inner for case in step.cases for inner in case.steps)
        case _:
            return ()


def every_step(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Yield these steps and all steps inside them, in the order of the file; undo steps are left out."""
    waiting = list(reversed(steps))
    while waiting:
        step = waiting.pop()
        yield step
        waiting.extend(reversed(inner_steps(step)))


def danger_of(what: Runbook | Step) -> Danger:
    """Return the worst a step can do (with the steps inside it), or the worst of a runbook's steps and `finally`.

    Undo steps do not count: they run only after something went wrong, and ask again. An included runbook counts
    through its own entry in the catalogue. A message to people is a change: it cannot be taken back.
    """
    steps = (*what.steps, *what.finally_) if isinstance(what, Runbook) else (what,)
    return max((_own(step) for step in every_step(steps)), key=lambda danger: danger.rank, default=Danger.READ)


def _own(step: Step) -> Danger:
    match step:
        case RunStep() | HttpStep() | TransferStep():
            return step.danger
        case NotifyStep():
            return Danger.CHANGE
        case _:
            return Danger.READ
