"""Whether what a step expected did hold. Pure functions over one answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from restant_tui.engine.scope import Scope, TemplateProblem
from restant_tui.engine.state import Held, StepStatus
from restant_tui.runbook.names import answer as answer_names
from restant_tui.runbook.parts import Compare, Expectation, JsonCheck
from restant_tui.text import one_line

MISSING = object()
"""A path that leads nowhere."""

_SIGNS = {"lt": "<", "le": "≤", "gt": ">", "ge": "≥", "eq": "="}
_SEEN_WIDTH = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One answer: of a command, or of an HTTP request (whose body is `stdout`). Texts are clean."""

    stdout: str = ""
    stderr: str = ""
    exit_status: int | None = None
    exit_signal: str | None = None
    http_status: int | None = None
    latency_ms: float | None = None
    cert_days: float | None = None
    is_http: bool = False
    error: str = ""
    """Why there was no answer to a request."""

    def names(self) -> dict[str, object]:
        """Return the names an expression sees of it."""
        return answer_names(
            stdout=self.stdout, stderr=self.stderr, exit_status=self.exit_status, http_status=self.http_status,
            latency_ms=self.latency_ms,
        )  # fmt: skip


def judge(
    expectations: Iterable[Expectation],
    seen: Seen,
    scope: Scope,
    captured: Mapping[str, object] | None = None,
    *,
    strict: bool = True,
) -> tuple[Held, ...]:
    """Return one verdict an expectation.

    Args:
        expectations: what the step expects.
        seen: the answer.
        scope: the names for expressions.
        captured: the step's own captures, visible to `expr`.
        strict: also expect what goes without saying: exit 0, or an HTTP status below 400, unless the step says
            otherwise itself.
    """
    given = tuple(expectations)
    verdicts: list[Held] = []
    if seen.is_http:
        if seen.http_status is None:
            return (Held(expected="an answer", held=False, seen=seen.error or "none"),)
        if strict and not any(one.http_status is not None for one in given):
            verdicts.append(_held("HTTP status below 400", seen.http_status < 400, str(seen.http_status)))
    elif strict and not any(one.exit is not None for one in given):
        verdicts.append(_held("exit 0", seen.exit_status == 0, _exit_words(seen)))
    extra = {**seen.names(), **(captured or {})}
    verdicts.extend(_judged(one, seen, scope, extra) for one in given)
    return tuple(verdicts)


def status_of(verdicts: Iterable[Held]) -> tuple[StepStatus, str]:
    """Return how a step ended by its expectations, and one sentence where it is not ok."""
    broken = [one for one in verdicts if not one.held]
    for level, status in (("fail", StepStatus.FAILED), ("warn", StepStatus.WARN)):
        if first := next((one for one in broken if one.level == level), None):
            return status, first.says or f"expected {first.expected}, saw {first.seen}"
    return StepStatus.OK, ""


def dig(data: Any, path: str | None) -> Any:
    """Return the value at a dotted path such as `0.status`; MISSING if it leads nowhere."""
    for part in (path or "").split(".") if path else ():
        match data:
            case dict() if part in data:
                data = data[part]
            case list() if part.lstrip("-").isdecimal() and -len(data) <= int(part) < len(data):
                data = data[int(part)]
            case _:
                return MISSING
    return data


def _judged(one: Expectation, seen: Seen, scope: Scope, extra: Mapping[str, object]) -> Held:
    expected, held, saw = _check(one, seen, scope, extra)
    says = one.says
    if says:
        try:
            says = scope.render(says, extra)
        except TemplateProblem:
            says = one.says
    return Held(expected=expected, held=held, level=one.level, seen=saw, says=says)


