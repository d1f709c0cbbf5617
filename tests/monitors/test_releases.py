from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from restant_tui.config.model import Polling
from restant_tui.dokku import commands
from restant_tui.dokku.version import Version
from restant_tui.errors import ConfigProblem
from restant_tui.journal.records import NotedRelease
from restant_tui.journal.store import Journal
from restant_tui.monitors.releases import Identities, Ledger, ReleasesMonitor
from restant_tui.monitors.snapshots import AppReleases, AttemptStatus, Trust
from tests.support import dokku_answers as said
from tests.support.clock import START, ManualClock
from tests.support.dokku_answers import BAD, GOOD, build, move
from tests.support.scripted import ScriptedRunner, exited, lost
from tests.support.waiting import until
from tests.support.watched import FAST, SLOW, one_app

BUILDS, REPORT = commands.builds_list("shop"), commands.apps_report("shop")


def dokku(*records: dict[str, object], live: str = GOOD) -> ScriptedRunner:
    return ScriptedRunner(
        {
            BUILDS: exited(said.builds_json(*records)),
            REPORT: exited(said.apps_json(live)),
            commands.git_report("shop"): exited(said.git_json()),
        }
    )


Latest = Callable[[], AppReleases]


@asynccontextmanager
async def watching(
    runner: ScriptedRunner | None,
    admin: ScriptedRunner | None = None,
    polling: Polling = FAST,
    ledger: Ledger | None = None,
    version: Version | None = None,
) -> AsyncIterator[tuple[ReleasesMonitor, Latest]]:
    monitor = ReleasesMonitor(
        one_app(polling=polling),
        {"shop": Identities(runner, admin)},
        clock=ManualClock(),
        random=Random(1),
        ledger=ledger,
        version=lambda _: version,
    )
    monitor.start()
    try:
        yield monitor, lambda: monitor.feed.latest.apps[0]
    finally:
        await monitor.close()


async def test_it_shows_what_is_live_and_what_was_tried() -> None:
    admin = ScriptedRunner(
        {
            commands.admin_reflog("shop", "main"): exited(move(GOOD, 130, "Fix tax", "Asha")),
            commands.admin_log("shop", "main"): exited(""),
        }
    )
    runner = dokku(build("b2", after=100, source="git-hook"), build("b1", status="failed"))
    async with watching(runner, admin) as (_, latest):
        await until(lambda: latest().attempts)
        app = latest()
        assert (app.live_sha, app.live_subject, app.live_source) == (GOOD, "Fix tax", "git-sync")
        assert [(attempt.build, attempt.live) for attempt in app.attempts] == [("b2", True), ("b1", False)]
        assert app.attempts[1].status is AttemptStatus.FAILED
        assert app.attempts[1].exit_code == 1
        assert app.reading.observed_at == START
        assert app.warning == ""


async def test_it_warns_when_a_restart_would_start_a_rejected_build() -> None:
    async with watching(dokku(build("b2", after=100, status="failed"), build("b1"))) as (_, latest):
        await until(lambda: latest().attempts)
        assert latest().warning.startswith("The newest build (b2, git:sync) failed: a restart")


async def test_a_commit_seen_live_stays_known_after_the_next_release() -> None:
    runner = dokku(build("b1"))
    async with watching(runner) as (_, latest):
        await until(lambda: latest().attempts)
        runner.answers[BUILDS] = exited(said.builds_json(build("b2", after=100), build("b1")))
        runner.answers[REPORT] = exited(said.apps_json(BAD))
        await until(lambda: len(latest().attempts) == 2 and latest().live_sha == BAD)
        assert [attempt.sha for attempt in latest().attempts] == [BAD, GOOD]


async def test_a_lost_link_keeps_what_was_seen() -> None:
    runner = dokku(build("b1"))
    async with watching(runner) as (_, latest):
        await until(lambda: latest().attempts)
        runner.answers[BUILDS] = lost()
        await until(lambda: latest().reading.trust is Trust.LOST)
        assert latest().live_sha == GOOD


async def test_an_answer_not_understood_leaves_no_data() -> None:
    runner = dokku(build("b1"))
    runner.answers[BUILDS] = exited("Usage: …\n")
    async with watching(runner) as (_, latest):
        await until(lambda: latest().reading.reason != "not asked yet")
        assert latest().reading.trust is Trust.NO_DATA
        assert latest().attempts == ()


