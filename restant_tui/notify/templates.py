"""The messages that can be sent, as data, and how values become a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Final

from restant_tui.errors import UsageProblem
from restant_tui.notify.message import Fact, Message, PublicNote, Severity, Stage
from restant_tui.text import clean, one_line

_SHORT: Final = 300
_LONG: Final = 6000


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a template."""

    name: str
    label: str
    long: bool = False
    code: bool = False
    optional: bool = False
    choices: tuple[str, ...] = ()
    """The only values it may have, whatever their case; any if empty."""
    hidden: bool = False
    """It is used for the title or to tie messages together, and has no line of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A message with its values left open. `title`, `summary` and `public_name` name them as `{name}`."""

    name: str
    title: str
    summary: str
    fields: tuple[Field, ...]
    severity: Severity | None = None
    """None where the message has a field `severity` of its own."""
    thread: str = ""
    """The field that ties messages together."""
    public_name: str = ""
    """The name of the incident on a public page; empty for what customers are not told."""
    public: tuple[str, ...] = ()
    """The fields customers may read, in order; the first stands without its label."""


_INCIDENT: Final = Field("incident", "Incident", optional=True)
_APP: Final = Field("app", "App", optional=True)
_ENVIRONMENT: Final = Field("environment", "Environment")
_ALERT_KEY: Final = Field("key", "Key", optional=True, hidden=True)
_SEVERITY: Final = Field("severity", "Severity", choices=tuple(word.value for word in Severity))
_STAGES: Final[Mapping[str, Stage]] = {
    "Investigating": Stage.INVESTIGATING,
    "Fixing": Stage.IDENTIFIED,
    "Identified": Stage.IDENTIFIED,
    "Monitoring": Stage.MONITORING,
    "Resolved": Stage.RESOLVED,
}

_ALL: Final = (
    Template(
        name="deployment-ok", title="✅ Deployment Successful", severity=Severity.INFO,
        summary="{environment} {version}",
        fields=(
            _ENVIRONMENT, Field("version", "Version"), Field("by", "Deployed by"), Field("time", "Time"),
            Field("changes", "Changes", long=True), Field("health", "Health Check"),
        ),
    ),
    Template(
        name="deployment-failed", title="❌ Deployment Failed", severity=Severity.WARNING,
        summary="{environment} {version}",
        fields=(
            _ENVIRONMENT, Field("version", "Version"), Field("error", "Error", long=True, code=True),
            Field("action", "Action Required", long=True),
            Field("rollback", "Rollback Status", choices=("Automatic", "Manual", "Pending")),
        ),
    ),
    Template(
        name="emergency", title="🚨 EMERGENCY: Production Issue", severity=Severity.CRITICAL,
        summary="{issue} ({status})", thread="incident", public_name="{issue}", public=("impact", "eta", "updates"),
        fields=(
            Field("issue", "Issue", long=True), Field("impact", "Impact", long=True),
            Field("status", "Status", choices=("Investigating", "Fixing", "Resolved")),
            Field("eta", "ETA"), Field("updates", "Updates"), _INCIDENT,
        ),
    ),
    Template(
        name="status-update", title="📣 Status page: {name}", severity=Severity.WARNING, summary="{status}",
        thread="incident", public_name="{name}", public=("text", "eta", "next"),
        fields=(
            Field("name", "Name"),
            Field("status", "Status", choices=("Investigating", "Identified", "Monitoring", "Resolved")),
            Field("text", "Text", long=True), Field("eta", "ETA", optional=True),
            Field("next", "Next update", optional=True), _INCIDENT,
        ),
    ),
    Template(
        name="alert-raised", title="🔔 Alert: {alert}", summary="{environment}, {severity}", thread="key",
        fields=(
            Field("alert", "Alert", hidden=True), _SEVERITY, _ENVIRONMENT, _APP, Field("since", "Since"),
            Field("detail", "Detail", long=True, optional=True), Field("runbook", "Runbook", optional=True),
            Field("deadline", "Acknowledge by", optional=True), _ALERT_KEY,
        ),
    ),
    Template(
        name="alert-update", title="🔔 Alert, update: {alert}", summary="{environment}, {severity}", thread="key",
        fields=(
            Field("alert", "Alert", hidden=True), _SEVERITY, _ENVIRONMENT, _APP, Field("update", "Update", long=True),
            Field("by", "By", optional=True), _ALERT_KEY,
        ),
    ),
    Template(
        name="alert-resolved", title="✅ Alert resolved: {alert}", severity=Severity.INFO,
        summary="{environment}, after {lasted}", thread="key",
        fields=(
            Field("alert", "Alert", hidden=True), _ENVIRONMENT, _APP, Field("lasted", "Lasted"),
            Field("detail", "Detail", long=True, optional=True), _ALERT_KEY,
        ),
    ),
    Template(
        name="escalation", title="📟 Help is needed", severity=Severity.CRITICAL, summary="{step}", thread="run",
        fields=(
            Field("step", "Step"), Field("reason", "Reason", long=True, optional=True), Field("run", "Run"),
            Field("by", "Asked by", optional=True),
        ),
    ),
)  # fmt: skip
TEMPLATES: Final[Mapping[str, Template]] = {template.name: template for template in _ALL}


