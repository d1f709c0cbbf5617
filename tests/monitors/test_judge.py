from __future__ import annotations

import pytest

from restant_tui.config.model import Thresholds
from restant_tui.monitors.judge import judge
from restant_tui.monitors.readings import live, not_asked, not_configured
from restant_tui.monitors.snapshots import Certificate, Endpoint, Processes, Reading, Status, Trust
from tests.support.clock import START

SEEN = live("somewhere", START)
FINE = Endpoint(reading=SEEN, http_status=200, response_ms=120)
ALL_UP = Processes(reading=SEEN, running=2, total=2, detail=(("web.1", "running"), ("worker.1", "running")))
VALID = Certificate(reading=SEEN, days_left=53)


def untrusted(trust: Trust) -> Reading:
    return Reading(trust=trust, observed_at=START, source="somewhere", reason="the link was lost")


def verdict(
    endpoint: Endpoint = FINE, processes: Processes = ALL_UP, certificate: Certificate = VALID
) -> tuple[Status, str]:
    return judge(endpoint, processes, certificate, Thresholds())


def test_all_well_is_ok_and_needs_no_reason() -> None:
    assert verdict() == (Status.OK, "")


@pytest.mark.parametrize(
    ("endpoint", "status", "words"),
    [
        (Endpoint(reading=SEEN, http_status=500, failures=1), Status.WARNING, "answers 500"),
        (Endpoint(reading=SEEN, http_status=500, failures=3), Status.CRITICAL, "answers 500 (3 times in a row)"),
        (Endpoint(reading=SEEN, http_status=302, failures=1), Status.WARNING, "answers 302"),
        (Endpoint(reading=SEEN, error="refused", failures=3), Status.CRITICAL, "no answer: refused (3 times in a row)"),
        (Endpoint(reading=SEEN, http_status=200, response_ms=1999), Status.OK, ""),
        (Endpoint(reading=SEEN, http_status=200, response_ms=2000), Status.WARNING, "slow: 2000 ms"),
        (Endpoint(reading=SEEN, http_status=200, response_ms=3100), Status.CRITICAL, "very slow: 3100 ms"),
    ],
)
def test_the_endpoint(endpoint: Endpoint, status: Status, words: str) -> None:
    assert verdict(endpoint) == (status, words)


@pytest.mark.parametrize(
    ("running", "total", "status"),
    [
        (2, 2, Status.OK),
        (1, 2, Status.WARNING),
        (0, 2, Status.CRITICAL),
        (0, 0, Status.WARNING),
        (None, None, Status.UNKNOWN),
    ],
)
def test_the_processes(running: int | None, total: int | None, status: Status) -> None:
    assert verdict(processes=Processes(reading=SEEN, running=running, total=total))[0] is status


def test_the_reason_names_the_processes_that_are_down() -> None:
    processes = Processes(reading=SEEN, running=1, total=2, detail=(("web.1", "running"), ("worker.1", "exited")))
    assert verdict(processes=processes)[1] == "1 of 2 processes running (worker.1 exited)"


@pytest.mark.parametrize(
    ("days", "status", "words"),
    [
        (25, Status.OK, ""),
        (24.6, Status.WARNING, "certificate ends in 25 days"),
        (6, Status.CRITICAL, "certificate ends in 6 days"),
        (-1, Status.CRITICAL, "certificate has expired"),
        (None, Status.OK, ""),
    ],
)
def test_the_certificate(days: float | None, status: Status, words: str) -> None:
    assert verdict(certificate=Certificate(reading=SEEN, days_left=days)) == (status, words)


@pytest.mark.parametrize("trust", [Trust.STALE, Trust.LOST, Trust.NO_DATA])
def test_what_cannot_be_trusted_is_never_ok(trust: Trust) -> None:
    good_but_old = Processes(reading=untrusted(trust), running=2, total=2)
    status, words = verdict(processes=good_but_old)
    assert status is Status.UNKNOWN
    assert words == f"processes: {trust.value}, the link was lost"
    assert verdict(endpoint=Endpoint(reading=untrusted(trust), http_status=200, response_ms=9))[0] is Status.UNKNOWN
    assert verdict(certificate=Certificate(reading=untrusted(trust), days_left=90))[0] is Status.UNKNOWN


def test_not_knowing_hides_a_warning_but_never_something_critical() -> None:
    unknown = Processes(reading=not_asked("ps:report shop"))
    slow = Endpoint(reading=SEEN, http_status=200, response_ms=2500)
    down = Endpoint(reading=SEEN, http_status=502, failures=3)
    assert verdict(slow, unknown) == (Status.UNKNOWN, "processes: no data, not asked yet; slow: 2500 ms")
    assert verdict(down, unknown)[0] is Status.CRITICAL


def test_what_is_not_configured_does_not_count_unless_nothing_is() -> None:
    absent = not_configured("ps:report shop", "no login")
    assert verdict(processes=Processes(reading=absent), certificate=Certificate(reading=absent)) == (Status.OK, "")
    nothing = judge(Endpoint(reading=absent), Processes(reading=absent), Certificate(reading=absent), Thresholds())
    assert nothing[0] is Status.UNKNOWN


def test_a_lost_link_is_told_once() -> None:
    lost = untrusted(Trust.LOST)
    status, words = verdict(
        processes=Processes(reading=lost, running=2, total=2), certificate=Certificate(reading=lost, days_left=9)
    )
    assert (status, words) == (Status.UNKNOWN, "processes and certificate: lost, the link was lost")
