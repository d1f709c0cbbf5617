from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import pytest

from restant_tui.config.model import Config, Polling
from restant_tui.dokku import commands
from restant_tui.monitors.snapshots import Status, Trust
from restant_tui.monitors.station import Monitors
from restant_tui.transport.link import Link
from restant_tui.transport.outcome import Outcome
from tests.support import dokku_answers as said
from tests.support.clock import ManualClock
from tests.support.dokku_answers import GOOD, build
from tests.support.scripted import ScriptedRunner, exited, lost
from tests.support.waiting import until
from tests.support.watched import FAST, SLOW, ScriptedLinks, one_app
from tests.support.webserver import response, web_server

PAST = commands.logs("shop", 200)


def host() -> ScriptedRunner:
    return ScriptedRunner(
        {
            commands.ps_report("shop"): exited(said.ps_json()),
            commands.letsencrypt_report("shop"): exited(said.certificate_json()),
            commands.builds_list("shop"): exited(said.builds_json(build("b1"))),
            commands.apps_report("shop"): exited(said.apps_json()),
            PAST: exited("2026-03-02T02:00:01.5Z app[web.1]: hello\n"),
        }
    )


@asynccontextmanager
async def station(links: ScriptedLinks, polling: Polling = SLOW, *, dokku: bool = True) -> AsyncIterator[Monitors]:
    async def respond(head: bytes, body: bytes) -> bytes:
        return response(200)

    async with web_server(respond) as url:
        config: Config = one_app(f"{url}/health", polling=polling, dokku=dokku)
        monitors = Monitors(config, links, clock=ManualClock(), random=Random(1))
        before = asyncio.all_tasks()
        await monitors.start()
        try:
            yield monitors
        finally:
            await monitors.close()
            left = {task for task in asyncio.all_tasks() - before if "handle" not in repr(task)}
            assert not left, "closing leaves no task behind"


async def test_everything_that_is_configured_is_watched() -> None:
    async with station(ScriptedLinks(dokku=host())) as monitors:
        await until(lambda: monitors.health.latest.apps[0].status is Status.OK)
        await until(lambda: monitors.releases.latest.apps[0].live_sha == GOOD)
        assert monitors.links.latest.links[0][0] == "box/dokku"
        assert monitors.logs == {}


async def test_only_the_logs_somebody_watches_are_followed() -> None:
    runner = host()
    async with station(ScriptedLinks(dokku=runner)) as monitors:
        buffer = monitors.watch_logs("shop")
        assert monitors.watch_logs("shop") is buffer is monitors.logs["shop"]
        await until(lambda: buffer.total == 1)
        await until(lambda: runner.followed == 1)
        assert buffer.line(0).message == "hello"


async def test_a_lost_link_shows_at_once_and_so_does_its_return() -> None:
    runner = host()
    links = ScriptedLinks(dokku=runner)
    async with station(links) as monitors:
        await until(lambda: monitors.health.latest.apps[0].status is Status.OK)
        runner.answers[commands.ps_report("shop")] = lost()
        links.turn("dokku", Link.LOST, "connection reset")
        monitors.link_changed()
        assert monitors.links.latest.links[0][1].state is Link.LOST
        await until(lambda: monitors.health.latest.apps[0].processes.reading.trust is Trust.LOST)
        runner.answers[commands.ps_report("shop")] = exited(said.ps_json())
        links.turn("dokku", Link.CONNECTING)
        monitors.link_changed()
        links.turn("dokku", Link.LIVE)
        monitors.link_changed()
        await until(lambda: monitors.health.latest.apps[0].status is Status.OK)


async def test_a_changed_link_is_noticed_without_being_told() -> None:
    links = ScriptedLinks(dokku=host())
    async with station(links) as monitors:
        await until(lambda: monitors.health.latest.apps[0].status is Status.OK)
        links.turn("dokku", Link.REFUSED, "the host key has changed")
        await until(lambda: monitors.links.latest.links[0][1].state is Link.REFUSED)


async def test_a_release_has_the_log_of_the_new_containers_followed() -> None:
    runner = host()
    follows: list[int] = []

    async def forever(on_data: Callable[[bytes], None]) -> Outcome:
        follows.append(1)
        await asyncio.Event().wait()
        raise AssertionError

    runner.follows = [forever, forever]
    async with station(ScriptedLinks(dokku=runner), FAST) as monitors:
        monitors.watch_logs("shop")
        await until(lambda: follows and monitors.releases.latest.apps[0].attempts)
        runner.answers[commands.builds_list("shop")] = exited(said.builds_json(build("b2", after=100), build("b1")))
        await until(lambda: len(follows) == 2)


async def test_a_host_without_the_dokku_identity_says_so_everywhere() -> None:
    async with station(ScriptedLinks(), dokku=False) as monitors:
        await until(lambda: monitors.health.latest.apps[0].endpoint.http_status == 200)
        assert monitors.health.latest.apps[0].status is Status.OK
        assert monitors.health.latest.apps[0].processes.reading.trust is Trust.NOT_CONFIGURED
        assert monitors.releases.latest.apps[0].reading.trust is Trust.NOT_CONFIGURED
        assert "not configured" in monitors.watch_logs("shop").line(0).message


async def test_an_app_that_is_not_configured_has_no_log() -> None:
    async with station(ScriptedLinks(dokku=host())) as monitors:
        with pytest.raises(KeyError):
            monitors.watch_logs("nope")


async def test_waking_tries_lost_links_and_asks_everything() -> None:
    runner = host()
    links = ScriptedLinks(dokku=runner)
    async with station(links) as monitors:
        await until(lambda: monitors.health.latest.apps[0].status is Status.OK)
        monitors.wake()
        assert links.woken == 1
        await until(lambda: runner.times(*commands.ps_report("shop")) == 2)
        await until(lambda: runner.times(*commands.builds_list("shop")) == 2)


async def test_every_reading_says_for_how_long_it_is_good() -> None:
    async with station(ScriptedLinks(dokku=host())) as monitors:
        monitors.attend(frozenset({"shop"}), frozenset({"shop"}))
        await until(lambda: monitors.health.latest.apps[0].status is Status.OK)
        app = monitors.health.latest.apps[0]
        readings = (app.endpoint.reading, app.processes.reading, monitors.releases.latest.apps[0].reading)
        assert {reading.good_for for reading in readings} == {3600 * 1.1 + 20}, "its interval, its jitter, the grace"
