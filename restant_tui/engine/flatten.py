"""A runbook's steps as the flat list a run shows, each at its path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from restant_tui.config.model import Danger, Target
from restant_tui.engine.state import StepState
from restant_tui.errors import RunbookProblem
from restant_tui.runbook.danger import danger_of
from restant_tui.runbook.model import (
    BranchStep,
    FollowStep,
    HttpStep,
    IncludeStep,
    ParallelStep,
    PollStep,
    Runbook,
    RunStep,
    Step,
    TerminalStep,
    TransferStep,
    Undo,
)

DEEPEST = 8
"""How deep runbooks may include one another."""

FINALLY = "finally"
UNDO = "undo"

Lookup = Callable[[str], Runbook]
"""Finds an included runbook by its id."""


def joined(prefix: str, step_id: str) -> str:
    """Return the path of a step inside another."""
    return f"{prefix}/{step_id}" if prefix else step_id


def flatten(runbook: Runbook, lookup: Lookup) -> tuple[StepState, ...]:
    """Return every step that is known before the run starts; a loop's own steps come with each of its turns.

    Raises:
        RunbookProblem: runbooks include one another in a circle.
    """
    main = steps_flat(runbook.steps, "", 0, lookup)
    last = steps_flat(runbook.finally_, FINALLY, 0, lookup)
    return (*main, *last)


def steps_flat(steps: tuple[Step, ...], prefix: str, depth: int, lookup: Lookup) -> tuple[StepState, ...]:
    """Return these steps, and those inside them, at paths below `prefix`."""
    return tuple(_walk(steps, prefix, depth, lookup, 0))


def with_usual_times(steps: Iterable[StepState], usual: Callable[[str], tuple[float, float] | None]) -> list[StepState]:
    """Return the steps, each with how long past runs say it takes."""
    return [replace(one, usual_seconds=usual(one.path)) for one in steps]


def overall_danger(runbook: Runbook, lookup: Lookup) -> Danger:
    """Return the worst that any step can do, with included runbooks."""
    return max((step.danger for step in flatten(runbook, lookup)), key=lambda danger: danger.rank)


def _walk(steps: tuple[Step, ...], prefix: str, depth: int, lookup: Lookup, level: int) -> Iterator[StepState]:
    for step in steps:
        path = joined(prefix, step.id)
        undo = undo_of(step)
        danger = danger_of(step, lookup)
        yield StepState(
            path=path, title=step.title, kind=kind_of(step), danger=danger, depth=depth, target=_target(step),
            why=step.why, target_time=step.target_time, undo=_undo_words(undo), undoable=bool(undo and undo.steps),
        )  # fmt: skip
        match step:
            case ParallelStep():
                yield from _walk(step.steps, path, depth + 1, lookup, level)
            case BranchStep():
                for case in step.cases:
                    yield from _walk(case.steps, path, depth + 1, lookup, level)
            case IncludeStep():
                included = _included(step, lookup, level)
                yield from _walk(included.steps, path, depth + 1, lookup, level + 1)
                yield from _walk(included.finally_, joined(path, FINALLY), depth + 1, lookup, level + 1)


def _included(step: IncludeStep, lookup: Lookup, level: int) -> Runbook:
    if level >= DEEPEST:
        raise RunbookProblem(f"`{step.runbook}` is included more than {DEEPEST} levels deep; is there a circle?")
    return lookup(step.runbook)


def kind_of(step: Step) -> str:
    """Return the kind as it is written in a runbook."""
    return str(type(step).__struct_config__.tag)


def undo_of(step: Step) -> Undo | None:
    """Return how a step is taken back, for the kinds that can change something."""
    return step.undo if isinstance(step, RunStep | HttpStep | TransferStep) else None


def _undo_words(undo: Undo | None) -> str:
    if undo is None:
        return ""
    return undo.says or (f"It cannot be taken back: {undo.none_because}" if undo.none_because else "")


def _target(step: Step) -> Target | None:
    match step:
        case RunStep() | FollowStep() | TransferStep() | TerminalStep():
            return step.target
        case PollStep():
            return step.target if step.argv is not None else None
        case _:
            return None
