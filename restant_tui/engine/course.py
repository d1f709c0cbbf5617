"""The way of one run from its first step to its last word."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from restant_tui.config.model import Danger
from restant_tui.engine import locks, requirements, target_times
from restant_tui.engine.finding import Finding, Found
from restant_tui.engine.flatten import FINALLY
from restant_tui.engine.gates import DECLINE, HUMAN_WAIT, PROCEED
from restant_tui.engine.run import Run
from restant_tui.engine.scope import Scope, TemplateProblem
from restant_tui.engine.signals import Interrupted, Jump, Stopped
from restant_tui.engine.state import (
    Answer,
    FieldAsked,
    Gate,
    GateKind,
    Move,
    Offer,
    RunState,
    RunStatus,
    StepState,
    StepStatus,
)
from restant_tui.engine.statuses import verdict
from restant_tui.engine.undo import take_back, undo_list
from restant_tui.engine.unsure import find_out
from restant_tui.engine.walk import Walk
from restant_tui.runbook.model import Runbook
from restant_tui.text import parse_duration

_LOOK_PATIENCE = 10.0


@dataclass(slots=True)
class _End:
    """Why a run ends before its last step; both empty when it does not."""

    status: RunStatus | None = None
    reason: str = ""


async def drive(run: Run, walk: Walk, runbook: Runbook, scope: Scope) -> None:
    """Take a run to its end: locks, steps, `finally` steps, the last event. Never raises but when it is let go of."""
    clocks = [asyncio.create_task(_time_limit(run)), asyncio.create_task(target_times.watch(run))]
    try:
        end = await _steps(run, walk, runbook, scope)
        await _last_steps(walk, runbook, scope)
        await _finish(run, end)
        await locks.release_all(run)
    except asyncio.CancelledError:
        raise
    except Exception as problem:
        # Whatever went wrong in the engine itself (a full disk, a bug), nobody may wait for this run for ever.
        run.fail_in_memory(f"The run cannot be recorded any further: {problem}. What was sent is not taken back.")
        raise
    finally:
        for clock in clocks:
            clock.cancel()


async def _steps(run: Run, walk: Walk, runbook: Runbook, scope: Scope) -> _End:
    try:
        await requirements.check(run, walk, runbook, scope)
        await _ask_secrets(run, walk)
        await locks.acquire_all(walk, scope, runbook)
        await walk.sequence(runbook.steps, "", scope)
    except Stopped as stopped:
        return _End(stopped.status, stopped.reason)
    except Jump as jump:
        return _End(RunStatus.FAILED, f"there is no step {jump.target!r} to go on at")
    except TemplateProblem as problem:
        return _End(RunStatus.FAILED, f"a lock's name cannot be worked out: {problem}; nothing was done")
    except Interrupted as interrupted:
        return await _interrupted(run, walk, interrupted)
    return _End()


async def _ask_secrets(run: Run, walk: Walk) -> None:
    """Ask again for the secrets of a resumed run: they are never stored."""
    if not walk.missing_secrets:
        return
    now = run.ports.clock.now()
    fields = tuple(
        FieldAsked(name=param.name, title=param.title or param.name, type="secret", help=param.help, secret=True)
        for _, param in walk.missing_secrets
    )
    gate = Gate(
        id=run.new_gate_id(), step="", kind=GateKind.FORM, title="Secrets are not kept: give them again",
        fields=fields, offers=(DECLINE, PROCEED), asked_at=now,
        deadline=now + timedelta(seconds=parse_duration(HUMAN_WAIT)),
    )  # fmt: skip
    answer = await run.ask(gate, lambda given: _empty(given, gate))
    if answer.move is not Move.PROCEED:
        raise Stopped(RunStatus.DECLINED, "the secrets it needs were not given again")
    for path, param in walk.missing_secrets:
        walk.scopes[path].values[param.name] = answer.values[param.name]
        walk.hide(walk.scopes[path], answer.values[param.name])
    walk.missing_secrets.clear()


def _empty(answer: Answer, gate: Gate) -> str | None:
    missing = [one.name for one in gate.fields if not answer.values.get(one.name)]
    return f"`{missing[0]}` is needed" if missing and answer.move is Move.PROCEED else None


async def _last_steps(walk: Walk, runbook: Runbook, scope: Scope) -> None:
    """Take the `finally` steps whatever happened; one that does not end well does not keep the next from its turn."""
    for step in runbook.finally_:
        try:
            await walk.step(step, FINALLY, scope)
        except (Stopped, Jump):
            continue
        except Interrupted:
            return


async def _finish(run: Run, end: _End) -> None:
    status = verdict(run.state, end.status)
    reason = end.reason or _why(run.state, status)
    if status is RunStatus.UNKNOWN and end.status is not RunStatus.UNKNOWN:
        reason = "; ".join(filter(None, (end.reason, _unknown(run.state))))
    await run.emit("run.finished", status=status, reason=reason)
    await run.ports.recorder.finish(run.state)


async def _interrupted(run: Run, walk: Walk, interrupted: Interrupted) -> _End:
    """Say what ran where and what is known of it, then offer to take back what was done."""
    run.fresh_interruption()
    report = await _report(run, walk, interrupted)
    await run.emit("run.aborting", actor=interrupted.by, report=report)
    run.reported()
    end = _End(RunStatus.FAILED if interrupted.time_is_up else RunStatus.ABORTED, report)
    back = undo_list(run.state)
    if not back:
        return end
    try:
        answer = await run.ask(_undo_gate(run, report))
        if answer.move is Move.UNDO:
            await take_back(walk)
            end.reason += "; what was done was taken back"
    except Interrupted:
        end.reason += "; nothing was taken back"
    except (Stopped, Jump) as stopped:
        end.reason += f"; taking it back did not end well: {stopped}"
    return end


async def _report(run: Run, walk: Walk, interrupted: Interrupted) -> str:
    said = [interrupted.reason[:1].upper() + interrupted.reason[1:]]
    # A read that was let go of changes nothing, but whether something of it runs on is said all the same.
    reads = [one for one in run.state.steps if one.status is StepStatus.CANCELLED and one.danger is Danger.READ]
    said += [f"{one.title}: {left}" for one in reads if (left := _left(one, interrupted))]
    cut = [one for one in run.state.steps if one.status is StepStatus.UNKNOWN and one.danger is not Danger.READ]
    for state in cut:
        spot = walk.known[state.path]
        try:
            found = await find_out(spot, _LOOK_PATIENCE)
        except Interrupted:
            break
        await spot.emit("step.reconciled", finding=found.finding, evidence=found.evidence)
        signalled = "its terminal was taken back" if state.kind == "terminal" else "nothing was signalled"
        said.append(_said(state, found, _left(state, interrupted) or signalled, run.state.host))
    if not cut:
        said.append("no change was under way")
    back = undo_list(run.state)
    if back:
        said.append("can be taken back, the last first: " + ", ".join(one.title for one in back))
    return "; ".join(said)


def _left(state: StepState, interrupted: Interrupted) -> str:
    """Return what was noted of a step when it was let go of just now; empty if nothing was under way."""
    begin = f"{interrupted.reason}; "
    return state.reason.removeprefix(begin) if state.reason.startswith(begin) else ""


def _said(state: StepState, found: Found, left: str, host: str) -> str:
    where = ", ".join(dict.fromkeys(one.where for one in state.commands)) or host
    known = {
        Finding.DONE: "it was done",
        Finding.NOT_DONE: "it is not done" if state.handle else "it is not done, but may still be under way",
        Finding.RUNNING: "it is running still",
        Finding.CANNOT_TELL: "whether it was done cannot be told",
    }[found.finding]
    # Where it goes on by itself was said in the words before.
    evidence = "" if state.handle and found.finding is Finding.RUNNING else f" ({found.evidence})"
    return f"{state.title} was running on {where}; {left}; {known}{evidence}"


def _undo_gate(run: Run, report: str) -> Gate:
    now = run.ports.clock.now()
    listed = "\n".join(f"{one.title}: {one.undo}" for one in undo_list(run.state))
    return Gate(
        id=run.new_gate_id(), step="", kind=GateKind.FAILURE, title="Take back what was done?",
        says=report, evidence=listed, host=run.state.host, environment=run.state.environment, undo=listed,
        offers=(
            Offer(move=Move.ABORT, label="Leave it as it is and end the run"),
            Offer(move=Move.UNDO, label="Take it back, the last first"),
        ),
        asked_at=now, deadline=now + timedelta(seconds=parse_duration(HUMAN_WAIT)),
    )  # fmt: skip


async def _time_limit(run: Run) -> None:
    deadline = run.state.deadline
    if deadline is None:
        return
    await run.ports.clock.sleep(max(0.0, (deadline - run.ports.clock.now()).total_seconds()))
    run.interrupt("", "the run's time limit was reached", time_is_up=True)


def _why(state: RunState, status: RunStatus) -> str:
    if status is RunStatus.OK:
        return ""
    if status is RunStatus.UNKNOWN:
        return _unknown(state)
    said = [
        f"{one.title}: {one.reason or one.status}"
        for one in state.steps
        if one.overridden or one.status in (StepStatus.WARN, StepStatus.SKIPPED, StepStatus.DECLINED, StepStatus.FAILED)
    ]
    return "; ".join(said)


def _unknown(state: RunState) -> str:
    open_ones = [
        one.title
        for one in state.steps
        if one.danger is not Danger.READ and one.status in (StepStatus.UNKNOWN, StepStatus.TIMED_OUT)
    ]
    return f"nobody knows whether this happened: {', '.join(open_ones)}" if open_ones else ""
