"""What each event does to the state of a run. Pure: the same events always give the same state.

An event that cannot follow is refused: an ended step runs again only after `step.retry`, and no run is called ok
over a change that was skipped, declined or is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from restant_tui.config.model import Danger
from restant_tui.engine import step_changes
from restant_tui.engine.state import (
    Event,
    Gate,
    RunState,
    RunStatus,
    StepState,
    StepStatus,
)
from restant_tui.engine.statuses import FAILURES, verdict
from restant_tui.engine.step_changes import OPEN, IllegalEvent

_GOOD = frozenset({RunStatus.OK, RunStatus.OK_WITH_WARNINGS})


def fold(events: Iterable[Event]) -> RunState:
    """Return the state after these events, the first of which starts the run.

    Raises:
        IllegalEvent: there are none, or one cannot follow those before it.
    """
    remaining = iter(events)
    first = next(remaining, None)
    if first is None:
        raise IllegalEvent("a run without events has no state")
    state = begin(first)
    for event in remaining:
        state = apply(state, event)
    return state


def begin(event: Event) -> RunState:
    """Return the state of a run that just started."""
    if event.kind != "run.started":
        raise IllegalEvent(f"a run begins with run.started, not with {event.kind}")
    data = event.data
    return msgspec.convert(
        {
            **{name: data[name] for name in ("runbook", "title", "environment", "host", "danger", "params", "steps")},
            "id": event.run,
            "status": RunStatus.RUNNING,
            "actor": event.actor,
            "started_at": event.at,
            "deadline": data.get("deadline"),
            "runbook_sha256": data.get("sha256", ""),
            "alert_at": data.get("alert_at"),
        },
        RunState,
    )


def apply(state: RunState, event: Event) -> RunState:
    """Return the state after one more event; events of kinds unknown here change nothing.

    Raises:
        IllegalEvent: it cannot follow.
    """
    if event.kind not in _RUN and event.kind not in _STEP:
        return state
    if state.status.ended:
        raise IllegalEvent(f"the run has ended ({state.status}); {event.kind} cannot follow")
    if change := _RUN.get(event.kind):
        return change(state, event)
    return _with_step(state, event, _STEP[event.kind])


def _ended_step(state: RunState, event: Event) -> RunState:
    """End a step; where it was left out, so is everything inside it that has not begun."""
    state = _with_step(state, event, step_changes.skipped if event.kind == "step.skipped" else step_changes.result)
    if state.step(event.step).status not in (StepStatus.LEFT_OUT, StepStatus.SKIPPED):
        return state
    steps = tuple(
        replace(step, status=StepStatus.LEFT_OUT)
        if step.status is StepStatus.PENDING and _inside(step.path, event.step)
        else step
        for step in state.steps
    )
    return replace(state, steps=steps)


def _jumped(state: RunState, event: Event) -> RunState:
    """Go on elsewhere, in one stroke: some steps run again, some are left out, the one that said so is settled."""
    again, left = set(event.data.get("again", ())), set(event.data.get("left_out", ()))
    source = event.step

    def moved(step: StepState) -> StepState:
        if step.path in again:
            return step if step.status is StepStatus.PENDING else step_changes.retry(step, event)
        if step.path in left and step.status in OPEN:
            return replace(step, status=StepStatus.LEFT_OUT, reason=f"the run went on at {event.data.get('to')}")
        if step.path == source and (status := event.data.get("status")):
            settled = StepStatus(status)
            return replace(step, status=settled, finished_at=event.at, overridden=settled in FAILURES, intent=False)
        return step

    return replace(state, steps=tuple(moved(step) for step in state.steps))


def _with_step(state: RunState, event: Event, change: Callable[[StepState, Event], StepState]) -> RunState:
    for index, step in enumerate(state.steps):
        if step.path == event.step:
            steps = (*state.steps[:index], change(step, event), *state.steps[index + 1 :])
            current = event.step if event.kind in ("step.started", "step.intent", "step.rejoined") else state.current
            return replace(state, steps=steps, current=current)
    raise IllegalEvent(f"{event.kind}: there is no step {event.step!r}")


# -- gates --------------------------------------------------------------------------------------------------------


def _asked(state: RunState, event: Event) -> RunState:
    if state.gate is not None:
        raise IllegalEvent("one question at a time: a gate is open already")
    gate = msgspec.convert(event.data["gate"], Gate)
    return replace(state, gate=gate, steps=_moved(state, gate.step, StepStatus.RUNNING, StepStatus.WAITING))


def _answered(state: RunState, event: Event) -> RunState:
    if state.gate is None or state.gate.id != event.data.get("gate"):
        raise IllegalEvent(f"{event.kind}: no such gate is open")
    steps = _moved(state, state.gate.step, StepStatus.WAITING, StepStatus.RUNNING)
    by = event.actor
    steps = tuple(replace(step, by=by) if step.path == state.gate.step else step for step in steps)
    return replace(state, gate=None, steps=steps)


def _moved(state: RunState, path: str, old: StepStatus, new: StepStatus) -> tuple[StepState, ...]:
    return tuple(
        replace(step, status=new) if step.path == path and step.status is old else step for step in state.steps
    )


# -- the run ------------------------------------------------------------------------------------------------------


def _added(state: RunState, event: Event) -> RunState:
    """Put steps that were not known at the start behind a step and everything inside it."""
    new = msgspec.convert(event.data["steps"], tuple[StepState, ...])
    known = {step.path for step in state.steps}
    if clash := next((step.path for step in new if step.path in known), None):
        raise IllegalEvent(f"there is a step {clash} already")
    within = [index for index, step in enumerate(state.steps) if _inside(step.path, event.step)]
    at = within[-1] + 1 if within else len(state.steps)
    return replace(state, steps=(*state.steps[:at], *new, *state.steps[at:]))


def _inside(path: str, outer: str) -> bool:
    return path == outer or path.startswith((outer + "/", outer + "["))


def _param(state: RunState, event: Event) -> RunState:
    if event.step:
        return state
    params: Mapping[str, Any] = {**state.params, event.data["name"]: event.data.get("shown", "")}
    return replace(state, params=params)


def _reopened(state: RunState, event: Event) -> RunState:
    """A console takes the run up again: what was under way and not a read is unknown now."""
    return replace(
        state, status=RunStatus.RUNNING, gate=None, pausing=False, actor=event.actor or state.actor,
        deadline=_moment(event.data.get("deadline")) or state.deadline,
        steps=tuple(_taken_up(step, event.at) for step in state.steps),
    )  # fmt: skip


def _taken_up(step: StepState, at: datetime) -> StepState:
    if step.status not in (StepStatus.RUNNING, StepStatus.WAITING):
        return step
    if not step.intent or step.danger is Danger.READ:
        return replace(step, status=StepStatus.PENDING, intent=False, held=(), progress="")
    return replace(
        step, status=StepStatus.UNKNOWN, intent=False, finished_at=at, progress="",
        reason="The console stopped before an answer came: it may have happened",
    )  # fmt: skip


def _finished(state: RunState, event: Event) -> RunState:
    status = RunStatus(event.data["status"])
    if not status.ended:
        raise IllegalEvent(f"{status} is not an end")
    if status in _GOOD and (open_ := next((step.path for step in state.steps if step.intent), "")):
        raise IllegalEvent(f"the run cannot end {status}: step {open_} was sent and has no result")
    if status in _GOOD and verdict(state) is not status:
        raise IllegalEvent(f"the run cannot end {status}: its steps say {verdict(state)}")
    return replace(
        state, status=status, reason=event.data.get("reason", ""), finished_at=event.at, gate=None, pausing=False,
    )  # fmt: skip


def _moment(value: Any) -> datetime | None:
    return msgspec.convert(value, datetime | None)


_RUN: dict[str, Callable[[RunState, Event], RunState]] = {
    "gate.asked": _asked,
    "gate.answered": _answered,
    "gate.declined": _answered,
    "step.added": _added,
    "step.result": _ended_step,
    "step.skipped": _ended_step,
    "run.jumped": _jumped,
    "param.set": _param,
    "run.pausing": lambda state, _: replace(state, pausing=True),
    "run.paused": lambda state, _: replace(state, status=RunStatus.PAUSED, pausing=False),
    "run.resumed": lambda state, _: replace(state, status=RunStatus.RUNNING, pausing=False),
    "run.reopened": _reopened,
    "run.aborting": lambda state, event: replace(state, reason=event.data.get("report", "")),
    "run.finished": _finished,
}
_STEP: dict[str, Callable[[StepState, Event], StepState]] = {
    "step.started": step_changes.started,
    "step.intent": step_changes.intent,
    "step.expect": step_changes.expect,
    "step.progress": step_changes.progress,
    "step.retry": step_changes.retry,
    "step.rejoined": step_changes.rejoined,
    "step.reconciled": step_changes.reconciled,
    "step.overridden": step_changes.overridden,
    "step.undone": step_changes.undone,
    "clock.breached": lambda step, _: replace(step, late=True),
}