async def test_while_a_build_runs_it_asks_more_often() -> None:
    pauses: list[float] = []
    monitor = ReleasesMonitor(
        one_app(polling=SLOW),
        {"shop": Identities(dokku(build("b1", status="running")), None)},
        clock=ManualClock(),
        random=Random(1),
    )
    assert monitor._pause("shop") == 3600
    monitor.start()
    await until(lambda: monitor.feed.latest.apps[0].attempts)
    pauses.append(monitor._pause("shop"))
    await monitor.close()
    assert pauses == [3.0]


async def test_waking_asks_now() -> None:
    runner = dokku(build("b1"))
    async with watching(runner, polling=SLOW) as (monitor, latest):
        await until(lambda: latest().attempts)
        monitor.wake()
        await until(lambda: runner.times(*BUILDS) == 2)


async def test_an_identity_that_is_not_configured_is_called_so() -> None:
    async with watching(None) as (_, latest):
        assert latest().reading.trust is Trust.NOT_CONFIGURED


@pytest.mark.parametrize("records", [(), (build("b1", status="abandoned"),)])
async def test_nothing_released_yet_is_not_a_problem(records: tuple[dict[str, object], ...]) -> None:
    runner = dokku(*records)
    runner.answers[REPORT] = exited(said.apps_json(source="", metadata=""))
    async with watching(runner) as (_, latest):
        await until(lambda: latest().reading.trust is Trust.LIVE)
        assert (latest().live_sha, latest().warning) == (None, "")


class KeptLedger:
    """A journal's memory of releases, for two starts of the program."""

    def __init__(self) -> None:
        self.noted: list[NotedRelease] = []
        self.broken = False

    def releases(self, app: str) -> list[NotedRelease]:
        if self.broken:
            raise ConfigProblem("the journal cannot be read")
        return [one for one in reversed(self.noted) if one.app == app]

    def note_release(self, app: str, sha: str, source: str, at: datetime, build: str = "") -> bool:
        if self.broken:
            raise ConfigProblem("the journal cannot be written")
        self.noted.append(NotedRelease(app=app, sha=sha, source=source, at=at, build=build))
        return True


async def test_what_was_seen_live_is_known_after_the_next_start() -> None:
    ledger = KeptLedger()
    async with watching(dokku(build("b1")), ledger=ledger) as (_, latest):
        await until(lambda: latest().attempts)
    assert [(one.sha, one.build, one.source) for one in ledger.noted] == [(GOOD, "b1", "git-sync")]
    later = dokku(build("b2", after=100), build("b1"), live=BAD)
    async with watching(later, ledger=ledger) as (_, latest):
        await until(lambda: latest().attempts)
        assert [attempt.sha for attempt in latest().attempts] == [BAD, GOOD]


async def test_what_is_live_is_noted_once_not_at_every_look() -> None:
    ledger = KeptLedger()
    runner = dokku(build("b1"))
    async with watching(runner, ledger=ledger):
        await until(lambda: runner.times(*BUILDS) > 3)
    assert len(ledger.noted) == 1


async def test_a_journal_that_fails_does_not_stop_the_watch() -> None:
    ledger = KeptLedger()
    ledger.broken = True
    async with watching(dokku(build("b1")), ledger=ledger) as (_, latest):
        await until(lambda: latest().attempts)
        assert latest().reading.trust is Trust.LIVE


async def test_a_real_journal_is_such_a_ledger(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "journal.sqlite3", clock=ManualClock()) as journal:
        async with watching(dokku(build("b1")), ledger=journal) as (_, latest):
            await until(lambda: latest().attempts)
        assert [(one.sha, one.build) for one in journal.releases("shop")] == [(GOOD, "b1")]


async def test_a_dokku_without_build_records_shows_the_moves_of_its_branch() -> None:
    runner = ScriptedRunner(
        {
            commands.apps_report("shop"): exited(said.apps_json(GOOD)),
            commands.git_report("shop", json=False): exited(said.GIT_TEXT),
        }
    )
    admin = ScriptedRunner(
        {
            commands.admin_reflog("shop", "main"): exited(move(GOOD, 130, "Fix tax", "Asha") + move(BAD, 30)),
            commands.admin_log("shop", "main"): exited(""),
        }
    )
    async with watching(runner, admin, version=(0, 30, 0)) as (_, latest):
        await until(lambda: latest().attempts)
        assert [(attempt.sha, attempt.status, attempt.live) for attempt in latest().attempts] == [
            (GOOD, AttemptStatus.SUCCEEDED, True),
            (BAD, AttemptStatus.UNKNOWN, False),
        ]
        assert latest().live_subject == "Fix tax"
    assert BUILDS not in runner.calls
