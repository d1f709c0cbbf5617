"""What `ps:report` answers: whether an app runs, and the state of each of its processes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.shapes import flag, looks_like_json, needed, only_line, report

_STATE = re.compile(r"^(?P<state>[a-z]+)(?: +\(CID: (?P<cid>[0-9a-f]+)\))?$")
# JSON says `status-web.1`; the text form has a blank in place of the dot.
_PROCESS_KEY = re.compile(r"^status-(?P<type>[A-Za-z0-9_.-]+)[.-](?P<index>\d+)$")


class Running(StrEnum):
    """Whether all, none or some of an app's processes run."""

    ALL = "true"
    NONE = "false"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Process:
    """One container: `web.1`, its Docker state (`running`, `exited`, `missing`, …) and its short id."""

    name: str
    state: str
    container: str | None


@dataclass(frozen=True, slots=True)
class PsReport:
    """The processes of one app; `scale` is how many there should be."""

    deployed: bool
    running: Running
    scale: int
    processes: tuple[Process, ...]


def parse_running(text: str) -> Running:
    """Return the answer of `ps:report APP --running`; raises ParseProblem."""
    return _running(only_line(text), text)


def parse_ps_report(text: str) -> PsReport:
    """Return the report of one app from its JSON or text form; raises ParseProblem."""
    pairs = report(text, "ps")
    scale = needed(pairs, "processes", text)
    if not re.fullmatch(r"\d{1,6}", scale, re.ASCII):
        raise ParseProblem(f"not a number of processes: {scale[:40]!r}", text)
    processes = tuple(_process(key, value, text) for key, value in pairs.items() if key.startswith("status-"))
    answer = PsReport(
        deployed=flag(pairs, "deployed", text),
        running=_running(needed(pairs, "running", text), text),
        scale=int(scale),
        processes=processes,
    )
    # The status lines come last: a text answer cut between two lines would silently lose a process.
    if not looks_like_json(text) and answer.deployed and len(processes) < answer.scale:
        raise ParseProblem(f"{answer.scale} processes are announced, {len(processes)} are listed", text)
    return answer


def _running(word: str, raw: str) -> Running:
    try:
        return Running(word)
    except ValueError:
        raise ParseProblem(f"not a running state: {word[:40]!r}", raw) from None


def _process(key: str, value: str, raw: str) -> Process:
    name, state = _PROCESS_KEY.match(key), _STATE.match(value)
    if not name or not state:
        raise ParseProblem(f"not the status of a process: {key[:60]!r} {value[:60]!r}", raw)
    return Process(f"{name['type']}.{name['index']}", state["state"], state["cid"])
