"""What takes a run off its straight way, between the modules that walk it."""

from __future__ import annotations

from dataclasses import dataclass

from restant_tui.engine.state import Held, RunStatus, StepStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a step ended; `reason` is a sentence unless it is ok."""

    status: StepStatus
    reason: str = ""
    exit_status: int | None = None
    seconds: float = 0.0
    held: tuple[Held, ...] = ()
    by: str = ""
    """Who decided so, where somebody did."""
    overridden: bool = False
    """Somebody went on although it was not as it should be."""


class Stopped(Exception):
    """The run goes no further than this step, but for its `finally` steps."""

    def __init__(self, status: RunStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Jump(Exception):
    """The run goes on at another step.

    `source` is the step that says so, and `status` how that step counts; it is None when that step runs again too.
    """

    def __init__(self, target: str, source: str, status: StepStatus | None) -> None:
        super().__init__(target)
        self.target = target
        self.source = source
        self.status = status


class Interrupted(Exception):
    """Somebody aborts the run, or its time is up."""

    def __init__(self, by: str, reason: str, *, time_is_up: bool = False) -> None:
        super().__init__(reason)
        self.by = by
        self.reason = reason
        self.time_is_up = time_is_up
