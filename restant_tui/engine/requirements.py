"""What a runbook needs of its host and of this machine, looked at before its first step instead of in its middle."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from restant_tui.config.model import Target
from restant_tui.dokku.readiness import Readiness, State
from restant_tui.engine.flatten import Lookup
from restant_tui.engine.gates import HUMAN_WAIT
from restant_tui.engine.ports import Ports
from restant_tui.engine.scope import Scope
from restant_tui.engine.signals import Stopped
from restant_tui.engine.state import Gate, GateKind, Move, Offer, RunStatus, StepStatus
from restant_tui.runbook.model import Runbook
from restant_tui.runbook.parts import Requires
from restant_tui.text import parse_duration

if TYPE_CHECKING:
    from restant_tui.engine.run import Run
    from restant_tui.engine.walk import Walk

_OFFERS = (
    Offer(move=Move.ABORT, label="Stop here; nothing was done"),
    Offer(move=Move.CONTINUE, label="Begin all the same", needs_reason=True),
)


async def verdict(runbook: Runbook, host: str, ports: Ports, lookup: Lookup) -> Readiness | None:
    """Return how far a host can carry a runbook out; None where that cannot be asked or nothing is needed."""
    from restant_tui.monitors.readiness import needs, readiness

    needed = needs(runbook, lookup)
    elsewhere = set(needed.targets) - {Target.LOCAL}
    if ports.find_out is None or (runbook.requires == Requires() and not (elsewhere or needed.verbs or needed.local)):
        return None
    known = await ports.find_out(host)
    if not known.identities and known.troubles:
        # Nobody let us in: that is no verdict on what the host can do, and the steps will say it better.
        return Readiness(State.DEGRADED, known.troubles)
    return readiness(runbook, known, lookup)


async def check(run: Run, walk: Walk, runbook: Runbook, scope: Scope) -> None:
    """Look once, before anything else; where the host cannot carry the runbook out, ask whether to begin.

    Raises:
        Stopped: it does not begin.
    """
    if any(step.status is not StepStatus.PENDING for step in run.state.steps):
        return
    found = await run.watch(verdict(runbook, scope.place.host, run.ports, walk.runbooks))
    if found is None or found.state is State.READY:
        return
    reasons = said(found)
    await run.emit("requires.checked", state=found.state, reasons=list(reasons))
    if found.state is not State.CANNOT_RUN:
        return
    answer = await run.ask(_gate(run, "\n".join(reasons)))
    if answer.move is not Move.CONTINUE:
        raise Stopped(RunStatus.DECLINED, f"{scope.place.host} cannot carry it out: {'; '.join(reasons)}")


def said(found: Readiness) -> tuple[str, ...]:
    """Return why it is not ready, and what is done instead, one sentence each."""
    return (*found.reasons, *(f"in the place of {wanted}: {instead}" for wanted, instead in found.substitutes))


def _gate(run: Run, reasons: str) -> Gate:
    now = run.ports.clock.now()
    return Gate(
        id=run.new_gate_id(), step="", kind=GateKind.FAILURE, title="Something it needs is missing",
        says="Steps of this runbook cannot work here as things are.", evidence=reasons, host=run.state.host,
        environment=run.state.environment, offers=_OFFERS, asked_at=now,
        deadline=now + timedelta(seconds=parse_duration(HUMAN_WAIT)),
    )  # fmt: skip
