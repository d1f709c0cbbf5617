from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from restant_tui.cli.walking import Walking
from restant_tui.config.model import Danger, Environment
from restant_tui.engine.state import Answer, Gate, GateKind, Move, Offer, RunState, RunStatus
from restant_tui.errors import UsageProblem
from restant_tui.monitors.feed import Feed
from tests.support.clock import START
from tests.support.waiting import until

GATE = Gate(
    id="g1",
    step="s",
    kind=GateKind.PRESS,
    title="Restart",
    offers=(Offer(move=Move.DECLINE, label="No"), Offer(move=Move.PROCEED, label="Yes")),
)


def running() -> RunState:
    return RunState(
        id="r-1",
        runbook="x",
        title="X",
        status=RunStatus.RUNNING,
        environment=Environment.STAGING,
        host="main",
        actor="dev",
        danger=Danger.CHANGE,
        started_at=START,
    )


class FakeRun:
    """A run that does what the test says and records what is said to it."""

    def __init__(self, refuses: int = 0) -> None:
        self.feed = Feed(running())
        self.done = asyncio.Event()
        self.answers: list[Answer] = []
        self.said: list[str] = []
        self._refuses = refuses

    def answer(self, answer: Answer) -> None:
        self.answers.append(answer)
        if self._refuses:
            self._refuses -= 1
            raise UsageProblem("production is read-only")
        self.end(RunStatus.DECLINED if answer.move is Move.DECLINE else RunStatus.OK)

    def pause(self, by: str = "") -> None:
        self.said.append("pause")
        self.feed.publish(replace(self.feed.latest, status=RunStatus.PAUSED))

    def resume(self, by: str = "") -> None:
        self.said.append("resume")
        self.end(RunStatus.OK)

    async def abort(self, by: str) -> None:
        self.said.append("abort")
        self.end(RunStatus.ABORTED)

    async def wait(self) -> RunState:
        await self.done.wait()
        return self.feed.latest

    def end(self, status: RunStatus) -> None:
        self.feed.publish(replace(self.feed.latest, status=status, gate=None))
        self.done.set()


class Quiet:
    """Tells nobody; remembers that it was asked to."""

    told = 0
    exit_status = -1

    async def tell(self, state: RunState) -> None:
        self.told += 1

    async def finish(self, state: RunState, exit_status: int) -> None:
        self.exit_status = exit_status


class Typist:
    """Types prepared lines, then waits for ever."""

    def __init__(self, *lines: str | None) -> None:
        self.lines = list(lines)

    async def ask(self, question: str, *, secret: bool = False) -> str | None:
        if not self.lines:
            await asyncio.Event().wait()
        return self.lines.pop(0)


@dataclass
class Scene:
    """A walk over a fake run, with prepared answers."""

    run: FakeRun
    moves: list[Move]
    keyboard: Typist | None = None
    teller: Quiet = field(default_factory=Quiet)

    def respond(self, gate: Gate) -> asyncio.Task[Answer]:
        async def found() -> Answer:
            return Answer(gate=gate.id, move=self.moves.pop(0), by="dev")

        return asyncio.create_task(found())

    async def walk(self) -> int:
        @dataclass
        class Runtime:
            actor: str = "dev"

        walking = Walking(cast(Any, self.run), cast(Any, Runtime()), self.teller, self.respond, self.keyboard)
        return await asyncio.wait_for(walking.to_the_end(), 20)


@pytest.mark.parametrize(("move", "status"), [(Move.PROCEED, 0), (Move.DECLINE, 4)])
async def test_a_question_is_answered_once_and_the_end_is_the_exit_status(move: Move, status: int) -> None:
    run = FakeRun()
    run.feed.publish(replace(running(), gate=GATE))
    assert await Scene(run, [move]).walk() == status
    assert [answer.move for answer in run.answers] == [move]


async def test_an_answer_the_run_refuses_is_a_no_with_its_reason_when_nobody_can_be_asked() -> None:
    run = FakeRun(refuses=1)
    run.feed.publish(replace(running(), gate=GATE))
    assert await Scene(run, [Move.PROCEED]).walk() == 4
    assert run.answers[-1].move is Move.DECLINE
    assert run.answers[-1].reason == "production is read-only"


async def test_an_answer_the_run_refuses_is_asked_again_of_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    run = FakeRun(refuses=1)
    run.feed.publish(replace(running(), gate=GATE))
    assert await Scene(run, [Move.PROCEED, Move.PROCEED], Typist()).walk() == 0
    assert "production is read-only" in capsys.readouterr().out


async def interrupted(scene: Scene, times: int) -> int:
    walk = asyncio.create_task(scene.walk())
    await until(lambda: scene.teller.told, what="the walk to begin")
    while times:
        told, times = len(scene.run.said), times - 1
        os.kill(os.getpid(), signal.SIGINT)
        await _more_than(scene.run.said, told)
    return await walk


async def _more_than(said: list[str], count: int) -> None:
    await until(lambda: len(said) > count, what="the interrupt to be noticed")


async def test_without_a_person_ctrl_c_aborts_at_once() -> None:
    scene = Scene(FakeRun(), [])
    assert await interrupted(scene, 1) == 4
    assert scene.run.said == ["abort"]


async def test_at_a_terminal_ctrl_c_pauses_first_and_aborts_the_second_time() -> None:
    scene = Scene(FakeRun(), [], Typist())
    assert await interrupted(scene, 2) == 4
    assert scene.run.said == ["pause", "abort"]


async def test_after_a_pause_a_person_may_go_on() -> None:
    scene = Scene(FakeRun(), [], Typist("what", "c"))
    scene.run.feed.publish(replace(running(), status=RunStatus.PAUSED))
    assert await scene.walk() == 0
    assert scene.run.said == ["resume"]


async def test_the_end_of_the_input_during_a_pause_aborts() -> None:
    scene = Scene(FakeRun(), [], Typist(None))
    scene.run.feed.publish(replace(running(), status=RunStatus.PAUSED))
    assert await scene.walk() == 4
    assert scene.run.said == ["abort"]