def render(name: str, values: Mapping[str, object]) -> Message:
    """Fill in a template.

    Args:
        name: one of `TEMPLATES`.
        values: text, lists of lines, numbers, moments and booleans by field; True and False read as passed and failed.

    Raises:
        UsageProblem: there is no such template; a field is missing, has a value it cannot have, or does not exist.
    """
    template = TEMPLATES.get(name)
    if template is None:
        raise UsageProblem(f"there is no message template `{name}`{_hint(name, tuple(TEMPLATES))}")
    _check_names(template, values)
    said = {field.name: _said(template, field, values.get(field.name)) for field in template.fields}
    title = template.title.format_map(said)
    return Message(
        template=name,
        title=one_line(title),
        summary=one_line(f"{title} — {template.summary.format_map(said)}"),
        fields=tuple(
            Fact(field.label, said[field.name], field.long, field.code)
            for field in template.fields
            if said[field.name] and not field.hidden
        ),
        severity=template.severity or Severity(said["severity"]),
        thread=said.get(template.thread, ""),
        public=_public(template, said),
    )


def _check_names(template: Template, values: Mapping[str, object]) -> None:
    known = tuple(field.name for field in template.fields)
    if missing := [field.name for field in template.fields if not field.optional and _absent(values.get(field.name))]:
        what = ", ".join(f"`{one}`" for one in missing)
        raise UsageProblem(f"the message template `{template.name}` needs {what}: give a value under `with`")
    for name in values:
        if name not in known:
            raise UsageProblem(f"the message template `{template.name}` has no field `{name}`{_hint(name, known)}")


def _absent(value: object) -> bool:
    return value is None or (isinstance(value, str) and not clean(value).strip())


def _said(template: Template, field: Field, value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "✅ Passed" if value else "❌ Failed"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case str() | int() | float():
            text = str(value)
        case list() | tuple():
            text = "\n".join(str(line) for line in value)
        case _:
            kind = type(value).__name__
            raise UsageProblem(f"`{field.name}` of the message template `{template.name}` is text, not a {kind}")
    text = text.encode("utf-8", "replace").decode("utf-8")
    if not field.choices:
        return _cut(clean(text).strip()) if field.long else one_line(text, _SHORT)
    for choice in field.choices:
        if choice.casefold() == text.strip().casefold():
            return choice
    raise UsageProblem(
        f"`{field.name}` of the message template `{template.name}` is one of: {', '.join(field.choices)}"
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}\n… ({len(text) - _LONG} more characters)"


def _public(template: Template, said: Mapping[str, str]) -> PublicNote | None:
    if not template.public_name:
        return None
    labels = {field.name: field.label for field in template.fields}
    first, *rest = template.public
    parts = [said[first], *(f"{labels[name]}: {said[name]}" for name in rest if said[name])]
    return PublicNote(one_line(template.public_name.format_map(said)), "\n\n".join(parts), _STAGES[said["status"]])


def _hint(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean `{near[0]}`?" if near else f"; there are: {', '.join(known)}"
