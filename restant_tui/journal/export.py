"""A run as a document that can be put beside a ticket: Markdown for people, JSON for programs.

Everything was redacted before it was stored; here it is only made unable to break out of its place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from restant_tui.errors import UsageProblem
from restant_tui.journal.canonical import canonical, stamp
from restant_tui.journal.markdown import block, code, inline, table
from restant_tui.journal.outputs import Outputs
from restant_tui.journal.records import Breach, Entry, RunRecord
from restant_tui.journal.story import StepStory, commands, mapping, tell, words
from restant_tui.text import decode, duration

_TAIL_BYTES = 4000
_TAIL_LINES = 40


def markdown(
    run: RunRecord,
    entries: Sequence[Entry],
    outputs: Outputs | None = None,
    breaches: Sequence[Breach] | None = None,
) -> str:
    """Return the run as a Markdown document; all times are in UTC.

    Args:
        run: its record.
        entries: all of its entries, in order.
        outputs: where the steps' output is kept; its last lines are then shown.
        breaches: what `Journal.verify` found for the run; None if it was not asked.
    """
    story = tell(entries)
    parts = [f"# {inline(run.title)}", _facts(run, story.reason)]
    if story.params:
        rows = ([inline(name), code(value)] for name, value in story.params.items())
        parts += ["## Parameters", table(["Name", "Value"], rows)]
    if story.steps:
        parts += ["## Steps", _steps(story.steps)]
    for step in story.steps:
        if told := [text for entry in step.entries for text in _told(entry, outputs)]:
            parts += [f"### {code(step.path)} {inline(step.title)}".rstrip(), *told]
    parts += ["## Timeline", table(["Time", "What", "Step", "Who", "Details"], map(_moment, entries))]
    parts += ["## Record", _seal(entries, breaches)]
    return "\n\n".join(parts) + "\n"


def as_json(run: RunRecord, entries: Sequence[Entry], breaches: Sequence[Breach] | None = None) -> str:
    """Return the run as JSON, ASCII only, with every field that the digests are made of.

    An entry's `sha256` is over its `prev` followed by the JSON list `[position, run, seq, at, kind, step, actor, data]`
    with sorted keys and without blanks.
    """
    document = {
        "format": 1,
        "run": _plain(run, "id runbook title environment host actor started_at finished_at status"),
        "entries": [_plain(entry, "position run seq at kind step actor data prev sha256") for entry in entries],
        "breaches": None if breaches is None else [_plain(breach, "run seq what") for breach in breaches],
    }
    return json.dumps(document, indent=2) + "\n"


def _plain(record: object, names: str) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in names.split()}
    return {name: stamp(value) if isinstance(value, datetime) else value for name, value in values.items()}


def _facts(run: RunRecord, reason: str) -> str:
    ended = _utc(run.finished_at) if run.finished_at else "not yet"
    took = duration((run.finished_at - run.started_at).total_seconds()) if run.finished_at else ""
    rows = [
        ("Run", code(run.id)),
        ("Runbook", code(run.runbook)),
        ("Status", f"**{inline(run.status)}**"),
        ("Reason", inline(reason)),
        ("Environment", inline(run.environment)),
        ("Host", inline(run.host)),
        ("By", inline(run.actor)),
        ("Began", _utc(run.started_at)),
        ("Ended", ended),
        ("Took", took),
    ]
    return table(["Fact", "Value"], [row for row in rows if row[1]])


def _steps(steps: Iterable[StepStory]) -> str:
    return table(
        ["#", "Step", "Title", "Danger", "Status", "Took", "Exit", "Reason"],
        (
            [
                str(number), code(step.path), inline(step.title), inline(step.danger), inline(step.status), step.took,
                inline(step.exit), inline(step.reason),
            ]
            for number, step in enumerate(steps, 1)
        ),
    )  # fmt: skip


def _told(entry: Entry, outputs: Outputs | None) -> list[str]:
    """Tell one entry in its step's section; what only the timeline needs is left to it."""
    if entry.kind in _QUIET:
        return []
    if entry.kind == "step.output":
        return _output(entry, outputs)
    return _TELLERS.get(entry.kind, _plainly)(entry)


def _intent(entry: Entry) -> list[str]:
    if not (lines := commands(entry.data)):
        return []
    attempt = f", attempt {inline(words(entry.data['attempt']))}" if "attempt" in entry.data else ""
    return [f"{_clock(entry)} about to send{attempt}:", block("\n".join(lines))]


