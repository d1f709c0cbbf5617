from __future__ import annotations

import asyncio
import re
import stat
from pathlib import Path

import pytest

from restant_tui.config.model import Environment, Identity
from restant_tui.practice.host import NAME, PracticeHost
from tests.support.practicehost import logged_in, make


def shape(host: PracticeHost) -> list[object]:
    return [
        (app.name, app.ref, [(c.sha, c.author, c.subject) for c in app.commits], [p.cid for p in app.processes])
        for app in host.world.apps.values()
    ]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def keys(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "known_hosts"}


def test_the_same_seed_makes_the_same_world(tmp_path: Path) -> None:
    assert shape(make(tmp_path, seed=3)) == shape(make(tmp_path, seed=3))
    assert shape(make(tmp_path, seed=3)) != shape(make(tmp_path, seed=4))


def test_the_same_seed_writes_the_same_log(tmp_path: Path) -> None:
    def texts(seed: int) -> list[str]:
        host = make(tmp_path, seed=seed, speed=1.0)
        log = host.world.apps["restant-staging"].processes[0].log
        log.catch_up(host.world.opened_at)
        return [re.sub(r"\S*\d\d:\d\d:\d\d|\d{4}-\d\d-\d\d", "", line.text) for line in log.last(50)]

    assert texts(5) == texts(5)
    assert texts(5) != texts(6)


def test_a_calm_world_has_the_same_commits_but_a_good_release(tmp_path: Path) -> None:
    calm, wild = make(tmp_path, calm=True), make(tmp_path)
    assert shape(calm) == shape(wild)
    serving = [host.world.apps["restant-main"].serving for host in (calm, wild)]
    assert [commit.behaviour for commit in serving if commit] == ["good", "broken"]


async def test_its_configuration_names_everything_it_has(host: PracticeHost) -> None:
    config = host.config()
    entry = config.hosts[NAME]
    assert config.practice
    assert config.main_app() == "restant-main"
    assert {name: app.environment for name, app in config.apps.items()} == {
        "restant-main": Environment.PRODUCTION,
        "restant-staging": Environment.STAGING,
    }
    assert {name: service.kind for name, service in config.services.items()} == {
        "restant-db": "mysql",
        "restant-cache": "redis",
    }
    assert entry.address == "127.0.0.1"
    for identity in Identity:
        login = entry.login(identity)
        assert login is not None
        assert login.key is not None
        assert mode(Path(login.key)) == 0o600


async def test_before_it_is_started_it_has_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="start the practice host"):
        make(tmp_path).config()


async def test_another_host_in_the_same_folder_keeps_the_keys(tmp_path: Path) -> None:
    async with make(tmp_path):
        before = keys(tmp_path)
    async with make(tmp_path) as again:
        assert keys(tmp_path) == before
        async with logged_in(again, "admin") as admin:
            assert (await admin.run("true")).status == 0


async def test_a_stopped_host_answers_no_page_even_on_an_open_connection(host: PracticeHost) -> None:
    port = int(host.config().apps["restant-staging"].url.rpartition(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(b"GET /health HTTP/1.1\r\nHost: practice\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        assert b'"status":"ok"' in await reader.readexactly(length)
    await host.stop()
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_other_pages_are_not_found_and_head_has_no_body(host: PracticeHost) -> None:
    port = int(host.config().apps["restant-staging"].url.rpartition(":")[2].partition("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"HEAD /nope HTTP/1.1\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert answer.endswith(b"\r\n\r\n")
    writer.close()


async def test_latency_is_world_time_and_speed_shortens_it(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    slow = PracticeHost(speed=5, seed=1, folder=tmp_path, latency=1.0)
    async with slow, logged_in(slow) as dokku:
        began = loop.time()
        await dokku.run("ps:report restant-main --running")
        assert loop.time() - began > 0.7 * 0.85 / 5


async def test_stopping_leaves_no_task_behind(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    host = make(tmp_path)
    await host.start()
    async with logged_in(host) as dokku:
        await dokku.open("logs restant-main -t")
        await dokku.open("ps:rebuild restant-main")
        await host.stop()
    assert asyncio.all_tasks() == before
    await host.stop()
