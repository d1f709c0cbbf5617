"""Walks a run from step to step. What has ended is passed over, so the same walk begins a run and resumes one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from restant_tui.config.model import Danger
from restant_tui.engine import failure, lasting, unsure
from restant_tui.engine.flatten import joined, steps_flat, with_usual_times
from restant_tui.engine.resolve import Resolved
from restant_tui.engine.scope import Scope
from restant_tui.engine.signals import Ended, Interrupted, Jump, Stopped
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import RunStatus, StepState, StepStatus
from restant_tui.engine.step_changes import OPEN
from restant_tui.errors import RestantError
from restant_tui.runbook.model import NotifyStep, Runbook, Step
from restant_tui.runbook.parts import Param

if TYPE_CHECKING:
    from restant_tui.engine.run import Run

_PASSED = frozenset({StepStatus.OK, StepStatus.WARN, StepStatus.LEFT_OUT, StepStatus.SKIPPED})
_STOP_STATUS = {RunStatus.DECLINED: StepStatus.DECLINED, RunStatus.ABORTED: StepStatus.CANCELLED}


class Walk:
    """One run on its way.

    `scopes` has the names of each runbook in the run by where it stands; `known` every step met so far, in order.
    """

    def __init__(self, run: Run, runbooks: Callable[[str], Runbook]) -> None:
        self.run = run
        self.runbooks = runbooks
        self.scopes: dict[str, Scope] = {}
        self.known: dict[str, Spot] = {}
        self.parameters: dict[str, tuple[Param, ...]] = {}
        self.taken: dict[str, str] = {}
        """The case each branch took, by the branch's path."""
        self.lists: dict[str, list[object]] = {}
        """What each loop goes over, by the loop's path."""
        self.missing_secrets: list[tuple[str, Param]] = []
        """Secret parameters that a resumed run has to ask for again, each with its scope's path."""
        self.left_there: set[str] = set()
        """Steps of whose output a part is nowhere but on the host, so that it stays there."""
        self._approved: dict[str, Resolved] = {}

    async def sequence(self, steps: tuple[Step, ...], prefix: str, scope: Scope) -> None:
        """Take steps one after the other.

        Raises:
            Stopped: a step ends the run.
            Jump: a step sends the run to a step that is not one of these.
            Interrupted: somebody aborts it.
        """
        index = 0
        while index < len(steps):
            try:
                await self.step(steps[index], prefix, scope)
            except Jump as jump:
                target = next((at for at, one in enumerate(steps) if one.id == jump.target), None)
                if target is None:
                    raise
                await self._jump(jump, tuple(steps), index, target, prefix)
                index = target
                continue
            index += 1

    async def step(self, step: Step, prefix: str, scope: Scope) -> None:
        """Take one step to an end that the run can go on from; raises as `sequence`."""
        spot = Spot(walk=self, step=step, path=joined(prefix, step.id), scope=scope)
        self.known[spot.path] = spot
        while True:
            await self.run.checkpoint()
            if spot.state.status in OPEN:
                await self.perform(spot)
            if await self._may_go_on(spot):
                return

    async def perform(self, spot: Spot) -> None:
        """Do a step once and note how it ended; raises Stopped, Jump and Interrupted from inside it."""
        from restant_tui.engine.executors import EXECUTORS

        try:
            if spot.step.when is not None and not spot.scope.holds(spot.step.when):
                await self.end(spot, Ended(status=StepStatus.LEFT_OUT, reason=f"only when {spot.step.when}"))
                return
            self.run.take_time()
            await spot.emit("step.started", title=spot.render(spot.step.title), attempt=spot.state.attempts + 1)
            ended = await EXECUTORS[type(spot.step)](spot)
        except Interrupted as interrupted:
            await self._cut_short(spot, StepStatus.CANCELLED, interrupted.reason)
            raise
        except Stopped as stopped:
            status = _STOP_STATUS.get(stopped.status, StepStatus.FAILED)
            await self._cut_short(spot, status, stopped.reason)
            raise
        except Jump:
            raise
        except Exception as problem:
            # A step that meets a problem of ours must not take the run with it; what it had sent may have happened.
            sent = spot.state.intent and spot.state.danger is not Danger.READ
            own = (
                ""
                if isinstance(problem, RestantError)
                else f"a problem of the program itself: {type(problem).__name__}: "
            )
            ended = Ended(status=StepStatus.UNKNOWN if sent else StepStatus.FAILED, reason=f"{own}{problem}")
        await self.end(spot, ended)

    async def end(self, spot: Spot, ended: Ended) -> None:
        """Note how a step ended."""
        if ended.status is StepStatus.SKIPPED:
            await spot.emit("step.skipped", actor=ended.by, reason=ended.reason, by=ended.by)
            return
        extra = {"by": ended.by} if ended.by else {}
        await spot.emit(
            "step.result", status=ended.status, exit=ended.exit_status, seconds=round(ended.seconds, 3),
            reason=ended.reason, outcome=_outcome_word(ended.status), overridden=ended.overridden, **extra,
        )  # fmt: skip
        if spot.state.handle and ended.exit_status is not None:
            # Only now: until its end is on disk, its files are all there is to find it by.
            await lasting.forget(spot)

    async def add(self, steps: tuple[Step, ...], prefix: str, after: str, depth: int) -> None:
        """Show steps that were not known at the start: a loop's turn, an undo, another runbook."""
        new = [one for one in steps_flat(steps, prefix, depth, self.runbooks) if not self.has(one.path)]
        if new:
            store, book = self.run.ports.recorder.store, self.run.state.runbook
            new = await asyncio.to_thread(with_usual_times, new, lambda path: store.usual_seconds(book, path))
            await self.run.emit("step.added", after, steps=msgspec.to_builtins(new))

    def has(self, path: str) -> bool:
        """Whether the run has a step at that path."""
        return any(step.path == path for step in self.run.state.steps)

    def inside(self, path: str) -> tuple[StepState, ...]:
        """Return the states of the steps inside a step."""
        return tuple(one for one in self.run.state.steps if one.path.startswith((path + "/", path + "[")))

    def turns(self, path: str) -> int:
        """Return how many turns of a loop have been begun."""
        return len(
            {one.path.removeprefix(path).partition("]")[0] for one in self.inside(path) if one.path[len(path)] == "["}
        )

    def approve(self, path: str, resolved: Resolved) -> None:
        """Remember what was allowed, for a repetition by itself of the very same."""
        self._approved[path] = resolved

    def was_approved(self, path: str, resolved: Resolved) -> bool:
        """Whether this very thing was allowed already, and is now repeated by itself; holds once."""
        return self.run.state.step(path).attempts > 0 and self._approved.pop(path, None) == resolved

    def disapprove(self, path: str) -> None:
        """Ask again before the step is repeated."""
        self._approved.pop(path, None)

    def hide(self, scope: Scope, secret: str) -> None:
        """Mask a secret from now on, and keep it out of commands."""
        self.run.ports.redactor.add(secret)
        scope.secrets.add(secret)

    async def _may_go_on(self, spot: Spot) -> bool:
        """Return whether the run goes on behind this step; False to do it again."""
        state = spot.state
        if state.status in _PASSED or state.overridden:
            return True
        match state.status:
            case StepStatus.UNDONE:
                raise Stopped(RunStatus.FAILED, f"{state.title}: taken back")
            case StepStatus.DECLINED:
                if _optional(spot.step):
                    return True
                raise Stopped(RunStatus.DECLINED, f"{state.title}: {state.reason}")
            case StepStatus.UNKNOWN | StepStatus.TIMED_OUT if state.danger is not Danger.READ:
                await unsure.settle(spot)
            case _:
                await failure.handle(spot)
        return False

    async def _cut_short(self, spot: Spot, status: StepStatus, reason: str) -> None:
        state = spot.state
        if state.status not in OPEN:
            return
        if state.intent and state.danger is not Danger.READ and status is StepStatus.CANCELLED:
            status = StepStatus.UNKNOWN
        await self.end(spot, Ended(status=status, reason=reason))

    async def _jump(self, jump: Jump, steps: tuple[Step, ...], at: int, target: int, prefix: str) -> None:
        paths = [joined(prefix, one.id) for one in steps]
        here = paths[at]
        back = target <= at
        between = set(paths[target : at + 1] if back else paths[at + 1 : target])
        covered = [
            one.path
            for one in self.run.state.steps
            if any(one.path == path or one.path.startswith((path + "/", path + "[")) for path in between)
            # What may still be happening is not repeated, not even on the way back.
            and not (one.status is StepStatus.UNKNOWN and one.danger is not Danger.READ)
        ]
        for path in covered if back else ():
            self.taken.pop(path, None)
            self.lists.pop(path, None)
        status = None if here in between else jump.status
        await self.run.emit(
            "run.jumped", here, to=paths[target], again=covered if back else [], left_out=[] if back else covered,
            status=status,
        )  # fmt: skip


def _optional(step: Step) -> bool:
    """Whether the run goes on when this step was refused: a message guards nothing behind it."""
    rule = step.on_failure
    return isinstance(step, NotifyStep) or (rule is not None and rule.default in ("continue", "skip"))


def _outcome_word(status: StepStatus) -> str:
    return {StepStatus.UNKNOWN: "unknown", StepStatus.TIMED_OUT: "timed-out"}.get(status, "exited")
