"""A step did not end well: a state to decide in, not an exit."""

from __future__ import annotations

from restant_tui.config.model import Danger
from restant_tui.engine.signals import Jump, Stopped
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import Answer, FieldAsked, GateKind, Move, Offer, RunStatus, StepStatus
from restant_tui.engine.telling import help_channels, note
from restant_tui.runbook.parts import OnFailure, Retry
from restant_tui.text import parse_duration

_LAST_LINES = 8


async def handle(spot: Spot) -> None:
    """Decide what becomes of a step that failed: by its own rule, or by asking.

    Returns when the step is to be looked at again (it was put back, skipped or overridden).

    Raises:
        Stopped: the run ends here.
        Jump: it goes on elsewhere.
    """
    if await _repeated(spot):
        return
    rule = spot.step.on_failure or OnFailure()
    match rule.default:
        case "ask":
            await _decide(spot, rule)
        case "abort":
            raise _stop(spot)
        case "skip":
            await spot.emit("step.skipped", reason=f"{spot.state.reason} (the runbook goes on without it)")
        case "continue":
            await spot.emit("step.overridden", reason=f"{spot.state.reason} (the runbook goes on all the same)")
        case "goto":
            raise Jump(rule.goto or "", spot.path, spot.state.status)
        case "undo":
            await _undo(spot)
        case "run":
            await _other_runbook(spot, rule.run or "")


def may_repeat(spot: Spot) -> bool:
    """Whether doing the step again is acceptable: it changes nothing, or may be repeated, or is known to have failed.

    What may still be happening is never repeated.
    """
    state = spot.state
    if state.danger is Danger.READ:
        return True
    if state.status is StepStatus.UNKNOWN:
        return False
    idempotent = getattr(spot.step, "idempotent", None)
    return bool(idempotent) or state.status is StepStatus.FAILED


async def _repeated(spot: Spot) -> bool:
    """Try again by itself, where the step says so and it cannot do harm."""
    retry: Retry | None = getattr(spot.step, "retry", None)
    state = spot.state
    harmless = state.danger is Danger.READ or getattr(spot.step, "idempotent", None) is True
    if retry is None or not harmless or not may_repeat(spot) or not 0 < state.attempts <= retry.max:
        return False
    delay = parse_duration(retry.delay) * retry.backoff ** (state.attempts - 1)
    await spot.run.idle(delay)
    await spot.emit("step.retry", reason=f"{state.reason}; try {state.attempts + 1} of {retry.max + 1}")
    return True


async def _decide(spot: Spot, rule: OnFailure) -> None:
    gate = spot.deciding_gate(
        GateKind.FAILURE, f"{spot.state.title}: {spot.state.status}", says=spot.state.reason,
        commands=spot.state.commands, evidence=evidence(spot), undo=spot.state.undo,
        fields=_fields(spot), offers=offers(spot, rule),
    )  # fmt: skip
    answer = await spot.ask(gate, lambda given: _check_edit(spot, given))
    match answer.move:
        case Move.RETRY:
            spot.walk.disapprove(spot.path)
            await spot.emit("step.retry", actor=answer.by, reason=answer.reason or f"{answer.by} tries again")
        case Move.EDIT:
            await _edit(spot, answer)
        case Move.SKIP:
            await spot.emit("step.skipped", actor=answer.by, by=answer.by, reason=answer.reason)
        case Move.CONTINUE:
            await spot.emit("step.overridden", actor=answer.by, by=answer.by, reason=answer.reason)
        case Move.UNDO:
            await _undo(spot)
        case Move.GOTO:
            raise Jump(answer.target, spot.path, spot.state.status)
        case Move.RUN:
            await _other_runbook(spot, answer.target)
        case Move.ESCALATE:
            await _escalate(spot, answer)
        case _:
            raise _stop(spot, answer)


