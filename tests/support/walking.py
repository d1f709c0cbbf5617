"""A run that a test walks by publishing states, and that notes every answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from restant_tui.config.model import Danger, Environment
from restant_tui.engine.gates import refusal
from restant_tui.engine.output import StepOutput
from restant_tui.engine.state import (
    Answer,
    CommandLine,
    FieldAsked,
    Gate,
    GateKind,
    ItemAsked,
    Move,
    Offer,
    RunState,
    RunStatus,
    StepState,
    StepStatus,
)
from restant_tui.errors import UsageProblem
from restant_tui.monitors.feed import Feed
from restant_tui.runbook.catalogue import Catalogue
from restant_tui.text import Redactor
from screens.wizard import WizardScreen
from tests.support.clock import START
from tests.support.console import FakeJournal, FakeRuntime

RUNBOOKS = Path(__file__).parents[2] / "runbooks"
NO = Offer(move=Move.DECLINE, label="No, stop here")
YES = Offer(move=Move.PROCEED, label="Go on")
SKIP = Offer(move=Move.SKIP, label="Leave this step out", needs_reason=True)
COMMANDS = (
    CommandLine(
        where="dokku@practice", argv=("git:sync", "--build", "restant-main", "/home/dokku/restant-main", "b81d002")
    ),
    CommandLine(where="dokku@practice", argv=("git:report", "restant-main"), when="the build failed"),
)


def step(path: str, title: str, kind: str = "run", danger: Danger = Danger.READ, **more: Any) -> StepState:
    """One step of a run."""
    return StepState(path=path, title=title, kind=kind, danger=danger, depth=path.count("/"), **more)


STEPS = (
    step("before", "Record the state before", "parallel", why="What is seen now is gone later."),
    step("before/processes", "Processes"),
    step("before/live", "Commit that is live"),
    step(
        "rollback", "Roll back to b81d002", danger=Danger.DESTRUCTIVE, usual_seconds=(38.0, 55.0),
        why="It brings back code that was known to work.", undo="Deploys what was live before.", undoable=True,
    ),
    step("healthy", "Wait until it is healthy", "poll"),
    step("afterwards", "What is left to do", "note"),
)  # fmt: skip


def run_state(**changes: Any) -> RunState:
    """A rollback that has just begun."""
    state = RunState(
        id="r-20260302-0300-k7", runbook="rollback-emergency", title="Emergency rollback", status=RunStatus.RUNNING,
        environment=Environment.PRODUCTION, host="practice", actor="dev", danger=Danger.DESTRUCTIVE,
        started_at=START - timedelta(seconds=12), params={"app": "restant-main", "release": "b81d002"}, steps=STEPS,
        current="before",
    )  # fmt: skip
    return replace(state, **changes)


def with_step(state: RunState, path: str, **changes: Any) -> RunState:
    """The state with one step changed; it becomes the current one."""
    steps = tuple(replace(one, **changes) if one.path == path else one for one in state.steps)
    return replace(state, steps=steps, current=path)


def gate(kind: GateKind, **changes: Any) -> Gate:
    """A question about the rollback."""
    offers = {
        GateKind.PRESS: (NO, YES, SKIP),
        GateKind.TYPE: (NO, YES, SKIP),
        GateKind.MESSAGE: (NO, YES, SKIP),
        GateKind.FORM: (NO, YES),
        GateKind.ITEMS: (NO, YES, SKIP),
        GateKind.APPROVE: (NO, YES, Offer(move=Move.CONTINUE, label="Go on alone", needs_reason=True)),
        GateKind.CHOICE: (
            NO,
            Offer(move=Move.PROCEED, label="Still serving something", target="serving"),
            Offer(move=Move.PROCEED, label="Serving harm", target="harm"),
        ),
        GateKind.FAILURE: (
            Offer(move=Move.ABORT, label="Stop the run here"),
            Offer(move=Move.RETRY, label="Try it again"),
            Offer(move=Move.UNDO, label="Take back what was done"),
            Offer(move=Move.SKIP, label="Go on without it", needs_reason=True),
        ),
        GateKind.UNSURE: (
            Offer(move=Move.ABORT, label="Stop the run here; nobody knows whether it happened"),
            Offer(move=Move.WAIT, label="Look again"),
            Offer(move=Move.MARK_DONE, label="It did happen", needs_reason=True),
            Offer(move=Move.MARK_NOT_DONE, label="It did not happen", needs_reason=True),
        ),
        GateKind.LOCK: (
            Offer(move=Move.ABORT, label="Stop here; nothing was done"),
            Offer(move=Move.WAIT, label="Wait until it is free"),
            Offer(move=Move.TAKE_OVER, label="Take it over", needs_reason=True),
        ),
    }[kind]
    asked: dict[str, Any] = {
        "id": f"{kind}/1", "step": "rollback", "kind": kind, "title": "Roll back to b81d002",
        "says": "It brings back code that was known to work.", "host": "practice",
        "environment": Environment.PRODUCTION, "offers": offers, "asked_at": START,
        "deadline": START + timedelta(minutes=30),
    }  # fmt: skip
    if kind in (GateKind.PRESS, GateKind.TYPE):
        asked |= {
            "danger": Danger.CHANGE, "commands": COMMANDS, "undo": "Deploys what was live before.",
            "blast": "Replaces every container of restant-main.\nweb:  1\nworker: 1",
        }  # fmt: skip
    if kind is GateKind.TYPE:
        asked |= {"danger": Danger.DESTRUCTIVE, "phrase": "restant-main"}
    if kind is GateKind.FORM:
        fields = (
            FieldAsked(name="impact", title="Who is hit", help="in one sentence"),
            FieldAsked(name="level", title="How bad", default="high", choices=(("low", "low"), ("high", "high"))),
        )
        asked |= {"fields": fields}
    if kind is GateKind.ITEMS:
        items = (
            ItemAsked(id="backup", text="Last night's backup is there", killer=True),
            ItemAsked(id="told", text="The team knows", evidence="none"),
        )
        asked |= {"items": items}
    if kind in (GateKind.FAILURE, GateKind.UNSURE):
        asked |= {"evidence": "expected exit 0, saw 1\n !     Build failed", "says": "The rollback did not go through."}
    return Gate(**(asked | changes))


def asking(kind: GateKind, **changes: Any) -> RunState:
    """The run with that question open."""
    ready = run_state()
    for path in ("before", "before/processes", "before/live"):
        ready = with_step(
            ready, path, status=StepStatus.OK, started_at=START - timedelta(seconds=10),
            finished_at=START - timedelta(seconds=7),
        )  # fmt: skip
    waiting = with_step(ready, "rollback", status=StepStatus.WAITING, started_at=START - timedelta(seconds=6))
    return replace(waiting, gate=gate(kind, **changes))


def running() -> RunState:
    """The run in the middle of the rollback."""
    return with_step(
        replace(asking(GateKind.TYPE), gate=None), "rollback", status=StepStatus.RUNNING, commands=COMMANDS,
        intent=True, attempts=1, started_at=START - timedelta(seconds=130),
    )  # fmt: skip


def ended(status: RunStatus = RunStatus.OK, reason: str = "") -> RunState:
    """The run at its end."""
    state = running()
    for path, took in (("rollback", 44), ("healthy", 15), ("afterwards", 0)):
        state = with_step(
            state, path, status=StepStatus.OK, intent=False, started_at=START - timedelta(seconds=60),
            finished_at=START - timedelta(seconds=60 - took),
        )  # fmt: skip
    return replace(state, status=status, reason=reason, finished_at=START)


class FakeRun:
    """A run whose state a test publishes; answers are judged by the engine's own rules and kept."""

    def __init__(self, state: RunState, runtime: FakeRuntime) -> None:
        self.feed: Feed[RunState] = Feed(state)
        self._runtime = runtime
        self.answers: list[Answer] = []
        self.calls: list[str] = []
        self.outputs: dict[str, StepOutput] = {}

    @property
    def id(self) -> str:
        return self.feed.latest.id

    @property
    def state(self) -> RunState:
        return self.feed.latest

    def output(self, path: str) -> StepOutput:
        return self.outputs.get(path) or StepOutput(Redactor())

    def say(self, path: str, *lines: str) -> None:
        """Print lines in a step."""
        output = self.outputs.setdefault(path, StepOutput(Redactor()))
        output.feed("".join(f"{line}\n" for line in lines).encode())

    def answer(self, answer: Answer) -> None:
        question = self.feed.latest.gate
        armed = self._runtime.arming.allows(question.environment if question else None)
        if problem := refusal(question, answer, armed=armed):
            raise UsageProblem(problem)
        self.answers.append(answer)
        self.feed.publish(replace(self.feed.latest, gate=None))

    def pause(self, by: str = "") -> None:
        self.calls.append("pause")
        self.feed.publish(replace(self.feed.latest, pausing=True))

    def resume(self, by: str = "") -> None:
        self.calls.append("resume")
        self.feed.publish(replace(self.feed.latest, pausing=False, status=RunStatus.RUNNING))

    def hurry(self) -> None:
        self.calls.append("hurry")

    async def abort(self, by: str) -> None:
        self.calls.append("abort")


