"""The values a runbook asks for before it starts: typed, checked, and chosen from what a host offers."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from restant_tui.config.model import Config, Environment
from restant_tui.engine.gates import is_text
from restant_tui.engine.ports import Ports, Targets
from restant_tui.engine.reading import look
from restant_tui.engine.resolve import probe_order
from restant_tui.engine.scope import Place, Scope, TemplateProblem
from restant_tui.errors import RestantError, RunbookProblem, Unreachable, UsageProblem
from restant_tui.runbook.model import Runbook
from restant_tui.runbook.names import LINE
from restant_tui.runbook.parts import Choices, Param
from restant_tui.text import clean, one_line, parse_duration

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: the word for it, what a person sees, and the whole row it stands for."""

    key: str
    label: str
    row: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Values for a run: `values` as templates see them, `shown` as a person does, `secrets` the names to hide."""

    values: Mapping[str, object]
    shown: Mapping[str, str]
    secrets: frozenset[str] = frozenset()

    def as_data(self) -> dict[str, Any]:
        """Return what the journal keeps to bring them back: of secrets only a fingerprint."""
        return {
            "values": {name: value for name, value in self.values.items() if name not in self.secrets},
            "secrets": {name: fingerprint(str(self.values[name])) for name in sorted(self.secrets)},
        }


def fingerprint(secret: str) -> str:
    """Return a short digest by which two equal secrets can be told equal, and nothing else."""
    return hashlib.sha256(secret.encode()).hexdigest()[:12]


def typed(param: Param, text: str, config: Config) -> object:
    """Return a parameter's text as its type.

    Raises:
        UsageProblem: it does not fit; names the parameter and what would.
    """
    if not is_text(text):
        raise UsageProblem(f"`{param.name}`: what was given is no valid text; give it as UTF-8")
    value = _of_type(param, text.strip() if param.type != "secret" else text, config)
    if param.choices is not None and str(value) not in param.choices:
        raise UsageProblem(f"`{param.name}`: {_quoted(param, text)} is not one of {', '.join(param.choices)}")
    if param.pattern is not None and re.fullmatch(param.pattern, text) is None:
        raise UsageProblem(f"`{param.name}`: {_quoted(param, text)} does not look as it should ({param.pattern})")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if param.min is not None and value < param.min:
            raise UsageProblem(f"`{param.name}` is at least {param.min:g}, not {value:g}")
        if param.max is not None and value > param.max:
            raise UsageProblem(f"`{param.name}` is at most {param.max:g}, not {value:g}")
    if str(value) in param.must_not_equal:
        raise UsageProblem(f"`{param.name}` must not be {_quoted(param, str(value))}")
    return value


def typed_problem(param: Param, text: str, config: Config) -> str | None:
    """Return why a text does not fit a parameter; None if it does."""
    try:
        typed(param, text, config)
    except UsageProblem as problem:
        return str(problem)
    return None


def shown(value: object) -> str:
    """Return a value as a person would type it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def choice_value(rows: Mapping[str, object], key: str) -> object:
    """Return the row a choice stands for."""
    return rows[key]


async def resolve_all(runbook: Runbook, given: Mapping[str, object], scope: Scope, ports: Ports) -> Parameters:
    """Return every parameter's value, and put each into the scope as it is found.

    `given` holds texts, or values handed over by another runbook.

    Raises:
        UsageProblem: a parameter is unknown, missing or does not fit; one sentence with the way out.
        Unreachable: the choices cannot be read because the host does not answer.
    """
    known = {param.name for param in runbook.params}
    if strange := next((name for name in given if name not in known), None):
        names = ", ".join(sorted(known)) or "none"
        raise UsageProblem(f"`{runbook.id}` has no parameter `{strange}`; it has: {names}")
    displayed: dict[str, str] = {}
    for param in runbook.params:
        value, words = await _one(runbook, param, given.get(param.name), scope, ports)
        scope.values[param.name] = value
        displayed[param.name] = words
        # Later parameters' choices are asked on the host that earlier ones name.
        scope.place = place_of(ports.config, runbook, scope.values, scope.place.targets, around=scope.place)
    secrets = frozenset(param.name for param in runbook.params if param.type == "secret")
    for name in secrets:
        if scope.values[name]:
            ports.redactor.add(str(scope.values[name]))
            scope.secrets.add(str(scope.values[name]))
    return Parameters(values=dict(scope.values), shown=displayed, secrets=secrets)


