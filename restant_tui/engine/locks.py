"""Locks: what a run keeps for itself while it works, so that two people do not pull at one thing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from restant_tui.engine.gates import HUMAN_WAIT
from restant_tui.engine.ports import Ports
from restant_tui.engine.scope import Scope
from restant_tui.engine.signals import Stopped
from restant_tui.engine.state import Gate, GateKind, Move, Offer, RunStatus
from restant_tui.errors import UsageProblem
from restant_tui.journal.locks import run_lock
from restant_tui.journal.records import LockHolder
from restant_tui.runbook.model import Runbook
from restant_tui.text import ago, parse_duration

if TYPE_CHECKING:
    from restant_tui.engine.run import Run
    from restant_tui.engine.walk import Walk

_LOOK_AGAIN = 2.0
_OFFERS = (
    Offer(move=Move.ABORT, label="Stop here; nothing was done"),
    Offer(move=Move.WAIT, label="Wait until it is free"),
    Offer(move=Move.TAKE_OVER, label="Take it over", needs_reason=True),
)


async def acquire_all(walk: Walk, scope: Scope, runbook: Runbook) -> None:
    """Take every lock a runbook names, or ask what to do about those that others hold.

    Raises:
        Stopped: a lock is held, and the run does not wait for it.
        TemplateProblem: a lock's name cannot be worked out.
    """
    for template in runbook.locks:
        await _acquire(walk.run, scope.render(template))


async def claim(ports: Ports, run_id: str, by: str, *, take_over: str = "") -> None:
    """Make this the one console that carries a run on, until it has ended or is let go of.

    Args:
        ports: the journal, and the time.
        run_id: the run.
        by: who carries it on.
        take_over: why it is taken from the console that has it; that one then writes nothing more.

    Raises:
        UsageProblem: another console carries it on, and it is not taken over; says who, where and since when.
    """
    store = ports.recorder.store
    name, mine = run_lock(run_id), LockHolder.here(run=run_id, actor=by, since=ports.clock.now())
    holder = await asyncio.to_thread(store.acquire, name, mine)
    if holder is None:
        return
    if not take_over:
        at = f", at step {holder.step}" if holder.step else ""
        raise UsageProblem(
            f"{run_id} is going on in another console: {holder.actor} took it up "
            f"{ago(holder.since, ports.clock.now())} (process {holder.pid} on {holder.host}{at}); end that one first, "
            "or take the run over"
        )
    await asyncio.to_thread(store.take_over, name, mine, take_over)


async def let_go(ports: Ports, run_id: str) -> None:
    """Let another console carry the run on."""
    await asyncio.to_thread(ports.recorder.store.release, run_lock(run_id), run_id)


async def release_all(run: Run) -> None:
    """Let go of every lock the run holds."""
    for name in sorted(run.locks):
        await asyncio.to_thread(run.ports.recorder.store.release, name, run.id)
        run.locks.discard(name)


async def still_ours(run: Run) -> None:
    """Make sure that nobody has taken a lock over since; raises UsageProblem if somebody has."""
    for name in sorted((run_lock(run.id), *run.locks)):
        holder = await asyncio.to_thread(run.ports.recorder.store.acquire, name, _me(run))
        if holder is not None:
            run.locks.discard(name)
            raise UsageProblem(f"{_says(run, name, holder)}: it was taken over from this run; nothing was sent.")


async def _acquire(run: Run, name: str) -> None:
    if name in run.locks:
        return
    store = run.ports.recorder.store
    mine = _me(run)
    while (holder := await asyncio.to_thread(store.acquire, name, mine)) is not None:
        await run.emit("lock.denied", name=name, holder=holder.run, by=holder.actor)
        answer = await run.ask(_gate(run, name, holder))
        match answer.move:
            case Move.WAIT:
                await _wait(run, name)
            case Move.TAKE_OVER:
                # The journal notes it in both runs, in the same stroke.
                await asyncio.to_thread(store.take_over, name, mine, answer.reason)
                break
            case _:
                raise Stopped(RunStatus.DECLINED, f"{_says(run, name, holder)}; nothing was done")
    run.locks.add(name)
    await run.emit("lock.acquired", name=name)


async def _wait(run: Run, name: str) -> None:
    """Wait until the lock is free (or was given to us), at most as long as for a person; then it is asked again."""
    store = run.ports.recorder.store
    clock = run.ports.clock
    until = clock.monotonic() + parse_duration(HUMAN_WAIT)
    while clock.monotonic() < until and await asyncio.to_thread(store.acquire, name, _me(run)) is not None:
        await run.idle(_LOOK_AGAIN)


def _me(run: Run) -> LockHolder:
    return LockHolder.here(run=run.id, actor=run.state.actor, since=run.ports.clock.now())


def _gate(run: Run, name: str, holder: LockHolder) -> Gate:
    now = run.ports.clock.now()
    return Gate(
        id=run.new_gate_id(), step="", kind=GateKind.LOCK, title=f"{name} is in use", says=_says(run, name, holder),
        host=run.state.host, environment=run.state.environment, offers=_OFFERS, asked_at=now,
        deadline=now + timedelta(seconds=parse_duration(HUMAN_WAIT)),
    )  # fmt: skip


def _says(run: Run, name: str, holder: LockHolder) -> str:
    at = f", at step {holder.step}" if holder.step else ""
    gone = "; its program is gone from this machine" if holder.stale else ""
    return f"{holder.actor} took {name} {ago(holder.since, run.ports.clock.now())} (run {holder.run}{at}){gone}"