def offers(spot: Spot, rule: OnFailure) -> tuple[Offer, ...]:
    """Return what a person may do now; the first is the safe one."""
    wanted = set(rule.offer) or {"retry", "skip", "undo"}
    found = [Offer(move=Move.ABORT, label="Stop the run here")]
    if "retry" in wanted and may_repeat(spot):
        found.append(Offer(move=Move.RETRY, label="Try it again"))
    if "edit" in wanted and may_repeat(spot) and _fields(spot):
        found.append(Offer(move=Move.EDIT, label="Change the values and try again"))
    if "undo" in wanted and spot.walk.run.undo_list():
        found.append(Offer(move=Move.UNDO, label="Take back what was done"))
    if "goto" in wanted and rule.goto:
        found.append(Offer(move=Move.GOTO, label=f"Go on at {rule.goto}", target=rule.goto))
    if "run" in wanted and rule.run:
        found.append(Offer(move=Move.RUN, label=f"Run {rule.run}, then go on", target=rule.run))
    if "escalate" in wanted:
        found.append(Offer(move=Move.ESCALATE, label="Call the next person"))
    if "skip" in wanted:
        found.append(Offer(move=Move.SKIP, label="Go on without it", needs_reason=True))
    return tuple(found)


def evidence(spot: Spot) -> str:
    """Return what was expected and not seen, and the last lines of the output."""
    broken = [f"expected {one.expected}, saw {one.seen}" for one in spot.state.held if not one.held]
    return "\n".join([*broken, *spot.run.output(spot.path).lines()[-_LAST_LINES:]])


def _fields(spot: Spot) -> tuple[FieldAsked, ...]:
    """Return the run's own parameters, as a form to change them in."""
    if spot.scope.path:
        return ()
    params = spot.walk.parameters.get("", ())
    return tuple(
        FieldAsked(name=one.name, title=one.title or one.name, type=one.type, help=one.help,
                   default=str(spot.run.state.params.get(one.name, "")))
        for one in params if one.type != "secret" and one.choices_from is None
    )  # fmt: skip


def _check_edit(spot: Spot, answer: Answer) -> str | None:
    if answer.move is not Move.EDIT:
        return None
    from restant_tui.engine.parameters import typed_problem

    params = {one.name: one for one in spot.walk.parameters.get("", ())}
    for name, text in answer.values.items():
        if name not in params:
            return f"this run has no parameter `{name}`"
        if problem := typed_problem(params[name], text, spot.ports.config):
            return problem
    return None


async def _edit(spot: Spot, answer: Answer) -> None:
    from restant_tui.engine.parameters import typed

    params = {one.name: one for one in spot.walk.parameters.get("", ())}
    for name, text in answer.values.items():
        value = typed(params[name], text, spot.ports.config)
        await spot.run.emit("param.set", actor=answer.by, name=name, value=value, shown=text)
        spot.scope.values[name] = value
    spot.walk.disapprove(spot.path)
    await spot.emit(
        "step.retry", actor=answer.by, reason=f"{answer.by} changed {', '.join(answer.values) or 'nothing'}"
    )


async def _undo(spot: Spot) -> None:
    from restant_tui.engine.undo import take_back

    state = spot.state
    await take_back(spot.walk)
    raise Stopped(RunStatus.FAILED, f"{state.title}: {state.reason}; what was done before was taken back")


async def _other_runbook(spot: Spot, runbook: str) -> None:
    from restant_tui.engine.executors.include import run_included

    await run_included(spot, runbook, {}, joined_as=f"{spot.path}/run-{runbook}")
    await spot.emit("step.overridden", reason=f"{spot.state.reason}; {runbook} was run in its place")


async def _escalate(spot: Spot, answer: Answer) -> None:
    notifier = spot.ports.notifier
    if notifier is None:
        await spot.emit("notify.failed", actor=answer.by, reason="notifications are not configured: call by telephone")
        return
    values = {"run": spot.run.id, "step": spot.state.title, "reason": spot.state.reason, "by": answer.by}
    # Time passes on the run's clock, not on the far side's: an abort does not wait for a slow mail server.
    deliveries = await spot.run.watch(notifier.send(help_channels(spot.ports.config), "escalation", values))
    await note(spot, deliveries, answer.by)


def _stop(spot: Spot, answer: Answer | None = None) -> Stopped:
    state = spot.state
    reason = f"{state.title}: {state.reason or state.status}"
    if answer is not None and answer.reason:
        reason += f" ({answer.by or 'nobody'}: {answer.reason})"
    unknown = state.status in (StepStatus.UNKNOWN, StepStatus.TIMED_OUT) and state.danger is not Danger.READ
    return Stopped(RunStatus.UNKNOWN if unknown else RunStatus.FAILED, reason)
