"""Carrying a step out: ask, note the intent on disk, send exactly what was asked, judge what came back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from restant_tui.config.model import Danger, Target
from restant_tui.engine.answered import answered
from restant_tui.engine.gates import DECLINE, PROCEED, SKIP
from restant_tui.engine.lasting import carry, new_handle, whereabouts
from restant_tui.engine.locks import still_ours
from restant_tui.engine.output import StepOutput
from restant_tui.engine.private_file import PrivateFile
from restant_tui.engine.reading import look
from restant_tui.engine.resolve import Resolved, probe_order, resolve
from restant_tui.engine.sending import Reply, send
from restant_tui.engine.signals import Ended, Interrupted
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import Answer, Move, StepStatus
from restant_tui.engine.unsure import done_meanwhile
from restant_tui.errors import RestantError, UsageProblem
from restant_tui.runbook.model import HttpStep, RunStep, Step, TerminalStep, TransferStep
from restant_tui.transport.detached import Handle
from restant_tui.transport.lifeline import Lifeline

_BLAST_LINES = 12
_Asking = RunStep | HttpStep | TransferStep | TerminalStep
_APART = "Once it has begun it goes on by itself on the host, whatever becomes of the link or of this program."


async def carry_out(spot: Spot, step: RunStep | HttpStep | TransferStep) -> Ended:
    """Do what a step says, with everything the laws ask for before and after.

    Raises:
        RestantError: it could not be resolved; nothing was sent.
        Interrupted: the run was aborted before the step was sent.
    """
    resolved = await allowed(spot, step)
    if isinstance(resolved, Ended):
        return resolved
    stdin = await _stdin(resolved)
    output = spot.run.open_output(spot.path, spot.state.attempts + 1, getattr(step, "filter", None))
    kept = PrivateFile(resolved.stdout_to) if resolved.stdout_to else None
    # Law: the intent is on disk before anything is sent, with the id by which what outlives us is found again.
    handle = new_handle(spot) if getattr(step, "detached", False) else None
    await spot.emit("step.intent", **_intent(spot, resolved), **({"detached": handle.id} if handle else {}))
    reply = await _sent(spot, resolved, stdin, output, kept, handle)
    ended = await answered(spot, step, reply)
    if kept is None:
        return ended
    return kept.finish(ended)


async def allowed(spot: Spot, step: _Asking) -> Resolved | Ended:
    """Ask what has to be asked; return exactly what may now be sent, or how the step ends without it.

    Raises:
        RestantError, Interrupted: as `carry_out`.
    """
    resolved = resolve(step, spot.scope)
    if resolved.ask is not None and not spot.walk.was_approved(spot.path, resolved):
        refused = await _ask(spot, step, resolved)
        if refused is not None:
            return refused
        if resolve(step, spot.scope) != resolved:
            raise UsageProblem("The command changed while the question was open; nothing was sent. Start again.")
        spot.walk.approve(spot.path, resolved)
    if resolved.danger is not Danger.READ:
        await still_ours(spot.run)
        if (done := await done_meanwhile(spot)) is not None:
            return done
    return resolved


async def _ask(spot: Spot, step: _Asking, resolved: Resolved) -> Ended | None:
    assert resolved.ask is not None
    blast = await _blast(spot, step, resolved)
    says = resolved.says or spot.render(step.why)
    if getattr(step, "detached", False):
        says = f"{says}\n{_APART}".strip()
    gate = spot.deciding_gate(
        resolved.ask, spot.render(step.title), says=says, danger=resolved.danger,
        phrase=resolved.phrase, commands=resolved.order.commands, blast=blast, undo=resolved.undo,
        offers=(DECLINE, PROCEED, SKIP),
    )  # fmt: skip
    answer = await spot.ask(gate)
    return refused(answer)


def refused(answer: Answer) -> Ended | None:
    """Return how a step ends that was not allowed; None if it was."""
    match answer.move:
        case Move.PROCEED:
            return None
        case Move.SKIP:
            return Ended(status=StepStatus.SKIPPED, reason=answer.reason, by=answer.by)
        case _:
            who = f"{answer.by} said no" if answer.by else "it was not allowed"
            reason = f"{who}: {answer.reason}" if answer.reason else who
            return Ended(status=StepStatus.DECLINED, reason=reason, by=answer.by)


async def _blast(spot: Spot, step: _Asking, resolved: Resolved) -> str:
    """Return what the step will hit, with what the host says about it right now."""
    if step.blast is None or step.blast.probe is None:
        return resolved.blast
    try:
        seen = await spot.run.watch(look(probe_order(step.blast.probe, spot.scope), spot.scope.place.host, spot.ports))
    except RestantError as problem:
        return f"{resolved.blast}\nWhat is there now could not be read: {problem}".strip()
    await spot.emit("probe.result", what="blast", text=seen.text[:2000], answered=seen.answered)
    lines = [line.rstrip() for line in seen.text.splitlines() if line.strip()][:_BLAST_LINES]
    found = "\n".join(lines) if seen.answered else f"What is there now could not be read: {seen.reason}"
    return f"{resolved.blast}\n{found}".strip()


def _intent(spot: Spot, resolved: Resolved) -> dict[str, Any]:
    commands = [{"where": one.where, "argv": list(one.argv), "when": one.when} for one in resolved.order.commands]
    first = commands[0] if commands else {"where": "", "argv": []}
    return {
        "commands": commands, "argv": first["argv"], "where": first["where"], "danger": resolved.danger,
        "attempt": spot.state.attempts + 1, "undo": resolved.undo,
    }  # fmt: skip


async def _sent(
    spot: Spot, resolved: Resolved, stdin: bytes | None, output: StepOutput, kept: PrivateFile | None,
    handle: Handle | None,
) -> Reply:  # fmt: skip
    hidden = _hidden(spot.step)

    def take(data: bytes, is_error: bool) -> None:
        if not hidden[is_error]:
            output.feed(data, is_error)
        if kept is not None and not is_error:
            kept.write(data)

    lifeline = Lifeline()
    if handle is not None:
        work = carry(spot, resolved.order, handle, take, output)
    else:
        work = send(
            resolved.order, resolved.host, spot.ports, danger=resolved.danger, stdin=stdin, on_output=take,
            lifeline=lifeline,
        )  # fmt: skip
    try:
        reply = await spot.run.watch(work)
    except Interrupted as interrupted:
        await _digest(spot, output)
        apart = whereabouts(spot, handle) if handle else ""
        await spot.emit("step.result", **_left(resolved, interrupted, lifeline, apart))
        raise
    await _digest(spot, output)
    return reply


def _hidden(step: Step) -> tuple[bool, bool]:
    """Return whether standard output and standard error are not shown: secrets are there before they are known."""
    secret = {one.from_ == "stderr" for one in getattr(step, "capture", ()) if one.secret}
    return getattr(step, "private", False) or False in secret, True in secret


def _left(resolved: Resolved, interrupted: Interrupted, lifeline: Lifeline, apart: str) -> dict[str, Any]:
    """Return how a step ends that we let go of: what was signalled, what is known of its end, and where it goes on."""
    where = ", ".join(dict.fromkeys(one.where for one in resolved.order.commands)) or resolved.host
    order, read = resolved.order, resolved.danger is Danger.READ
    if apart:
        what = f"we stopped watching, nothing was signalled, and it goes on {apart}"
    elif order.target is Target.LOCAL and order.verb is None and order.request is None:
        what = "the program and all it had started on this machine were ended"
    elif lifeline.words:
        what = f"on {where} {lifeline.words}"
    elif read:
        what = f"we stopped watching a read on {where}, and nothing was signalled"
    else:
        what = f"we stopped watching, nothing was signalled, and it may still be running on {where}"
    return {"status": StepStatus.CANCELLED if read else StepStatus.UNKNOWN, "reason": f"{interrupted.reason}; {what}"}


async def _digest(spot: Spot, output: StepOutput) -> None:
    if digest := output.close():
        await spot.emit("step.output", **digest)


async def _stdin(resolved: Resolved) -> bytes | None:
    if resolved.stdin is None:
        return None
    try:
        return await asyncio.to_thread(lambda name: Path(name).expanduser().read_bytes(), resolved.stdin)
    except OSError as error:
        raise UsageProblem(f"{resolved.stdin} cannot be read: {error.strerror or error}.") from None
