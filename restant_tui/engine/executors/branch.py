"""`branch`: one of several ways, by expression or by a person's choice."""

from __future__ import annotations

from restant_tui.engine.effects import refused
from restant_tui.engine.flatten import joined
from restant_tui.engine.gates import DECLINE
from restant_tui.engine.signals import Ended, Jump
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import GateKind, Move, Offer, StepStatus
from restant_tui.engine.step_changes import OPEN
from restant_tui.runbook.model import BranchStep, Case


async def execute(spot: Spot) -> Ended:
    """Take the first case that holds, or the one without a condition, or ask; the others are left out."""
    assert isinstance(spot.step, BranchStep)
    chosen = _chosen_before(spot, spot.step)
    by = ""
    if chosen is None:
        if any(case.when is not None for case in spot.step.cases):
            chosen = next((case for case in spot.step.cases if case.when is None or spot.scope.holds(case.when)), None)
        else:
            chosen_or_ended, by = await _ask(spot, spot.step)
            if isinstance(chosen_or_ended, Ended):
                return chosen_or_ended
            chosen = chosen_or_ended
        await spot.emit("branch.taken", case=chosen.label if chosen else "")
    spot.walk.taken[spot.path] = chosen.label if chosen else ""
    await _leave_out_others(spot, spot.step, chosen)
    if chosen is None:
        return Ended(status=StepStatus.OK, reason="no case applied")
    await spot.walk.sequence(chosen.steps, spot.path, spot.scope)
    if chosen.goto:
        raise Jump(chosen.goto, spot.path, StepStatus.OK)
    return Ended(status=StepStatus.OK, reason=f"taken: {spot.render(chosen.label)}", by=by)


def _chosen_before(spot: Spot, step: BranchStep) -> Case | None:
    """Return the way taken before this run was resumed: it is not asked, or worked out, twice."""
    label = spot.walk.taken.get(spot.path)
    return next((case for case in step.cases if case.label == label), None)


async def _ask(spot: Spot, step: BranchStep) -> tuple[Case | Ended, str]:
    offers = tuple(Offer(move=Move.PROCEED, label=spot.render(case.label), target=case.label) for case in step.cases)
    gate = spot.gate(GateKind.CHOICE, spot.render(step.title), says=spot.render(step.why), offers=(DECLINE, *offers))
    answer = await spot.ask(gate)
    if ended := refused(answer):
        return ended, answer.by
    return next(case for case in step.cases if case.label == answer.target), answer.by


async def _leave_out_others(spot: Spot, step: BranchStep, chosen: Case | None) -> None:
    for case in step.cases:
        if case is chosen:
            continue
        for one in case.steps:
            path = joined(spot.path, one.id)
            if spot.run.state.step(path).status in OPEN:
                await spot.run.emit(
                    "step.result", path, status=StepStatus.LEFT_OUT, reason="another way was taken", exit=None
                )
