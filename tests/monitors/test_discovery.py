from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from restant_tui.dokku import commands
from restant_tui.dokku.version import Version
from restant_tui.monitors.discovery import DiscoveryMonitor
from restant_tui.monitors.snapshots import HostApps, Trust
from restant_tui.text import Redactor
from tests.support.clock import START, ManualClock
from tests.support.scripted import ScriptedRunner, exited, lost
from tests.support.waiting import until
from tests.support.watched import one_app

LIST = commands.apps_list()


class Found:
    """A discovery of one host, and what it has found."""

    def __init__(self, monitor: DiscoveryMonitor) -> None:
        self.monitor = monitor

    @property
    def host(self) -> HostApps:
        return self.monitor.feed.latest.hosts[0]


@asynccontextmanager
async def discovering(runner: ScriptedRunner | None, version: Version | None = None) -> AsyncIterator[Found]:
    monitor = DiscoveryMonitor(
        one_app(), {"box": runner}, clock=ManualClock(), random=Random(1),
        redact=Redactor(["hunter2hunter2"]).redact, version=lambda _: version,
    )  # fmt: skip
    monitor.start()
    try:
        yield Found(monitor)
    finally:
        await monitor.close()


async def test_what_a_host_has_besides_is_known_with_its_age() -> None:
    async with discovering(ScriptedRunner({LIST: exited('["blog","shop","shop-old"]\n')})) as found:
        assert found.host.reading.trust is Trust.NO_DATA
        await until(lambda: found.host.reading.trust is Trust.LIVE)
        assert found.host.watched == ("shop",)
        assert found.host.others == ("blog", "shop-old")
        assert found.host.missing == ()
        assert found.host.reading.observed_at == START
        assert found.monitor.presence("shop").known_at == START
        assert found.monitor.presence("shop").missing == ""


async def test_an_app_of_the_inventory_that_is_not_there_is_said_in_a_sentence() -> None:
    async with discovering(ScriptedRunner({LIST: exited('["blog"]\n')})) as found:
        await until(lambda: found.host.missing)
        assert found.monitor.presence("shop").missing.startswith("box has no app `shop`: misspelt")
        assert found.monitor.presence("blog").known_at is None, "it is not in the inventory, so it cannot be missing"


async def test_an_older_dokku_is_asked_for_text() -> None:
    runner = ScriptedRunner({commands.apps_list(json=False): exited("=====> My Apps\nshop\n")})
    async with discovering(runner, (0, 30, 0)) as found:
        await until(lambda: found.host.watched == ("shop",))
    assert LIST not in runner.calls


@pytest.mark.parametrize("answer", ["", "shop\n", '{"apps":["shop"]}', '["shop"', '["shop",7]'])
async def test_a_list_that_is_none_names_nothing_as_missing_and_keeps_what_was_said(answer: str) -> None:
    async with discovering(ScriptedRunner({LIST: exited(answer, stderr="token=hunter2hunter2\n")})) as found:
        await until(lambda: "not understood" in found.host.reading.reason)
        assert (found.host.watched, found.host.others, found.host.missing) == ((), (), ())
        assert found.monitor.presence("shop").missing == ""
        raw = found.host.reading.raw
        assert raw is not None
        assert raw.asked == "apps:list --format json"
        assert answer.strip() in raw.text
        assert "hunter2" not in raw.text


async def test_an_empty_host_is_an_answer() -> None:
    async with discovering(ScriptedRunner({LIST: exited("[]\n")})) as found:
        await until(lambda: found.host.missing == ("shop",))


async def test_a_lost_link_keeps_what_was_seen_and_accuses_nobody() -> None:
    runner = ScriptedRunner({LIST: exited('["blog"]\n')})
    async with discovering(runner) as found:
        await until(lambda: found.host.missing)
        runner.answers[LIST] = lost()
        found.monitor.link_lost("box", "connection reset")
        assert found.host.reading.trust is Trust.LOST
        assert found.host.others == ("blog",)
        assert found.monitor.presence("shop").known_at is None
        runner.answers[LIST] = exited('["shop"]\n')
        found.monitor.wake("box")
        await until(lambda: found.monitor.presence("shop").known_at and not found.monitor.presence("shop").missing)


async def test_a_host_without_the_identity_says_so() -> None:
    async with discovering(None) as found:
        assert found.host.reading.trust is Trust.NOT_CONFIGURED
        assert (await found.monitor.once("box")).reading.trust is Trust.NOT_CONFIGURED
