from __future__ import annotations

import pytest

from restant_tui.engine.state import RunState, RunStatus, StepStatus
from restant_tui.engine.unattended import Answers
from restant_tui.errors import UsageProblem
from tests.support.bench import Bench, book
from tests.support.scripted import exited

STEPS = """
- id: scale
  kind: run
  title: Scale
  danger: change
  timeout: 9s
  argv: [scale]
  undo: {none_because: a test}
- id: stop
  kind: run
  title: Stop
  danger: destructive
  timeout: 9s
  argv: [stop]
  confirm: {phrase: "{{ app }}"}
  blast: {says: Stops.}
  undo: {none_because: a test}
"""
MORE = """
- {id: list, kind: manual, title: List, items: [{id: one, text: Look}]}
- {id: form, kind: input, title: Form, fields: [{name: count, type: int}]}
"""


async def attend(bench: Bench, text: str, answers: Answers, **params: str) -> RunState:
    bench.dokku.answers["scale",] = bench.dokku.answers["stop",] = exited("")
    run = await bench.start(text, **params)
    return await answers.attend(run, bench.arming)


async def test_without_answers_the_first_change_is_declined_and_nothing_is_sent(bench: Bench) -> None:
    state = await attend(bench, book(STEPS), Answers())
    assert state.status is RunStatus.DECLINED
    assert "nobody to ask" in state.reason
    assert bench.dokku.calls == []


async def test_confirming_the_name_answers_typing_and_pressing(bench: Bench) -> None:
    state = await attend(bench, book(STEPS), Answers(confirm=["trial"]))
    assert state.status is RunStatus.OK
    assert bench.dokku.calls == [("scale",), ("stop",)]


async def test_confirming_another_name_declines_the_destructive_step(bench: Bench) -> None:
    state = await attend(bench, book(STEPS), Answers(confirm=["shop"]))
    assert state.status is RunStatus.DECLINED
    assert ("stop",) not in bench.dokku.calls


async def test_production_is_armed_only_for_what_was_confirmed(bench: Bench) -> None:
    state = await attend(bench, book(STEPS), Answers(confirm=["shop"]), app="shop")
    assert state.status is RunStatus.OK
    assert bench.arming.armed_until is None
    kinds = [entry.kind for entry in bench.journal.entries("")]
    assert kinds == ["production.armed", "production.disarmed"] * 2


async def test_answers_by_step_fill_lists_and_forms(bench: Bench) -> None:
    answers = Answers(
        answers={"list": {"values": {"one": "seen"}}, "form": {"values": {"count": "3"}}, "scale": {"move": "decline"}}
    )
    state = await attend(bench, book(MORE), answers)
    assert state.status is RunStatus.OK


async def test_an_answer_that_is_not_accepted_counts_as_no_and_says_why(bench: Bench) -> None:
    state = await attend(bench, book(MORE), Answers(answers={"list": {"values": {}}}))
    assert state.status is RunStatus.DECLINED
    assert "a tick is not evidence" in state.reason


async def test_a_failure_that_nobody_decides_ends_the_run_failed(bench: Bench) -> None:
    run = await bench.start(book("- {id: x, kind: run, title: X, danger: read, argv: [x]}"))
    state = await Answers().attend(run, bench.arming)
    assert state.status is RunStatus.FAILED
    assert state.step("x").status is StepStatus.FAILED


async def test_a_failure_can_be_answered_beforehand_but_not_for_ever(bench: Bench) -> None:
    run = await bench.start(book("- {id: x, kind: run, title: X, danger: read, argv: [x]}"))
    state = await Answers(answers={"x": {"move": "retry"}}).attend(run, bench.arming)
    assert state.status is RunStatus.FAILED
    assert 2 <= bench.dokku.times("x") <= 5


def test_an_answer_with_an_unknown_key_is_told_in_a_sentence() -> None:
    with pytest.raises(UsageProblem, match="answers do not fit"):
        Answers(answers={"x": {"mov": "retry"}})
    with pytest.raises(UsageProblem, match="answers do not fit"):
        Answers(answers={"x": {"move": "jump"}})
