from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from restant_tui.alerts.model import Alert, AlertsSnapshot, Severity
from restant_tui.cli.marks import Marks
from restant_tui.cli.report import Report
from restant_tui.config.model import Environment
from restant_tui.journal.outbox import OutboxRow
from restant_tui.monitors.snapshots import (
    AppHealth,
    AppReleases,
    Attempt,
    AttemptStatus,
    Certificate,
    DiscoverySnapshot,
    Endpoint,
    HealthSnapshot,
    HostApps,
    LinksSnapshot,
    Processes,
    RawAnswer,
    Reading,
    ReleasesSnapshot,
    Status,
    Trust,
)
from restant_tui.transport.link import Link, LinkStatus
from tests.support.clock import START

SHA = "0123456789abcdef0123456789abcdef01234567"


def reading(trust: Trust = Trust.LIVE, seconds: float = 3, reason: str = "") -> Reading:
    seen = START - timedelta(seconds=seconds) if trust in (Trust.LIVE, Trust.STALE, Trust.LOST) else None
    return Reading(trust=trust, observed_at=seen, source="ps:report shop", reason=reason)


def health(status: Status = Status.OK, trust: Trust = Trust.LIVE, reason: str = "") -> AppHealth:
    return AppHealth(
        app="shop",
        environment=Environment.PRODUCTION,
        status=status,
        reason=reason,
        endpoint=Endpoint(reading=reading(trust), http_status=200, response_ms=41.6),
        processes=Processes(reading=reading(trust), running=2, total=2, detail=(("web.1", "running"),)),
        certificate=Certificate(reading=reading(trust), days_left=53.4),
    )


def report(*, status: Status = Status.OK, link: Link = Link.LIVE, alert: Severity | None = None) -> Report:
    raised = Alert(
        id="a-1",
        key="down:shop",
        severity=alert or Severity.INFO,
        title="shop answers 500",
        detail="",
        app="shop",
        environment=Environment.PRODUCTION,
        since=START,
        deadline=START + timedelta(minutes=5),
        runbook="rollback-emergency",
    )
    attempt = Attempt(
        build="b1",
        kind="build",
        status=AttemptStatus.SUCCEEDED,
        source="git-sync",
        started_at=START - timedelta(minutes=4),
        seconds=42,
        sha=SHA,
        subject="Move receipts",
        live=True,
    )
    return Report(
        at=START,
        practice=True,
        health=HealthSnapshot((health(status),)),
        releases=ReleasesSnapshot(
            (
                AppReleases(
                    app="shop",
                    environment=Environment.PRODUCTION,
                    reading=reading(),
                    live_sha=SHA,
                    live_source="git-sync",
                    live_subject="Move receipts",
                    attempts=(attempt,),
                ),
            )
        ),
        links=LinksSnapshot((("main/dokku", LinkStatus(link, START, "")),)),
        alerts=AlertsSnapshot((raised,) if alert else ()),
    )


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (report(), 0),
        (report(status=Status.WARNING), 1),
        (report(status=Status.CRITICAL), 2),
        (report(status=Status.UNKNOWN), 3),
        (report(link=Link.LOST), 3),
        (report(link=Link.REFUSED, status=Status.CRITICAL), 2),
        (report(alert=Severity.WARNING), 1),
        (report(alert=Severity.CRITICAL), 2),
        (report(alert=Severity.INFO), 0),
        (replace(report(), health=HealthSnapshot()), 3),
    ],
)
def test_the_exit_status_is_the_worst_of_everything(made: Report, status: int) -> None:
    if not made.health.apps:
        made = replace(made, releases=ReleasesSnapshot(), links=LinksSnapshot())
    assert made.exit_status() == status


def test_every_figure_has_its_age_and_its_source() -> None:
    text = report().as_text(Marks())
    assert "PRACTICE" in text
    assert "HTTP 200 in 42 ms" in text
    assert "2/2 running" in text
    assert "53 d left" in text
    assert text.count("3 s ago, ps:report shop") == 4
    assert "0123456 Move receipts" in text
    assert "LIVE" in text


@pytest.mark.parametrize("trust", [Trust.STALE, Trust.LOST, Trust.NO_DATA, Trust.NOT_CONFIGURED])
def test_what_cannot_be_trusted_says_so_in_its_own_word(trust: Trust) -> None:
    made = replace(report(), health=HealthSnapshot((health(trust=trust),)))
    assert made.as_text(Marks()).count(trust.value) >= 3


def test_without_colour_there_is_no_escape_and_in_ascii_no_other_letter() -> None:
    made = report(status=Status.CRITICAL, alert=Severity.CRITICAL)
    assert "\x1b" not in made.as_text(Marks())
    assert "\x1b[31m" in made.as_text(Marks(color=True))
    assert made.as_text(Marks(ascii=True)).isascii()


