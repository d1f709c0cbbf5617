from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from restant_tui.cli.marks import Marks
from restant_tui.cli.progress import Progress
from restant_tui.config.model import Danger, Environment
from restant_tui.engine.output import StepOutput
from restant_tui.engine.state import CommandLine, Held, RunState, RunStatus, StepState, StepStatus
from restant_tui.text import Redactor
from tests.support.clock import START


def step(path: str, status: StepStatus = StepStatus.PENDING, **more: object) -> StepState:
    base = StepState(
        path=path,
        title=f"Step {path}",
        kind="run",
        danger=Danger.READ,
        status=status,
        commands=(CommandLine(where="dokku@main", argv=("apps:list",)),),
        attempts=0 if status is StepStatus.PENDING else 1,
    )
    return replace(base, **more)  # type: ignore[arg-type]  # fields by name, checked by the dataclass itself


def state(*steps: StepState, status: RunStatus = RunStatus.RUNNING) -> RunState:
    return RunState(
        id="r-1",
        runbook="x",
        title="Emergency rollback",
        status=status,
        environment=Environment.PRODUCTION,
        host="main",
        actor="dev",
        danger=Danger.DESTRUCTIVE,
        started_at=START,
        steps=steps,
    )


class Told:
    """A progress and the lines it printed."""

    def __init__(self, *, in_ascii: bool = False) -> None:
        self.lines: list[str] = []
        self.outputs: dict[str, StepOutput] = {}
        self.progress = Progress(self.output, Marks(ascii=in_ascii), self.lines.append)

    def output(self, path: str) -> StepOutput:
        return self.outputs.setdefault(path, StepOutput(Redactor()))

    def new(self, made: RunState) -> list[str]:
        before = len(self.lines)
        self.progress.tell(made)
        return self.lines[before:]


def test_a_step_is_told_when_it_begins_as_it_prints_and_when_it_ends() -> None:
    told = Told()
    assert told.new(state(step("a"), step("b")))[0] == "Emergency rollback on main (production)"
    assert told.new(state(step("a", StepStatus.RUNNING), step("b"))) == [
        "1/2  Step a",
        "     dokku@main  apps:list",
    ]
    told.output("a").feed(b"one\ntwo\nthr")
    assert told.new(state(step("a", StepStatus.RUNNING), step("b"))) == ["     | one", "     | two"]
    told.output("a").feed(b"ee\n")
    ended = step("a", StepStatus.OK, started_at=START, finished_at=START + timedelta(seconds=2), exit_status=0)
    assert told.new(state(ended, step("b"))) == ["     | three", "     ✔ ok, 2 s, exit status 0"]
    assert told.new(state(ended, step("b"))) == []


def test_a_state_that_was_skipped_over_costs_no_line() -> None:
    told = Told()
    told.output("a").feed(b"one\n")
    lines = told.new(state(step("a", StepStatus.OK)))
    assert lines[-4:] == ["1/1  Step a", "     dokku@main  apps:list", "     | one", "     ✔ ok"]


def test_commands_are_told_once_they_are_known_and_not_before_the_question() -> None:
    told = Told()
    assert told.new(state(step("a", StepStatus.WAITING)))[2:] == ["1/1  Step a"]
    assert told.new(state(step("a", StepStatus.RUNNING))) == ["     dokku@main  apps:list"]


def test_what_did_not_hold_is_said_with_what_was_seen() -> None:
    held = (Held(expected="exit 0", held=False, seen="1", says="it went wrong"), Held(expected="x", held=True))
    lines = Told().new(state(step("a", StepStatus.FAILED, held=held, reason="exit status 1")))
    assert "     x failed: exit status 1" in lines
    assert lines[-1] == "       fail: expected exit 0; seen: 1 (it went wrong)"


def test_a_second_attempt_is_told_as_such() -> None:
    told = Told()
    told.new(state(step("a", StepStatus.FAILED)))
    lines = told.new(state(step("a", StepStatus.RUNNING, attempts=2)))
    assert lines[0] == "1/1  Step a"


def test_steps_at_the_same_time_are_told_each_in_one_piece_with_their_last_lines() -> None:
    told = Told()
    group = step("g", StepStatus.RUNNING, kind="parallel", commands=())
    children = [step("g/x", StepStatus.RUNNING, depth=1), step("g/y", StepStatus.RUNNING, depth=1)]
    told.new(state(group, *children))
    told.output("g/x").feed(b"".join(b"line %d\n" % n for n in range(200)))
    told.output("g/y").feed(b"other\n")
    assert told.new(state(group, *children)) == []
    lines = told.new(state(group, replace(children[0], status=StepStatus.OK), children[1]))
    assert lines[:3] == ["    -  Step g/x", "       dokku@main  apps:list", "       | … 190 lines before these"]
    assert lines[3:13] == [f"       | line {n}" for n in range(190, 200)]
    assert lines[13:] == ["       ✔ ok"]


def test_what_is_left_out_is_said_and_nothing_else_of_it() -> None:
    assert Told().new(state(step("a", StepStatus.LEFT_OUT)))[-1] == "1/1  Step a: left out"


def test_the_end_names_the_status_the_reason_and_the_record() -> None:
    told = Told(in_ascii=True)
    ended = replace(
        state(step("a", StepStatus.DECLINED), status=RunStatus.DECLINED),
        finished_at=START + timedelta(seconds=75),
        reason="nobody to ask",
    )
    told.progress.finish(ended)
    assert told.lines[-2:] == ["- declined after 1 min 15 s: nobody to ask", "the record: restant-tui export r-1"]
    assert all(line.isascii() for line in told.lines)
