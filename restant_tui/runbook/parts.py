"""The pieces that steps and runbooks are made of: probes, expectations, captures, parameters, safety.

Unknown keys are errors everywhere, everything is frozen, and every field is given by name.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from restant_tui.config.model import Target

# `$` alone would let a newline at the end pass.
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)", max_length=63)]
Ident = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$(?!\n)", max_length=63)]
Duration = Annotated[str, Meta(pattern=r"^([0-9]+(ms|s|m|h|d|w))+$(?!\n)", description="like 500ms, 30s, 2m30s, 25d")]
Title = Annotated[str, Meta(min_length=1, max_length=72)]
Argv = Annotated[
    tuple[str, ...], Meta(min_length=1, description="one argument per element; `@verb` names an adapter verb")
]


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a runbook: frozen, by keyword only, unknown keys are errors."""


# -- what is asked, and what is expected ------------------------------------------------------------------------


class Http(Part, frozen=True, kw_only=True):
    """An HTTP request, made from the machine the console runs on."""

    url: str
    method: Literal["GET", "HEAD", "POST", "PUT", "DELETE"] = "GET"
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: Any = None


class Compare(Part, frozen=True, kw_only=True):
    """Limits for a number; every one given must hold."""

    lt: float | None = None
    le: float | None = None
    gt: float | None = None
    ge: float | None = None
    eq: float | None = None


class JsonCheck(Part, frozen=True, kw_only=True):
    """A value inside a JSON answer: `path` is dotted (`0.status`), `op` how it is compared."""

    path: str
    op: Literal["eq", "ne", "lt", "le", "gt", "ge", "matches", "exists"] = "eq"
    value: Any = None


class Expectation(Part, frozen=True, kw_only=True):
    """One thing that must hold after a step. Exactly one of the checks is given."""

    exit: int | tuple[int, ...] | None = None
    stdout_matches: str | None = None
    stdout_not_matches: str | None = None
    stderr_not_matches: str | None = None
    http_status: int | tuple[int, ...] | None = None
    latency_ms: Compare | None = None
    cert_days: Compare | None = None
    json: JsonCheck | None = None
    expr: str | None = None
    level: Literal["fail", "warn"] = "fail"
    says: str = ""
    """What it means when it does not hold, in a person's words."""


class Probe(Part, frozen=True, kw_only=True):
    """One read, to look before deciding. Exactly one of `argv` and `http` is given."""

    target: Target = Target.DOKKU
    argv: Argv | None = None
    http: Http | None = None
    timeout: Duration = "20s"


class Capture(Part, frozen=True, kw_only=True):
    """A value kept from a step's answer under a name, for later templates and expressions."""

    name: Ident
    from_: Literal["stdout", "stderr", "exit", "json", "regex", "table", "http.status", "latency_ms", "input"] = (
        msgspec.field(name="from", default="stdout")
    )
    path: str | None = None
    """For json and table: a dotted path (`0.status`); a table's rows are dictionaries by column name."""
    pattern: str | None = None
    """For regex: the first group (or the whole match) of the first hit."""
    type: Literal["text", "int", "number", "bool", "data"] = "text"
    secret: bool = False


# -- parameters ---------------------------------------------------------------------------------------------------


class Choices(Part, frozen=True, kw_only=True):
    """Choices that a probe finds: its JSON answer (a list) or its lines."""

    probe: Probe
    parse: Literal["json", "lines"] = "json"
    where: str | None = None
    """Expression over one row's fields; rows for which it is false are left out."""
    key: str | None = None
    """The field that names a row on the command line and in the journal; the whole line for `lines`."""
    label: str | None = None
    """Template over one row's fields, shown to the person who chooses."""


class Param(Part, frozen=True, kw_only=True):
    """A value asked before the run starts (or by an `input` step)."""

    name: Ident
    type: Literal[
        "string", "int", "number", "bool", "enum", "app", "service", "release", "host", "path", "duration",
        "datetime", "url", "secret",
    ] = "string"  # fmt: skip
    title: str = ""
    help: str = ""
    default: str | int | float | bool | None = None
    default_choice: Literal["first"] | None = None
    """Take the first choice when none is named."""
    choices: tuple[str, ...] | None = None
    choices_from: Choices | None = None
    pattern: str | None = None
    min: float | None = None
    max: float | None = None
    required: bool = True
    must_not_equal: tuple[str, ...] = ()
    secret_name: str | None = None
    """For secrets: the name under which the keyring holds it."""


# -- safety -------------------------------------------------------------------------------------------------------


class Blast(Part, frozen=True, kw_only=True):
    """What a destructive step will hit."""

    says: str
    probe: Probe | None = None


class Confirm(Part, frozen=True, kw_only=True):
    """A stricter question than the danger already asks; it may raise, never lower."""

    style: Literal["press", "type"] = "type"
    phrase: str | None = None
    says: str = ""


class Reconcile(Part, frozen=True, kw_only=True):
    """How to find out later whether the step happened. Expressions see `stdout`, `exit` and all captures.

    The probe's arguments also see `sent_at`: when the step was sent.
    """

    probe: Probe
    done_if: str
    not_done_if: str | None = None
    running_if: str | None = None
    """It is still under way: its end is waited for, as long as the step's own `timeout`."""


class Retry(Part, frozen=True, kw_only=True):
    """Try again by itself after a failure; never after an unknown outcome."""

    max: Annotated[int, Meta(ge=1, le=20)] = 3
    delay: Duration = "2s"
    backoff: Annotated[float, Meta(ge=1, le=10)] = 2.0


class OnFailure(Part, frozen=True, kw_only=True):
    """What is offered when the step did not end well."""

    default: Literal["ask", "abort", "skip", "goto", "undo", "run", "continue"] = "ask"
    offer: tuple[Literal["retry", "edit", "skip", "goto", "undo", "run", "escalate", "abort"], ...] = ()
    goto: str | None = None
    run: Slug | None = None


class TargetTime(Part, frozen=True, kw_only=True):
    """A moment by which a good response has this step done."""

    since: Literal["alert", "run", "step"] = "run"
    within: Duration


class Practice(Part, frozen=True, kw_only=True):
    """Extra help on the practice host."""

    hints: tuple[str, ...] = ()


class Teach(Part, frozen=True, kw_only=True):
    """What the wizard's teaching view adds: arguments explained, what good and bad output look like."""

    arguments: dict[str, str] = msgspec.field(default_factory=dict)
    good: str = ""
    bad: str = ""


class Item(Part, frozen=True, kw_only=True):
    """One line of a manual checklist."""

    id: Slug
    text: str
    killer: bool = False
    """One of the few items that must never be missed."""
    evidence: Literal["none", "note", "file", "link"] = "note"
    seed: str | tuple[str, ...] = ()


# -- the whole procedure -----------------------------------------------------------------------------------------------


class Estimate(Part, frozen=True, kw_only=True):
    """How long it usually takes, and the limit of the whole run."""

    typical: Duration
    max: Duration = "4h"


class Cadence(Part, frozen=True, kw_only=True):
    """When it is due: an RRULE (RFC 5545), read in `tz`, late after `grace`."""

    rrule: str
    tz: str = "UTC"
    grace: Duration = "4h"


class Requires(Part, frozen=True, kw_only=True):
    """What the host and this machine must have."""

    dokku: str | None = None
    plugins: tuple[str, ...] = ()
    local: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
