"""A practice host, a folder to work in and a run from its start to its end."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from restant_tui.config.model import Config
from restant_tui.engine.run import Run
from restant_tui.engine.runtime import Runtime
from restant_tui.engine.state import RunState, StepState, StepStatus
from restant_tui.paths import Paths
from restant_tui.practice.drama import strike
from restant_tui.practice.host import PracticeHost
from restant_tui.practice.keyring import PracticeKeyring
from restant_tui.practice.world import App, Fault, Service, World
from restant_tui.transport.outcome import Outcome
from tests.runbooks.cases import Case, filled
from tests.runbooks.claims import Hook, arrangements
from tests.runbooks.person import NAME, Person
from tests.runbooks.picture import picture
from tests.runbooks.told import Told
from tests.support.leaping import LeapingClock
from tests.support.practicehost import make
from tests.support.scripted import exited

PATIENCE = 40.0
"""Real seconds after which a run that has not ended never will."""


@dataclass(slots=True)
class Seat:
    """A person with a terminal: does what the case says, and leaves again."""

    works: Callable[[], object] = lambda: None
    """What is done by hand."""
    read: list[str] = field(default_factory=list)
    """What stood there before."""

    def why_not(self) -> str:
        return ""

    async def lend(self, says: Sequence[str], work: Callable[[], Awaitable[Outcome]]) -> Outcome:
        self.read += says
        self.works()
        return exited()


@dataclass(slots=True)
class Stage:
    """What a case can arrange before the run, and look at after it."""

    host: PracticeHost
    folder: Path
    """Where steps on this machine work."""
    environ: dict[str, str]
    """Of programs on this machine; whatever is arranged here is seen by the run."""
    told: Told = field(default_factory=Told)
    background: list[asyncio.Task[None]] = field(default_factory=list)
    """What goes on beside the run; it ends with it."""
    seat: Seat = field(default_factory=Seat)
    """Who works by hand, where a step hands the terminal over."""
    params: dict[str, str] = field(default_factory=dict)
    """Parameters that are only known when the host runs; they go before those of the case."""

    @property
    def world(self) -> World:
        return self.host.world

    @property
    def main(self) -> App:
        """The production app."""
        return self.world.apps["restant-main"]

    @property
    def staging(self) -> App:
        """The staging app."""
        return self.world.apps["restant-staging"]

    @property
    def database(self) -> Service:
        """The production database."""
        return self.world.services["restant-db"]

    def program(self, name: str, says: str = "", code: int = 0) -> None:
        """Put a stand-in for a program on the path; what it was called with is kept in `calls/NAME`."""
        folder = self.folder / ".bin"
        folder.mkdir(exist_ok=True)
        path = folder / name
        calls = self.folder / ".calls"
        calls.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\necho \"$@\" >> '{calls / name}'\ncat <<'END'\n{says}\nEND\nexit {code}\n")
        path.chmod(0o700)

    def calls(self, name: str) -> list[str]:
        """Return the arguments a stand-in was called with, one text a call."""
        path = self.folder / ".calls" / name
        return path.read_text().splitlines() if path.exists() else []

    def git(self, *arguments: str) -> str:
        """Run git in the folder, as whoever prepares the case; return what it printed."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=self.environ, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def repository(self, *subjects: str) -> None:
        """Make the folder a repository on `main` with one commit a subject."""
        self.git("init", "--quiet", "--initial-branch=main")
        for subject in subjects or ("Cache the lunch menu for five minutes",):
            self.git("commit", "--quiet", "--allow-empty", f"--message={subject}")


@dataclass(slots=True)
class Walked:
    """A run that has ended."""

    stage: Stage
    run: Run
    state: RunState
    person: Person
    before: dict[str, object]
    """The picture of the practice host before the run."""
    runtime: Runtime

    def step(self, path: str) -> StepState:
        return self.state.step(path)

    def lines(self, path: str) -> list[str]:
        """Return what a step printed."""
        return self.run.output(path).lines()

    @property
    def unchanged(self) -> bool:
        """Whether the practice host is as it was before."""
        return picture(self.stage.world) == self.before

    def account(self) -> str:
        """Tell the whole run, for whoever wonders why it ended as it did."""
        told = [f"{self.state.status}: {self.state.reason}"]
        for one in self.state.steps:
            if one.status not in (StepStatus.PENDING, StepStatus.OK, StepStatus.LEFT_OUT):
                told.append(f"  {one.path} [{one.kind}] {one.status}: {one.reason}")
                told += [f"      {line}" for line in self.lines(one.path)[-4:]]
        told += [f"  answered with no: {asked}" for asked in self.person.unforeseen]
        return "\n".join(told)


@asynccontextmanager
async def walked(
    runbook: str, name: str, case: Case, folder: Path, *, through: Callable[[Stage], Awaitable[Config]] | None = None
) -> AsyncIterator[Walked]:
    """Arrange a case, walk the runbook to its end, and keep the practice host for questions about the world.

    Args:
        runbook: its id.
        name: the case's name.
        case: the case.
        folder: for the host, the work and the journal.
        through: gives the configuration, with another way to the hosts; the practice host's own if not given.
    """
    work = folder / "work"
    work.mkdir()
    async with make(folder / "host", speed=case.speed, calm=case.calm) as host:
        stage = Stage(host, work, _environ(work))
        await _arrange(stage, case, arrangements(runbook, name))
        case = filled(case, work)
        config = host.config() if through is None else await through(stage)
        paths = Paths(state=folder / "state", config=folder / "config", data=folder / "data")
        runtime = Runtime.create(
            config, clock=LeapingClock(case.speed, longest=case.leap), paths=paths, actor=NAME, rng=Random(4),
            environ=stage.environ, folder=work, notifier=stage.told, keyring=PracticeKeyring,
        )  # fmt: skip
        runtime.terminal.lent_by(stage.seat)
        await runtime.start(monitors=False)
        try:
            before = picture(stage.world)
            person = Person(case)
            run = await runtime.engine.start(runbook, {**case.params, **stage.params}, by=NAME)
            state = await asyncio.wait_for(person.attend(run, runtime.arming), PATIENCE)
            yield Walked(stage, run, state, person, before, runtime)
        finally:
            for task in stage.background:
                task.cancel()
            await runtime.close()


async def settle(hook: Hook, *given: object) -> None:
    """Call an arrangement or a claim, which may be a coroutine."""
    result = hook(*given)
    if inspect.isawaitable(result):
        await result


async def _arrange(stage: Stage, case: Case, hooks: tuple[Hook, ...]) -> None:
    for fault in case.faults:
        strike(stage.world, Fault(fault))
    for name, program in case.programs.items():
        stage.program(name, program.says, program.exit)
    for hook in hooks:
        await settle(hook, stage)


def _environ(work: Path) -> dict[str, str]:
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", NAME), ("EMAIL", f"{NAME}@example.org"))}  # fmt: skip
    return {
        "PATH": f"{work / '.bin'}:/usr/local/bin:/usr/bin:/bin", "HOME": str(work), "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", **who,
    }  # fmt: skip