async def choices_of(choices: Choices, scope: Scope, ports: Ports) -> tuple[Choice, ...]:
    """Ask the host what there is to choose from.

    Raises:
        Unreachable: it does not answer.
        RunbookProblem: its answer is not what the runbook expects.
    """
    seen = await look(probe_order(choices.probe, scope), scope.place.host, ports)
    if not seen.good:
        raise Unreachable(f"what there is to choose from cannot be read: {one_line(seen.why_not, 200)}")
    return rows_of(choices, seen.text, scope)


def rows_of(choices: Choices, text: str, scope: Scope) -> tuple[Choice, ...]:
    """Return the choices in a probe's answer."""
    if choices.parse == "lines":
        rows: list[object] = [clean(line).strip() for line in text.splitlines() if line.strip()]
    else:
        try:
            data = json.loads(text)
        except ValueError:
            raise RunbookProblem(f"the choices are not JSON: {one_line(text, 80)}") from None
        if not isinstance(data, list):
            raise RunbookProblem("the choices are not a JSON list")
        rows = data
    found: list[Choice] = []
    for row in rows:
        names = row if isinstance(row, dict) else {LINE: row}
        if choices.where is not None and not scope.holds(choices.where, names):
            continue
        key = str(names.get(choices.key, "")) if choices.key else str(row)
        label = scope.render(choices.label, names) if choices.label else key
        if key:
            found.append(Choice(key, one_line(label), row))
    return tuple(found)


def place_of(
    config: Config, runbook: Runbook, values: Mapping[str, object], targets: Targets, around: Place | None = None
) -> Place:
    """Return where a runbook's steps go: to the host of the app, service or host it is given.

    One that names none of them goes where the runbook `around` it goes, and without one to the first host. Without
    an app the host's most careful environment counts.
    """
    by_type = {kind: _named(runbook, values, kind) for kind in ("app", "service", "host")}
    if around is not None and not any(by_type.values()):
        return around
    if (app := config.apps.get(by_type["app"])) is not None:
        return Place(host=app.host, environment=app.environment, phrase=by_type["app"], targets=targets)
    service = config.services.get(by_type["service"])
    named = by_type["host"] if by_type["host"] in config.hosts else next(iter(config.hosts), "")
    host = service.host if service else named
    on_host = {config.apps[name].environment for name in config.apps_on(host)}
    environment = next((one for one in Environment if one in on_host), Environment.PRODUCTION)
    return Place(host=host, environment=environment, phrase=by_type["service"] or host, targets=targets)


def _named(runbook: Runbook, values: Mapping[str, object], kind: str) -> str:
    """Return the first parameter of that type that has a value, given or by default."""
    named = (values.get(one.name) or one.default for one in runbook.params if one.type == kind)
    return next((str(value) for value in named if value), "")


async def _one(runbook: Runbook, param: Param, given: object, scope: Scope, ports: Ports) -> tuple[object, str]:
    if given is not None and not isinstance(given, str):
        return given, _words(param, given)
    text = given if given is not None else None if param.default is None else shown(param.default)
    if param.type == "secret":
        # A keyring may wait for its dialog: not on the loop that draws and watches.
        return await asyncio.to_thread(_secret, param, text, ports)
    if param.choices_from is not None:
        return await _chosen(param, text, scope, ports)
    if text is None or not text.strip():
        if param.required:
            raise UsageProblem(_missing(runbook, param, param.choices or _known(param, ports.config)))
        return None, ""
    return typed(param, text, ports.config), text


