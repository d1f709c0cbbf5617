"""The runbook file as data: model, validator and JSON Schema in one place.

Every string that a step sends or shows may hold `{{ name }}` templates over parameters and captures; `when`,
`done_if`, `where` and the like are expressions in the same language (see `runbook.templates`). Rules that concern
more than one field are checked by `runbook.lint`, with a code each.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from restant_tui.config.model import Danger, Target
from restant_tui.runbook.parts import (
    Argv,
    Blast,
    Cadence,
    Capture,
    Confirm,
    Duration,
    Estimate,
    Expectation,
    Http,
    Item,
    OnFailure,
    Param,
    Part,
    Practice,
    Reconcile,
    Requires,
    Retry,
    Slug,
    TargetTime,
    Teach,
    Title,
)


class Category(StrEnum):
    """The folder a runbook belongs to."""

    DAILY = "daily"
    DEPLOY = "deploy"
    ROLLBACK = "rollback"
    MAINTENANCE = "maintenance"
    ALERTS = "alerts"
    SECURITY = "security"
    BACKUP = "backup"
    RECOVERY = "recovery"
    COMMUNICATION = "communication"
    PERFORMANCE = "performance"
    COMPLIANCE = "compliance"
    IMPROVEMENT = "improvement"


class Undo(Part, frozen=True, kw_only=True):
    """How the step is taken back, or why it cannot be."""

    says: str = ""
    steps: tuple[Step, ...] = ()
    none_because: str = ""


# -- steps --------------------------------------------------------------------------------------------------------


class _Step(Part, frozen=True, kw_only=True):
    """What every step has, whatever its kind."""

    id: Slug
    title: Title
    why: str = ""
    teach: Teach | None = None
    seed: str | tuple[str, ...] = ()
    """The lines of the operations document this step carries out, word for word."""
    instead: str = ""
    """Why the document's line is not run as written."""
    when: str | None = None
    """Expression; the step is left out (not skipped) when it is false."""
    target_time: TargetTime | None = None
    on_failure: OnFailure | None = None
    practice: Practice | None = None


class RunStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="run"):
    """Run one argument list (or, as a named escape hatch, one shell line) on a target."""

    danger: Danger
    target: Target = Target.DOKKU
    argv: Argv | None = None
    shell: str | None = None
    shell_because: str = ""
    stdin: str | None = None
    """Path of a local file sent to standard input."""
    stdout_to: str | None = None
    """Path of a local file that receives standard output, mode 0600."""
    private: bool = False
    """Its output may hold secrets: it goes to `stdout_to` and is neither shown nor kept in the record."""
    filter: str | None = None
    """Regular expression: only matching lines are shown (everything is kept)."""
    detached: bool = False
    """A long change as admin runs on by itself when the link is lost, and is found again afterwards."""
    timeout: Duration | None = None
    expect: tuple[Expectation, ...] = ()
    capture: tuple[Capture, ...] = ()
    retry: Retry | None = None
    idempotent: bool | None = None
    confirm: Confirm | None = None
    blast: Blast | None = None
    reconcile: Reconcile | None = None
    undo: Undo | None = None


class HttpStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="http"):
    """Make one HTTP request and judge the answer."""

    http: Http
    danger: Danger = Danger.READ
    timeout: Duration = "10s"
    expect: tuple[Expectation, ...] = ()
    capture: tuple[Capture, ...] = ()
    retry: Retry | None = None
    undo: Undo | None = None
    confirm: Confirm | None = None
    blast: Blast | None = None
    reconcile: Reconcile | None = None


class FollowStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="follow"):
    """Watch a stream for a while; `until` ends it well, `fail_on` ends it badly, `for` always ends it."""

    argv: Argv
    for_: Duration = msgspec.field(name="for")
    target: Target = Target.DOKKU
    until: str | None = None
    fail_on: str | None = None
    filter: str | None = None


class WaitStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="wait"):
    """Wait a fixed time, visibly; a person may go on sooner."""

    for_: Duration = msgspec.field(name="for")


class PollStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="poll"):
    """Ask again and again until everything expected holds `times` times in a row, or the time runs out."""

    interval: Duration
    timeout: Duration
    expect: Annotated[tuple[Expectation, ...], Meta(min_length=1)]
    target: Target = Target.DOKKU
    argv: Argv | None = None
    http: Http | None = None
    times: Annotated[int, Meta(ge=1, le=100)] = 1
    capture: tuple[Capture, ...] = ()


class ManualStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="manual"):
    """A checklist for a person; an item is done with what was observed, not with a tick."""

    items: Annotated[tuple[Item, ...], Meta(min_length=1)]
    timeout: Duration | None = None


class ConfirmStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="confirm"):
    """A question that must be answered before the run goes on."""

    says: str = ""
    phrase: str | None = None
    timeout: Duration | None = None


class InputStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="input"):
    """Ask for values in the middle of a run."""

    fields: Annotated[tuple[Param, ...], Meta(min_length=1)]
    timeout: Duration | None = None


class ApproveStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="approve"):
    """Ask another person than the one who runs it."""

    says: str = ""
    count: Annotated[int, Meta(ge=1, le=5)] = 1
    timeout: Duration = "15m"
    break_glass: bool = False
    """Whether one may go on alone, loudly and with a reason."""


class Case(Part, frozen=True, kw_only=True):
    """One way out of a branch. Without `when` a person chooses among the cases."""

    label: str
    when: str | None = None
    goto: str | None = None
    steps: tuple[Step, ...] = ()


class BranchStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="branch"):
    """Go one of several ways: the first case whose expression holds, or the one a person picks."""

    cases: Annotated[tuple[Case, ...], Meta(min_length=1)]


class LoopStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="loop"):
    """Repeat steps over a list, or until a person or an expression ends it."""

    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]
    over: str | None = None
    """Expression that gives a list; `item` names the current element."""
    until: str | None = None
    max: Annotated[int, Meta(ge=1, le=1000)] = 20


class ParallelStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="parallel"):
    """Reads made at the same time; only steps that change nothing may stand here."""

    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]


class IncludeStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="include"):
    """Another runbook's steps, with its own locks, in this place."""

    runbook: Slug
    with_: dict[str, Any] = msgspec.field(name="with", default_factory=dict)


class NotifyStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="notify"):
    """A message to people, shown before it is sent; a failed one never fails the run."""

    channels: Annotated[tuple[str, ...], Meta(min_length=1)]
    template: str
    with_: dict[str, Any] = msgspec.field(name="with", default_factory=dict)


class TransferStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="transfer"):
    """Move a file or folder between here and a host, with progress."""

    source: str
    destination: str
    danger: Danger = Danger.CHANGE
    target: Target = Target.ADMIN
    timeout: Duration = "1h"
    expect: tuple[Expectation, ...] = ()
    capture: tuple[Capture, ...] = ()
    undo: Undo | None = None
    confirm: Confirm | None = None
    blast: Blast | None = None
    reconcile: Reconcile | None = None


class TerminalStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="terminal"):
    """Hand the terminal over: a person works by hand there, comes back, and says what they did."""

    danger: Danger
    """The worst that can be typed there, not what is meant to be."""
    argv: tuple[str, ...] = ()
    """What is opened: one argument per element; a login shell if not given, which only the admin target has."""
    target: Target = Target.DOKKU
    timeout: Duration = "30m"
    """How long the terminal may be away."""
    confirm: Confirm | None = None
    blast: Blast | None = None


class NoteStep(_Step, frozen=True, kw_only=True, tag_field="kind", tag="note"):
    """Words for the person who reads; nothing runs and nothing is asked."""

    text: str


Step = (
    RunStep | HttpStep | FollowStep | WaitStep | PollStep | ManualStep | ConfirmStep | InputStep | ApproveStep
    | BranchStep | LoopStep | ParallelStep | IncludeStep | NotifyStep | TransferStep | TerminalStep | NoteStep
)  # fmt: skip


class Runbook(Part, frozen=True, kw_only=True):
    """One procedure."""

    format: Literal[1]
    id: Slug
    title: Title
    category: Category
    when_to_use: str
    owner: str
    reviewed: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$(?!\n)")]
    estimate: Estimate
    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]
    not_when: str = ""
    document: str = ""
    """The section of the operations document it carries out."""
    audience: tuple[Literal["oncall", "operator", "learner"], ...] = ()
    """Whom it is written for; everybody if empty."""
    severity: Literal["critical", "warning", "info", "none"] = "none"
    mode: Literal["read-do", "do-confirm"] = "read-do"
    piece: bool = False
    """A few steps that other runbooks include; it lives in the folder `pieces` and is listed apart."""
    review_every: Duration = "90d"
    triggers: tuple[str, ...] = ()
    """Keys of the alerts that suggest it."""
    cadence: Cadence | None = None
    related: tuple[Slug, ...] = ()
    requires: Requires = Requires()
    params: tuple[Param, ...] = ()
    locks: tuple[str, ...] = ()
    finally_: tuple[Step, ...] = msgspec.field(name="finally", default=())
    """Steps that run at the end whatever happened before."""
