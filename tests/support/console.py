"""A console on a runtime whose feeds a test publishes to, and a world to publish."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from textual.app import App as TextualApp
from textual.pilot import Pilot

from restant_tui.alerts.book import AlertBook
from restant_tui.alerts.model import Condition, Severity
from restant_tui.config.model import Acknowledge, App, Config, Danger, Environment, Host, Login
from restant_tui.engine.arming import Arming
from restant_tui.engine.state import RunState, RunStatus
from restant_tui.errors import UsageProblem
from restant_tui.journal.records import Entry as JournalEntry
from restant_tui.journal.records import RunRecord
from restant_tui.monitors.buildlog import BuildLog
from restant_tui.monitors.feed import Feed
from restant_tui.monitors.logbuffer import LogBuffer
from restant_tui.monitors.snapshots import (
    AppHealth,
    AppReleases,
    Attempt,
    AttemptStatus,
    Certificate,
    DiscoverySnapshot,
    Endpoint,
    HealthSnapshot,
    LinksSnapshot,
    Processes,
    Reading,
    ReleasesSnapshot,
    Status,
    Trust,
)
from restant_tui.runbook.catalogue import Entry
from restant_tui.text import Redactor
from restant_tui.transport.link import Link, LinkStatus
from screens.app import RestantApp
from tests.support.clock import START, ManualClock
from tests.support.scripted import ScriptedRunner
from tests.support.waiting import until

CONFIG = Config(
    hosts={"box": Host(address="10.0.0.7", dokku=Login(user="dokku"))},
    apps={
        "restant-main": App(host="box", environment=Environment.PRODUCTION, url="http://10.0.0.7/health"),
        "restant-staging": App(host="box", environment=Environment.STAGING, url="http://10.0.0.7:81/health"),
    },
    practice=False,
)
STAGING_ONLY = Config(hosts=CONFIG.hosts, apps={"restant-staging": CONFIG.apps["restant-staging"]})


def reading(source: str, age: float = 3.0, trust: Trust = Trust.LIVE, now: datetime = START) -> Reading:
    """A reading taken `age` seconds ago."""
    known = trust in (Trust.LIVE, Trust.STALE, Trust.LOST)
    seen = now - timedelta(seconds=age) if known else None
    return Reading(trust=trust, observed_at=seen, source=source, good_for=age + 30)


def bad_app(**changes: Any) -> AppHealth:
    """The production app, answering 500."""
    url = "http://10.0.0.7/health"
    app = AppHealth(
        app="restant-main",
        environment=Environment.PRODUCTION,
        host="box",
        status=Status.CRITICAL,
        reason="HTTP 500 three times in a row",
        endpoint=Endpoint(
            reading=reading(f"GET {url}"),
            http_status=500,
            response_ms=1640.0,
            failures=3,
            history_ms=(120.0, 131.0, 118.0, 140.0, 122.0, 900.0, 1200.0, None, 1500.0, 1640.0),
        ),
        processes=Processes(
            reading=reading("ps:report restant-main", 9),
            running=2,
            total=2,
            detail=(("web.1", "running"), ("worker.1", "running")),
        ),
        certificate=Certificate(reading=reading("letsencrypt:report restant-main", 720), days_left=53.4),
    )
    return replace(app, **changes)


def good_app(**changes: Any) -> AppHealth:
    """The staging app, well."""
    url = "http://10.0.0.7:81/health"
    app = AppHealth(
        app="restant-staging",
        environment=Environment.STAGING,
        host="box",
        status=Status.OK,
        reason="",
        endpoint=Endpoint(
            reading=reading(f"GET {url}", 2), http_status=200, response_ms=88.0, history_ms=(90.0, 85.0, 92.0, 88.0)
        ),
        processes=Processes(
            reading=reading("ps:report restant-staging", 9), running=1, total=1, detail=(("web.1", "running"),)
        ),
        certificate=Certificate(reading=reading("letsencrypt:report restant-staging", 720), days_left=79.0),
    )
    return replace(app, **changes)


def attempt(number: int, status: AttemptStatus, hours: float, sha: str | None, subject: str, **more: Any) -> Attempt:
    """One row of the builds, started that many hours ago."""
    return Attempt(
        build=f"b{number}",
        kind="deploy",
        status=status,
        source="git-sync",
        started_at=START - timedelta(hours=hours),
        seconds=38.0,
        sha=sha,
        subject=subject,
        author="Dana Petrov",
        **more,
    )


def main_releases(**changes: Any) -> AppReleases:
    """What is live on the production app and what was tried."""
    good, failed = AttemptStatus.SUCCEEDED, AttemptStatus.FAILED
    app = AppReleases(
        app="restant-main",
        environment=Environment.PRODUCTION,
        host="box",
        reading=reading("builds:list restant-main", 4),
        live_sha="3f2a9c1e77b0aa01",
        live_source="git-sync",
        live_subject="Move receipts to the new printing queue",
        attempts=(
            attempt(9, good, 0.2, "3f2a9c1e77b0aa01", "Move receipts to the new printing queue", live=True),
            attempt(8, good, 26, "b81d0027d1c4f00d", "Round taxes at the end of the order"),
            attempt(7, failed, 27, None, ""),
            attempt(6, good, 75, "90ce11ab43aa7711", "Cache the menu for a minute"),
        ),
    )
    return replace(app, **changes)


def staging_releases() -> AppReleases:
    """What is live on the staging app."""
    return AppReleases(
        app="restant-staging",
        environment=Environment.STAGING,
        host="box",
        reading=reading("builds:list restant-staging", 4),
        live_sha="b81d0027d1c4f00d",
        live_source="git-sync",
        live_subject="Round taxes at the end of the order",
        attempts=(
            attempt(
                3, AttemptStatus.SUCCEEDED, 50, "b81d0027d1c4f00d", "Round taxes at the end of the order", live=True
            ),
        ),
    )


def down(app: str = "restant-main") -> Condition:
    """The condition that raises the critical alert."""
    return Condition(
        key=f"down:{app}",
        severity=Severity.CRITICAL,
        title=f"{app} answers 500",
        detail="its health endpoint reports an error (3 times in a row)",
        app=app,
        environment=Environment.PRODUCTION,
        runbook="rollback-emergency",
    )


def certificate_short() -> Condition:
    """A warning without a runbook."""
    return Condition(
        key="certificate:restant-staging",
        severity=Severity.WARNING,
        title="the certificate of restant-staging ends in 19 days",
        app="restant-staging",
        environment=Environment.STAGING,
    )


class FakeMonitors:
    """Feeds that show nothing until a test publishes."""

    def __init__(self) -> None:
        self.health: Feed[HealthSnapshot] = Feed(HealthSnapshot())
        self.releases: Feed[ReleasesSnapshot] = Feed(ReleasesSnapshot())
        self.links: Feed[LinksSnapshot] = Feed(LinksSnapshot((("box/dokku", LinkStatus(Link.LIVE, START)),)))
        self.logs: dict[str, LogBuffer] = {}
        self.discovery: Feed[DiscoverySnapshot] = Feed(DiscoverySnapshot())
        self.dokku = ScriptedRunner()
        self.woken = 0
        self.on_screen: list[tuple[frozenset[str], frozenset[str]]] = []
        """What was attended to, with its health and with its releases, one after the other."""
        self.guests: list[str] = []

    def attend(self, health: frozenset[str], releases: frozenset[str]) -> None:
        self.on_screen.append((health, releases))

    def look_at(self, host: str, app: str) -> None:
        self.guests.append(f"{host}/{app}")

    async def look_away(self, app: str) -> None:
        self.guests = [guest for guest in self.guests if not guest.endswith(f"/{app}")]

    def watch_logs(self, app: str) -> LogBuffer:
        return self.logs.setdefault(app, LogBuffer())

    def build_log(self, app: str, build: str, *, running: bool, redactor: Redactor) -> BuildLog:
        return BuildLog(app, build, self.dokku, running=running, redactor=redactor)

    def wake(self) -> None:
        self.woken += 1

    def link(self, state: Link, seconds: float = 12.0) -> None:
        """Turn the only link."""
        status = LinkStatus(state, START - timedelta(seconds=seconds), "the host does not answer")
        self.links.publish(LinksSnapshot((("box/dokku", status),)))


class FakeRun:
    """A run that stands still."""

    def __init__(self, state: RunState) -> None:
        self.feed: Feed[RunState] = Feed(state)


def under_way() -> FakeRun:
    """A rollback of production that began two minutes ago."""
    return FakeRun(
        RunState(
            id="r-20260302-0258-k7",
            runbook="rollback-emergency",
            title="Emergency rollback",
            status=RunStatus.RUNNING,
            environment=Environment.PRODUCTION,
            host="box",
            actor="dev",
            danger=Danger.DESTRUCTIVE,
            started_at=START - timedelta(minutes=2),
        )
    )


class FakeEngine:
    """Holds the runs a test says are under way."""

    def __init__(self) -> None:
        self.active: tuple[FakeRun, ...] = ()
        self.resumed: list[str] = []
        self.held = ""
        """Why no run can be taken up, if it cannot."""

    async def resume(self, run_id: str, *, by: str) -> FakeRun:
        if self.held:
            raise UsageProblem(self.held)
        self.resumed.append(run_id)
        return under_way()

    def run(self, run_id: str) -> FakeRun | None:
        return next((run for run in self.active if run.feed.latest.id == run_id), None)


class FakeCatalogue:
    """Two runbooks."""

    def entries(self, *, thorough: bool = False) -> tuple[Entry, ...]:
        return (entry("rollback-emergency", "Emergency rollback"), entry("daily-checks", "Daily checks [/x]"))


def entry(id: str, title: str) -> Entry:  # noqa: A002 - it is what the format calls it
    """A runbook in the catalogue."""
    return Entry(
        id=id, path=Path(f"{id}.yaml"), title=title, category="rollback", danger=Danger.READ, estimate="5 min",
        when_to_use="when it is needed",
    )  # fmt: skip


@dataclass
class FakeJournal:
    """A journal that was filled beforehand."""

    records: list[RunRecord] = field(default_factory=list)

    def runs(self, limit: int = 50) -> list[RunRecord]:
        return self.records[:limit]

    def entries(self, run: str, after: int = 0) -> list[JournalEntry]:
        return []


class FakeRuntime:
    """Everything the console holds open, without a host."""

    def __init__(self, config: Config = CONFIG) -> None:
        self.config = config
        self.clock = ManualClock()
        self.actor = "dev"
        self.redactor = Redactor()
        self.monitors = FakeMonitors()
        self.alerts = AlertBook(Acknowledge(), clock=self.clock)
        self.arming = Arming(self.clock)
        self.engine = FakeEngine()
        self.journal = FakeJournal()
        self.catalogue = FakeCatalogue()
        self.notifier: Any = None
        self.started = self.closed = False

    async def start(self, *, monitors: bool = True) -> None:
        self.started = True

    async def close(self) -> None:
        self.closed = True

    def outage(self) -> None:
        """Publish a bad night: production answers 500, staging is well."""
        self.monitors.health.publish(HealthSnapshot((bad_app(), good_app())))
        self.monitors.releases.publish(ReleasesSnapshot((main_releases(), staging_releases())))
        self.alerts.apply([down(), certificate_short()])
        self.monitors.watch_logs("restant-main").feed(LOG)


LOG = b"".join(
    b"\x1b[36m2026-03-02T02:%02d:%02d.123456789Z app[%s]:\x1b[0m %s\n" % (second // 60, second % 60, process, message)
    for second, (process, message) in enumerate(
        [
            (b"web.1", b'10.0.0.9 "GET /orders HTTP/1.1" 200 5120'),
            (b"worker.1", b"[2026-03-02 02:00:01] production.INFO: printed receipt 4411"),
            (b"web.1", b"[2026-03-02 02:00:02] production.ERROR: Queue [printing] is not defined. app[web.1] [/x]"),
            (
                b"web.1",
                b"#0 /app/app/Receipts/Printer.php(41): Illuminate\\Queue\\QueueManager->connection('printing')",
            ),
            (b"web.1", b'10.0.0.9 "GET /health HTTP/1.1" 500 41'),
            (b"worker.1", b"[2026-03-02 02:00:05] production.WARNING: job 77 tried 3 times"),
        ]
        * 8
    )
)


def console(runtime: FakeRuntime, **options: Any) -> RestantApp:
    """The console on that runtime."""

    async def open_runtime() -> Any:
        return runtime

    return RestantApp(open_runtime, clock=runtime.clock, **options)


async def connected(app: RestantApp) -> None:
    """Wait until the runtime is there and every feed has been taken in once."""
    await until(lambda: app.trouble or (app.runtime is not None and app.alerts is not None), what="connecting")
    assert not app.trouble


def lines(app: TextualApp[Any]) -> list[str]:
    """What stands on the screen now, line by line."""
    # There is no public way to read what was composed; every test goes through this one place.
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).rstrip() for strip in strips]


def text(app: TextualApp[Any]) -> str:
    """What stands on the screen now."""
    return "\n".join(lines(app))


@asynccontextmanager
async def open_console(
    runtime: FakeRuntime, size: tuple[int, int] = (120, 40), **options: Any
) -> AsyncIterator[Pilot[None]]:
    """A connected console at that size, with everything the runtime has published on the screen."""
    app = console(runtime, **options)
    async with app.run_test(size=size, notifications=True) as pilot:
        await connected(app)
        await settle(pilot)
        yield pilot


async def settle(pilot: Pilot[None]) -> None:
    """Let everything published arrive and be drawn, with the clock's newest time."""
    for _round in range(3):
        await pilot.pause()
    pilot.app.tick()  # type: ignore[attr-defined]  # the console's own second, without waiting for one
    for _round in range(3):
        await pilot.pause()
