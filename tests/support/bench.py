"""An engine on a bench: scripted hosts, a clock that stands still, a real journal in a folder of the test."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from textwrap import dedent, indent

from restant_tui.config.model import App, Config, Environment, Host, Login, Service, ServiceKind, Target
from restant_tui.engine.arming import Arming
from restant_tui.engine.engine import Engine
from restant_tui.engine.ports import Delivery, Notifier, Ports
from restant_tui.engine.recorder import Recorder
from restant_tui.engine.run import Run
from restant_tui.engine.state import Answer, Event, Gate, Move, RunState
from restant_tui.engine.terminal import Terminal
from restant_tui.engine.transitions import fold
from restant_tui.errors import UsageProblem
from restant_tui.journal.outputs import Outputs
from restant_tui.journal.records import Entry
from restant_tui.journal.store import Journal
from restant_tui.monitors.http import HttpAnswer
from restant_tui.runbook.loader import LoadedRunbook, load_text
from restant_tui.runbook.templates import Templates
from restant_tui.text import Redactor
from restant_tui.transport.lifeline import Lifeline
from restant_tui.transport.outcome import OnOutput, Outcome, Runner
from tests.support.clock import ManualClock
from tests.support.scripted import ScriptedRunner, exited
from tests.support.waiting import until

CONFIG = Config(
    hosts={"box": Host(address="127.0.0.1", dokku=Login(user="dokku"), admin=Login(user="ops"))},
    apps={
        "shop": App(host="box", environment=Environment.PRODUCTION, url="http://127.0.0.1:9/health"),
        "trial": App(host="box", environment=Environment.STAGING, url="http://127.0.0.1:9/trial"),
    },
    services={"shop-db": Service(host="box", kind=ServiceKind.MYSQL)},
)
HEAD = """
format: 1
id: {id}
title: A procedure
category: maintenance
when_to_use: In tests.
owner: tests
reviewed: "2026-01-01"
estimate: {{typical: 1m, max: {limit}}}
params:
{params}
locks: {locks}
steps:
{steps}
"""
APP = "- {name: app, type: app, default: trial}"


def book(
    steps: str, *, name: str = "test", params: str = APP, locks: str = "[]", limit: str = "4h", rest: str = ""
) -> str:
    """The text of a runbook with these steps; `rest` is more of its top level."""
    body = HEAD.format(id=name, params=_in(params), locks=locks, steps=_in(steps), limit=limit)
    return body + dedent(rest)


def _in(text: str) -> str:
    return indent(dedent(text).strip("\n"), "  ")


class Shelf:
    """Runbooks by id."""

    def __init__(self) -> None:
        self.loaded: dict[str, LoadedRunbook] = {}

    def add(self, text: str) -> LoadedRunbook:
        loaded = load_text(text, "test.yaml")
        self.loaded[loaded.runbook.id] = loaded
        return loaded

    def get(self, id: str) -> LoadedRunbook:  # noqa: A002
        if id not in self.loaded:
            raise UsageProblem(f"there is no runbook `{id}`")
        return self.loaded[id]


class ScriptedTargets:
    """One scripted runner a target; `switched_off` are not configured."""

    def __init__(self) -> None:
        self.runners = {target: ScriptedRunner() for target in Target}
        self.switched_off: set[Target] = set()
        self.session_keys: tuple[str, ...] = ()

    def runner(self, host: str, target: Target, lifeline: Lifeline | None = None) -> Runner:
        if target in self.switched_off:
            raise UsageProblem(f"The host `{host}` has no `{target}` login.")
        return Tied(self.runners[target], lifeline) if lifeline else self.runners[target]

    def where(self, host: str, target: Target) -> str:
        self.runner(host, target)
        return "here" if target is Target.LOCAL else f"{'ops' if target is Target.ADMIN else 'dokku'}@{host}"

    def copier(self, host: str, target: Target) -> tuple[str, tuple[str, ...]]:
        self.runner(host, target)
        return "ops@127.0.0.1", ("ssh", "-p", "22")

    def terminal(self, host: str, target: Target) -> tuple[str, ...]:
        return ("ssh", "-t", f"{self.where(host, target).partition('@')[0]}@127.0.0.1")

    def trusted(self) -> tuple[str, ...]:
        return self.session_keys


class ScriptedTerminal:
    """Stands for the person's terminal: lends it, and plays each program as told; without a script it ends well."""

    def __init__(self) -> None:
        self.plays: list[Outcome | Awaitable[Outcome]] = []
        self.began: Callable[[tuple[str, ...]], object] = lambda argv: None
        """Called with each program as it gets the terminal."""
        self.handed: list[tuple[tuple[str, ...], tuple[str, ...], float]] = []
        """The programs that got it, with the lines that were printed before, and for how long they might have it."""
        self.reason = ""
        """Why there is none to lend."""

    def why_not(self) -> str:
        return self.reason

    async def lend(self, says: Sequence[str], work: Callable[[], Awaitable[Outcome]]) -> Outcome:
        self._says = tuple(says)
        return await work()

    async def program(self, argv: Sequence[str], limit: float) -> Outcome:
        self.handed.append((tuple(argv), self._says, limit))
        self.began(tuple(argv))
        await asyncio.sleep(0)
        play = self.plays.pop(0) if self.plays else exited()
        return play if isinstance(play, Outcome) else await play


