"""Whatever legal events come in whatever order, the state keeps its promises."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restant_tui.config.model import Danger
from restant_tui.engine.state import Event, Gate, GateKind, RunState, RunStatus, StepState, StepStatus
from restant_tui.engine.step_changes import OPEN, IllegalEvent
from restant_tui.engine.transitions import apply, begin, fold
from tests.support.clock import START

STEPS = (
    StepState(path="read", title="Read", kind="run", danger=Danger.READ),
    StepState(path="scale", title="Scale", kind="run", danger=Danger.CHANGE, undoable=True),
    StepState(path="group", title="Group", kind="branch", danger=Danger.DESTRUCTIVE),
    StepState(path="group/stop", title="Stop", kind="run", danger=Danger.DESTRUCTIVE, depth=1),
    StepState(path="list", title="List", kind="manual", danger=Danger.READ),
)
PATHS = [step.path for step in STEPS]
GATE = Gate(id="g", step="scale", kind=GateKind.PRESS, title="?")


def started() -> Event:
    data: dict[str, Any] = {
        "runbook": "test", "title": "T", "environment": "staging", "host": "box", "danger": "destructive",
        "params": {}, "steps": msgspec.to_builtins(STEPS),
    }  # fmt: skip
    return Event(run="r", kind="run.started", at=START, actor="mira", data=data)


def event(kind: str, step: str = "", **data: Any) -> Event:
    return Event(run="r", kind=kind, at=START + timedelta(seconds=1), step=step, actor="mira", data=data)


paths = st.sampled_from(PATHS)
events = st.one_of(
    st.builds(event, st.sampled_from(["step.started", "step.intent", "step.undone", "step.overridden"]), paths),
    st.builds(lambda path, status: event("step.result", path, status=status), paths, st.sampled_from(list(StepStatus))),
    st.builds(lambda path, reason: event("step.skipped", path, reason=reason), paths, st.sampled_from(["", "why"])),
    st.builds(lambda path: event("step.retry", path, reason="again"), paths),
    st.builds(lambda path: event("step.expect", path, expected="x", held=False), paths),
    st.builds(lambda: event("gate.asked", "scale", gate=msgspec.to_builtins(GATE))),
    st.builds(lambda kind: event(kind, "scale", gate="g"), st.sampled_from(["gate.answered", "gate.declined"])),
    st.builds(event, st.sampled_from(["run.pausing", "run.paused", "run.resumed", "run.reopened", "note.added"])),
    st.builds(
        lambda source, target, back: event(
            "run.jumped", source, to=target, again=[target] if back else [], left_out=[] if back else [target]
        ),
        paths, paths, st.booleans(),
    ),
    st.builds(lambda status: event("run.finished", status=status), st.sampled_from(list(RunStatus))),
)  # fmt: skip
UNSAFE = frozenset(
    {StepStatus.SKIPPED, StepStatus.DECLINED, StepStatus.UNKNOWN, StepStatus.TIMED_OUT, StepStatus.FAILED,
     StepStatus.UNDONE, StepStatus.CANCELLED}
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(events, max_size=40))
def test_no_order_of_events_breaks_a_promise(happened: list[Event]) -> None:
    state = begin(started())
    legal = [started()]
    for one in happened:
        try:
            after = apply(state, one)
        except IllegalEvent:
            continue
        legal.append(one)
        _ended_steps_stay_ended(state, after, one)
        assert not state.status.ended or after == state
        if after.status in (RunStatus.OK, RunStatus.OK_WITH_WARNINGS):
            for step in after.steps:
                changed = step.danger is not Danger.READ or step.kind == "manual"
                assert not (changed and (step.status in UNSAFE or step.overridden or step.intent)), step
        state = after
    assert fold(legal) == state


def _ended_steps_stay_ended(before: RunState, after: RunState, one: Event) -> None:
    for old, new in zip(before.steps, after.steps, strict=True):
        if old.status not in OPEN and new.status in OPEN:
            assert one.kind in ("step.retry", "run.jumped")
            assert not (old.status is StepStatus.UNKNOWN and old.danger is not Danger.READ)


def test_an_unknown_change_is_never_put_back_to_be_repeated() -> None:
    state = fold([started(), event("step.intent", "scale"), event("step.result", "scale", status="unknown")])
    with pytest.raises(IllegalEvent, match="not repeated"):
        apply(state, event("step.retry", "scale"))


def test_a_run_over_a_skipped_change_cannot_be_called_ok() -> None:
    state = fold([started(), event("step.skipped", "scale", reason="why")])
    for status in ("ok", "ok-with-warnings"):
        with pytest.raises(IllegalEvent, match="partial"):
            apply(state, event("run.finished", status=status))


def test_what_was_under_way_when_a_run_is_taken_up_again_is_unknown_unless_it_was_a_read() -> None:
    state = fold([started(), event("step.intent", "read"), event("step.intent", "scale"), event("run.reopened")])
    assert state.step("read").status is StepStatus.PENDING
    assert state.step("scale").status is StepStatus.UNKNOWN


def test_one_question_at_a_time() -> None:
    state = fold([started(), event("gate.asked", "scale", gate=msgspec.to_builtins(GATE))])
    with pytest.raises(IllegalEvent):
        apply(state, event("gate.asked", "scale", gate=msgspec.to_builtins(GATE)))


def test_leaving_a_step_out_leaves_out_what_is_inside_it() -> None:
    state = fold([started(), event("step.result", "group", status="left out")])
    assert state.step("group/stop").status is StepStatus.LEFT_OUT


def test_a_run_that_has_not_begun_has_no_state() -> None:
    with pytest.raises(IllegalEvent):
        fold([])
    with pytest.raises(IllegalEvent):
        fold([event("note.added")])
