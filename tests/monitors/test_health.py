from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random

import pytest

from restant_tui.config.model import Config
from restant_tui.dokku import commands
from restant_tui.monitors.health import HealthMonitor
from restant_tui.monitors.http import HttpProbe
from restant_tui.monitors.probes import probe_certificate, probe_processes
from restant_tui.monitors.snapshots import AppHealth, Certificate, Processes, Reading, Status, Trust
from tests.support import dokku_answers as said
from tests.support.clock import START, ManualClock
from tests.support.scripted import ScriptedRunner, exited, lost
from tests.support.waiting import until
from tests.support.watched import FAST, one_app
from tests.support.webserver import response, web_server


def well() -> ScriptedRunner:
    in_40_days = str(int((START + timedelta(days=40)).timestamp()))
    return ScriptedRunner(
        {
            commands.ps_report("shop"): exited(said.ps_json()),
            commands.letsencrypt_report("shop"): exited(said.certificate_json(in_40_days)),
        }
    )


class Bench:
    """A health monitor of one app, whose web server answers with `status`."""

    def __init__(self, monitor: HealthMonitor, clock: ManualClock, runner: ScriptedRunner) -> None:
        self.monitor, self.clock, self.runner = monitor, clock, runner

    @property
    def app(self) -> AppHealth:
        return self.monitor.feed.latest.apps[0]


@pytest.fixture
def answers() -> list[int]:
    """The status of the next answers of the web server; the last one stays."""
    return [200]


@asynccontextmanager
async def watching(answers: list[int], runner: ScriptedRunner, config: Config | None = None) -> AsyncIterator[Bench]:
    async def respond(head: bytes, body: bytes) -> bytes:
        return response(answers.pop(0) if len(answers) > 1 else answers[0])

    async with web_server(respond) as url:
        clock, http = ManualClock(), HttpProbe()
        config = config or one_app(f"{url}/health", polling=FAST)
        monitor = HealthMonitor(config, {"shop": runner}, http, clock=clock, random=Random(1))
        try:
            yield Bench(monitor, clock, runner)
        finally:
            await monitor.close()
            await http.close()


async def test_before_anything_was_asked_nothing_is_green(answers: list[int]) -> None:
    async with watching(answers, well()) as bench:
        assert bench.app.status is Status.UNKNOWN
        assert bench.app.endpoint.reading.trust is Trust.NO_DATA


async def test_an_app_that_is_well_is_ok_with_all_its_figures(answers: list[int]) -> None:
    async with watching(answers, well()) as bench:
        bench.monitor.start()
        await until(lambda: bench.app.status is Status.OK)
        app = bench.app
        assert app.endpoint.http_status == 200
        assert app.endpoint.response_ms is not None
        assert (app.processes.running, app.processes.total) == (2, 2)
        assert app.processes.detail == (("web.1", "running"), ("worker.1", "running"))
        assert app.certificate.days_left == pytest.approx(40, abs=0.001)
        assert app.endpoint.reading.source.startswith("GET http://127.0.0.1:")
        assert app.processes.reading.observed_at == START


async def test_a_failing_endpoint_is_a_warning_first_and_then_critical(answers: list[int]) -> None:
    answers[:] = [200, 500, 500, 500]
    async with watching(answers, well()) as bench:
        seen: list[tuple[int, Status]] = []
        bench.monitor.start()

        def note() -> bool:
            seen.append((bench.app.endpoint.failures, bench.app.status))
            return bench.app.endpoint.failures >= 3

        await until(note)
        await until(lambda: bench.app.processes.running == 2 and bench.app.certificate.days_left)
        assert bench.app.status is Status.CRITICAL
        assert bench.app.endpoint.history_ms[0] is not None
        assert bench.app.endpoint.history_ms[-1] is None
        assert all(status is not Status.OK for failures, status in seen if failures)


async def test_a_success_ends_the_row_of_failures(answers: list[int]) -> None:
    answers[:] = [500, 500, 200]
    async with watching(answers, well()) as bench:
        bench.monitor.start()
        await until(lambda: bench.app.status is Status.OK)
        assert bench.app.endpoint.failures == 0


