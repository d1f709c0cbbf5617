"""From what came back to how the step ended."""

from __future__ import annotations

import re

from restant_tui.engine.judge import judge, status_of
from restant_tui.engine.sending import Reply
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import Held
from restant_tui.runbook.model import HttpStep, RunStep, TransferStep

_REFUSED = re.compile(r"^sudo: .*(?:password is required|terminal is required|not in the sudoers file)", re.MULTILINE)


async def answered(spot: Spot, step: RunStep | HttpStep | TransferStep, reply: Reply) -> Ended:
    """Judge an answer by what the step expects of it, note each verdict, and keep what the step captures."""
    if reply.seen is None:
        assert reply.trouble is not None
        return Ended(status=reply.trouble, reason=reply.reason, seconds=reply.seconds)
    values, missing = spot.take(step.capture, reply.seen)
    verdicts = (*_let_through(spot, reply), *judge(step.expect, reply.seen, spot.scope, values), *missing)
    if reply.truncated and (step.expect or step.capture):
        verdicts = (*verdicts, Held(expected="the whole answer", held=False, level="warn", seen="only its beginning"))
    await spot.expectations(verdicts)
    await spot.keep(step.capture, values)
    status, reason = status_of(verdicts)
    return Ended(status=status, reason=reason, exit_status=reply.seen.exit_status, seconds=reply.seconds, held=verdicts)


def _let_through(spot: Spot, reply: Reply) -> tuple[Held, ...]:
    """Say what it means that sudo asked for a password: whatever the exit status says, the command never began."""
    commands, seen = spot.state.commands, reply.seen
    if seen is None or seen.exit_status != 1 or not commands or commands[0].argv[:1] != ("sudo",):
        return ()
    refused = _REFUSED.search(f"{seen.stderr}\n{seen.stdout}")
    if refused is None:
        return ()
    says = (
        f"sudo lets nobody through on {commands[0].where} without a password, and there is no terminal to type one: "
        f"allow the command there with NOPASSWD"
    )
    return (Held(expected="sudo to let it through", held=False, seen=refused[0], says=says),)