async def _chosen(param: Param, text: str | None, scope: Scope, ports: Ports) -> tuple[object, str]:
    assert param.choices_from is not None
    try:
        found = await choices_of(param.choices_from, scope, ports)
    except TemplateProblem as problem:
        raise UsageProblem(f"`{param.name}`: what there is to choose from cannot be asked yet: {problem}") from None
    if not text:
        if param.default_choice == "first" and found:
            return found[0].row, found[0].key
        if not param.required:
            return None, ""
    hits = [one for one in found if one.key == text]
    if hits:
        return hits[0].row, hits[0].key
    words = "; ".join(f"{one.key} ({one.label})" if one.label != one.key else one.key for one in found[:8])
    offered = f"there are: {words}" if found else "there is nothing to choose from"
    if not text:
        raise UsageProblem(f"`{param.name}` is needed: give it with `-p {param.name}=…`; {offered}")
    raise UsageProblem(f"`{param.name}`: {one_line(text, 60)!r} is not one of the choices; {offered}")


def _secret(param: Param, text: str | None, ports: Ports) -> tuple[object, str]:
    if text and text.startswith("env:") and ports.secrets is not None:
        text = ports.secrets(text)
    if not text and param.secret_name and ports.secrets is not None:
        try:
            text = ports.secrets(param.secret_name)
        except RestantError:
            # A machine without a keyring does not keep a run from going on that can do without the secret.
            if param.required:
                raise
    if not text and param.required:
        name = param.secret_name or param.name
        raise UsageProblem(
            f"`{param.name}` is a secret that is not stored: keep it with `restant-tui secret set {name}`"
        )
    return text, "•••" if text else ""


def _missing(runbook: Runbook, param: Param, known: tuple[str, ...]) -> str:
    among = f"; one of: {', '.join(known)}" if known else ""
    title = f" ({param.title})" if param.title else ""
    return f"`{runbook.id}` needs `{param.name}`{title}: give it with `-p {param.name}=…`{among}"


def _known(param: Param, config: Config) -> tuple[str, ...]:
    of_type: dict[str, tuple[str, ...]] = {
        "app": tuple(config.apps), "service": tuple(config.services), "host": tuple(config.hosts)
    }  # fmt: skip
    return of_type.get(param.type, ())


def _of_type(param: Param, text: str, config: Config) -> object:
    try:
        match param.type:
            case "int":
                return int(text)
            case "number":
                return float(text)
            case "bool":
                return _flag(text)
            case "duration":
                parse_duration(text)
            case "datetime":
                datetime.fromisoformat(text)
            case "url" if not text.startswith(("http://", "https://")):
                raise ValueError("it begins with http:// or https://")
            case "app" | "service" | "host" if text not in _known(param, config):
                raise ValueError(f"there are: {', '.join(_known(param, config)) or 'none'}")
    except ValueError as error:
        words = str(error) if param.type in ("url", "app", "service", "host") else "write it like 30s or 2m30s"
        way_out = words if param.type not in ("int", "number", "bool", "datetime") else _LOOKS[param.type]
        raise UsageProblem(f"`{param.name}`: {_quoted(param, text)} is not a {param.type}; {way_out}") from None
    return text


_LOOKS = {
    "int": "write a whole number", "number": "write a number", "bool": "write yes or no",
    "datetime": "write it like 2026-11-23T14:30+00:00",
}  # fmt: skip


def _flag(text: str) -> bool:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise ValueError(text)


def _quoted(param: Param, text: str) -> str:
    return "what was given" if param.type == "secret" else repr(one_line(text, 60))


def _words(param: Param, value: object) -> str:
    if param.choices_from is not None and param.choices_from.key and isinstance(value, dict):
        return str(value.get(param.choices_from.key, ""))
    return shown(value)
