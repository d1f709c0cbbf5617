"""What a run does, told line by line as it happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from restant_tui.cli.marks import Marks
from restant_tui.cli.words import written
from restant_tui.engine.state import RunState, StepState, StepStatus
from restant_tui.text import duration, one_line

_OPEN = (StepStatus.PENDING, StepStatus.WAITING, StepStatus.RUNNING)
_LAST_LINES = 10
_GROUPS = ("parallel", "branch", "loop", "include")


class Output(Protocol):
    """What a step has printed so far."""

    total: int

    @property
    def first(self) -> int:
        """The number of the oldest line still kept."""
        ...

    def lines(self, start: int = 0) -> list[str]:
        """Return the lines from that number on."""
        ...


class Progress:
    """Prints what is new since it last looked. A state that was skipped over costs no line.

    Args:
        output: finds the output of the step at a path.
        marks: how states are written.
        out: prints one line.
    """

    def __init__(self, output: Callable[[str], Output], marks: Marks, out: Callable[[str], None]) -> None:
        self._output = output
        self._marks = marks
        self._out = out
        self._seen: dict[str, tuple[StepStatus, int]] = {}
        self._shown: dict[tuple[str, int], int] = {}
        self._sent: set[tuple[str, int]] = set()
        self._begun = False

    def tell(self, state: RunState) -> None:
        """Print what has happened since the last state."""
        if not self._begun:
            self._begun = True
            environment = self._marks.paint(state.environment.value, state.environment.value)
            self._say(f"{state.title} on {state.host} ({environment})")
            self._say(f"run {state.id}, by {state.actor}, {state.started_at:%Y-%m-%d %H:%M:%S} UTC")
        top = [step.path for step in state.steps if step.depth == 0]
        together = {step.path for step in state.steps if step.kind == "parallel"}
        for step in state.steps:
            number = f"{top.index(step.path) + 1}/{len(top)}" if step.depth == 0 else "  -"
            self._step(step, number, alone=step.path.rpartition("/")[0] not in together)

    def finish(self, state: RunState) -> None:
        """Print how it ended."""
        self.tell(state)
        took = (state.finished_at - state.started_at).total_seconds() if state.finished_at else 0.0
        self._say("")
        reason = f": {one_line(state.reason, 600)}" if state.reason else ""
        self._say(f"{self._marks.state(state.status.value)} after {duration(took)}{reason}")
        self._say(f"the record: restant-tui export {state.id}")

    def _step(self, step: StepState, number: str, *, alone: bool) -> None:
        """Print what is new of one step; one of several at the same time is told in one piece when it has ended."""
        if step.status is StepStatus.PENDING or (not alone and step.status in _OPEN):
            return
        indent = "  " * step.depth
        before, attempts = self._seen.get(step.path, (StepStatus.PENDING, 0))
        changed = (step.status, step.attempts) != (before, attempts)
        self._seen[step.path] = (step.status, step.attempts)
        if step.status is StepStatus.LEFT_OUT:
            if changed:
                self._say(f"{indent}{number}  {one_line(step.title)}: left out")
            return
        if before is StepStatus.PENDING or step.attempts > max(attempts, 1):
            danger = "" if step.danger.value == "read" else f" [{step.danger.value}]"
            self._say(f"{indent}{number}  {one_line(step.title)}{danger}")
        self._commands(step, indent)
        self._stream(step, indent, last=None if alone else _LAST_LINES)
        if changed and step.status not in _OPEN:
            self._end(step, indent)

    def _commands(self, step: StepState, indent: str) -> None:
        """Print the commands of an attempt as soon as they are known."""
        key = (step.path, step.attempts)
        if step.commands and key not in self._sent and step.status is not StepStatus.WAITING:
            self._sent.add(key)
            for command in step.commands:
                self._say(f"{indent}     {written(command)}")

    def _stream(self, step: StepState, indent: str, last: int | None) -> None:
        if step.kind in _GROUPS:
            return
        output = self._output(step.path)
        key = (step.path, step.attempts)
        start = self._shown.get(key, 0)
        if last is not None and output.total - last > start:
            start = output.total - last
            self._say(f"{indent}     | … {start} lines before these")
        for line in output.lines(start):
            self._say(f"{indent}     | {line}".rstrip())
        self._shown[key] = output.total

    def _end(self, step: StepState, indent: str) -> None:
        parts = [self._marks.state(step.status.value)]
        if step.started_at and step.finished_at:
            parts.append(duration((step.finished_at - step.started_at).total_seconds()))
        if step.exit_status is not None:
            parts.append(f"exit status {step.exit_status}")
        self._say(f"{indent}     {', '.join(parts)}" + (f": {one_line(step.reason, 400)}" if step.reason else ""))
        for held in step.held:
            if not held.held:
                seen = f"; seen: {one_line(held.seen)}" if held.seen else ""
                says = f" ({one_line(held.says)})" if held.says else ""
                self._say(f"{indent}       {held.level}: expected {one_line(held.expected)}{seen}{says}")

    def _say(self, line: str) -> None:
        self._out(self._marks.plain(line))
