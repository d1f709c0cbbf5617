"""The link is really cut, in the middle of a real deploy: what is said then, and what the host says later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import msgspec

from restant_tui.config.model import Config, Identity
from restant_tui.engine.run import Run
from restant_tui.engine.runtime import Runtime
from restant_tui.engine.state import GateKind, Move, RunStatus, StepStatus
from restant_tui.paths import Paths
from restant_tui.practice.host import NAME, PracticeHost
from tests.support.bench import asked, book, say
from tests.support.practicehost import main_app, make
from tests.support.waiting import until
from tests.support.wire import Wire


def through(config: Config, wire: Wire, folder: Path) -> Config:
    """The configuration with the host at the near end of the wire."""
    host = config.hosts[NAME]
    assert host.known_hosts is not None
    known = folder / "known"
    known.write_text(Path(host.known_hosts).read_text().replace(f":{host.port}", f":{wire.port}"))
    moved = msgspec.structs.replace(host, port=wire.port, known_hosts=str(known))
    return msgspec.structs.replace(config, hosts={NAME: moved})


@asynccontextmanager
async def deploying(folder: Path) -> AsyncIterator[tuple[PracticeHost, Runtime, Wire, Run]]:
    """A rollback of which the host has said the first lines, over a wire."""
    async with make(folder / "host", speed=20, calm=True) as host, Wire(host.ports["ssh"]) as wire:
        paths = Paths(state=folder / "state", config=folder / "config", data=folder / "data")
        config = through(host.config(), wire, folder)
        runtime = Runtime.create(config, clock=host.clock, paths=paths, actor="mira", rng=Random(4))
        try:
            run = await runtime.engine.start("rollback-emergency", {}, by="mira")
            assert (await asked(run)).kind is GateKind.TYPE
            runtime.arming.arm("mira")
            await say(run)
            await until(lambda: run.output("rollback").total > 2, what="the deploy to say something")
            yield host, runtime, wire, run
        finally:
            await runtime.close()


def said(runtime: Runtime, run: Run, kind: str) -> list[dict[str, object]]:
    return [dict(entry.data) for entry in runtime.journal.entries(run.id) if entry.kind == kind]


async def test_a_deploy_that_ended_behind_a_cut_link_is_found_done_when_the_link_is_back(tmp_path: Path) -> None:
    async with deploying(tmp_path) as (host, runtime, wire, run):
        release = str(run.state.params["release"])
        wire.cut(far_too=False)
        await until(lambda: run.state.step("rollback").status is StepStatus.UNKNOWN, what="the loss to be noticed")
        assert main_app(host).deploying
        await until(lambda: not main_app(host).deploying, 20, what="the end of the deploy on the host")
        wire.mend()
        await until(lambda: run.state.step("rollback").status is StepStatus.OK, 20, what="the host's answer")
        assert release in run.state.step("rollback").reason
        (found,) = said(runtime, run, "step.reconciled")
        assert found["finding"] == "done"
        assert [len(said(runtime, run, kind)) for kind in ("conn.lost", "conn.restored")] == [1, 1]
        await asyncio.wait_for(run.wait(), 20)
        assert run.state.status in (RunStatus.OK, RunStatus.OK_WITH_WARNINGS)
        sent = [one for one in said(runtime, run, "step.intent") if one["danger"] != "read"]
        assert len(sent) == 1


async def test_a_deploy_that_the_cut_broke_off_is_found_not_done_and_is_not_repeated_by_itself(tmp_path: Path) -> None:
    async with deploying(tmp_path) as (host, runtime, wire, run):
        serving = main_app(host).serving
        wire.cut()
        await until(lambda: not main_app(host).deploying, what="the host to notice")
        wire.mend()
        gate = await asked(run)
        assert gate.kind is GateKind.FAILURE
        assert gate.offers[0].move is Move.ABORT
        assert "live_before" in gate.says
        (found,) = said(runtime, run, "step.reconciled")
        assert found["finding"] == "not done"
        await say(run, Move.ABORT)
        state = await asyncio.wait_for(run.wait(), 10)
        assert state.status is RunStatus.FAILED
        assert main_app(host).serving is serving


async def test_where_the_host_has_a_third_commit_nobody_can_tell_and_a_person_decides(tmp_path: Path) -> None:
    async with deploying(tmp_path) as (host, _, wire, run):
        wire.cut()
        await until(lambda: not main_app(host).deploying, what="the host to notice")
        live = main_app(host).live
        assert live is not None
        live_elsewhere = "c0ffee" + "0" * 34
        main_app(host).live = type(live)(
            live.commit, live.source, f"/home/dokku/restant-main#{live_elsewhere}", live.at
        )
        wire.mend()
        gate = await asked(run)
        assert gate.kind is GateKind.UNSURE
        assert live_elsewhere in gate.evidence
        await say(run, Move.ABORT)
        state = await asyncio.wait_for(run.wait(), 10)
        assert state.status is RunStatus.UNKNOWN


async def test_while_the_link_stays_cut_it_is_asked_instead_of_waited_for_ever(tmp_path: Path) -> None:
    async with deploying(tmp_path) as (_, _, wire, run):
        wire.cut()
        gate = await asked(run)
        assert gate.kind is GateKind.UNSURE
        assert "cannot be asked" in gate.evidence
        assert gate.offers[0].move is Move.ABORT
        await say(run, Move.ABORT)
        state = await asyncio.wait_for(run.wait(), 10)
        assert state.status is RunStatus.UNKNOWN


APART = """
- id: long
  kind: run
  title: Something long
  danger: change
  target: admin
  timeout: 10m
  detached: true
  argv: [sleep, "90"]
  undo: {none_because: a test}
"""


async def test_what_was_started_apart_goes_on_behind_a_cut_link_and_is_found_again(tmp_path: Path) -> None:
    async with make(tmp_path / "host", speed=30, calm=True) as host, Wire(host.ports["ssh"]) as wire:
        (tmp_path / "books").mkdir()
        (tmp_path / "books" / "test.yaml").write_text(book(APART, params="- {name: app, default: restant-main}"))
        paths = Paths(state=tmp_path / "state", config=tmp_path / "config", data=tmp_path / "data")
        runtime = Runtime.create(
            through(host.config(), wire, tmp_path), clock=host.clock, paths=paths, actor="mira", rng=Random(4),
            runbook_folders=[tmp_path / "books"],
        )  # fmt: skip
        try:
            run = await runtime.engine.start("test", {}, by="mira")
            await asked(run)
            runtime.arming.arm("mira")
            await say(run)
            left = host.world.machine.left_alone
            admin = runtime.links.session("practice", Identity.ADMIN)
            # Begun on the host, and known here to have: a cut before that is another test's.
            await until(lambda: left and not admin.in_use, 20, what="the answer to the start")
            (command,) = left.values()
            wire.cut()
            await until(lambda: any("runs on by itself" in line for line in run.output("long").lines()), 20)
            assert command.task is not None
            assert not command.task.done()
            wire.mend()
            await asyncio.wait_for(run.wait(), 30)
            assert run.state.status is RunStatus.OK, run.state.reason
            assert run.state.step("long").exit_status == command.status == 0
            assert left == {}
            kinds = ("step.intent", "conn.lost", "conn.restored")
            assert [len(said(runtime, run, kind)) for kind in kinds] == [1, 1, 1]
        finally:
            await runtime.close()
