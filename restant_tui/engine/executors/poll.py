"""`poll`: ask again and again until everything holds, several times in a row, or the time runs out."""

from __future__ import annotations

from restant_tui.engine.judge import judge
from restant_tui.engine.output import StepOutput
from restant_tui.engine.reading import Look, look
from restant_tui.engine.resolve import resolve
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import Held, StepStatus
from restant_tui.runbook.model import PollStep
from restant_tui.text import duration, one_line, parse_duration


async def execute(spot: Spot) -> Ended:
    """Poll on the run's clock; warnings do not keep it from being over."""
    assert isinstance(spot.step, PollStep)
    step = spot.step
    resolved = resolve(step, spot.scope)
    limit, interval = parse_duration(step.timeout), parse_duration(step.interval)
    output = spot.run.open_output(spot.path, spot.state.attempts + 1)
    clock = spot.ports.clock
    await spot.emit(
        "step.intent", commands=[{"where": one.where, "argv": list(one.argv)} for one in resolved.order.commands],
        argv=list(resolved.order.commands[0].argv), where=resolved.order.commands[0].where, danger=resolved.danger,
        attempt=spot.state.attempts + 1,
    )  # fmt: skip
    began = clock.monotonic()
    row = tries = 0
    while True:
        tries += 1
        seen = await spot.run.watch(look(resolved.order, resolved.host, spot.ports))
        verdicts = await _judge(spot, step, seen)
        row = row + 1 if all(one.held or one.level != "fail" for one in verdicts) else 0
        passed = clock.monotonic() - began
        await _say(spot, output, tries, seen, verdicts, row, passed)
        if row >= step.times:
            return await _ended(spot, step, output, seen, verdicts, passed, StepStatus.OK, "")
        if passed + interval > limit:
            reason = f"not as expected within {duration(limit)} ({tries} tries): {_missed(verdicts)}"
            return await _ended(spot, step, output, seen, verdicts, passed, StepStatus.TIMED_OUT, reason)
        await spot.run.idle(interval)


async def _judge(spot: Spot, step: PollStep, seen: Look) -> tuple[Held, ...]:
    if not seen.answered:
        return (Held(expected="an answer", held=False, seen=seen.reason),)
    values, missing = spot.take(step.capture, seen.seen)
    return (*judge(step.expect, seen.seen, spot.scope, values, strict=False), *missing)


async def _say(
    spot: Spot, output: StepOutput, tries: int, seen: Look, verdicts: tuple[Held, ...], row: int, passed: float
) -> None:
    assert isinstance(spot.step, PollStep)
    answer = _answer(seen)
    output.say(f"{duration(passed)}: try {tries}: {answer}{_note(verdicts, row, spot.step.times)}")
    # Only what is new goes to the journal; every single try stands in the step's output.
    text = f"{answer}{_note(verdicts, row, spot.step.times)}"
    if text != spot.state.progress:
        await spot.emit("step.progress", text=text)


def _answer(seen: Look) -> str:
    if not seen.answered:
        return one_line(seen.reason, 120)
    if seen.seen.is_http:
        return f"HTTP {seen.seen.http_status}"
    words = one_line(seen.text.splitlines()[-1], 100) if seen.text else "no output"
    return f"exit {seen.seen.exit_status}: {words}"


def _note(verdicts: tuple[Held, ...], row: int, times: int) -> str:
    if row:
        return f", as expected {row} of {times} times" if times > 1 else ", as expected"
    return f", {_missed(verdicts)}"


def _missed(verdicts: tuple[Held, ...]) -> str:
    broken = [one for one in verdicts if not one.held and one.level == "fail"]
    return f"expected {broken[0].expected}, saw {broken[0].seen}" if broken else "as expected"


async def _ended(
    spot: Spot, step: PollStep, output: StepOutput, seen: Look, verdicts: tuple[Held, ...], passed: float,
    status: StepStatus, reason: str,
) -> Ended:  # fmt: skip
    if digest := output.close():
        await spot.emit("step.output", **digest)
    await spot.expectations(verdicts)
    if status is StepStatus.OK:
        values, _ = spot.take(step.capture, seen.seen)
        await spot.keep(step.capture, values)
        if warned := next((one for one in verdicts if not one.held), None):
            status, reason = StepStatus.WARN, warned.says or f"expected {warned.expected}, saw {warned.seen}"
    return Ended(status=status, reason=reason, exit_status=seen.seen.exit_status, seconds=passed, held=verdicts)
