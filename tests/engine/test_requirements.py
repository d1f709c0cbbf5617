"""What a runbook needs is looked at before its first step, and said in its plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from restant_tui.config.model import Identity
from restant_tui.dokku.capabilities import Capabilities
from restant_tui.engine.runtime import Runtime
from restant_tui.engine.state import GateKind, Move, RunStatus
from restant_tui.paths import Paths
from tests.support.bench import Bench, asked, book, ended, say
from tests.support.clock import START
from tests.support.practicehost import make
from tests.support.scripted import exited

STEP = "- {id: who, kind: run, title: Who, danger: read, argv: [who]}"
NEEDS = 'requires: {dokku: ">=0.38", plugins: [mysql], local: [rsync], verbs: ["@db.dump"]}'
ALL = Capabilities(
    host="box", observed_at=START, identities=tuple(Identity), version=(0, 38, 2), plugins={"mysql": "1.2"},
    admin_tools=("git", "flock"), local_tools=("rsync",), local_looked_for=("rsync",),
)  # fmt: skip


def knowing(bench: Bench, found: Capabilities) -> list[str]:
    """Let the bench find this out, and return the hosts it asks."""
    asked_of: list[str] = []

    async def find_out(host: str) -> Capabilities:
        asked_of.append(host)
        return found

    bench.engine.ports = replace(bench.engine.ports, find_out=find_out)
    bench.dokku.answers["who",] = exited("ann")
    return asked_of


async def test_where_everything_is_there_nothing_is_asked(bench: Bench) -> None:
    hosts = knowing(bench, ALL)
    state = await ended(await bench.start(book(STEP, rest=NEEDS)))
    assert state.status is RunStatus.OK
    assert hosts == ["box"]


@pytest.mark.parametrize(
    ("lacking", "says"),
    [
        (replace(ALL, version=(0, 30, 1)), "has Dokku 0.30.1; >=0.38 is wanted"),
        (replace(ALL, plugins={}), "has no plugin mysql"),
        (replace(ALL, local_tools=()), "the program rsync is not installed here"),
    ],
)
async def test_what_is_missing_is_a_question_before_the_first_step_and_a_problem_of_the_plan(
    bench: Bench, lacking: Capabilities, says: str
) -> None:
    knowing(bench, lacking)
    text = book(STEP, rest=NEEDS)
    run = await bench.start(text)
    gate = await asked(run)
    assert gate.kind is GateKind.FAILURE
    assert says in gate.evidence
    assert gate.offers[0].move is Move.ABORT
    await say(run, Move.ABORT)
    state = await ended(run)
    assert state.status is RunStatus.DECLINED
    assert bench.dokku.calls == []
    plan = await bench.engine.plan("test", {})
    assert any(says in problem for problem in plan.problems)


async def test_a_person_may_begin_all_the_same_and_says_why(bench: Bench) -> None:
    knowing(bench, replace(ALL, plugins={}))
    run = await bench.start(book(STEP, rest=NEEDS))
    await asked(run)
    await say(run, Move.CONTINUE, reason="the database is elsewhere")
    assert (await ended(run)).status is RunStatus.OK


async def test_a_host_that_lets_nobody_in_is_no_verdict_on_what_it_can_do(bench: Bench) -> None:
    down = Capabilities(host="box", observed_at=START, troubles=("which Dokku it is is not known: no answer",))
    knowing(bench, down)
    state = await ended(await bench.start(book(STEP, rest=NEEDS)))
    assert state.status is RunStatus.OK
    plan = await bench.engine.plan("test", {})
    assert plan.notices == down.troubles


async def test_a_runbook_that_needs_no_host_asks_none(bench: Bench) -> None:
    hosts = knowing(bench, ALL)
    await ended(await bench.start(book("- {id: n, kind: note, title: N, text: T}")))
    assert hosts == []


async def test_the_practice_host_has_what_the_emergency_rollback_needs(tmp_path: Path) -> None:
    async with make(tmp_path / "host") as host:
        paths = Paths(state=tmp_path / "state", config=tmp_path / "config", data=tmp_path / "data")
        runtime = Runtime.create(host.config(), clock=host.clock, paths=paths, actor="mira", rng=Random(4))
        plan = await runtime.engine.plan("rollback-emergency", {})
        await runtime.close()
    assert plan.problems == ()
    assert plan.typical_seconds == 240
