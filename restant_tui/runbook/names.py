"""The names a template or an expression may use, defined once so that lint and engine agree.

Everywhere: the runbook's parameters, the captures of earlier steps and the fields of earlier `input` steps, each by
its own name, and the built-in records of `BUILT_IN`. In some places more:

- a loop with `over`: `item`, inside the loop's own steps and its `until`;
- `expect[].expr`: what the step answered (`ANSWER`) and the step's own captures, which are taken first;
- a loop's `until`: the captures of its own steps;
- `reconcile.done_if`, `not_done_if` and `running_if`: what the probe answered (`ANSWER`);
- `reconcile.probe`: `sent_at`, when the step was sent, as ISO 8601 text;
- `choices_from.where` and `label`: the fields of one row, over everything else (`line` for `parse: lines`).

A parameter with `choices_from` is the whole chosen row (`release.sha`); with `parse: lines` it is the line.
`stdout` and `stderr` are cleaned text without blanks at either end; `stdout` of an HTTP answer is its body.

Templates stand in: every title, `why`, `says`, `none_because`, argument, `shell`, `stdin`, `stdout_to`, the parts of
`http`, `phrase`, item and note texts, case labels, `source`, `destination`, values of `with`, `json.value` and `locks`.
Expressions stand in: `when`, `over`, a loop's `until`, `expr`, `where`, `done_if`, `not_done_if` and `running_if`.
Nothing else is a template: not patterns, not defaults, and nothing of the runbook's own heading.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from restant_tui.text import clean

if TYPE_CHECKING:
    from restant_tui.config.model import Config

BUILT_IN: Final[Mapping[str, tuple[str, ...]]] = {
    "run": ("id", "started_at", "actor"),
    "apps": ("url", "environment", "host"),
    "services": ("kind", "host"),
    "hosts": ("address", "port"),
}
"""Built-in records and their fields: `run.actor`, `apps[app].url`, `services[db].host`, `hosts[name].address`."""

KEYED: Final = frozenset({"apps", "services", "hosts"})
"""The built-in records that are looked up by a name first: `apps[app].url`."""

ANSWER: Final = ("stdout", "stderr", "exit", "http_status", "latency_ms")
"""What one answer gives to an expression; those that do not apply are None."""

ITEM: Final = "item"
"""The current element inside a loop with `over`."""

SENT_AT: Final = "sent_at"
"""When a step was sent, for the probe that finds out later whether it happened."""

LINE: Final = "line"
"""The whole line, where choices are read with `parse: lines`."""

_WORDS: Final = ("and", "else", "false", "if", "in", "is", "none", "not", "or", "self", "true")

RESERVED: Final = frozenset({*BUILT_IN, *ANSWER, ITEM, SENT_AT, *_WORDS})
"""Names that a parameter or a capture may not take."""


def facts(config: Config, *, run_id: str, started_at: datetime, actor: str) -> dict[str, object]:
    """Return the built-in records of one run.

    Args:
        config: where apps, services and hosts come from.
        run_id: the run's identifier.
        started_at: when it began, aware; templates see ISO 8601 text.
        actor: who runs it.
    """
    return {
        "run": {"id": run_id, "started_at": started_at.isoformat(timespec="seconds"), "actor": actor},
        "apps": {
            name: {"url": app.url, "environment": app.environment.value, "host": app.host}
            for name, app in config.apps.items()
        },
        "services": {
            name: {"kind": service.kind.value, "host": service.host} for name, service in config.services.items()
        },
        "hosts": {name: {"address": host.address, "port": host.port} for name, host in config.hosts.items()},
    }


def answer(
    *,
    stdout: str = "",
    stderr: str = "",
    exit_status: int | None = None,
    http_status: int | None = None,
    latency_ms: float | None = None,
) -> dict[str, object]:
    """Return the names one answer gives to an expression; text is cleaned and stripped here."""
    return {
        "stdout": clean(stdout).strip(),
        "stderr": clean(stderr).strip(),
        "exit": exit_status,
        "http_status": http_status,
        "latency_ms": latency_ms,
    }
