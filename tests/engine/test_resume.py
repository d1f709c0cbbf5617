"""A run that was cut off anywhere resumes to the same end, and no change is made twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from restant_tui.engine.run import Run
from restant_tui.engine.state import Gate, GateKind, Move, RunState, RunStatus, StepStatus
from restant_tui.errors import RunbookProblem, UsageProblem
from restant_tui.journal.records import Entry, RunRecord
from restant_tui.transport.outcome import Outcome
from tests.support.bench import APP, Bench, asked, book, ended, say
from tests.support.scripted import exited
from tests.support.waiting import until

STEPS = """
- id: before
  kind: parallel
  title: Before
  steps:
    - {id: a, kind: run, title: A, danger: read, argv: [who], capture: [{name: who}]}
    - {id: b, kind: run, title: B, danger: read, argv: [who]}
- {id: ask, kind: input, title: Which?, fields: [{name: colour, choices: [red, blue]}]}
- id: way
  kind: branch
  title: Which way?
  cases:
    - label: left
      steps: [{id: l, kind: note, title: L, text: "{{ colour }}"}]
    - label: right
      steps:
        - id: add-right
          kind: run
          title: Add
          danger: change
          timeout: 9s
          argv: [add, "{{ colour }}"]
          undo: {none_because: a test}
          reconcile: {probe: {argv: [count, "{{ colour }}"]}, done_if: stdout == "1", not_done_if: stdout == "0"}
- id: each
  kind: loop
  title: Each
  over: '["x", "y"]'
  steps:
    - id: add
      kind: run
      title: Add {{ item }}
      danger: destructive
      timeout: 9s
      argv: [add, "{{ item }}"]
      confirm: {phrase: "{{ item }}"}
      blast: {says: More.}
      undo: {none_because: a test}
      reconcile: {probe: {argv: [count, "{{ item }}"]}, done_if: stdout == "1", not_done_if: stdout == "0"}
- {id: list, kind: manual, title: List, items: [{id: one, text: Look}]}
- {id: inner, kind: include, title: Inner, runbook: inner, with: {name: "{{ who }}"}}
- {id: after, kind: note, title: "Done by {{ who }}", text: done}
"""
INNER = book(
    '- {id: look, kind: run, title: Look, danger: read, argv: [look, "{{ name }}"]}',
    name="inner",
    params="- {name: name}",
    locks='["name:{{ name }}"]',
)
FINALLY = """
finally:
  - {id: last, kind: note, title: Last, text: The end.}