async def test_at_most_sixty_response_times_are_kept(answers: list[int]) -> None:
    async with watching(answers, well()) as bench:
        bench.monitor.start()
        await until(lambda: len(bench.app.endpoint.history_ms) == 60)
        bench.monitor.wake()
        await until(lambda: bench.app.endpoint.reading.trust is Trust.LIVE)
        assert len(bench.app.endpoint.history_ms) == 60


async def test_a_lost_link_keeps_the_last_figures_with_their_old_time(answers: list[int]) -> None:
    async with watching(answers, well()) as bench:
        bench.monitor.start()
        await until(lambda: bench.app.status is Status.OK)
        bench.runner.answers[commands.ps_report("shop")] = lost()
        bench.clock.advance(7)
        await until(lambda: bench.app.processes.reading.trust is Trust.LOST)
        assert bench.app.status is Status.UNKNOWN
        assert "the link was lost" in bench.app.reason
        assert (bench.app.processes.running, bench.app.processes.reading.observed_at) == (2, START)
        bench.runner.answers[commands.ps_report("shop")] = exited(said.ps_json())
        await until(lambda: bench.app.status is Status.OK)


async def test_an_answer_not_understood_is_no_data_and_the_loop_goes_on(answers: list[int]) -> None:
    async with watching(answers, well()) as bench:
        bench.runner.answers[commands.ps_report("shop")] = exited('{"running":"perhaps"}\n')
        bench.monitor.start()
        await until(lambda: "not understood" in bench.app.processes.reading.reason)
        assert bench.app.processes.running is None
        assert bench.app.status is Status.UNKNOWN
        bench.runner.answers[commands.ps_report("shop")] = exited(said.ps_json())
        await until(lambda: bench.app.status is Status.OK)


async def test_without_the_plugin_the_certificate_dokku_serves_is_read(answers: list[int]) -> None:
    runner = well()
    del runner.answers[commands.letsencrypt_report("shop")]
    expires = '{"enabled":"true","expires-at":"Mar 12 03:00:00 2026 GMT"}'
    runner.answers[commands.certs_report("shop")] = exited(expires)
    async with watching(answers, runner) as bench:
        bench.monitor.start()
        await until(lambda: bench.app.certificate.days_left)
        assert bench.app.certificate.days_left == pytest.approx(10)
        await until(lambda: bench.app.status is Status.WARNING)


async def test_an_app_without_a_certificate_is_not_judged_by_it(answers: list[int]) -> None:
    runner = well()
    runner.answers[commands.letsencrypt_report("shop")] = exited(said.certificate_json("", active="false"))
    runner.answers[commands.certs_report("shop")] = exited('{"enabled":"false","expires-at":""}')
    async with watching(answers, runner) as bench:
        bench.monitor.start()
        await until(lambda: bench.app.status is Status.OK)
        assert bench.app.certificate.reading.reason == "no certificate"


async def test_an_identity_that_is_not_configured_is_called_so(answers: list[int]) -> None:
    monitor = HealthMonitor(one_app(dokku=False), {"shop": None}, HttpProbe(), clock=ManualClock(), random=Random(1))
    app = monitor.feed.latest.apps[0]
    assert app.processes.reading.trust is Trust.NOT_CONFIGURED
    assert app.certificate.reading.trust is Trust.NOT_CONFIGURED


async def test_an_older_dokku_is_asked_for_text() -> None:
    runner = ScriptedRunner(
        {
            commands.ps_report("shop", json=False): exited(said.PS_TEXT),
            commands.certs_report("shop", json=False): exited(said.CERTS_TEXT),
        }
    )
    before = Reading(trust=Trust.NO_DATA, observed_at=None, source="x")
    processes = await probe_processes(Processes(reading=before), "shop", runner, ManualClock().now, (0, 22, 0))
    assert (processes.running, processes.total) == (1, 2)
    certificate = await probe_certificate(Certificate(reading=before), "shop", runner, ManualClock().now, (0, 22, 0))
    assert certificate.days_left is not None
    assert not any("json" in call for call in runner.calls if call[0] != "letsencrypt:report")