def test_an_alert_names_the_command_that_helps() -> None:
    text = report(alert=Severity.CRITICAL).as_text(Marks())
    assert "shop answers 500" in text
    assert "restant-tui run rollback-emergency -p app=shop" in text


def test_text_from_outside_cannot_drive_the_terminal() -> None:
    hostile = health(reason="\x1b]52;c;aGk=\x07\x1b[2Jboom\nnext")
    text = replace(report(), health=HealthSnapshot((hostile,))).as_text(Marks())
    assert "\x1b" not in text
    assert "boom next" in text


def test_json_has_the_same_facts_under_stable_keys() -> None:
    plain = json.loads(report(status=Status.WARNING, alert=Severity.WARNING).as_json())
    assert set(plain) == {
        "format", "at", "practice", "status", "apps", "hosts", "releases", "alerts", "links", "messages",
    }  # fmt: skip
    assert plain["status"] == "warning"
    app = plain["apps"][0]
    assert app["health"]["http_status"] == 200
    assert app["health"]["trust"] == "live"
    assert app["processes"]["running"] == 2
    assert app["certificate"]["days_left"] == 53.4
    assert plain["releases"][0]["attempts"][0]["live"] is True
    assert plain["alerts"][0]["runbook"] == "rollback-emergency"
    assert plain["links"][0]["state"] == "live"


def test_a_message_that_did_not_reach_people_is_shown_until_somebody_has_seen_it() -> None:
    row = OutboxRow(
        op="run-1", channel="incidents", template="emergency", message="{}", queued_at=START - timedelta(minutes=3),
        title="Checkout\x1b[2J fails", state="failed", detail="channel_not_found: invite the bot to the channel", id=7,
    )  # fmt: skip
    made = replace(report(), messages=(row,))
    text = made.as_text(Marks())
    assert "x failed    incidents          Checkout fails" in text
    assert "3 min ago: channel_not_found: invite the bot to the channel" in text
    assert made.exit_status() == 0
    [plain] = json.loads(made.as_json())["messages"]
    assert (plain["id"], plain["state"], plain["channel"]) == (7, "failed", "incidents")
    assert "MESSAGES\n  none" in report().as_text(Marks())


def discovered(**changes: Any) -> HostApps:
    found = HostApps(
        host="main", reading=replace(reading(), source="apps:list"), watched=("shop",), others=("blog", "shop-old")
    )
    return replace(found, **changes)


def test_apps_nobody_watches_are_told_and_those_that_are_not_there_loudly() -> None:
    made = replace(report(), discovery=DiscoverySnapshot((discovered(missing=("shopp",)),)))
    text = made.as_text(Marks())
    assert "main               also has blog, shop-old (not watched); 3 s ago, apps:list" in text
    assert "x missing: shopp; misspelt in the configuration, or destroyed" in text
    [host] = json.loads(made.as_json())["hosts"]
    assert (host["host"], host["watched"], host["not_watched"], host["missing"]) == (
        "main", ["shop"], ["blog", "shop-old"], ["shopp"],
    )  # fmt: skip
    assert (host["trust"], host["source"]) == ("live", "apps:list")


def test_a_list_of_apps_that_did_not_come_is_no_data_and_names_no_app() -> None:
    unread = replace(reading(Trust.NO_DATA, reason="the answer was not understood"), source="apps:list")
    made = replace(report(), discovery=DiscoverySnapshot((discovered(reading=unread, watched=(), others=()),)))
    assert "main               no data: the answer was not understood" in made.as_text(Marks())
    assert "blog" not in made.as_text(Marks())


def test_what_could_not_be_read_stands_raw_in_json() -> None:
    said = RawAnswer(host="main", asked="ps:report shop", at=START, text="Segmentation fault", cut=False)
    app = health(trust=Trust.NO_DATA)
    broken = replace(app, processes=Processes(reading=replace(app.processes.reading, raw=said)))
    data = json.loads(replace(report(), health=HealthSnapshot((broken,))).as_json())
    assert data["apps"][0]["processes"]["raw"] == {
        "asked": "ps:report shop",
        "text": "Segmentation fault",
        "cut": False,
    }
    assert data["apps"][0]["processes"]["running"] is None


def test_with_several_hosts_each_app_says_on_which_it_is() -> None:
    two = DiscoverySnapshot((discovered(), discovered(host="other")))
    made = replace(report(), discovery=two, health=HealthSnapshot((replace(health(), host="other"),)))
    assert "shop               production  other        all is well" in made.as_text(Marks())
    assert json.loads(made.as_json())["apps"][0]["host"] == "other"