class Tied:
    """A scripted runner on a lifeline: what is cancelled is said to have ended, or not to be known to have."""

    def __init__(self, runner: ScriptedRunner, lifeline: Lifeline) -> None:
        self._runner, self._lifeline = runner, lifeline

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = 4 * 1024 * 1024,
    ) -> Outcome:
        try:
            return await self._runner.run(argv, timeout=timeout, stdin=stdin, on_output=on_output, cap=cap)
        except asyncio.CancelledError:
            self._lifeline.confirmed, self._lifeline.words = self._runner.parting
            raise

    async def follow(self, argv: Sequence[str], on_data: Callable[[bytes], None]) -> Outcome:
        return await self._runner.follow(argv, on_data)


class ScriptedHttp:
    """Answers requests in turn; the last answer is repeated."""

    def __init__(self) -> None:
        self.answers: list[HttpAnswer] = [HttpAnswer(status=200, body=b"ok", seconds=0.03)]
        self.requests: list[tuple[str, str]] = []

    async def get(
        self,
        url: str,
        *,
        timeout: float,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpAnswer:
        self.requests.append((method, url))
        await asyncio.sleep(0)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class ScriptedNotifier:
    """Delivers everything, or nothing to the channels in `broken`."""

    def __init__(self) -> None:
        self.sent: list[tuple[tuple[str, ...], str]] = []
        self.broken: set[str] = set()

    def preview(self, channels: Sequence[str], template: str, values: Mapping[str, object]) -> str:
        return f"{template}: {dict(values)}"

    async def send(
        self, channels: Sequence[str], template: str, values: Mapping[str, object], *, op: str = ""
    ) -> tuple[Delivery, ...]:
        self.sent.append((tuple(channels), template))
        return tuple(Delivery(one, one not in self.broken, "refused" if one in self.broken else "") for one in channels)


class Bench:
    """An engine and everything around it; `reborn` is the same journal and hosts seen by a new process."""

    def __init__(self, folder: Path, *, config: Config = CONFIG, clock: ManualClock | None = None) -> None:
        self.folder = folder
        self.config = config
        self.clock = clock or ManualClock()
        self.targets = ScriptedTargets()
        self.http = ScriptedHttp()
        self.shelf = Shelf()
        self.redactor = Redactor()
        self.person = ScriptedTerminal()
        self.terminal = Terminal(self.person.program)
        """Nobody has lent one: `self.terminal.lent_by(self.person)` does."""
        self.notifier: Notifier | None = None
        self.secrets: dict[str, str] = {}
        self.journal = Journal.open(folder / "journal.sqlite3", clock=self.clock)
        self.outputs = Outputs(folder / "outputs")
        self.arming = Arming(
            self.clock, lambda kind, by, data: _drop(self.journal.note(kind, self.clock.now(), by, data))
        )
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = Engine(
                Ports(
                    config=self.config,
                    clock=self.clock,
                    rng=Random(7),
                    targets=self.targets,
                    http=self.http,
                    recorder=Recorder(self.journal, self.redactor),
                    catalogue=self.shelf,
                    redactor=self.redactor,
                    arming=self.arming,
                    templates=Templates(),
                    terminal=self.terminal,
                    notifier=self.notifier,
                    secrets=self.secrets.get,
                    spill=lambda run, step: Spilled(self.outputs, run, step),
                    kept=self.outputs.newest,
                )
            )
        return self._engine

    @property
    def dokku(self) -> ScriptedRunner:
        return self.targets.runners[Target.DOKKU]

    def reborn(self) -> Bench:
        """A new process beside the same journal, hosts and runbooks; the old one must have been left."""
        new = Bench(self.folder, config=self.config, clock=self.clock)
        new.targets, new.http, new.shelf, new.secrets = self.targets, self.http, self.shelf, self.secrets
        new.notifier = self.notifier
        return new

    async def start(self, text: str, by: str = "mira", **params: str) -> Run:
        """Start a run of the runbook with this text."""
        loaded = self.shelf.add(text)
        return await self.engine.start(loaded.runbook.id, params, by=by)

    def entries(self, run: Run | str) -> list[Entry]:
        return self.journal.entries(run if isinstance(run, str) else run.id)

    def kinds(self, run: Run) -> list[str]:
        return [entry.kind for entry in self.entries(run)]

    def folded(self, run: Run) -> RunState:
        """What the journal alone says about the run."""
        return fold(
            Event(run=one.run, kind=one.kind, at=one.at, step=one.step, actor=one.actor, data=one.data, seq=one.seq)
            for one in self.entries(run)
        )


class Spilled:
    """A kept output, as a run wants it."""

    def __init__(self, outputs: Outputs, run: str, step: str) -> None:
        self._file = outputs.open(run, step)

    def write(self, data: bytes) -> object:
        return self._file.write(data)

    def close(self) -> Mapping[str, object]:
        return self._file.close().as_data()


async def asked(run: Run) -> Gate:
    """The question the run asks next; fails if the run ends without one."""

    def is_open() -> bool:
        assert not run.done.is_set(), f"the run has ended: {run.state.status} {run.state.reason}"
        return run.state.gate is not None

    await until(is_open, what="a question")
    gate = run.state.gate
    assert gate is not None
    return gate


async def ended(run: Run) -> RunState:
    """The state at the run's end; fails if it asks something instead."""

    def over() -> bool:
        assert run.done.is_set() or run.state.gate is None, f"the run asks: {run.state.gate}"
        return run.done.is_set()

    await until(over, what="the end of the run")
    return run.state


async def say(run: Run, move: Move = Move.PROCEED, by: str = "mira", **details: object) -> None:
    """Answer the open question, and wait until it is closed."""
    gate = run.state.gate
    assert gate is not None
    phrase = str(details.pop("phrase", gate.phrase if move is Move.PROCEED else ""))
    run.answer(Answer(gate=gate.id, move=move, by=by, phrase=phrase, **details))  # type: ignore[arg-type]
    await until(lambda: run.state.gate is None or run.state.gate.id != gate.id, what="the answer")


async def advance(clock: ManualClock, seconds: float, *, until_true: Callable[[], object]) -> None:
    """Let time pass, step by step while somebody waits for it, until something is true."""

    def passed() -> object:
        if until_true():
            return True
        if clock.sleepers:
            clock.advance(seconds)
        return False

    await until(passed, what="what was to happen as time passes")


def _drop(_: object) -> None:
    return None