"""


class World:
    """A host on which things can be added and counted."""

    def __init__(self, bench: Bench) -> None:
        self.added: Counter[str] = Counter()
        answers = bench.dokku.answers
        answers["who",] = exited("ann\n")
        answers["look", "ann"] = exited("")
        for thing in ("red", "blue", "x", "y"):
            answers["add", thing] = self._add
            answers["count", thing] = self._count
        bench.shelf.add(INNER)

    def _add(self, argv: tuple[str, ...]) -> Outcome:
        self.added[argv[1]] += 1
        return exited("added\n")

    def _count(self, argv: tuple[str, ...]) -> Outcome:
        return exited(f"{self.added[argv[1]]}\n")


async def answer(run: Run, gate: Gate) -> None:
    match gate.kind:
        case GateKind.FAILURE:
            await say(run, Move.RETRY)
        case GateKind.CHOICE:
            await say(run, target="right")
        case GateKind.FORM:
            await say(run, values={"colour": "blue"})
        case GateKind.ITEMS:
            await say(run, values={"one": "seen"})
        case _:
            await say(run)


async def drive(run: Run) -> RunState:
    while True:
        await until(lambda: run.done.is_set() or run.state.gate is not None)
        if run.done.is_set():
            return run.state
        gate = run.state.gate
        assert gate is not None
        await answer(run, gate)


async def unbroken(folder: Path) -> tuple[RunState, list[Entry]]:
    bench = Bench(folder)
    World(bench)
    run = await bench.start(book(STEPS, locks='["app:{{ app }}"]', rest=FINALLY))
    state = await drive(run)
    assert bench.folded(run) == state
    entries = bench.entries(run)
    bench.journal.close()
    return state, entries


def summary(state: RunState) -> dict[str, StepStatus]:
    return {step.path: step.status for step in state.steps}


@pytest.mark.parametrize("happened", [True, False])
async def test_cut_off_after_any_entry_a_run_resumes_to_the_same_end(tmp_path: Path, happened: bool) -> None:
    expected, entries = await unbroken(tmp_path / "whole")
    assert expected.status is RunStatus.OK
    assert len(entries) > 60
    for cut in range(1, len(entries)):
        bench = Bench(made(tmp_path / str(cut)))
        world = World(bench)
        bench.journal.begin_run(record_of(expected))
        for entry in entries[:cut]:
            bench.journal.append(replace(entry, seq=0, position=0, prev="", sha256=""))
            if entry.kind == "step.intent" and entry.data["argv"][0] == "add":
                world.added[entry.data["argv"][1]] += happened or not last_intent(entries[:cut], entry)
        run = await bench.engine.resume(expected.id, by="noor")
        state = await drive(run)
        assert state.status is RunStatus.OK, (cut, entries[cut - 1].kind, state.reason)
        assert summary(state) == summary(expected), cut
        assert set(world.added.values()) == {1} and len(world.added) == 3, (cut, world.added)
        assert bench.folded(run) == state
        bench.journal.close()


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def last_intent(entries: list[Entry], entry: Entry) -> bool:
    """Whether the journal has nothing about this step behind its intent."""
    return not any(one.step == entry.step for one in entries[entry.seq :])


def record_of(state: RunState) -> RunRecord:
    return RunRecord(
        id=state.id, runbook=state.runbook, title=state.title, environment=state.environment.value, host=state.host,
        actor=state.actor, started_at=state.started_at,
    )  # fmt: skip


async def test_a_run_that_has_ended_cannot_be_resumed(bench: Bench) -> None:
    run = await bench.start(book("- {id: n, kind: note, title: N, text: T}"))
    await ended(run)
    with pytest.raises(UsageProblem, match="has ended"):
        await bench.engine.resume(run.id, by="mira")


async def test_a_run_that_is_going_on_here_is_not_taken_up_twice(bench: Bench) -> None:
    run = await bench.start(book("- {id: c, kind: confirm, title: C}"))
    await asked(run)
    with pytest.raises(UsageProblem, match="in this very console"):
        await bench.engine.resume(run.id, by="mira")


async def test_editing_a_runbook_does_not_change_a_run_that_is_resumed(bench: Bench) -> None:
    run = await bench.start(book("- {id: c, kind: confirm, title: C}\n- {id: n, kind: note, title: Old, text: T}"))
    await asked(run)
    await bench.engine.close()
    second = bench.reborn()
    second.shelf.add(book("- {id: other, kind: note, title: New, text: T}"))
    again = await second.engine.resume(run.id, by="mira")
    await asked(again)
    await say(again)
    assert (await ended(again)).step("n").title == "Old"


async def test_a_runbook_that_was_changed_in_the_journal_is_not_carried_out(bench: Bench) -> None:
    import sqlite3

    run = await bench.start(book("- {id: c, kind: confirm, title: C}"))
    await asked(run)
    await bench.engine.close()
    with sqlite3.connect(bench.folder / "journal.sqlite3") as connection:
        connection.execute("UPDATE entries SET data = replace(data, 'title: C', 'title: D')")
    connection.close()
    with pytest.raises((RunbookProblem, UsageProblem), match="not the one"):
        await bench.reborn().engine.resume(run.id, by="mira")


async def test_a_read_that_found_a_secret_is_made_again(bench: Bench) -> None:
    steps = """
    - {id: read, kind: run, title: R, danger: read, argv: [token], capture: [{name: token, secret: true}]}
    - {id: stop, kind: confirm, title: C}
    - {id: use, kind: note, title: U, text: "{{ token | length }}"}
    """
    bench.dokku.answers["token",] = exited("s3cret-value\n")
    run = await bench.start(book(steps, params=APP))
    await asked(run)
    await bench.engine.close()
    second = bench.reborn()
    again = await second.engine.resume(run.id, by="mira")
    await asked(again)
    assert second.dokku.times("token") == 2
    await say(again)
    assert (await ended(again)).status is RunStatus.OK
    assert "s3cret-value" not in repr(second.entries(again))


async def test_a_lock_of_a_program_that_is_gone_comes_back_to_its_own_run(bench: Bench) -> None:
    import sqlite3

    run = await bench.start(book("- {id: c, kind: confirm, title: C}", locks='["app:{{ app }}"]'))
    await asked(run)
    await bench.engine.close()
    with sqlite3.connect(bench.folder / "journal.sqlite3") as connection:
        connection.execute("UPDATE locks SET pid = 4194301")
    connection.close()
    second = bench.reborn()
    again = await second.engine.resume(run.id, by="mira")
    gate = await asked(again)
    assert gate.kind is GateKind.PRESS
    await say(again)
    await ended(again)
    assert second.journal.locks() == []
