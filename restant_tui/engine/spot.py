"""One step of a run at the moment it is its turn: what an executor is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from restant_tui.engine.capture import CaptureProblem, captured
from restant_tui.engine.gates import HUMAN_WAIT
from restant_tui.engine.judge import Seen
from restant_tui.engine.parameters import fingerprint
from restant_tui.engine.ports import Ports
from restant_tui.engine.scope import Scope
from restant_tui.engine.state import Answer, Gate, GateKind, Held, StepState
from restant_tui.runbook.model import Step
from restant_tui.runbook.parts import Capture
from restant_tui.text import one_line, parse_duration

if TYPE_CHECKING:
    from restant_tui.engine.run import Run
    from restant_tui.engine.walk import Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A step, where it stands, and the run around it."""

    walk: Walk
    step: Step
    path: str
    scope: Scope

    @property
    def run(self) -> Run:
        """The run."""
        return self.walk.run

    @property
    def ports(self) -> Ports:
        """What may be touched."""
        return self.walk.run.ports

    @property
    def state(self) -> StepState:
        """The step's newest state."""
        return self.run.state.step(self.path)

    async def emit(self, kind: str, *, actor: str = "", **data: Any) -> None:
        """Write an event about this step."""
        await self.run.emit(kind, self.path, actor=actor, **data)

    def gate(self, kind: GateKind, title: str, **details: object) -> Gate:
        """Return a question about this step, open as long as the step's own `timeout` says, or half an hour."""
        now = self.ports.clock.now()
        wait = parse_duration(getattr(self.step, "timeout", None) or HUMAN_WAIT)
        return self._made(Gate(
            id=self.run.new_gate_id(), step=self.path, kind=kind, title=title, host=self.scope.place.host,
            environment=self.scope.place.environment, asked_at=now, deadline=now + timedelta(seconds=wait),
        ), details)  # fmt: skip

    def deciding_gate(self, kind: GateKind, title: str, **details: object) -> Gate:
        """Return a question that is open for half an hour, whatever the step's own limit."""
        now = self.ports.clock.now()
        return replace(self.gate(kind, title, **details), deadline=now + timedelta(seconds=parse_duration(HUMAN_WAIT)))

    def _made(self, gate: Gate, details: Mapping[str, object]) -> Gate:
        return replace(gate, **details)  # type: ignore[arg-type] # the fields' types are checked where they are named

    async def ask(self, gate: Gate, check: Callable[[Answer], str | None] | None = None) -> Answer:
        """Open a question and return its answer."""
        return await self.run.ask(gate, check)

    def render(self, text: str) -> str:
        """Return a text of the step with its templates filled in."""
        return self.scope.render(text)

    def take(self, captures: tuple[Capture, ...], seen: Seen) -> tuple[dict[str, object], tuple[Held, ...]]:
        """Return the values an answer gives, and what was missing as expectations that did not hold.

        Those that are secret are masked from now on, before anything of the answer is noted.
        """
        values: dict[str, object] = {}
        missing: list[Held] = []
        for capture in captures:
            try:
                values[capture.name] = captured(capture, seen)
            except CaptureProblem as problem:
                missing.append(Held(expected=f"a value for `{capture.name}`", held=False, seen=str(problem)))
            else:
                if capture.secret:
                    self.walk.hide(self.scope, str(values[capture.name]))
        return values, tuple(missing)

    async def keep(self, captures: tuple[Capture, ...], values: Mapping[str, object]) -> None:
        """Note captured values in the journal (secrets only by their fingerprint) and let later steps see them."""
        for capture in captures:
            if capture.name not in values:
                continue
            value = values[capture.name]
            if capture.secret:
                await self.emit("step.captured", name=capture.name, secret=True, fingerprint=fingerprint(str(value)))
            else:
                await self.emit("step.captured", name=capture.name, value=value)
            self.scope.values[capture.name] = value

    async def expectations(self, verdicts: tuple[Held, ...]) -> None:
        """Note what was expected and whether it held."""
        for one in verdicts:
            await self.emit(
                "step.expect", expected=one.expected, held=one.held, level=one.level, seen=one_line(one.seen, 400),
                says=one.says,
            )  # fmt: skip
