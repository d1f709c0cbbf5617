"""How dangerous a step or a whole runbook is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from restant_tui.config.model import Danger
from restant_tui.runbook.model import (
    BranchStep,
    HttpStep,
    IncludeStep,
    LoopStep,
    NotifyStep,
    ParallelStep,
    Runbook,
    RunStep,
    Step,
    TerminalStep,
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


Lookup = Callable[[str], Runbook | None]
"""Finds an included runbook by its id; None where it cannot be read."""


def danger_of(what: Runbook | Step, included: Lookup | None = None) -> Danger:
    """Return the worst a step can do (with the steps inside it), or the worst of a runbook's steps and `finally`.

    Undo steps do not count: they run only after something went wrong, and ask again. A message to people is a
    change: it cannot be taken back. With `included` the runbooks that are included count as well.
    """
    worst = Danger.READ
    known: set[str] = set()
    waiting: list[Runbook | Step] = [what]
    while waiting:
        one = waiting.pop()
        steps = (*one.steps, *one.finally_) if isinstance(one, Runbook) else (one,)
        for step in every_step(steps):
            worst = max(worst, _own(step), key=lambda danger: danger.rank)
            if included is None or not isinstance(step, IncludeStep) or step.runbook in known:
                continue
            known.add(step.runbook)
            if (runbook := included(step.runbook)) is not None:
                waiting.append(runbook)
    return worst


def _own(step: Step) -> Danger:
    match step:
        case RunStep() | HttpStep() | TransferStep() | TerminalStep():
            return step.danger
        case NotifyStep():
            return Danger.CHANGE
        case _:
            return Danger.READ
