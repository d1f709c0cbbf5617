"""`terminal`: the person's terminal goes to a prompt or a shell, comes back, and they say what they did there."""

from __future__ import annotations

import shlex
from dataclasses import replace

from restant_tui.config.model import Danger
from restant_tui.engine.effects import allowed
from restant_tui.engine.resolve import HERE, Resolved
from restant_tui.engine.sending import Reply, understood
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import Answer, CommandLine, FieldAsked, GateKind, Move, Offer, StepStatus
from restant_tui.engine.terminal import NOBODY
from restant_tui.errors import UsageProblem
from restant_tui.runbook.model import TerminalStep
from restant_tui.text import duration, one_line
from restant_tui.transport.session_keys import ssh_options

UNSEEN = "What is typed and shown there is not recorded."
TOLD = "What was done is what the person says afterwards."
DONE = "done"
"""The name of the answer to what was done."""

_TOLD = Offer(move=Move.PROCEED, label="Note it down and go on")
_SILENT = Offer(move=Move.DECLINE, label="Say nothing; nobody knows then what was done")


async def execute(spot: Spot) -> Ended:
    """Ask, note the exact program on disk, hand the terminal over, and ask what was done once it is back."""
    assert isinstance(spot.step, TerminalStep)
    # Said before anything is asked: nobody types a name for something that cannot happen.
    if reason := spot.ports.terminal.why_not() if spot.ports.terminal else NOBODY:
        return Ended(status=StepStatus.FAILED, reason=f"It was not handed over: {reason}")
    resolved = await allowed(spot, spot.step)
    if isinstance(resolved, Ended):
        return resolved
    reply = await _handed_over(spot, resolved)
    if reply.seen is None:
        assert reply.trouble is not None
        return Ended(status=reply.trouble, reason=reply.reason, seconds=reply.seconds)
    return await _told(spot, _judged(spot.step, reply))


async def _handed_over(spot: Spot, resolved: Resolved) -> Reply:
    assert spot.ports.terminal is not None
    order = resolved.order
    with ssh_options(spot.ports.targets.trusted()) as options:
        argv = (order.argv[0], *options, *order.argv[1:])
        there, here = order.commands[0], CommandLine(where=HERE, argv=argv)
        commands = (here,) if there.where == HERE else (there, here)
        attempt = spot.state.attempts + 1
        output = spot.run.open_output(spot.path, attempt)
        # Law: the intent is on disk before the terminal is out of our hands.
        await spot.emit(
            "step.intent", commands=[{"where": one.where, "argv": list(one.argv)} for one in commands],
            argv=list(argv), where=HERE, danger=resolved.danger, attempt=attempt, undo=resolved.undo, unseen=UNSEEN,
        )  # fmt: skip
        output.say(UNSEEN)
        output.say(TOLD)
        says = _lines(spot, resolved)
        try:
            outcome = await spot.run.watch(spot.ports.terminal.hand_over(argv, says, order.timeout))
        except UsageProblem as problem:
            return Reply(trouble=StepStatus.FAILED, reason=f"It was not handed over: {problem}", sent=False)
        finally:
            if digest := output.close():
                await spot.emit("step.output", **digest)
    await spot.emit(
        "terminal.returned", outcome=outcome.kind, exit=outcome.exit_status, signal=outcome.exit_signal,
        seconds=round(outcome.seconds, 3), reason=outcome.reason,
    )  # fmt: skip
    return understood(outcome)


def _lines(spot: Spot, resolved: Resolved) -> tuple[str, ...]:
    """Return what a person has to know who finds themselves in another program: where, how out, how long."""
    there = resolved.order.commands[0]
    practice = "PRACTICE " if spot.ports.config.practice else ""
    word = f"{practice}{spot.scope.place.environment.value.upper()}"
    limit = duration(resolved.order.timeout)
    return (
        one_line(f"{word}  {there.where}  {shlex.join(there.argv)}"),
        f"Leave with exit or ctrl+d; taken back in {limit}. What you type is not recorded.",
    )


def _judged(step: TerminalStep, reply: Reply) -> Ended:
    assert reply.seen is not None
    status = reply.seen.exit_status
    # A login shell ends with the status of whatever was typed last.
    if step.argv and status:
        reason = f"it ended with exit {status}"
        return Ended(status=StepStatus.FAILED, reason=reason, exit_status=status, seconds=reply.seconds)
    return Ended(status=StepStatus.OK, exit_status=status, seconds=reply.seconds)


async def _told(spot: Spot, ended: Ended) -> Ended:
    """Ask what was done; without a word about it a change is unknown."""
    changes = spot.state.danger is not Danger.READ
    wanted = "one line for the record" if changes else "one line for the record, if there is anything to say"
    gate = spot.deciding_gate(
        GateKind.FORM, f"{spot.state.title}: the terminal is back", says="What you typed there is not recorded.",
        fields=(FieldAsked(name=DONE, title="What did you do there?", help=wanted),), offers=(_SILENT, _TOLD),
    )  # fmt: skip

    def check(answer: Answer) -> str | None:
        empty = answer.move is Move.PROCEED and not answer.values.get(DONE, "").strip()
        return "say in one line what you did there, be it `only looked`" if empty and changes else None

    answer = await spot.ask(gate, check)
    said = one_line(answer.values.get(DONE, "")) if answer.move is Move.PROCEED else ""
    if said:
        reason = f"{ended.reason}; {answer.by} says: {said}" if ended.reason else f"{answer.by} says: {said}"
        return replace(ended, reason=reason, by=answer.by)
    if not changes:
        return replace(ended, by=answer.by)
    reason = "; ".join(filter(None, (ended.reason, "nobody said what was done there")))
    return replace(ended, status=StepStatus.UNKNOWN, reason=reason)
