"""The program is killed without warning, and the next one takes the run up."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from restant_tui.engine.state import GateKind, Move, RunStatus
from tests.engine.child import STEPS
from tests.support.bench import Bench, asked, book, ended, say
from tests.support.scripted import exited
from tests.support.waiting import until


async def killed(folder: Path) -> str:
    """Start a process, kill it while its change is under way, and return the run's id."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.engine.child", str(folder), cwd=Path(__file__).parents[2]
    )
    try:
        await until((folder / "stopped").exists, 30, what="the change to be under way")
    finally:
        process.kill()
        await process.wait()
    return (folder / "run").read_text()


@pytest.mark.parametrize(("answer", "kind"), [("yes", None), ("no", GateKind.FAILURE), ("perhaps", GateKind.UNSURE)])
async def test_after_a_kill_the_host_is_asked_what_became_of_the_change(
    tmp_path: Path, answer: str, kind: GateKind | None
) -> None:
    run_id = await killed(tmp_path)
    bench = Bench(tmp_path)
    bench.shelf.add(book(STEPS, locks='["app:{{ app }}"]'))
    bench.dokku.answers["stopped",] = exited(answer)
    assert [lock.holder.stale for lock in bench.journal.locks()] == [True]
    assert [record.id for record in bench.journal.unfinished()] == [run_id]
    run = await bench.engine.resume(run_id, by="noor")
    if kind is not None:
        gate = await asked(run)
        assert gate.kind is kind
        assert gate.offers[0].move is Move.ABORT
        await say(run, Move.ABORT)
    state = await ended(run)
    expected = {"yes": RunStatus.OK, "no": RunStatus.FAILED, "perhaps": RunStatus.UNKNOWN}[answer]
    assert state.status is expected
    assert bench.dokku.calls == [("stopped",)]
    assert bench.journal.verify() == []
    assert bench.journal.locks() == []
    if answer == "yes":
        assert state.step("after").title == "After ann"
