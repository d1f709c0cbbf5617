"""One run: its state on a feed, what can be said to it, and its only way to write events.

A run belongs to the engine, not to a screen: it goes on whoever looks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from restant_tui.engine.gates import NOBODY, refusal
from restant_tui.engine.locks import let_go
from restant_tui.engine.output import StepOutput
from restant_tui.engine.patience import within
from restant_tui.engine.ports import Ports
from restant_tui.engine.signals import Interrupted
from restant_tui.engine.state import Answer, Event, Gate, Move, RunState, RunStatus, StepState
from restant_tui.engine.step_changes import IllegalEvent
from restant_tui.engine.transitions import apply
from restant_tui.engine.undo import undo_list
from restant_tui.errors import UsageProblem
from restant_tui.monitors.feed import Feed

T = TypeVar("T")
Check = Callable[[Answer], str | None]
"""Looks closer at an answer: why it is not accepted, in one sentence, or None."""


class Run:
    """A run of a runbook. `feed` has its state; the rest is what a person can do about it."""

    def __init__(self, state: RunState, ports: Ports) -> None:
        """Take up a run whose first events are in the journal; `launch` makes it go."""
        self.feed: Feed[RunState] = Feed(state)
        self.ports = ports
        self.done = asyncio.Event()
        self.locks: set[str] = set()
        """The locks the run holds."""
        self._outputs: dict[str, StepOutput] = {}
        self._writing = asyncio.Lock()
        self._question: tuple[Gate, asyncio.Future[Answer], Check | None] | None = None
        self._interruption: asyncio.Future[Interrupted] | None = None
        self._reported = asyncio.Event()
        self._unpaused = asyncio.Event()
        self._hurried = asyncio.Event()
        self._pause_asked = False
        self._gates = 0
        self._task: asyncio.Task[None] | None = None
        self._chores: set[asyncio.Task[Any]] = set()

    @property
    def id(self) -> str:
        """The run's identifier."""
        return self.state.id

    @property
    def state(self) -> RunState:
        """The newest state; the same as `feed.latest`."""
        return self.feed.latest

    def output(self, path: str) -> StepOutput:
        """Return what the step at that path has printed so far, also before the run was resumed."""
        if path not in self._outputs:
            attempts = next((one.attempts for one in self.state.steps if one.path == path), 0)
            kept = self.ports.kept(self.id, f"{path}-{max(1, attempts)}") if self.ports.kept else None
            self._outputs[path] = StepOutput.of(self.ports.redactor, kept or b"")
        return self._outputs[path]

    # -- what a person can do -------------------------------------------------------------------------------------

    def answer(self, answer: Answer) -> None:
        """Answer the open question.

        Raises:
            UsageProblem: the answer is not accepted; the question stays open. One sentence says why.
        """
        gate, future, check = self._question or (None, None, None)
        if future is not None and future.done():
            gate = None
        armed = self.ports.arming.allows(gate.environment if gate else None)
        problem = refusal(gate, answer, armed=armed)
        if problem is None and check is not None and answer.move is not Move.DECLINE:
            problem = check(answer)
        if problem is not None:
            raise UsageProblem(problem)
        assert future is not None
        future.set_result(answer)

    def pause(self, by: str = "") -> None:
        """Stop before the next step; the one now running goes on."""
        if self._pause_asked or self.state.status.ended:
            return
        self._pause_asked = True
        self._unpaused.clear()
        self._later("run.pausing", by)

    def resume(self, by: str = "") -> None:
        """Go on after a pause."""
        if not self._pause_asked:
            return
        self._pause_asked = False
        self._unpaused.set()
        if self.state.status is not RunStatus.PAUSED:
            self._later("run.resumed", by)

    def hurry(self) -> None:
        """End a wait now instead of when its time is up; a poll then looks at once."""
        self._hurried.set()

    async def abort(self, by: str) -> None:
        """Stop the run; returns when it is recorded what ran where and what is known of it (`state.reason`).

        A second call, while the run asks what to undo, ends it at once.
        """
        if self.done.is_set() or self._interruption is None:
            return
        self._reported.clear()
        self.interrupt(by, f"aborted by {by or 'somebody'}")
        reported = asyncio.ensure_future(self._reported.wait())
        ended = asyncio.ensure_future(self.done.wait())
        try:
            await asyncio.wait({reported, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            reported.cancel()
            ended.cancel()

    async def wait(self) -> RunState:
        """Return the state at the end of the run (or where it stood when the console let go of it)."""
        await self.done.wait()
        return self.state

    # -- what the engine does -------------------------------------------------------------------------------------

    def launch(self, course: Coroutine[Any, Any, None]) -> None:
        """Let the run go its way, and say when it has ended."""
        self.fresh_interruption()
        self._task = asyncio.create_task(course, name=f"run {self.id}")
        self._task.add_done_callback(self._ended)

    async def leave(self) -> None:
        """Let go of the run without ending it; the journal has what it takes to resume."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            await let_go(self.ports, self.id)

    async def emit(self, kind: str, step: str = "", *, actor: str = "", **data: Any) -> None:
        """Write an event to the journal; when it is on disk the state follows, and the followers see it."""
        # Shielded: an event that is on disk must also be in the state, whoever is cancelled meanwhile.
        await asyncio.shield(self._kept(self._emit(kind, step, actor, data)))

    async def _emit(self, kind: str, step: str, actor: str, data: dict[str, Any]) -> None:
        async with self._writing:
            event = Event(
                run=self.id, kind=kind, at=self.ports.clock.now(), step=step, actor=actor or self.state.actor,
                data=self.ports.recorder.redact(data),
            )  # fmt: skip
            after = apply(self.state, event)
            await self.ports.recorder.append(event)
            self.feed.publish(after)

    def undo_list(self) -> tuple[StepState, ...]:
        """Return the steps that can be taken back, the last one first."""
        return undo_list(self.state)

    def new_gate_id(self) -> str:
        """Return an id for a question that no other question of this run has."""
        self._gates += 1
        return f"{self.id}/{self.ports.rng.randrange(16**6):06x}/{self._gates}"

    async def ask(self, gate: Gate, check: Check | None = None) -> Answer:
        """Open a question and wait for its answer, at most until its deadline.

        Raises:
            Interrupted: the run was aborted meanwhile; the question then counts as declined.
        """
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._question = (gate, future, check)
        await self.emit("gate.asked", gate.step, gate=msgspec.to_builtins(gate))
        try:
            limit = (gate.deadline - self.ports.clock.now()).total_seconds() if gate.deadline else None
            try:
                answer = await self.watch(within(future, limit, self.ports.clock))
            except Interrupted as interrupted:
                await self._close(gate, Answer(gate=gate.id, move=Move.DECLINE, by="", reason=interrupted.reason))
                raise
            if answer is None:
                answer = Answer(gate=gate.id, move=Move.DECLINE, by="", reason=NOBODY)
            await self._close(gate, answer)
            return answer
        finally:
            self._question = None

    async def _close(self, gate: Gate, answer: Answer) -> None:
        hidden = {one.name for one in gate.fields if one.secret}
        values = {name: "•••" if name in hidden else value for name, value in answer.values.items()}
        kind = "gate.declined" if answer.move is Move.DECLINE else "gate.answered"
        await self.emit(
            kind, gate.step, actor=answer.by, gate=gate.id, kind_of_gate=gate.kind, move=answer.move, by=answer.by,
            reason=answer.reason, target=answer.target, values=values,
        )  # fmt: skip

    async def watch(self, work: Awaitable[T]) -> T:
        """Wait for something, but not longer than until somebody aborts or the run's time is up.

        Raises:
            Interrupted: that happened first; the work was cancelled.
        """
        task = asyncio.ensure_future(work)
        stop = self._interruption
        assert stop is not None
        try:
            await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        raise stop.result()

    async def checkpoint(self) -> None:
        """Between two steps: stop here if somebody aborted or paused."""
        if self._interruption is not None and self._interruption.done():
            raise self._interruption.result()
        if not self._pause_asked:
            return
        await asyncio.gather(*self._chores, return_exceptions=True)
        await self.emit("run.paused")
        await self.watch(self._unpaused.wait())
        await self.emit("run.resumed")

    async def idle(self, seconds: float) -> bool:
        """Wait on the run's clock; return whether somebody hurried it."""
        sleeping = asyncio.ensure_future(self.ports.clock.sleep(seconds))
        hurried = asyncio.ensure_future(self._hurried.wait())
        try:
            await self.watch(asyncio.wait({sleeping, hurried}, return_when=asyncio.FIRST_COMPLETED))
            return hurried.done() and not sleeping.done()
        finally:
            sleeping.cancel()
            hurried.cancel()
            self._hurried.clear()

    def take_time(self) -> None:
        """Forget a hurry that was meant for an earlier step."""
        self._hurried.clear()

    def interrupt(self, by: str, reason: str, *, time_is_up: bool = False) -> None:
        """End what the run waits for right now."""
        if self._interruption is not None and not self._interruption.done():
            self._interruption.set_result(Interrupted(by, reason, time_is_up=time_is_up))

    def fresh_interruption(self) -> None:
        """Take notice of the next interruption, after one has been dealt with."""
        self._interruption = asyncio.get_running_loop().create_future()

    def reported(self) -> None:
        """Say that what an abort has to report is in the state."""
        self._reported.set()

    def open_output(self, path: str, attempt: int, only: str | None = None) -> StepOutput:
        """Begin the output of one attempt at a step."""
        spill = self.ports.spill
        opener = (lambda: spill(self.id, f"{path}-{attempt}")) if spill else None
        output = StepOutput(self.ports.redactor, spill=opener, only=only)
        self._outputs[path] = output
        return output

    def fail_in_memory(self, reason: str) -> None:
        """End the run for its followers when not even the journal can be written any more."""
        self.feed.publish(replace(self.state, status=RunStatus.UNKNOWN, reason=reason, gate=None))

    def _kept(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
        return task

    def _later(self, kind: str, by: str) -> None:
        async def write() -> None:
            # The run may have ended meanwhile; then there is nothing left to pause.
            with suppress(IllegalEvent):
                await self._emit(kind, "", by, {})

        self._kept(write())

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            task.exception()
        self.done.set()
