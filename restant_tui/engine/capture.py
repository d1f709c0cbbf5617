"""Values kept from a step's answer. Pure functions."""

from __future__ import annotations

import json
import re
from typing import Any

from restant_tui.engine.judge import MISSING, Seen, dig
from restant_tui.runbook.parts import Capture

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


class CaptureProblem(ValueError):
    """The answer does not hold the value that was to be kept; one sentence."""


def captured(capture: Capture, seen: Seen) -> object:
    """Return the value a capture takes from an answer.

    Raises:
        CaptureProblem: it is not there, or not of the type asked for.
    """
    return _typed(capture, _raw(capture, seen))


def table(text: str) -> list[dict[str, str]]:
    """Return the rows of a column listing as dictionaries by column name, lower case with `_` for blanks.

    Columns begin where the words of the first line begin that are two blanks apart or more.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("=====>", "----->"))]
    if not lines:
        return []
    heads = [(match.start(), match.group(0)) for match in re.finditer(r"\S+(?: \S+)*", lines[0])]
    names = [name.strip().lower().replace(" ", "_") for _, name in heads]
    starts = [start for start, _ in heads]
    ends: list[int | None] = [*starts[1:], None]
    return [
        {name: line[start:end].strip() for name, start, end in zip(names, starts, ends, strict=True)}
        for line in lines[1:]
    ]


def _raw(capture: Capture, seen: Seen) -> Any:  # noqa: PLR0911 - one return a source
    match capture.from_:
        case "stdout" | "input":
            return seen.stdout.strip()
        case "stderr":
            return seen.stderr.strip()
        case "exit":
            return seen.exit_status
        case "http.status":
            return seen.http_status
        case "latency_ms":
            return seen.latency_ms
        case "regex":
            hit = re.search(capture.pattern or "", seen.stdout, re.MULTILINE)
            if hit is None:
                raise CaptureProblem(f"`{capture.name}`: nothing in the answer matches {capture.pattern!r}")
            return hit.group(1) if hit.re.groups else hit.group(0)
        case "json":
            try:
                data = json.loads(seen.stdout)
            except ValueError:
                raise CaptureProblem(f"`{capture.name}`: the answer is not JSON") from None
        case "table":
            data = table(seen.stdout)
    found = dig(data, capture.path)
    if found is MISSING:
        raise CaptureProblem(f"`{capture.name}`: the answer has nothing at {capture.path}")
    return found


def _typed(capture: Capture, value: Any) -> object:
    try:
        match capture.type:
            case "data":
                return _as_data(value)
            case "int":
                return int(value)
            case "number":
                return float(value)
            case "bool":
                return _as_bool(value)
            case _ if isinstance(value, str):
                return value
            case _:
                return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        what = "what was found" if capture.secret else repr(str(value)[:60])
        raise CaptureProblem(f"`{capture.name}`: {what} is not {_words(capture.type)}") from None


def _as_data(value: Any) -> object:
    if not isinstance(value, str):
        return value
    try:
        data: object = json.loads(value)
    except ValueError:
        return value
    return data


def _as_bool(value: Any) -> bool:
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError(word)


def _words(kind: str) -> str:
    return {"int": "a whole number", "number": "a number", "bool": "true or false"}.get(kind, kind)