def _expect(entry: Entry) -> list[str]:
    data = entry.data
    verdict = "held" if data.get("held") is True else f"**did not hold** ({inline(words(data.get('level')))})"
    seen = f"; seen: {code(words(data.get('seen')))}" if data.get("seen") else ""
    says = f" - {inline(words(data.get('says')))}" if data.get("says") else ""
    return [f"{_clock(entry)} expected {code(words(data.get('expected')))}: {verdict}{seen}{says}"]


def _asked(entry: Entry) -> list[str]:
    gate = mapping(entry.data.get("gate")) or entry.data
    told = [f"{_clock(entry)} asked: {inline(words(gate.get('title') or gate.get('says')))}"]
    told += [f"{name}: {inline(words(gate[name]))}" for name in ("blast", "undo", "evidence") if gate.get(name)]
    lines = commands(gate)
    return [*told, block("\n".join(lines))] if lines else told


def _settled(entry: Entry) -> list[str]:
    """Tell an answer or an end: the word, the exit status, who and why."""
    data = entry.data
    what = words(data.get("move") or data.get("status")) or entry.kind.partition(".")[2]
    ended = f", exit {inline(words(data['exit']))}" if data.get("exit") is not None else ""
    who = entry.actor or words(data.get("by"))
    by = f" by {inline(who)}" if who and entry.kind != "step.result" else ""
    told = [f"{_clock(entry)} **{inline(what)}**{ended}{by}{_because(data)}"]
    if values := mapping(data.get("values")):
        told.append(table(["Asked for", "Answer"], ([code(name), inline(words(one))] for name, one in values.items())))
    return told


def _output(entry: Entry, outputs: Outputs | None) -> list[str]:
    data = entry.data
    path = words(data.get("path"))
    cut = ", cut" if data.get("truncated") else ""
    size, sha256 = inline(words(data.get("bytes"))), code(words(data.get("sha256")))
    told = [f"{_clock(entry)} output {code(path)}: {size} bytes{cut}, SHA-256 {sha256}{_because(data)}"]
    if outputs is None or not path:
        return told
    try:
        tail = decode(outputs.read(path, -_TAIL_BYTES)).splitlines()[-_TAIL_LINES:]
    except UsageProblem as problem:
        return [*told, inline(str(problem))]
    return [*told, block("\n".join(tail))] if tail else told


def _because(data: Any) -> str:
    return f": {inline(words(data.get('reason')))}" if data.get("reason") else ""


def _clock(entry: Entry) -> str:
    return stamp(entry.at)[11:19]


def _plainly(entry: Entry) -> list[str]:
    brief = f": {inline(canonical(dict(entry.data)))}" if entry.data else ""
    return [f"{_clock(entry)} {code(entry.kind)}{brief}"]


_QUIET = frozenset({"run.started", "step.started", "step.added", "step.progress"})
_TELLERS: Mapping[str, Callable[[Entry], list[str]]] = {
    "step.intent": _intent,
    "step.expect": _expect,
    "gate.asked": _asked,
    "gate.answered": _settled,
    "gate.declined": _settled,
    "step.result": _settled,
    "step.skipped": _settled,
    "step.overridden": _settled,
    "step.undone": _settled,
}


def _moment(entry: Entry) -> list[str]:
    brief = "" if entry.kind == "run.started" else canonical(dict(entry.data)) if entry.data else ""
    return [_utc(entry.at), code(entry.kind), code(entry.step), inline(entry.actor), inline(brief, 160)]


def _seal(entries: Sequence[Entry], breaches: Sequence[Breach] | None) -> str:
    match breaches:
        case None:
            checked = "The chain was not checked for this export."
        case []:
            checked = "Checked: every entry is as it was written."
        case _:
            found = (f"entry {breach.seq}: {inline(breach.what)}" for breach in breaches)
            checked = f"**Checked, and not as it was written**: {'; '.join(found)}."
    if not entries:
        return f"The run has no entries. {checked}"
    last = entries[-1]
    return (
        f"{len(entries)} entries, the last at position {last.position} of the journal with SHA-256 "
        f"{code(last.sha256)}. {checked}"
    )


def _utc(at: datetime) -> str:
    return stamp(at)[:19].replace("T", " ") + " UTC"
