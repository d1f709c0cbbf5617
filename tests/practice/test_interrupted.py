"""What happens beside and to a deploy while it runs: on a host that is slow enough to look at it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from restant_tui.practice import transcript
from restant_tui.practice.host import PracticeHost
from tests.support.practicehost import Login, logged_in, main_app, make
from tests.support.waiting import until


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[PracticeHost]:
    async with make(tmp_path / "practice", speed=40.0) as running:
        yield running


def test_a_deploy_takes_25_to_50_seconds_of_world_time(tmp_path: Path) -> None:
    app = make(tmp_path).world.apps["restant-main"]
    pairs = {kind: [(f"{kind}.1", "c" * 64)] for kind in app.scale}
    steps = [
        *transcript.building(app, app.latest, "d" * 64),
        *transcript.releasing(app),
        *(step for kind in app.scale for step in transcript.checking(app, kind, pairs[kind], ())),
        *transcript.proxying(app),
        *transcript.renaming(app, pairs["web"], pairs["web"], 1, 1),
        *transcript.deployed(app),
    ]
    seconds = sum(seconds for seconds, _ in steps)
    assert seconds * 0.9 > 25
    assert seconds * 1.2 < 60


async def test_the_old_release_serves_until_the_swap(dokku: Login, host: PracticeHost) -> None:
    old = main_app(host).serving
    rebuild = await dokku.open("ps:rebuild restant-main")
    async for line in rebuild.stdout:
        if b"Executing 1 healthcheck" in line:
            assert main_app(host).serving is old
            assert main_app(host).lock_file
    assert rebuild.exit_status == 0


async def test_a_second_deploy_finds_the_lock_and_says_so_on_standard_output(dokku: Login, host: PracticeHost) -> None:
    first = await dokku.open("ps:rebuild restant-main")
    assert b"Cleaning up" in await first.stdout.readline()
    assert (await dokku.run("apps:locked restant-main")).out == "Deploy lock exists\n"
    second = await dokku.run("ps:rebuild restant-main")
    assert (second.status, second.err) == (1, "")
    assert second.lines[0] == " !     restant-main currently has a deploy lock in place. Exiting..."
    statuses = [row.split()[2] for row in (await dokku.run("builds:list restant-main")).lines[1:3]]
    assert statuses == ["abandoned", "running"]
    await first.stdout.read()
    assert first.exit_status == 0
    assert (await dokku.run("apps:locked restant-main")).status == 1
    statuses = [row.split()[2] for row in (await dokku.run("builds:list restant-main")).lines[1:3]]
    assert statuses == ["failed", "succeeded"]


@pytest.mark.parametrize(("pty", "shown"), [(False, "failed"), (True, "abandoned")])
async def test_a_client_that_is_gone_ends_the_deploy_and_the_old_release_serves_on(
    host: PracticeHost, dokku: Login, pty: bool, shown: str
) -> None:
    serving = main_app(host).serving
    async with logged_in(host) as other:
        deploy = await other.open("ps:rebuild restant-main", pty=pty)
        assert await deploy.stdout.readline()
        build = main_app(host).builds[-1]
        assert build.shown == "running"
        other.connection.abort()
    await until(lambda: not build.alive, what="the end of the build")
    assert build.shown == shown
    assert main_app(host).serving is serving
    assert not main_app(host).deploying
    record = json.loads((await dokku.run("builds:list restant-main --format json")).out)[0]
    assert record["display_status"] == shown
    assert (await dokku.run("ps:rebuild restant-main")).status == 0


async def test_a_build_can_be_cancelled(dokku: Login, host: PracticeHost) -> None:
    first = await dokku.open("ps:rebuild restant-main")
    assert await first.stdout.readline()
    assert (await dokku.run("builds:cancel restant-main")).out.startswith("-----> Killing app deploy ")
    await first.stdout.read()
    assert first.exit_status == 1
    assert (await dokku.run("builds:report restant-main --build-status")).out == "canceled\n"


async def test_a_cut_connection_has_no_exit_status(dokku: Login, host: PracticeHost) -> None:
    process = await dokku.open("ps:rebuild restant-main")
    assert await process.stdout.readline()
    await host.stop()
    with pytest.raises(asyncssh.ConnectionLost):
        await process.stdout.read()
    assert process.exit_status is None
    assert host.world.apps["restant-main"].builds[-1].shown == "abandoned"
