"""Nobody knows whether a change happened: look, and if looking does not tell, let a person decide and say why."""

from __future__ import annotations

from datetime import UTC

from restant_tui.engine import lasting
from restant_tui.engine.failure import evidence
from restant_tui.engine.finding import Finding, Found
from restant_tui.engine.reading import Look, look
from restant_tui.engine.rejoining import watch_on
from restant_tui.engine.resolve import DEFAULT_TIMEOUT, probe_order
from restant_tui.engine.scope import TemplateProblem
from restant_tui.engine.signals import Ended, Stopped
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import GateKind, Move, Offer, RunStatus, StepStatus
from restant_tui.engine.telling import letter, not_delivered, tell
from restant_tui.errors import RestantError
from restant_tui.runbook.model import NotifyStep
from restant_tui.runbook.names import SENT_AT
from restant_tui.runbook.parts import Reconcile
from restant_tui.text import one_line, parse_duration

LINK_WAIT = 120.0
"""Seconds of the run's clock to wait for a lost link before a person is asked."""

_AGAIN = 2.0
_CALM = 5.0
_MAY_WAIT = frozenset({Move.ABORT, Move.WAIT})

_OFFERS = (
    Offer(move=Move.ABORT, label="Stop the run here; nobody knows whether it happened"),
    Offer(move=Move.WAIT, label="Look again"),
    Offer(move=Move.MARK_DONE, label="It did happen", needs_reason=True),
    Offer(move=Move.MARK_NOT_DONE, label="It did not happen", needs_reason=True),
)


async def settle(spot: Spot) -> None:
    """Find out whether an unknown step happened, and note it.

    Returns when the step is settled: ok by evidence, failed (and then may be repeated), or decided by a person.

    Raises:
        Stopped: it stays unknown, and the run ends.
    """
    # One that took too long is waited for again only if a person says so.
    found = await _looked(spot, wait=spot.state.status is not StepStatus.TIMED_OUT)
    while found is not None and not await _noted(spot, found):
        # Of what is known to be running nobody can say that it happened, or that it did not.
        offers = [one for one in _OFFERS if found.finding is not Finding.RUNNING or one.move in _MAY_WAIT]
        gate = spot.deciding_gate(
            GateKind.UNSURE, f"{spot.state.title}: did it happen?", says=spot.state.reason, danger=spot.state.danger,
            commands=spot.state.commands, evidence="\n".join(filter(None, (found.evidence, evidence(spot)))),
            undo=spot.state.undo, offers=tuple(offers),
        )  # fmt: skip
        answer = await spot.ask(gate)
        match answer.move:
            case Move.WAIT:
                found = await _looked(spot, wait=True)
            case Move.MARK_DONE:
                reason = f"{answer.by} says it happened: {answer.reason}"
                await spot.walk.end(spot, Ended(status=StepStatus.OK, reason=reason, by=answer.by, overridden=True))
                return
            case Move.MARK_NOT_DONE:
                reason = f"{answer.by} says it did not happen: {answer.reason}"
                await spot.walk.end(spot, Ended(status=StepStatus.FAILED, reason=reason, by=answer.by))
                return
            case _:
                raise Stopped(RunStatus.UNKNOWN, f"{spot.state.title}: {spot.state.reason}")


async def done_meanwhile(spot: Spot) -> Ended | None:
    """Look once more before a change is repeated that may have been under way: it can have come to its end since.

    Returns how the step ends if it was done after all, or still runs; None if it is to be sent.
    """
    if not spot.state.doubted or not spot.state.attempts:
        return None
    found = await find_out(spot, 0.0)
    if found.finding is Finding.RUNNING:
        return Ended(status=StepStatus.UNKNOWN, reason=f"not repeated, as it is still running: {found.evidence}")
    if found.finding is not Finding.DONE or spot.state.handle:
        return None
    await spot.emit("step.reconciled", finding=found.finding, evidence=found.evidence)
    return Ended(status=StepStatus.OK, reason=f"not repeated, as it was done meanwhile: {found.evidence}")


async def _looked(spot: Spot, *, wait: bool) -> Found | None:
    """Find out, and wait for the end of what is seen running; None if the step has come to its end by that."""
    if spot.state.handle:
        return await _by_handle(spot, wait=wait)
    clock = spot.ports.clock
    limit = clock.monotonic() + parse_duration(getattr(spot.step, "timeout", None) or DEFAULT_TIMEOUT)
    found = await find_out(spot, LINK_WAIT)
    if wait and found.finding is Finding.RUNNING:
        await spot.emit("step.reconciled", finding=found.finding, evidence=found.evidence)
    while wait and found.finding is Finding.RUNNING and clock.monotonic() < limit:
        await spot.run.idle(_CALM)
        found = await find_out(spot, LINK_WAIT)
    return found


