from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from restant_tui.journal.canonical import canonical, moment
from restant_tui.journal.export import as_json, markdown
from restant_tui.journal.outputs import Outputs
from restant_tui.journal.records import Breach, Entry, RunRecord
from tests.support.clock import START
from tests.support.journals import RUN, entry, open_journal, run_record

HOSTILE = (
    "x\n\n# Fine | `all` **well** <script>alert(1)</script> ![a](http://h/i) [b](c) ```\n~~~\n- 1.\x1b]0;t\x07\u202e"
)
SENT = {"where": "dokku@practice", "argv": ["git:sync", "--build", "restant-main", "a b"]}


def a_run(*, words: str = "calm") -> list[Entry]:
    """The events of a rollback that was asked about, failed once and then held."""
    steps = [
        {"path": "look", "title": words, "danger": "read", "status": "pending"},
        {"path": "rollback", "title": "Roll back", "danger": "destructive", "status": "pending"},
        {"path": "tell", "title": "Tell people", "danger": "read", "status": "pending"},
    ]
    gate = {"id": "g1", "step": "rollback", "title": f"Really? {words}", "commands": [SENT], "blast": words}
    held = {"expected": "exit 0", "held": True, "level": "fail", "seen": "0", "says": ""}
    missed = {"expected": words, "held": False, "level": "warn", "seen": words, "says": words}
    happened: list[tuple[str, str, dict[str, Any]]] = [
        ("run.started", "", {"params": {"app": words}, "steps": steps, "sources": {"a": "long text"}}),
        ("param.set", "", {"name": "release", "value": "41", "shown": ""}),
        ("step.intent", "look", {"commands": [SENT], "danger": "read", "attempt": 1}),
        ("step.output", "look", {"path": "r/look-1.log", "offset": 0, "bytes": 12, "sha256": "ab", "truncated": True}),
        ("step.expect", "look", missed),
        ("step.result", "look", {"status": "warn", "exit": 3, "seconds": 2.5, "reason": words}),
        ("gate.asked", "", {"gate": gate}),
        ("gate.answered", "rollback", {"gate": "g1", "move": "proceed", "reason": words, "values": {words: words}}),
        ("step.intent", "rollback", {"commands": [], "argv": ["ps:stop", words], "where": "here", "attempt": 1}),
        ("step.result", "rollback", {"status": "failed", "exit": 1, "reason": "no such commit"}),
        ("step.retry", "rollback", {}),
        ("step.intent", "rollback", {"commands": [SENT], "attempt": 2}),
        ("step.expect", "rollback", held),
        ("step.result", "rollback", {"status": "ok", "exit": 0}),
        ("step.reconciled", "rollback", {"finding": "done", "evidence": words}),
        ("step.skipped", "tell", {"reason": "everybody knows"}),
        ("conn.teleported", "", {"unheard": words}),
        ("run.finished", "", {"status": "partial", "reason": f"a step was skipped {words}"}),
    ]
    return [
        replace(entry(kind, data, step=step, at=START + timedelta(seconds=number)), seq=number + 1, position=number + 5)
        for number, (kind, step, data) in enumerate(happened)
    ]


def record(words: str = "Emergency rollback") -> RunRecord:
    return run_record(title=words, host=words, status="partial", finished_at=START + timedelta(seconds=70))


def outline(document: str) -> list[tuple[str, str]]:
    """Return every block of the document and, for the headings, nothing of their words: its bare shape."""
    tokens = MarkdownIt("commonmark").enable("table").parse(document)
    return [(token.type, token.tag) for token in tokens]


def inner(document: str) -> set[str]:
    """Return which kinds of markup stand inside the lines."""
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(document)
    return {child.type for token in tokens for child in token.children or ()}


def row(document: str, start: str) -> str:
    [found] = [line for line in document.splitlines() if line.startswith(start)]
    return found


def test_the_document_says_what_happened() -> None:
    document = markdown(record(), a_run(), breaches=[])
    assert document.startswith("# Emergency rollback\n")
    assert row(document, "| Status") == "| Status | **partial** |"
    assert row(document, "| Reason") == "| Reason | a step was skipped calm |"
    assert row(document, "| Began") == "| Began | 2026-03-02 03:00:00 UTC |"
    assert row(document, "| Took") == "| Took | 1 min 10 s |"
    assert row(document, "| release") == "| release | `41` |"
    assert row(document, "| 1 ") == "| 1 | `look` | calm | read | warn | 2.5 s | 3 | calm |"
    assert row(document, "| 2 ") == "| 2 | `rollback` | Roll back | destructive | ok | 2 s | 0 |  |"
    assert row(document, "| 3 ") == "| 3 | `tell` | Tell people | read | skipped |  |  | everybody knows |"
    assert "```text\ndokku@practice $ git:sync --build restant-main 'a b'\n```" in document
    assert "```text\nhere $ ps:stop calm\n```" in document
    assert "03:00:04 expected `calm`: **did not hold** (warn); seen: `calm` - calm" in document
    assert "03:00:12 expected `exit 0`: held; seen: `0`" in document
    assert "03:00:06 asked: Really? calm" in document
    assert "blast: calm" in document
    assert "03:00:07 **proceed** by mira: calm" in document
    assert row(document, "| `calm`") == "| `calm` | calm |"
    assert '03:00:14 `step.reconciled`: {"evidence":"calm","finding":"done"}' in document
    assert "03:00:09 **failed**, exit 1: no such commit" in document
    assert "03:00:15 **skipped** by mira: everybody knows" in document
    assert "03:00:03 output `r/look-1.log`: 12 bytes, cut, SHA-256 `ab`" in document
    assert "18 entries, the last at position 22 of the journal" in document
    assert "Checked: every entry is as it was written." in document


