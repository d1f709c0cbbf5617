"""How a run ends, from how its steps ended; and the exit status that says so. Pure functions."""

from __future__ import annotations

from restant_tui.config.model import Danger
from restant_tui.engine.state import RunState, RunStatus, StepState, StepStatus

UNSETTLED = frozenset({StepStatus.UNKNOWN, StepStatus.TIMED_OUT})
"""Ends that a reconcile, or a person, may still settle."""

FAILURES = frozenset({StepStatus.FAILED, StepStatus.TIMED_OUT, StepStatus.CANCELLED, StepStatus.UNKNOWN})

_ASKING = frozenset({"manual", "confirm", "input", "approve"})
_HOLDS_OTHERS = frozenset({"parallel", "branch", "loop", "include"})
_EXIT = {
    RunStatus.OK: 0,
    RunStatus.OK_WITH_WARNINGS: 0,
    RunStatus.PARTIAL: 1,
    RunStatus.FAILED: 1,
    RunStatus.UNKNOWN: 3,
    RunStatus.DECLINED: 4,
    RunStatus.ABORTED: 4,
}


def exit_status(status: RunStatus) -> int:
    """Return 0 for ok (also with warnings), 1 for failed or partial, 3 for unknown, 4 for declined or aborted.

    A run that has not ended is unknown.
    """
    return _EXIT.get(status, 3)


def is_unknown(step: StepState) -> bool:
    """Whether nobody knows if this change happened."""
    if step.danger is Danger.READ:
        return False
    return step.intent or (step.status in UNSETTLED and step.kind not in _HOLDS_OTHERS)


def _counts(step: StepState) -> bool:
    """Whether leaving this step out, or going on in spite of it, makes the run less than ok."""
    return step.danger is not Danger.READ or step.kind in _ASKING


def verdict(state: RunState, stopped: RunStatus | None = None) -> RunStatus:
    """Return how the run ends.

    Args:
        state: the run, with every step that will run ended.
        stopped: why it was ended before its last step, if it was; an unknown change still outweighs it.
    """
    if any(is_unknown(step) for step in state.steps):
        return RunStatus.UNKNOWN
    if stopped is not None:
        return stopped
    if any(step.status in FAILURES and not step.overridden for step in state.steps):
        return RunStatus.FAILED
    if any(_is_gap(step) for step in state.steps if _counts(step)):
        return RunStatus.PARTIAL
    if any(step.status is StepStatus.WARN or _is_gap(step) for step in state.steps):
        return RunStatus.OK_WITH_WARNINGS
    return RunStatus.OK


def _is_gap(step: StepState) -> bool:
    gone = (StepStatus.SKIPPED, StepStatus.DECLINED, StepStatus.UNDONE)
    return step.overridden or step.status in gone
