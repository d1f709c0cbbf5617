"""Two consoles and one run: only one of them carries it on, and what the other knew is there."""

from __future__ import annotations

import asyncio
import os

import pytest

from restant_tui.engine.state import Answer, GateKind, Move, RunStatus, StepStatus
from restant_tui.errors import UsageProblem
from restant_tui.journal.locks import run_lock
from restant_tui.journal.records import LockHolder
from tests.support.bench import Bench, asked, book, ended, say
from tests.support.clock import START
from tests.support.scripted import exited, lost

ASKS = "- {id: c, kind: confirm, title: C}\n- {id: n, kind: note, title: N, text: T}"
CHANGE = """
- id: stop
  kind: run
  title: Stop
  danger: change
  timeout: 9s
  argv: [stop]
  undo: {none_because: a test}
"""


def elsewhere(run: str) -> LockHolder:
    """A console in another process that is there: the one that started this one."""
    here = LockHolder.here(run=run, actor="noor", since=START)
    return LockHolder(run=run, actor="noor", pid=os.getppid(), host=here.host, since=START)


async def left(bench: Bench, text: str = ASKS) -> str:
    run = await bench.start(book(text))
    await asked(run)
    await run.leave()
    return run.id


async def test_a_run_that_another_console_carries_on_cannot_be_resumed_and_it_says_whose_it_is(bench: Bench) -> None:
    run_id = await left(bench)
    assert bench.engine.holder(run_id) is None
    bench.journal.acquire(run_lock(run_id), elsewhere(run_id))
    with pytest.raises(UsageProblem, match=rf"another console: noor took it up .*process {os.getppid()}"):
        await bench.engine.resume(run_id, by="mira")
    holder = bench.engine.holder(run_id)
    assert holder is not None
    assert holder.actor == "noor"
    assert bench.journal.locks() == []


async def test_a_run_that_is_taken_over_is_written_by_the_new_console_alone(bench: Bench) -> None:
    bench.dokku.answers["stop",] = exited("")
    run_id = await left(bench, CHANGE)
    bench.journal.acquire(run_lock(run_id), elsewhere(run_id))
    run = await bench.engine.resume(run_id, by="mira", take_over="that laptop is at home")
    assert any(entry.kind == "lock.taken-over" for entry in bench.entries(run))
    await asked(run)
    bench.journal.take_over(run_lock(run_id), elsewhere(run_id), "no, it is here")
    before = len(bench.entries(run))
    assert run.state.gate is not None
    run.answer(Answer(gate=run.state.gate.id, move=Move.PROCEED, by="mira"))
    await asyncio.wait_for(run.wait(), 5)
    assert run.state.status is RunStatus.UNKNOWN
    assert "carried on by noor" in run.state.reason
    assert len(bench.entries(run)) == before
    assert bench.dokku.times("stop") == 0


async def test_a_run_that_has_ended_leaves_no_lock_behind(bench: Bench) -> None:
    run = await bench.start(book(ASKS, locks='["app:{{ app }}"]'))
    await asked(run)
    assert bench.engine.holder(run.id) is not None
    await say(run)
    await ended(run)
    assert bench.engine.holder(run.id) is None
    assert bench.journal.locks() == []


async def test_a_resumed_run_shows_what_its_steps_printed_before(bench: Bench) -> None:
    bench.dokku.answers["who",] = exited("ann\nand bob\n")
    run_id = await left(bench, "- {id: who, kind: run, title: Who, danger: read, argv: [who]}\n" + ASKS)
    again = await bench.reborn().engine.resume(run_id, by="noor")
    await asked(again)
    assert again.output("who").lines() == ["ann", "and bob"]
    assert again.output("c").lines() == []
    await say(again)
    await ended(again)


async def test_a_step_knows_how_long_it_usually_takes_also_inside_a_loop_and_in_a_plan(bench: Bench) -> None:
    text = book(
        "- {id: who, kind: run, title: Who, danger: read, argv: [who]}\n"
        "- {id: each, kind: loop, title: Each, over: '[1]', steps: "
        "[{id: who, kind: run, title: Who, danger: read, argv: [who]}]}"
    )
    bench.dokku.answers["who",] = exited("ann\n")
    for _ in range(3):
        await ended(await bench.start(text))
    state = await ended(await bench.start(text))
    assert state.step("who").usual_seconds is not None
    assert state.step("each[0]/who").usual_seconds is not None
    plan = await bench.engine.plan("test", {})
    assert plan.steps[0].usual_seconds is not None
    assert plan.typical_seconds == 60


async def test_a_change_that_came_to_its_end_meanwhile_is_not_repeated(bench: Bench) -> None:
    text = CHANGE + "  reconcile: {probe: {argv: [stopped]}, done_if: stdout == 'yes', not_done_if: stdout == 'no'}"
    bench.dokku.answers["stop",] = lost()
    bench.dokku.answers["stopped",] = exited("no")
    run = await bench.start(book(text))
    await asked(run)
    await say(run)
    gate = await asked(run)
    assert gate.kind is GateKind.FAILURE
    # While the person reads the question, the host comes to the end of what it was told.
    bench.dokku.answers["stopped",] = exited("yes")
    await say(run, Move.RETRY)
    await asked(run)
    await say(run)
    state = await ended(run)
    assert bench.dokku.times("stop") == 1
    assert state.step("stop").status is StepStatus.OK
    assert "done meanwhile" in state.step("stop").reason
    assert state.status is RunStatus.OK