class Engine:
    """Starts what a test says."""

    def __init__(self, runtime: FakeRuntime) -> None:
        self.active: tuple[Any, ...] = ()
        self.started: list[tuple[str, dict[str, str]]] = []
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.problem: Exception | None = None
        self.found: tuple[tuple[str, str], ...] = (
            ("b81d0027d1c4f00d", "b81d002  Round taxes at the end of the order  (Dana Petrov)"),
            ("90ce11ab43aa7711", "90ce11a  Cache the menu for a minute  (Dana Petrov)"),
        )
        self._runtime = runtime

    def run(self, run_id: str) -> Any:
        return next((run for run in self.active if run.id == run_id), None)

    async def choices(self, runbook: str, param: str, known: dict[str, str]) -> tuple[tuple[str, str], ...]:
        self.asked.append((runbook, param, dict(known)))
        if self.problem is not None:
            raise self.problem
        return self.found

    async def start(self, runbook: str, params: dict[str, str], *, by: str) -> FakeRun:
        if self.problem is not None:
            raise self.problem
        self.started.append((runbook, dict(params)))
        run = FakeRun(run_state(), self._runtime)
        self.active = (*self.active, run)
        return run


class Journal(FakeJournal):
    """A journal in which nothing was done yet."""

    def last_result(self, runbook: str) -> None:
        """Return what it came to: nothing."""

    def last_done(self, runbook: str) -> None:
        return None


class Ticking:
    """Real seconds, moved by a test."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def walking_runtime(*, armed: bool = True, folder: Path = RUNBOOKS) -> FakeRuntime:
    """A runtime with the shipped runbooks and an engine that starts fake runs."""
    runtime = FakeRuntime()
    walking: Any = runtime
    walking.catalogue = Catalogue([folder])
    walking.engine = Engine(runtime)
    walking.journal = Journal()
    if armed:
        runtime.arming.arm("dev")
    return runtime


def wizard(run: FakeRun, ticking: Ticking) -> WizardScreen:
    """The wizard of a fake run, whose grace a test measures."""
    any_run: Any = run
    return WizardScreen(any_run, monotonic=ticking)
