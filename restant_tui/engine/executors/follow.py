"""`follow`: watch a stream for a while; a line can end it well or badly, and its time always ends it."""

from __future__ import annotations

import asyncio
import re

from restant_tui.engine.output import StepOutput
from restant_tui.engine.resolve import resolve
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import StepStatus
from restant_tui.runbook.model import FollowStep
from restant_tui.text import duration, one_line, parse_duration
from restant_tui.transport.outcome import Outcome


class _Watch:
    """Reads the lines of an output as they come and remembers the first that decides."""

    def __init__(self, step: FollowStep, output: StepOutput) -> None:
        self._until = re.compile(step.until) if step.until else None
        self._fail_on = re.compile(step.fail_on) if step.fail_on else None
        self._output = output
        self._read = 0
        self.decided = asyncio.Event()
        self.good = ""
        self.bad = ""

    def take(self, data: bytes) -> None:
        self._output.feed(data)
        lines = self._output.lines(self._read)
        self._read = self._output.total
        for line in lines:
            if self.decided.is_set():
                return
            if self._fail_on is not None and self._fail_on.search(line):
                self.bad = line
            elif self._until is not None and self._until.search(line):
                self.good = line
            else:
                continue
            self.decided.set()


async def execute(spot: Spot) -> Ended:
    """Follow on a session of its own until a line decides, the stream ends or the time is up."""
    assert isinstance(spot.step, FollowStep)
    step = spot.step
    resolved = resolve(step, spot.scope)
    output = spot.run.open_output(spot.path, spot.state.attempts + 1, step.filter)
    watch = _Watch(step, output)
    command = resolved.order.commands[0]
    await spot.emit(
        "step.intent", commands=[{"where": command.where, "argv": list(command.argv)}], argv=list(command.argv),
        where=command.where, danger=resolved.danger, attempt=spot.state.attempts + 1,
    )  # fmt: skip
    runner = spot.ports.targets.runner(resolved.host, resolved.order.target)
    limit = parse_duration(step.for_)
    stream = asyncio.ensure_future(runner.follow(resolved.order.argv, watch.take))
    clock = asyncio.ensure_future(spot.ports.clock.sleep(limit))
    decided = asyncio.ensure_future(watch.decided.wait())
    try:
        await spot.run.watch(asyncio.wait({stream, clock, decided}, return_when=asyncio.FIRST_COMPLETED))
    finally:
        for task in (stream, clock, decided):
            if not task.done():
                task.cancel()
        await asyncio.gather(stream, clock, decided, return_exceptions=True)
    if digest := output.close():
        await spot.emit("step.output", **digest)
    ended = stream.result() if stream.done() and not stream.cancelled() else None
    return _judged(step, watch, ended, duration(limit))


def _judged(  # noqa: PLR0911 - one return a way to end
    step: FollowStep, watch: _Watch, ended: Outcome | None, limit: str
) -> Ended:
    if watch.bad:
        return Ended(status=StepStatus.FAILED, reason=f"seen: {one_line(watch.bad, 160)}")
    if watch.good:
        return Ended(status=StepStatus.OK)
    if ended is not None and not ended.sent:
        return Ended(status=StepStatus.FAILED, reason=f"It was not sent: {ended.reason}")
    if ended is not None and ended.exit_status is None:
        return Ended(status=StepStatus.UNKNOWN, reason=ended.reason or "the stream broke off")
    if ended is not None and ended.exit_status:
        return Ended(
            status=StepStatus.FAILED, reason=f"the stream ended with exit {ended.exit_status}",
            exit_status=ended.exit_status,
        )  # fmt: skip
    if step.until:
        return Ended(status=StepStatus.FAILED, reason=f"{step.until!r} was not seen within {limit}")
    return Ended(status=StepStatus.OK)
