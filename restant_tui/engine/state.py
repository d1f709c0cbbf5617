"""The state of a run, and the events it is made of.

A run's state is nothing but its events folded by `engine.transitions.apply`; the journal keeps the events. Steps
are addressed by their path: `rollback`, `before/ps` inside a parallel step, `probe[2]/ask` in a loop's third turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from restant_tui.config.model import Danger, Environment, Target
from restant_tui.runbook.parts import TargetTime


class StepStatus(StrEnum):
    """Where a step is. Everything from OK on is an end, but for UNKNOWN, which a reconcile may still settle."""

    PENDING = "pending"
    WAITING = "waiting"
    """A gate is open: a person has to answer."""
    RUNNING = "running"
    OK = "ok"
    WARN = "warn"
    FAILED = "failed"
    DECLINED = "declined"
    SKIPPED = "skipped"
    """A person left it out and said why."""
    LEFT_OUT = "left out"
    """Its `when` was false, or another branch was taken."""
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    UNDONE = "undone"


class RunStatus(StrEnum):
    """How a run is, or how it ended."""

    RUNNING = "running"
    PAUSED = "paused"
    OK = "ok"
    OK_WITH_WARNINGS = "ok-with-warnings"
    PARTIAL = "partial"
    """It ended well, but a change was skipped or overridden."""
    FAILED = "failed"
    DECLINED = "declined"
    ABORTED = "aborted"
    UNKNOWN = "unknown"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self not in (RunStatus.RUNNING, RunStatus.PAUSED)


class GateKind(StrEnum):
    """What is asked of a person."""

    PRESS = "press"
    """One deliberate key."""
    TYPE = "type"
    """The phrase has to be typed."""
    CHOICE = "choice"
    FORM = "form"
    ITEMS = "items"
    FAILURE = "failure"
    """A step did not end well: what now?"""
    UNSURE = "unsure"
    """A step's outcome is unknown: what did the evidence say?"""
    APPROVE = "approve"
    MESSAGE = "message"
    """A notification, shown before it is sent."""
    LOCK = "lock"
    """Somebody else holds a lock this run needs."""


class Move(StrEnum):
    """What a person can answer. Only those a gate offers are accepted."""

    PROCEED = "proceed"
    DECLINE = "decline"
    SKIP = "skip"
    RETRY = "retry"
    EDIT = "edit"
    UNDO = "undo"
    GOTO = "goto"
    RUN = "run"
    ESCALATE = "escalate"
    ABORT = "abort"
    CONTINUE = "continue"
    MARK_DONE = "mark-done"
    MARK_NOT_DONE = "mark-not-done"
    TAKE_OVER = "take-over"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One possible answer, with the words for it. `needs_reason` asks for a sentence."""

    move: Move
    label: str
    needs_reason: bool = False
    target: str = ""
    """For GOTO a step path, for RUN a runbook id, for CHOICE gates the case's label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """One argument list as it will be sent, and to whom: `dokku@practice`, `ops@host`, `here`."""

    where: str
    argv: tuple[str, ...]
    when: str = ""
    """On what condition it is sent, in words; empty for always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAsked:
    """One value a form asks for. `choices` are (value, label) pairs; empty means free text."""

    name: str
    title: str
    type: str = "string"
    help: str = ""
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAsked:
    """One line of a checklist; with `evidence` other than `none` an observed value is asked."""

    id: str
    text: str
    killer: bool = False
    evidence: str = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A question that must be answered before the run goes on. The first offer is the safe default."""

    id: str
    step: str
    kind: GateKind
    title: str
    says: str = ""
    danger: Danger = Danger.READ
    phrase: str = ""
    """For TYPE: exactly what has to be typed."""
    host: str = ""
    environment: Environment | None = None
    commands: tuple[CommandLine, ...] = ()
    blast: str = ""
    undo: str = ""
    evidence: str = ""
    """For FAILURE and UNSURE: what was seen."""
    fields: tuple[FieldAsked, ...] = ()
    items: tuple[ItemAsked, ...] = ()
    offers: tuple[Offer, ...] = ()
    asked_at: datetime | None = None
    deadline: datetime | None = None
    """When nobody has answered by then, the gate counts as declined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person said at a gate."""

    gate: str
    move: Move
    by: str
    phrase: str = ""
    reason: str = ""
    target: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """Form fields by name, or checklist items by id with what was observed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One expectation after a step: what was expected, whether it held, what was seen."""

    expected: str
    held: bool
    level: str = "fail"
    seen: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepState:
    """One step of a run, flat; `depth` is how deep it stands inside other steps."""

    path: str
    title: str
    kind: str
    danger: Danger
    status: StepStatus = StepStatus.PENDING
    depth: int = 0
    target: Target | None = None
    why: str = ""
    commands: tuple[CommandLine, ...] = ()
    started_at: datetime | None = None
    finished_at: datetime | None = None
    exit_status: int | None = None
    reason: str = ""
    """One sentence for a person whenever the status is not OK."""
    held: tuple[Held, ...] = ()
    attempts: int = 0
    by: str = ""
    """Who answered its gate or skipped it."""
    usual_seconds: tuple[float, float] | None = None
    """How long it usually takes, from past runs: the 25 % and 75 % points."""
    intent: bool = False
    """A command is in the journal as about to be sent, and no result is there yet."""
    target_time: TargetTime | None = None
    """By when a good response has it done."""
    late: bool = False
    """It was not done by then."""
    doubted: bool = False
    """Nobody knew once whether it happened: before it is repeated, the host is asked again."""
    overridden: bool = False
    """It did not end well, or nobody could tell, and a person (or the runbook) went on all the same."""
    progress: str = ""
    """While it waits or polls: the latest answer, in words."""
    undo: str = ""
    """How it is taken back, in words; empty if it changes nothing."""
    undoable: bool = False
    """The runbook has steps that take it back."""
    handle: str = ""
    """The id by which its command is found on the host; empty if it does not outlive the link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """A run as everybody sees it: frozen, replaced at each event."""

    id: str
    runbook: str
    title: str
    status: RunStatus
    environment: Environment
    host: str
    actor: str
    danger: Danger
    started_at: datetime
    params: Mapping[str, Any] = field(default_factory=dict)
    """Parameters by name; secrets are masked."""
    steps: tuple[StepState, ...] = ()
    gate: Gate | None = None
    current: str = ""
    finished_at: datetime | None = None
    reason: str = ""
    deadline: datetime | None = None
    """When the whole run's limit ends it."""
    pausing: bool = False
    """A pause was asked for and begins after the step now running."""
    runbook_sha256: str = ""
    alert_at: datetime | None = None
    """When the alert was raised that the run answers, if it answers one."""

    def step(self, path: str) -> StepState:
        """Return the step at that path; KeyError if there is none."""
        for step in self.steps:
            if step.path == path:
                return step
        raise KeyError(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a run, as the journal keeps it. `data` is plain JSON data, already redacted."""

    run: str
    kind: str
    at: datetime
    step: str = ""
    actor: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0
    """Position in the run's chain, from 1; given by the journal."""