def test_kinds_nobody_knows_are_plain_lines_of_the_timeline() -> None:
    line = row(markdown(record(), a_run()), "| 2026-03-02 03:00:16")
    assert line == '| 2026-03-02 03:00:16 UTC | `conn.teleported` |  | mira | {"unheard":"calm"} |'


def test_the_chain_s_breaches_are_told() -> None:
    breaches = [Breach(run=RUN, seq=4, what="the entry was changed after it was written")]
    assert "not as it was written**: entry 4: the entry was changed" in markdown(record(), a_run(), breaches=breaches)
    assert "The chain was not checked" in markdown(record(), a_run())


def test_a_run_cut_short_and_a_run_without_entries_are_documents_too() -> None:
    unfinished = run_record()
    assert row(markdown(unfinished, a_run()[:3]), "| Ended") == "| Ended | not yet |"
    assert "The run has no entries." in markdown(unfinished, [])


def test_the_last_lines_of_kept_output_are_shown_as_they_are_and_harmless(tmp_path: Path) -> None:
    outputs = Outputs(tmp_path)
    file = outputs.open(RUN, "look")
    file.write(b"early\n" * 2000 + b"```\n# not a heading\n\x1b[31mlate\x1b[0m\n")
    kept = file.close()
    entries = [entry("step.output", kept.as_data(), step="look")]
    document = markdown(record(), entries, outputs)
    assert "````text\n" in document
    assert "```\n# not a heading\nlate\n````" in document
    assert document.count("early") == 37
    lost = [entry("step.output", {"path": "gone.log"}, step="look")]
    assert "the output gone.log cannot be read" in markdown(record(), lost, outputs)


def test_hostile_text_cannot_break_the_document() -> None:
    calm, hostile = markdown(record(), a_run()), markdown(record(HOSTILE), a_run(words=HOSTILE))
    assert outline(hostile) == outline(calm)
    assert inner(hostile) <= {"text", "code_inline", "strong_open", "strong_close", "text_special"}
    assert not {"\x1b", "\x07", "\u202e"} & set(hostile)


@given(st.text(min_size=1).map(lambda text: f"a{text}") | st.text("`|\\*#-_~<>[]()!&1. \n\ta", min_size=1))
def test_no_text_at_all_can_break_the_document(words: str) -> None:
    document = markdown(record(f"a{words}"), a_run(words=f"a {words} a"))
    assert outline(document) == outline(markdown(record(), a_run()))
    assert inner(document) <= {"text", "code_inline", "strong_open", "strong_close", "text_special"}
    document.encode()


@pytest.mark.parametrize(
    "data", [{"commands": "x"}, {"commands": [1, {"argv": [1, None]}]}, {"gate": 3}, {"steps": [1]}]
)
@pytest.mark.parametrize(
    "kind", ["run.started", "step.intent", "gate.asked", "step.result", "step.added", "step.output"]
)
def test_unexpected_data_is_told_all_the_same(kind: str, data: dict[str, Any]) -> None:
    assert f"`{kind}`" in markdown(record(), [entry(kind, data, step="look")])


def digests(entries: Sequence[dict[str, Any]]) -> list[str]:
    """Compute the digests again from nothing but the exported JSON, as its description says."""
    fields = ("position", "run", "seq", "at", "kind", "step", "actor", "data")
    return [
        hashlib.sha256((one["prev"] + canonical([one[name] for name in fields])).encode()).hexdigest()
        for one in entries
    ]


def test_json_holds_everything_the_digests_are_made_of(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.begin_run(run_record())
        for one in a_run(words=HOSTILE):
            journal.append(one)
        document = json.loads(as_json(journal.find_run(RUN), journal.entries(RUN), journal.verify(RUN)))
    assert document["run"]["status"] == "partial"
    assert document["breaches"] == []
    assert moment(document["run"]["started_at"]) == START
    assert digests(document["entries"]) == [one["sha256"] for one in document["entries"]]


def test_json_cannot_drive_a_terminal() -> None:
    assert as_json(record(HOSTILE), a_run(words=HOSTILE)).isascii()
    assert "\x1b" not in as_json(record(HOSTILE), a_run(words=HOSTILE))
