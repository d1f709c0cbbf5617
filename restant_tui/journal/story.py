"""A run's entries told step by step: what an export shows, without any markup. Pure functions.

Reads what it knows from an entry's data and takes anything else as it comes: an entry of a kind unknown here, or with
other data than expected, is still told.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from restant_tui.journal.canonical import canonical
from restant_tui.journal.records import Entry
from restant_tui.text import duration

_ENDS = ("step.result", "step.skipped", "step.undone")


@dataclass(slots=True)
class StepStory:
    """One step of a run, with everything that happened in it, in order."""

    path: str
    title: str = ""
    danger: str = ""
    status: str = ""
    exit: str = ""
    reason: str = ""
    took: str = ""
    entries: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class RunStory:
    """A run: its parameters, its steps in the order of the runbook, and why it ended as it did."""

    params: dict[str, str] = field(default_factory=dict)
    steps: list[StepStory] = field(default_factory=list)
    reason: str = ""


def tell(entries: Iterable[Entry]) -> RunStory:
    """Return the story of these entries, which are one run's, in order."""
    story = RunStory()
    steps: dict[str, StepStory] = {}
    for entry in entries:
        data = entry.data
        match entry.kind:
            case "run.started":
                story.params.update({name: words(value) for name, value in mapping(data.get("params")).items()})
                _plan(steps, data.get("steps"))
            case "step.added":
                _plan(steps, data.get("steps"))
            case "param.set" if not entry.step:
                shown = (words(data.get(name)) for name in ("shown", "value", "fingerprint"))
                story.params[words(data.get("name"))] = next(filter(None, shown), "")
            case "run.finished" | "run.aborting":
                story.reason = words(data.get("reason") or data.get("report") or story.reason)
        if path := _path(entry):
            _happened(steps.setdefault(path, StepStory(path)), entry)
    story.steps = list(steps.values())
    return story


def commands(data: Mapping[str, Any]) -> list[str]:
    """Return the lines `where $ command` of an intent or a gate, each quoted so that it could be pasted."""
    found = data.get("commands")
    listed = found if isinstance(found, list) and found else [data]
    return [_command(mapping(one)) for one in listed if isinstance(mapping(one).get("argv"), list)]


def mapping(value: Any) -> Mapping[str, Any]:
    """Return the value if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def words(value: Any) -> str:
    """Return the value as text: text as it is, nothing for None, JSON for the rest."""
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical(value)


def _plan(steps: dict[str, StepStory], planned: Any) -> None:
    for one in planned if isinstance(planned, list) else ():
        step = mapping(one)
        if path := words(step.get("path")):
            steps[path] = StepStory(
                path, title=words(step.get("title")), danger=words(step.get("danger")), status=words(step.get("status"))
            )


def _path(entry: Entry) -> str:
    return entry.step or words(mapping(entry.data.get("gate")).get("step"))


def _happened(step: StepStory, entry: Entry) -> None:
    step.entries.append(entry)
    data = entry.data
    if entry.kind == "step.retry":
        step.status, step.exit, step.reason, step.took = "pending", "", "", ""
    if entry.kind not in _ENDS:
        return
    default = {"step.skipped": "skipped", "step.undone": "undone"}.get(entry.kind, "")
    step.status = words(data.get("status")) or default
    step.exit = words(data.get("exit", step.exit))
    step.reason = words(data.get("reason"))
    step.took = _took(step.entries, data) or step.took


def _took(entries: Sequence[Entry], data: Mapping[str, Any]) -> str:
    """Say how long it took: as measured, else from when it began to now."""
    if isinstance(seconds := data.get("seconds"), int | float):
        return duration(seconds)
    begun = [entry.at for entry in entries if entry.kind in ("step.intent", "step.started")]
    return duration((entries[-1].at - begun[-1]).total_seconds()) if begun else ""


def _command(line: Mapping[str, Any]) -> str:
    where = words(line.get("where"))
    argv = [words(argument) for argument in line["argv"]]
    return f"{where} $ {shlex.join(argv)}" if where else f"$ {shlex.join(argv)}"
