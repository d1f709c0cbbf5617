"""What each event does to one step. Pure functions; `transitions` calls them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from restant_tui.config.model import Danger
from restant_tui.engine.state import CommandLine, Event, Held, StepState, StepStatus
from restant_tui.engine.statuses import FAILURES, UNSETTLED

OPEN = frozenset({StepStatus.PENDING, StepStatus.WAITING, StepStatus.RUNNING})
"""A step that has not ended."""


class IllegalEvent(ValueError):
    """The event cannot follow what happened before it."""


def started(step: StepState, event: Event) -> StepState:
    """A step begins; its title is filled in by now."""
    _need(step, OPEN, event)
    return replace(
        step, status=StepStatus.RUNNING, title=event.data.get("title", step.title), started_at=event.at, progress=""
    )


def intent(step: StepState, event: Event) -> StepState:
    """A command is about to be sent."""
    _need(step, OPEN, event)
    commands = msgspec.convert(event.data.get("commands", ()), tuple[CommandLine, ...])
    return replace(
        step, status=StepStatus.RUNNING, commands=commands, intent=True, started_at=event.at,
        attempts=step.attempts + 1, exit_status=None, held=(), reason="", undo=event.data.get("undo", step.undo),
        handle=event.data.get("detached", ""),
    )  # fmt: skip


def expect(step: StepState, event: Event) -> StepState:
    """Something was expected, and held or not."""
    _need(step, OPEN, event)
    return replace(step, held=(*step.held, msgspec.convert(dict(event.data), Held)))


def progress(step: StepState, event: Event) -> StepState:
    """A step that waits says how it goes."""
    _need(step, OPEN, event)
    return replace(step, progress=str(event.data.get("text", "")))


def result(step: StepState, event: Event) -> StepState:
    """A step ends. An unsettled one may be settled once more, but only to an end."""
    _need(step, OPEN | UNSETTLED, event)
    status = StepStatus(event.data["status"])
    if status in OPEN or status is StepStatus.SKIPPED or (status is StepStatus.DECLINED and step.intent):
        raise IllegalEvent(f"{status} is not a result of step {step.path}")
    return replace(
        step, status=status, exit_status=event.data.get("exit"), reason=event.data.get("reason", ""),
        finished_at=event.at, intent=False, by=event.data.get("by", step.by), progress="",
        overridden=bool(event.data.get("overridden")),
    )  # fmt: skip


def reconciled(step: StepState, event: Event) -> StepState:
    """The host was asked whether it happened."""
    return replace(step, doubted=True)


def rejoined(step: StepState, event: Event) -> StepState:
    """What was left to itself on the host was found by its id, and is watched again."""
    _need(step, UNSETTLED, event)
    if not step.handle or step.handle != event.data.get("detached"):
        raise IllegalEvent(f"step {step.path} left nothing behind under that id")
    return replace(step, status=StepStatus.RUNNING, intent=True, finished_at=None, reason="", held=(), exit_status=None)


def retry(step: StepState, event: Event) -> StepState:
    """An ended step is put back, to be done again; what may still be happening never is."""
    if step.status is StepStatus.UNKNOWN and step.danger is not Danger.READ:
        raise IllegalEvent(f"step {step.path}: what may still be happening is not repeated")
    return replace(
        step, status=StepStatus.PENDING, reason="", held=(), exit_status=None, finished_at=None, intent=False,
        overridden=False, progress="",
    )  # fmt: skip


def skipped(step: StepState, event: Event) -> StepState:
    """A person, or the runbook, leaves a step out and says why."""
    _need(step, OPEN | FAILURES | {StepStatus.DECLINED}, event)
    if not event.data.get("reason"):
        raise IllegalEvent(f"step {step.path} cannot be skipped without a reason")
    # A change that may have happened does not stop being unknown because somebody wants to go on.
    unsettled = step.status in UNSETTLED and step.danger is not Danger.READ
    status = step.status if unsettled else StepStatus.SKIPPED
    return replace(
        step, status=status, reason=event.data["reason"], by=event.actor, finished_at=event.at, intent=False,
        overridden=status is not StepStatus.SKIPPED or step.overridden,
    )  # fmt: skip


def overridden(step: StepState, event: Event) -> StepState:
    """The run goes on over a step that did not end well."""
    if step.status in OPEN:
        raise IllegalEvent(f"step {step.path} has not ended: there is nothing to override")
    return replace(step, overridden=True, by=event.actor, reason=event.data.get("reason", step.reason))


def undone(step: StepState, event: Event) -> StepState:
    """What a step did was taken back."""
    if step.status in OPEN:
        raise IllegalEvent(f"step {step.path} has not ended: there is nothing to take back")
    return replace(step, status=StepStatus.UNDONE, reason=event.data.get("reason", ""))


def _need(step: StepState, allowed: Iterable[StepStatus], event: Event) -> None:
    if step.status not in allowed:
        raise IllegalEvent(f"{event.kind} cannot follow: step {step.path} is {step.status}")