def _check(  # noqa: PLR0911 - one return a kind of check
    one: Expectation, seen: Seen, scope: Scope, extra: Mapping[str, object]
) -> tuple[str, bool, str]:
    if one.exit is not None:
        wanted = one.exit if isinstance(one.exit, tuple) else (one.exit,)
        return f"exit {_or(wanted)}", seen.exit_status in wanted, _exit_words(seen)
    if one.http_status is not None:
        wanted = one.http_status if isinstance(one.http_status, tuple) else (one.http_status,)
        return f"HTTP {_or(wanted)}", seen.http_status in wanted, f"HTTP {seen.http_status}"
    if one.stdout_matches is not None:
        hit = re.search(one.stdout_matches, seen.stdout, re.MULTILINE)
        return f"output matches {one.stdout_matches!r}", hit is not None, _line(seen.stdout)
    if one.stdout_not_matches is not None:
        hit = re.search(one.stdout_not_matches, seen.stdout, re.MULTILINE)
        return f"no output that matches {one.stdout_not_matches!r}", hit is None, _around(hit)
    if one.stderr_not_matches is not None:
        hit = re.search(one.stderr_not_matches, seen.stderr, re.MULTILINE)
        return f"no error output that matches {one.stderr_not_matches!r}", hit is None, _around(hit)
    if one.latency_ms is not None:
        return _compared("answer time in ms", one.latency_ms, seen.latency_ms)
    if one.cert_days is not None:
        return _compared("days left of the certificate", one.cert_days, seen.cert_days)
    if one.json is not None:
        return _json(one.json, seen, scope, extra)
    if one.expr is not None:
        try:
            return one.expr, scope.holds(one.expr, extra), _line(seen.stdout)
        except TemplateProblem as problem:
            return one.expr, False, str(problem)
    return "something", False, "the expectation names no check"


def _json(  # noqa: PLR0911 - one return an operator
    check: JsonCheck, seen: Seen, scope: Scope, extra: Mapping[str, object]
) -> tuple[str, bool, str]:
    value = scope.render(check.value, extra) if isinstance(check.value, str) else check.value
    wanted = f"{check.path or 'answer'} {check.op}" + ("" if check.op == "exists" else f" {value!r}")
    try:
        found = dig(json.loads(seen.stdout), check.path)
    except ValueError:
        return wanted, False, f"not JSON: {_line(seen.stdout)}"
    if found is MISSING:
        return wanted, False, f"nothing at {check.path}"
    saw = one_line(json.dumps(found, ensure_ascii=False), _SEEN_WIDTH)
    match check.op:
        case "exists":
            return wanted, True, saw
        case "eq":
            return wanted, found == value, saw
        case "ne":
            return wanted, found != value, saw
        case "matches":
            return wanted, re.search(str(value), str(found)) is not None, saw
        case op:
            try:
                return wanted, _limit(op, float(found), float(value)), saw
            except (TypeError, ValueError):
                return wanted, False, f"{saw} is not a number"


def _compared(what: str, limits: Compare, value: float | None) -> tuple[str, bool, str]:
    given = {name: limit for name in _SIGNS if (limit := getattr(limits, name)) is not None}
    words = f"{what} " + " and ".join(f"{_SIGNS[name]} {limit:g}" for name, limit in given.items())
    if value is None:
        return words, False, "it was not measured"
    return words, all(_limit(name, value, limit) for name, limit in given.items()), f"{value:.0f}"


def _limit(op: str, value: float, limit: float) -> bool:
    match op:
        case "lt":
            return value < limit
        case "le":
            return value <= limit
        case "gt":
            return value > limit
        case "ge":
            return value >= limit
        case _:
            return value == limit


def _held(expected: str, held: bool, seen: str) -> Held:
    return Held(expected=expected, held=held, seen=seen)


def _exit_words(seen: Seen) -> str:
    if seen.exit_signal:
        return f"ended by signal {seen.exit_signal}"
    return f"exit {seen.exit_status}"


def _or(values: Iterable[object]) -> str:
    return " or ".join(str(value) for value in values)


def _line(text: str) -> str:
    """Return the last line that says something: a command's reason to fail stands at its end."""
    lines = [line for line in text.splitlines() if line.strip()]
    return one_line(lines[-1], _SEEN_WIDTH) if lines else "no output"


def _around(hit: re.Match[str] | None) -> str:
    return one_line(hit.group(0), _SEEN_WIDTH) if hit else "none"
