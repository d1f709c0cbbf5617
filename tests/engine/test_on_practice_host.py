"""The emergency rollback through the real stack: SSH, HTTP, journal on disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from restant_tui.engine.runtime import Runtime
from restant_tui.engine.state import GateKind, Move, RunStatus, StepStatus
from restant_tui.engine.transitions import fold
from restant_tui.engine.unattended import Answers
from restant_tui.paths import Paths
from restant_tui.practice.host import PracticeHost
from tests.support.bench import asked, say
from tests.support.practicehost import make
from tests.support.waiting import until


@asynccontextmanager
async def opened(folder: Path, *, speed: float = 200) -> AsyncIterator[tuple[PracticeHost, Runtime]]:
    async with make(folder / "host", speed=speed) as host:
        paths = Paths(state=folder / "state", config=folder / "config", data=folder / "data")
        runtime = Runtime.create(host.config(), clock=host.clock, paths=paths, actor="mira", rng=Random(4))
        await runtime.start(monitors=False)
        try:
            yield host, runtime
        finally:
            await runtime.close()


def live(host: PracticeHost) -> str:
    serving = host.world.apps["restant-main"].serving
    assert serving is not None
    return serving.sha


async def test_the_emergency_rollback_confirmed_by_name_ends_ok_and_the_host_serves_the_release(tmp_path: Path) -> None:
    async with opened(tmp_path) as (host, runtime):
        before = live(host)
        run = await runtime.engine.start("rollback-emergency", {}, by="mira")
        state = await Answers(confirm=["restant-main"], by="mira").attend(run, runtime.arming)
        assert state.status in (RunStatus.OK, RunStatus.OK_WITH_WARNINGS), state.reason
        assert live(host) == state.params["release"] != before
        assert fold(await runtime.engine.ports.recorder.events(run.id)) == state
        assert runtime.journal.verify() == []
        assert runtime.arming.armed_until is None
        assert any("Application deployed" in line for line in run.output("rollback").lines())
        kept = next(
            one for one in runtime.journal.entries(run.id) if one.kind == "step.output" and one.step == "rollback"
        )
        assert b"Application deployed" in runtime.outputs.read(kept.data["path"])


async def test_with_nobody_to_ask_nothing_is_changed(tmp_path: Path) -> None:
    async with opened(tmp_path) as (host, runtime):
        before, builds = live(host), len(host.world.apps["restant-main"].builds)
        run = await runtime.engine.start("rollback-emergency", {}, by="mira")
        state = await Answers().attend(run, runtime.arming)
        assert state.status is RunStatus.DECLINED
        assert "nobody to ask" in state.reason
        assert (live(host), len(host.world.apps["restant-main"].builds)) == (before, builds)


async def test_a_link_that_is_cut_during_the_deploy_never_ends_ok(tmp_path: Path) -> None:
    async with opened(tmp_path, speed=20) as (host, runtime):
        before = live(host)
        run = await runtime.engine.start("rollback-emergency", {}, by="mira")
        assert (await asked(run)).kind is GateKind.TYPE
        runtime.arming.arm("mira")
        await say(run)
        await until(lambda: run.output("rollback").total > 2, what="the deploy to say something")
        await host.stop()
        await until(lambda: run.state.step("rollback").status is not StepStatus.RUNNING, 20)
        assert run.state.step("rollback").status is StepStatus.UNKNOWN
        await host.start()
        gate = await asked(run)
        assert gate.kind in (GateKind.FAILURE, GateKind.UNSURE)
        await say(run, Move.ABORT)
        await asyncio.wait_for(run.wait(), 10)
        assert run.state.status in (RunStatus.FAILED, RunStatus.UNKNOWN)
        assert live(host) == before


async def test_a_second_person_finds_the_lock_held(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, runtime):
        first = await runtime.engine.start("rollback-emergency", {}, by="mira")
        await asked(first)
        second = await runtime.engine.start("rollback-emergency", {}, by="noor")
        gate = await asked(second)
        assert gate.kind is GateKind.LOCK
        assert "mira" in gate.says
