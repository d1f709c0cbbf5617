from __future__ import annotations

from dataclasses import replace

import pytest

from restant_tui.alerts.model import Condition, Severity
from restant_tui.alerts.rules import conditions
from restant_tui.config.model import Environment, Thresholds
from restant_tui.monitors.readings import live
from restant_tui.monitors.snapshots import (
    AppHealth,
    AppReleases,
    Attempt,
    AttemptStatus,
    Certificate,
    Endpoint,
    HealthSnapshot,
    LinksSnapshot,
    Presence,
    Processes,
    Reading,
    ReleasesSnapshot,
    Status,
    Trust,
)
from restant_tui.transport.link import Link, LinkStatus
from tests.support.clock import START

SEEN = live("somewhere", START)
LOST = Reading(trust=Trust.LOST, observed_at=START, source="somewhere", reason="the link was lost")

WELL = AppHealth(
    app="shop",
    environment=Environment.PRODUCTION,
    host="box",
    presence=Presence(known_at=START),
    status=Status.OK,
    reason="",
    endpoint=Endpoint(reading=SEEN, http_status=200, response_ms=100),
    processes=Processes(reading=SEEN, running=2, total=2),
    certificate=Certificate(reading=SEEN, days_left=60),
)
GOOD_BUILD = Attempt(
    build="b1", kind="build", status=AttemptStatus.SUCCEEDED, source="git-hook", started_at=START, seconds=30
)
RELEASED = AppReleases(app="shop", environment=Environment.PRODUCTION, reading=SEEN, attempts=(GOOD_BUILD,))


def looked_at(
    health: AppHealth = WELL, releases: AppReleases = RELEASED, link: LinkStatus | None = None
) -> dict[str, Condition]:
    link = link or LinkStatus(Link.LIVE, START)
    found = conditions(
        HealthSnapshot((health,)), ReleasesSnapshot((releases,)), LinksSnapshot((("box/dokku", link),)), Thresholds()
    )
    return {condition.key: condition for condition in found}


def bad(found: dict[str, Condition]) -> dict[str, Severity]:
    return {key: condition.severity for key, condition in found.items() if condition.severity}


def test_when_all_is_well_every_rule_says_so() -> None:
    found = looked_at()
    assert bad(found) == {}
    assert all(condition.known for condition in found.values())
    assert len(found) == 8


@pytest.mark.parametrize(
    ("endpoint", "severity", "title"),
    [
        (Endpoint(reading=SEEN, error="refused", failures=1), Severity.WARNING, "shop does not answer"),
        (Endpoint(reading=SEEN, error="refused", failures=3), Severity.CRITICAL, "shop does not answer"),
        (Endpoint(reading=SEEN, http_status=500, failures=2), Severity.WARNING, "shop answers 500"),
        (Endpoint(reading=SEEN, http_status=502, failures=9), Severity.CRITICAL, "shop answers 502"),
    ],
)
def test_a_failing_endpoint_is_one_alert_that_grows_with_its_failures(
    endpoint: Endpoint, severity: Severity, title: str
) -> None:
    found = looked_at(replace(WELL, endpoint=endpoint))
    assert bad(found) == {"down:shop": severity}
    down = found["down:shop"]
    assert (down.title, down.app, down.environment, down.runbook) == (
        title,
        "shop",
        Environment.PRODUCTION,
        "rollback-emergency",
    )
    assert not found["slow:shop"].known


@pytest.mark.parametrize(("response", "severity"), [(2000, Severity.WARNING), (3000, Severity.CRITICAL)])
def test_slowness(response: float, severity: Severity) -> None:
    slow = Endpoint(reading=SEEN, http_status=200, response_ms=response)
    found = looked_at(replace(WELL, endpoint=slow))
    assert bad(found) == {"slow:shop": severity}
    assert found["slow:shop"].detail == f"its health endpoint took {response} ms"


def test_an_app_that_its_host_does_not_have_is_critical_as_long_as_the_host_says_so() -> None:
    gone = replace(WELL, presence=Presence(known_at=START, missing="box has no app `shop`: misspelt, or destroyed"))
    found = looked_at(gone)
    assert bad(found) == {"missing:shop": Severity.CRITICAL}
    assert found["missing:shop"].title == "shop is not on box"
    assert "misspelt, or destroyed" in found["missing:shop"].detail
    unknown = looked_at(replace(gone, presence=Presence()))
    assert not unknown["missing:shop"].known, "a lost link does not clear it"


def test_processes_and_certificates() -> None:
    some = Processes(reading=SEEN, running=1, total=2, detail=(("web.1", "running"), ("worker.1", "exited")))
    found = looked_at(replace(WELL, processes=some, certificate=Certificate(reading=SEEN, days_left=5)))
    assert bad(found) == {"processes:shop": Severity.WARNING, "certificate:shop": Severity.CRITICAL}
    assert found["processes:shop"].detail == "ps:report says: web.1 running, worker.1 exited"
    assert found["certificate:shop"].title == "shop: certificate ends in 5 days"


def test_a_failed_deploy_and_a_rejected_build() -> None:
    failed = replace(GOOD_BUILD, build="b2", status=AttemptStatus.FAILED, exit_code=137)
    running = replace(GOOD_BUILD, build="b3", status=AttemptStatus.RUNNING)
    releases = replace(RELEASED, attempts=(running, failed, GOOD_BUILD), warning="The newest build (b2) failed: …")
    found = looked_at(releases=releases)
    assert bad(found) == {"deploy:shop": Severity.WARNING, "rejected:shop": Severity.WARNING}
    assert "b2" in found["deploy:shop"].detail
    assert "137" in found["deploy:shop"].detail


@pytest.mark.parametrize("state", [Link.LOST, Link.REFUSED])
def test_a_lost_link_means_we_cannot_see_the_host(state: Link) -> None:
    found = looked_at(link=LinkStatus(state, START, "connection reset"))
    assert bad(found) == {"link:box": Severity.WARNING}
    assert found["link:box"].title == "Cannot see box"
    assert found["link:box"].detail == "dokku: connection reset"


@pytest.mark.parametrize("state", [Link.CONNECTING, Link.STALE])
def test_a_link_on_its_way_says_nothing(state: Link) -> None:
    assert not looked_at(link=LinkStatus(state, START))["link:box"].known


def test_what_cannot_be_seen_says_nothing_rather_than_that_all_is_well() -> None:
    blind = replace(
        WELL,
        endpoint=Endpoint(reading=LOST, http_status=200, response_ms=90),
        processes=Processes(reading=LOST, running=2, total=2),
        certificate=Certificate(reading=LOST, days_left=60),
        presence=Presence(),
    )
    found = looked_at(blind, replace(RELEASED, reading=LOST))
    assert bad(found) == {}
    assert {key for key, condition in found.items() if condition.known} == {"link:box"}


def test_two_lost_logins_of_one_host_are_one_alert_and_one_lost_login_names_it() -> None:
    def host(admin: Link) -> Condition:
        links = (
            ("box/dokku", LinkStatus(Link.LOST, START, "connection reset")),
            ("box/admin", LinkStatus(admin, START, "connection reset" if admin is Link.LOST else "")),
            ("other/dokku", LinkStatus(Link.LIVE, START)),
        )
        found = conditions(HealthSnapshot(), ReleasesSnapshot(), LinksSnapshot(links), Thresholds())
        assert [condition.key for condition in found] == ["link:box", "link:other"]
        return found[0]

    assert (host(Link.LOST).title, host(Link.LOST).detail) == ("Cannot see box", "dokku and admin: connection reset")
    assert host(Link.LIVE).title == "Cannot reach box as dokku"
