"""Reads a file of answers for a run without a person."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from restant_tui.config.yamldata import MOST_BYTES, Words, read_bytes
from restant_tui.engine.state import Move
from restant_tui.errors import UsageProblem

_WORDS: Final = Words("answers file", "step: {move: proceed}")
_KEYS: Final = ("move", "phrase", "reason", "values", "target")


def load(path: Path) -> dict[str, Mapping[str, Any]]:
    """Return what to say at each step, by its path: `move`, and as needed `phrase`, `reason`, `values`, `target`.

    Raises:
        UsageProblem: the file cannot be read or says something no question understands; names the place.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageProblem(f"the answers file {path} cannot be read: {error.strerror or error}") from error
    read = read_bytes(data, _WORDS)
    for flaw in read.flaws:
        raise UsageProblem(f"{path}:{flaw.at[0]}:{flaw.at[1]}: {flaw.message}")
    answers: dict[str, Mapping[str, Any]] = {}
    for step, answer in read.data.items():
        if problem := _problem(answer):
            line, column = read.position(f"$.{step}")
            raise UsageProblem(f"{path}:{line}:{column}: {problem}")
        answers[step] = _texts(answer)
    return answers


def _problem(answer: object) -> str:
    if not isinstance(answer, dict):
        return "an answer is a mapping such as {move: proceed}"
    for key in answer:
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, n=1)
            return f"there is no key `{key}` here" + (f"; did you mean `{near[0]}`?" if near else "")
    if answer.get("move") not in list(Move):
        return f"`move` is one of: {', '.join(Move)}"
    if not isinstance(answer.get("values", {}), dict):
        return "`values` is a mapping from names to values"
    return ""


def _texts(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the answer with every value as the text a person would have typed."""
    made: dict[str, Any] = {key: str(value) for key, value in answer.items() if key != "values"}
    made["values"] = {name: _text(value) for name, value in answer.get("values", {}).items()}
    return made


def _text(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return ""
        case _:
            return str(value)
