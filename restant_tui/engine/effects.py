"""Carrying a step out: ask, note the intent on disk, send exactly what was asked, judge what came back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from restant_tui.config.model import Danger
from restant_tui.engine.gates import DECLINE, PROCEED, SKIP
from restant_tui.engine.judge import judge, status_of
from restant_tui.engine.locks import still_ours
from restant_tui.engine.output import StepOutput
from restant_tui.engine.private_file import PrivateFile
from restant_tui.engine.reading import look
from restant_tui.engine.resolve import Resolved, probe_order, resolve
from restant_tui.engine.sending import Reply, send
from restant_tui.engine.signals import Ended, Interrupted
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import Answer, Held, Move, StepStatus
from restant_tui.engine.unsure import done_meanwhile
from restant_tui.errors import RestantError, UsageProblem
from restant_tui.runbook.model import HttpStep, RunStep, Step, TransferStep

_BLAST_LINES = 12


async def carry_out(spot: Spot, step: RunStep | HttpStep | TransferStep) -> Ended:
    """Do what a step says, with everything the laws ask for before and after.

    Raises:
        RestantError: it could not be resolved; nothing was sent.
        Interrupted: the run was aborted before the step was sent.
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
    stdin = await _stdin(resolved)
    output = spot.run.open_output(spot.path, spot.state.attempts + 1, getattr(step, "filter", None))
    kept = PrivateFile(resolved.stdout_to) if resolved.stdout_to else None
    # Law: the intent is on disk before anything is sent.
    await spot.emit("step.intent", **_intent(spot, resolved))
    reply = await _sent(spot, resolved, stdin, output, kept)
    ended = await _judged(spot, step, reply)
    if kept is None:
        return ended
    return kept.finish(ended)


async def _ask(spot: Spot, step: RunStep | HttpStep | TransferStep, resolved: Resolved) -> Ended | None:
    assert resolved.ask is not None
    blast = await _blast(spot, step, resolved)
    gate = spot.deciding_gate(
        resolved.ask, spot.render(step.title), says=resolved.says or spot.render(step.why), danger=resolved.danger,
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


async def _blast(spot: Spot, step: RunStep | HttpStep | TransferStep, resolved: Resolved) -> str:
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
    spot: Spot, resolved: Resolved, stdin: bytes | None, output: StepOutput, kept: PrivateFile | None
) -> Reply:
    hidden = _hidden(spot.step)

    def take(data: bytes, is_error: bool) -> None:
        if not hidden[is_error]:
            output.feed(data, is_error)
        if kept is not None and not is_error:
            kept.write(data)

    work = send(resolved.order, resolved.host, spot.ports, danger=resolved.danger, stdin=stdin, on_output=take)
    try:
        reply = await spot.run.watch(work)
    except Interrupted as interrupted:
        await _digest(spot, output)
        await spot.emit("step.result", **_left(resolved, interrupted))
        raise
    await _digest(spot, output)
    return reply


def _hidden(step: Step) -> tuple[bool, bool]:
    """Return whether standard output and standard error are not shown: secrets are there before they are known."""
    secret = {one.from_ == "stderr" for one in getattr(step, "capture", ()) if one.secret}
    return getattr(step, "private", False) or False in secret, True in secret


def _left(resolved: Resolved, interrupted: Interrupted) -> dict[str, Any]:
    """Return how a step ends that we stopped watching: nothing was signalled, so a change is unknown."""
    where = ", ".join(dict.fromkeys(one.where for one in resolved.order.commands)) or resolved.host
    if resolved.danger is Danger.READ:
        return {
            "status": StepStatus.CANCELLED,
            "reason": f"{interrupted.reason}; we stopped watching a read on {where}",
        }
    return {
        "status": StepStatus.UNKNOWN,
        "reason": f"{interrupted.reason}; we stopped watching, nothing was signalled, and it may still be running "
        f"on {where}",
    }


async def _digest(spot: Spot, output: StepOutput) -> None:
    if digest := output.close():
        await spot.emit("step.output", **digest)


async def _judged(spot: Spot, step: RunStep | HttpStep | TransferStep, reply: Reply) -> Ended:
    if reply.seen is None:
        assert reply.trouble is not None
        return Ended(status=reply.trouble, reason=reply.reason, seconds=reply.seconds)
    values, missing = spot.take(step.capture, reply.seen)
    verdicts = (*judge(step.expect, reply.seen, spot.scope, values), *missing)
    if reply.truncated and (step.expect or step.capture):
        verdicts = (*verdicts, Held(expected="the whole answer", held=False, level="warn", seen="only its beginning"))
    await spot.expectations(verdicts)
    await spot.keep(step.capture, values)
    status, reason = status_of(verdicts)
    return Ended(status=status, reason=reason, exit_status=reply.seen.exit_status, seconds=reply.seconds, held=verdicts)


async def _stdin(resolved: Resolved) -> bytes | None:
    if resolved.stdin is None:
        return None
    try:
        return await asyncio.to_thread(lambda name: Path(name).expanduser().read_bytes(), resolved.stdin)
    except OSError as error:
        raise UsageProblem(f"{resolved.stdin} cannot be read: {error.strerror or error}.") from None
