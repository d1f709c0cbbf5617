"""Sends one order and says what came back, in the same words for commands, verbs and requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from restant_tui.config.model import Danger, Target
from restant_tui.engine.judge import Seen
from restant_tui.engine.ports import Ports, Targets
from restant_tui.engine.resolve import Order
from restant_tui.engine.state import StepStatus
from restant_tui.errors import UsageProblem
from restant_tui.text import decode, duration
from restant_tui.transport.lifeline import Lifeline
from restant_tui.transport.outcome import OnOutput, Outcome, OutcomeKind, Runner


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back. `seen` is there only when there was an answer; `trouble` and `reason` say why not otherwise."""

    seen: Seen | None = None
    trouble: StepStatus | None = None
    reason: str = ""
    seconds: float = 0.0
    sent: bool = True
    truncated: bool = False
    """There was more than was kept: what is judged is only the beginning."""


async def send(
    order: Order,
    host: str,
    ports: Ports,
    *,
    danger: Danger = Danger.READ,
    stdin: bytes | None = None,
    on_output: OnOutput | None = None,
    lifeline: Lifeline | None = None,
) -> Reply:
    """Send an order to where it goes. Trouble on the way is a reply, not an exception.

    Args:
        order: what to send, resolved.
        host: the host it is for.
        ports: how to get there.
        danger: how bad it is not to know whether it happened.
        stdin: bytes for standard input of a command.
        on_output: gets output as it comes.
        lifeline: tells, after this was cancelled, what is known of a read as admin: that one ends with us, so that
            nothing of an abandoned look runs on there. Changes are left alone.
    """
    if order.request is not None:
        return await _request(order, ports, danger, on_output)
    try:
        ends_with_us = danger is Danger.READ and stdin is None
        outcome = await _command(
            order, host, ports, stdin, on_output, (lifeline or Lifeline()) if ends_with_us else None
        )
    except UsageProblem as problem:
        return Reply(trouble=StepStatus.FAILED, reason=f"It was not sent: {problem}", sent=False)
    return understood(outcome)


def understood(outcome: Outcome) -> Reply:
    """Return what an outcome means; no exit status and no signal is unknown, whatever it is called."""
    if not outcome.sent:
        return Reply(trouble=StepStatus.FAILED, reason=f"It was not sent: {outcome.reason}", sent=False)
    seen = Seen(
        stdout=decode(outcome.stdout), stderr=decode(outcome.stderr), exit_status=outcome.exit_status,
        exit_signal=outcome.exit_signal,
    )  # fmt: skip
    match outcome.kind:
        case OutcomeKind.TIMED_OUT:
            reason = outcome.reason or f"no end after {duration(outcome.seconds)}: it may still be running"
            return Reply(trouble=StepStatus.TIMED_OUT, reason=reason, seconds=outcome.seconds)
        case OutcomeKind.EXITED if outcome.exit_status is not None or outcome.exit_signal:
            return Reply(seen=seen, seconds=outcome.seconds, truncated=outcome.truncated)
        case _:
            reason = outcome.reason or "no exit status came back: it may or may not have happened"
            return Reply(trouble=StepStatus.UNKNOWN, reason=reason, seconds=outcome.seconds)


async def _command(
    order: Order, host: str, ports: Ports, stdin: bytes | None, on_output: OnOutput | None, lifeline: Lifeline | None
) -> Outcome:
    if order.verb is None:
        runner = _runner(ports.targets, host, order.target, lifeline)
        return await runner.run(order.argv, timeout=order.timeout, stdin=stdin, on_output=on_output)
    from restant_tui.dokku.verbs import VerbContext

    context = VerbContext(
        runner=lambda identity: _runner_or_none(ports.targets, host, Target(identity.value), lifeline),
        clock=ports.clock, timeout=order.timeout, on_output=on_output,
        capabilities=ports.capabilities(host) if ports.capabilities else None,
    )  # fmt: skip
    return await order.verb.perform(order.argv[1:], context)


def _runner(targets: Targets, host: str, target: Target, lifeline: Lifeline | None) -> Runner:
    return targets.runner(host, target, lifeline if target is Target.ADMIN else None)


def _runner_or_none(targets: Targets, host: str, target: Target, lifeline: Lifeline | None) -> Runner | None:
    try:
        return _runner(targets, host, target, lifeline)
    except UsageProblem:
        return None


def _days_left(until: datetime | None, ports: Ports) -> float | None:
    return (until - ports.clock.now()).total_seconds() / 86400 if until else None


async def _request(order: Order, ports: Ports, danger: Danger, on_output: OnOutput | None) -> Reply:
    request = order.request
    assert request is not None
    answer = await ports.http.get(
        request.url, timeout=order.timeout, method=request.method, headers=request.headers, body=request.body
    )
    body = decode(answer.body)
    if on_output:
        first = f"HTTP {answer.status} in {answer.seconds * 1000:.0f} ms\n" if answer.status else f"{answer.error}\n"
        on_output(first.encode() + answer.body + (b"\n" if answer.body and not body.endswith("\n") else b""), False)
    if answer.status is None and danger is not Danger.READ:
        # The request may have been carried out before the answer was lost.
        return Reply(trouble=StepStatus.UNKNOWN, reason=answer.error, seconds=answer.seconds)
    seen = Seen(
        stdout=body, http_status=answer.status, is_http=True, error=answer.error,
        latency_ms=answer.seconds * 1000 if answer.status is not None else None,
        cert_days=_days_left(answer.certificate_until, ports),
    )  # fmt: skip
    return Reply(seen=seen, seconds=answer.seconds, truncated=answer.truncated)
