"""`loop`: the same steps for each element of a list, or until an expression or a person ends it."""

from __future__ import annotations

from restant_tui.engine.effects import refused
from restant_tui.engine.gates import DECLINE
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import GateKind, Move, Offer, StepStatus
from restant_tui.errors import RunbookProblem
from restant_tui.runbook.model import LoopStep
from restant_tui.text import one_line

_AGAIN = Offer(move=Move.PROCEED, label="Once more", target="again")
_ENOUGH = Offer(move=Move.PROCEED, label="Enough", target="enough")


async def execute(spot: Spot) -> Ended:
    """Take turns; the steps of the third one stand at `loop[2]/step`."""
    assert isinstance(spot.step, LoopStep)
    step = spot.step
    items = await _items(spot, step)
    turn = 0
    while items is None or turn < len(items):
        if turn >= step.max:
            if step.until is None:
                break
            return Ended(status=StepStatus.FAILED, reason=f"not {step.until} after {step.max} turns")
        scope = spot.scope if items is None else spot.scope.with_item(items[turn])
        prefix = f"{spot.path}[{turn}]"
        await spot.walk.add(step.steps, prefix, spot.path, spot.state.depth + 1)
        words = f"turn {turn + 1}" + (f" of {len(items)}: {one_line(str(items[turn]), 60)}" if items else "")
        await spot.emit("step.progress", text=words)
        await spot.walk.sequence(step.steps, prefix, scope)
        turn += 1
        if step.until is not None and scope.holds(step.until):
            return Ended(status=StepStatus.OK, reason=f"{step.until} after {turn} turns")
        if items is None and step.until is None and turn < step.max:
            decision = await _another(spot, turn)
            if decision is not None:
                return decision
    if items is not None and step.until is not None:
        return Ended(status=StepStatus.FAILED, reason=f"not {step.until} after all {turn} turns")
    return Ended(status=StepStatus.OK, reason=f"{turn} turns" if turn else "nothing to do")


async def _items(spot: Spot, step: LoopStep) -> list[object] | None:
    if step.over is None:
        return None
    # The list is kept, so that a resumed run goes over the very same elements.
    kept = spot.walk.lists.get(spot.path)
    if kept is not None:
        return kept
    value = spot.scope.evaluate(step.over)
    if not isinstance(value, list | tuple):
        raise RunbookProblem(f"`over: {step.over}` gives {type(value).__name__}, not a list")
    if len(value) > step.max:
        raise RunbookProblem(f"`over: {step.over}` gives {len(value)} elements, but `max` is {step.max}")
    await spot.emit("loop.list", items=list(value))
    spot.walk.lists[spot.path] = list(value)
    return list(value)


async def _another(spot: Spot, turn: int) -> Ended | None:
    """Ask whether to take another turn; None for yes."""
    if turn < spot.walk.turns(spot.path):
        return None
    gate = spot.gate(
        GateKind.CHOICE, f"{spot.render(spot.step.title)}: once more?", says=f"{turn} turns taken",
        offers=(DECLINE, _ENOUGH, _AGAIN),
    )  # fmt: skip
    answer = await spot.ask(gate)
    if ended := refused(answer):
        return ended
    return Ended(status=StepStatus.OK, reason=f"{turn} turns", by=answer.by) if answer.target == "enough" else None