async def _by_handle(spot: Spot, *, wait: bool) -> Found | None:
    found = await watch_on(spot, LINK_WAIT, wait=wait)
    if found is None or found.finding is not Finding.CANNOT_TELL:
        return found
    # Its own trace is gone; what it was to bring about may still be seen.
    probed = await _probed(spot, 0.0)
    return found if probed.finding is Finding.CANNOT_TELL else probed


async def find_out(spot: Spot, patience: float) -> Found:
    """Look what became of a step: by the id of its command, in the outbox, or by its own probe.

    Waits up to `patience` seconds for a lost link.
    """
    if spot.state.handle:
        return await lasting.find(spot, patience)
    if isinstance(spot.step, NotifyStep):
        return await _in_outbox(spot, spot.step)
    return await _probed(spot, patience)


async def _probed(spot: Spot, patience: float) -> Found:
    reconcile: Reconcile | None = getattr(spot.step, "reconcile", None)
    if reconcile is None:
        return Found(Finding.CANNOT_TELL, "The runbook names no way to look whether it happened.")
    clock = spot.ports.clock
    began = clock.monotonic()
    sent_at = (spot.state.started_at or clock.now()).astimezone(UTC).isoformat(timespec="seconds")
    lost = False
    while True:
        try:
            order = probe_order(reconcile.probe, spot.scope, {SENT_AT: sent_at})
            seen = await spot.run.watch(look(order, spot.scope.place.host, spot.ports))
        except RestantError as problem:
            return Found(Finding.CANNOT_TELL, f"Looking is not possible: {problem}")
        if seen.answered:
            break
        if not lost:
            lost = True
            await spot.emit("conn.lost", reason=seen.reason)
        if clock.monotonic() - began >= patience:
            return Found(Finding.CANNOT_TELL, f"The host cannot be asked: {seen.reason}")
        await spot.run.idle(_AGAIN)
    if lost:
        await spot.emit("conn.restored")
    return judged(reconcile, seen, spot)


async def _in_outbox(spot: Spot, step: NotifyStep) -> Found:
    """Ask the outbox: what is in it is not sent again; what never got there was allowed, and goes out now."""
    if spot.ports.notifier is None:
        return Found(Finding.CANNOT_TELL, "Channels are not configured any more.")
    try:
        deliveries = await spot.run.watch(tell(spot, letter(spot, step)))
    except RestantError as problem:
        return Found(Finding.CANNOT_TELL, f"The outbox cannot be asked: {problem}")
    if lost := not_delivered(deliveries):
        return Found(Finding.CANNOT_TELL, lost)
    return Found(Finding.DONE, f"the outbox says it was sent to {', '.join(one.channel for one in deliveries)}")


def judged(reconcile: Reconcile, seen: Look, spot: Spot) -> Found:
    """Return what a probe's answer says by the step's own rules; several at once, or none, cannot tell."""
    words = one_line(seen.text, 300) or "no output"
    evidence_words = f"{seen.why_not}: {words}" if not seen.good else words
    if not seen.good:
        return Found(Finding.CANNOT_TELL, f"The probe did not work ({evidence_words}).")
    names = seen.seen.names()
    rules = {
        Finding.DONE: reconcile.done_if, Finding.NOT_DONE: reconcile.not_done_if, Finding.RUNNING: reconcile.running_if,
    }  # fmt: skip
    try:
        holding = [(finding, rule) for finding, rule in rules.items() if rule and spot.scope.holds(rule, names)]
    except TemplateProblem as problem:
        return Found(Finding.CANNOT_TELL, f"The answer cannot be judged: {problem} ({words})")
    if len(holding) == 1:
        finding, rule = holding[0]
        return Found(finding, f"{rule} holds: {words}")
    return Found(Finding.CANNOT_TELL, f"The answer fits {'more than one rule' if holding else 'no rule'}: {words}")


async def _noted(spot: Spot, found: Found) -> bool:
    await spot.emit("step.reconciled", finding=found.finding, evidence=found.evidence)
    match found.finding:
        case Finding.DONE:
            await spot.walk.end(spot, Ended(status=StepStatus.OK, reason=f"reconciled: {found.evidence}"))
        case Finding.NOT_DONE:
            reason = f"{spot.state.reason}; so far it did not happen: {found.evidence}"
            await spot.walk.end(spot, Ended(status=StepStatus.FAILED, reason=reason))
        case Finding.RUNNING | Finding.CANNOT_TELL:
            return False
    return True
