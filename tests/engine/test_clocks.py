"""What runs out while a run goes on: certificates, and the time in which a good response has a step done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from restant_tui.engine.state import RunStatus, StepStatus
from restant_tui.engine.target_times import due_at
from restant_tui.monitors.http import HttpAnswer
from tests.support.bench import Bench, advance, asked, book, ended, say
from tests.support.clock import START
from tests.support.waiting import until

CERTIFICATE = """
- id: look
  kind: http
  title: Look
  http: {url: "https://127.0.0.1:9/health"}
  expect: [{cert_days: {gt: 25}, says: The certificate ends soon.}]
  on_failure: {default: continue}
"""
POLL = """
- id: look
  kind: poll
  title: Look
  http: {url: "https://127.0.0.1:9/health"}
  interval: 5s
  timeout: 10s
  expect: [{cert_days: {gt: 25}}]
  on_failure: {default: continue}
"""


def lasting(days: float | None) -> HttpAnswer:
    until_when = START + timedelta(days=days) if days is not None else None
    return HttpAnswer(status=200, body=b"ok", seconds=0.01, certificate_until=until_when)


@pytest.mark.parametrize(
    ("days", "status", "seen"),
    [(40, StepStatus.OK, "40"), (10, StepStatus.FAILED, "10"), (None, StepStatus.FAILED, "not measured")],
)
async def test_a_request_is_judged_by_the_days_its_certificate_has_left(
    bench: Bench, days: float | None, status: StepStatus, seen: str
) -> None:
    bench.http.answers = [lasting(days)]
    state = await ended(await bench.start(book(CERTIFICATE)))
    step = state.step("look")
    assert step.status is status
    assert seen in next(one for one in step.held if "certificate" in one.expected).seen
    if status is StepStatus.FAILED:
        assert "The certificate ends soon." in step.reason


async def test_a_poll_waits_for_the_new_certificate(bench: Bench) -> None:
    bench.http.answers = [lasting(3), lasting(80)]
    run = await bench.start(book(POLL))
    await advance(bench.clock, 1, until_true=run.done.is_set)
    assert run.state.status is RunStatus.OK
    assert bench.clock.monotonic() >= 5


LATE = """
- {id: first, kind: confirm, title: First, target_time: {within: 5m}}
- {id: second, kind: confirm, title: Second, target_time: {since: step, within: 2m}}
"""


async def test_a_step_that_is_not_done_by_its_target_time_is_late_from_that_moment_and_the_run_goes_on(
    bench: Bench,
) -> None:
    run = await bench.start(book(LATE))
    await asked(run)
    assert due_at(run.state, run.state.step("first")) == START + timedelta(minutes=5)
    assert due_at(run.state, run.state.step("second")) is None
    await until(lambda: bench.clock.sleepers >= 3)
    bench.clock.advance(299)
    assert not run.state.step("first").late
    bench.clock.advance(1)
    await until(lambda: run.state.step("first").late, what="the breach")
    (breach,) = [entry for entry in bench.entries(run) if entry.kind == "clock.breached"]
    assert (breach.step, breach.at) == ("first", START + timedelta(minutes=5))
    await say(run)
    await asked(run)
    await until(lambda: bench.clock.sleepers >= 3)
    bench.clock.advance(60)
    await say(run)
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert [step.late for step in state.steps] == [True, False]
    assert bench.folded(run) == state


async def test_a_target_that_counts_from_the_alert_may_be_missed_before_the_run_begins(bench: Bench) -> None:
    loaded = bench.shelf.add(book("- {id: c, kind: confirm, title: C, target_time: {since: alert, within: 5m}}"))
    alert = START - timedelta(minutes=10)
    run = await bench.engine.start(loaded.runbook.id, {}, by="mira", alert_at=alert)
    await until(lambda: run.state.step("c").late, what="the breach")
    assert run.state.alert_at == alert
    await asked(run)
    await say(run)
    state = await ended(run)
    assert bench.folded(run) == state
