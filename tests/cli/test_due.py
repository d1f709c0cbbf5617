from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from restant_tui.cli.main import run
from restant_tui.clock import SystemClock
from restant_tui.dokku.capabilities import Capabilities
from restant_tui.journal.records import RunRecord
from restant_tui.journal.store import Journal
from tests.support import capabilities


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESTANT_TUI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def remember(home: Path, runbook: str, status: str, *, hours_ago: float = 0) -> None:
    at = datetime.now(UTC) - timedelta(hours=hours_ago)
    (home / "state").mkdir(parents=True, exist_ok=True)
    with Journal.open(home / "state" / "journal.sqlite3", clock=SystemClock()) as journal:
        run_id = f"r-{status}-{hours_ago}"
        journal.begin_run(
            RunRecord(
                id=run_id, runbook=runbook, title=runbook, environment="production", host="main", actor="ann",
                started_at=at,
            )
        )  # fmt: skip
        journal.finish_run(run_id, status, at)


def board(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    assert run(["runbooks", "--due", "--json"]) == 0
    return {duty["id"]: duty for duty in json.loads(capsys.readouterr().out)}


def test_what_was_never_done_is_due_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    duty = board(capsys)["daily-morning"]
    assert duty["state"] in ("due", "overdue")
    assert duty["last"] is None
    assert run(["runbooks", "--due"]) == 0
    said = capsys.readouterr().out
    assert "never done" in said
    assert "There is no configuration" in said


def test_what_was_done_says_by_whom_and_how_it_ended(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remember(home, "daily-morning", "ok")
    duty = board(capsys)["daily-morning"]
    assert duty["state"] == "not-due"
    assert run(["runbooks", "--due"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"not-due +daily-morning +next .* UTC, in .*\n +last by ann .*: ok \(r-ok-0\)\n", said)


def test_a_failed_try_does_not_count_as_done(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    remember(home, "daily-morning", "failed")
    duty = board(capsys)["daily-morning"]
    assert duty["state"] in ("due", "overdue")
    assert run(["runbooks", "--due"]) == 0
    assert re.search(r"last by ann .*: failed \(r-failed-0\); never ended ok\n", capsys.readouterr().out)


def test_the_configurations_schedules_count(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home / "config" / "config.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(
        "hosts: {main: {address: h, dokku: {user: dokku}}}\n"
        'apps: {shop: {host: main, environment: staging, url: "http://localhost/health"}}\n'
        "time_zone: Asia/Kathmandu\n"
        "schedules:\n"
        "  daily-morning: {rrule: FREQ=WEEKLY}\n"
        "  daily-dashboards: {off: true}\n"
        "  not-there: {rrule: FREQ=DAILY}\n"
    )
    found = board(capsys)
    assert found["daily-morning"]["rrule"] == "FREQ=WEEKLY"
    assert found["daily-morning"]["tz"] == "Asia/Kathmandu"
    assert "daily-dashboards" not in found
    assert run(["runbooks", "--due"]) == 0
    assert "a schedule for not-there, but there is no such runbook" in capsys.readouterr().out


def keep(home: Path, known: Capabilities) -> None:
    import msgspec

    folder = home / "data" / "capabilities"
    folder.mkdir(parents=True)
    (folder / "box.json").write_bytes(msgspec.json.encode(known))


def test_the_list_says_what_cannot_be_carried_out_where_a_host_is_known(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["runbooks"]) == 0
    assert "Which can be carried out is known once a host was reached" in capsys.readouterr().out
    keep(home, capabilities.known(identities=()))
    assert run(["runbooks"]) == 0
    said = capsys.readouterr().out
    assert "cannot-run  Emergency rollback" in said
    assert "the dokku identity is not configured for box, or did not answer" in said
    assert "Readiness on box as of 2026-03-02 03:00 UTC" in said
    assert run(["runbooks", "--json"]) == 0
    plain = {one["id"]: one for one in json.loads(capsys.readouterr().out)}
    assert plain["rollback-emergency"]["readiness"] == "cannot-run"
    assert plain["rollback-emergency"]["readiness_reasons"]
