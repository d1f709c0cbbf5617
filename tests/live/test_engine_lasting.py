"""A step whose command outlives the link, and one that ends with it, through the engine and Debian's own sshd."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from restant_tui.clock import SystemClock
from restant_tui.config.model import App, Config, Environment
from restant_tui.engine.run import Run
from restant_tui.engine.runtime import Runtime
from restant_tui.engine.state import RunStatus, StepStatus
from restant_tui.paths import Paths
from tests.support.bench import asked, book, say
from tests.support.sshd import PROGRAM, Sshd, running
from tests.support.waiting import until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(PROGRAM is None, reason="OpenSSH's sshd is not installed"),
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds processes through /proc"),
]
UPGRADE = """
- id: upgrade
  kind: run
  title: Upgrade
  danger: change
  target: admin
  timeout: 2m
  detached: true
  argv: [sh, -c, 'echo begun; read -r said < "$1"; echo "$said"; exit 3', x, GATE]
  expect: [{exit: 3}, {stdout_matches: upgraded}]
  undo: {none_because: a test}
"""
READ = """
- id: read
  kind: run
  title: Read
  danger: read
  target: admin
  timeout: 2m
  argv: [sh, -c, 'echo begun; exec sleep MARK']
"""


@asynccontextmanager
async def started(sshd: Sshd, folder: Path, steps: str) -> AsyncIterator[tuple[Runtime, Run]]:
    """A run on that server, not yet asked anything."""
    app = App(host="box", environment=Environment.STAGING, url="http://127.0.0.1:9/health")
    config = Config(hosts={"box": sshd.host()}, apps={"trial": app})
    paths = Paths(state=folder / "state", config=folder / "config", data=folder / "data")
    book_folder = folder / "data" / "runbooks"
    book_folder.mkdir(parents=True, exist_ok=True)
    (book_folder / "test.yaml").write_text(book(steps))
    runtime = Runtime.create(
        config, clock=SystemClock(), paths=paths, actor="mira", rng=Random(4), runbook_folders=[book_folder]
    )  # fmt: skip
    try:
        yield runtime, await runtime.engine.start("test", {}, by="mira")
    finally:
        await runtime.close()


async def test_a_change_goes_on_behind_a_cut_link_and_its_own_exit_status_is_judged(sshd: Sshd, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    async with started(sshd, tmp_path, UPGRADE.replace("GATE", str(gate))) as (runtime, run):
        await asked(run)
        await say(run)
        await until(lambda: "begun" in run.output("upgrade").lines(), 20, what="its first line")
        await sshd.stop()
        lines = run.output("upgrade").lines
        await until(lambda: any("runs on by itself" in one for one in lines()), 20, what="the loss to be noticed")
        gate.write_text("3 upgraded\n")
        await sshd.start()
        await until(run.done.is_set, 60, what="the end of the run")
        assert run.state.status is RunStatus.OK, run.state.reason
        assert run.state.step("upgrade").exit_status == 3
        kinds = [one.kind for one in runtime.journal.entries(run.id)]
        assert [kinds.count(kind) for kind in ("step.intent", "conn.lost", "conn.restored")] == [1, 1, 1]


async def test_an_aborted_read_ends_on_the_host_and_the_report_says_that_it_is_confirmed(
    sshd: Sshd, tmp_path: Path
) -> None:
    mark = f"61.{sshd.port}"
    async with started(sshd, tmp_path, READ.replace("MARK", mark)) as (_, run):
        await until(lambda: "begun" in run.output("read").lines(), 20, what="its first line")
        await run.abort("mira")
        assert running(f"sleep {mark}") == []
        state = await asyncio.wait_for(run.wait(), 20)
        assert state.step("read").status is StepStatus.CANCELLED
        assert "the host confirms its end (exit 143)" in state.reason
