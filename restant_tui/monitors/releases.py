"""Watches what is live on every configured app and what is being tried."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from random import Random
from typing import Protocol

from restant_tui.clock import Clock
from restant_tui.config.model import App, Config
from restant_tui.dokku.history import History, read_history
from restant_tui.dokku.releases import Release, rejected
from restant_tui.dokku.version import Version
from restant_tui.errors import RestantError
from restant_tui.journal.records import NotedRelease
from restant_tui.monitors.feed import Feed
from restant_tui.monitors.polling import Poller
from restant_tui.monitors.readings import aged, failed, keeps_value, live, not_asked, not_configured, stale_limit
from restant_tui.monitors.snapshots import AppReleases, Attempt, AttemptStatus, Reading, ReleasesSnapshot
from restant_tui.text import parse_duration
from restant_tui.transport.outcome import Runner

_BUSY_SECONDS = 3.0
_SECONDS = 20.0
_NO_LOGIN = "the dokku identity is not configured for this host"


@dataclass(frozen=True, slots=True)
class Identities:
    """The sessions of one app's host; None where an identity is not configured."""

    dokku: Runner | None
    admin: Runner | None


class Ledger(Protocol):
    """Durable memory of what was live; the journal is one. Its calls may block."""

    def releases(self, app: str) -> Sequence[NotedRelease]:
        """Return what was noted for an app, newest first."""
        ...

    def note_release(self, app: str, sha: str, source: str, at: datetime, build: str = "") -> bool:
        """Note the commit that is live, and the build that brought it; return whether that was news."""
        ...


class ReleasesMonitor:
    """Polls the releases of every app, faster while one is under way, and publishes after each answer."""

    def __init__(
        self,
        config: Config,
        identities: Mapping[str, Identities],
        *,
        clock: Clock,
        random: Random,
        ledger: Ledger | None = None,
        version: Callable[[str], Version | None] = lambda app: None,
    ) -> None:
        """Make a monitor; nothing is asked until `start`.

        Args:
            config: which apps there are, and how often to ask.
            identities: the sessions to ask through, for each app.
            clock: stamps the readings.
            random: jitters the intervals.
            ledger: keeps what was seen live from one start to the next; kept for this one only if not given.
            version: tells which Dokku an app's host has; None is taken for a current one.
        """
        self._kept = ledger
        self._recalled: set[str] = set()
        self._version = version
        self._identities = identities
        self._clock = clock
        self._interval = parse_duration(config.polling.releases)
        self.limit = stale_limit(config.polling.releases, config.polling.stale_after, clock)
        """Seconds of the clock after which a reading counts as stale."""
        self._ledger: dict[str, dict[str, str]] = {name: {} for name in config.apps}
        self._apps = {name: self._first(name, app) for name, app in config.apps.items()}
        self.feed: Feed[ReleasesSnapshot] = Feed(self._snapshot())
        self._pollers = [
            Poller(
                partial(self._ask, name),
                partial(self._pause, name),
                random=random,
                on_problem=partial(self._missed, name),
            )
            for name in config.apps
            if identities[name].dokku is not None
        ]

    def start(self) -> None:
        """Begin to ask."""
        for poller in self._pollers:
            poller.start()

    def wake(self) -> None:
        """Ask everything now."""
        for poller in self._pollers:
            poller.wake()

    async def close(self) -> None:
        """Stop asking."""
        await asyncio.gather(*(poller.close() for poller in self._pollers))

    def _first(self, name: str, app: App) -> AppReleases:
        source = f"builds:list {name}"
        can_ask = self._identities[name].dokku is not None
        reading = not_asked(source) if can_ask else not_configured(source, _NO_LOGIN)
        return AppReleases(app=name, environment=app.environment, reading=reading)

    def _pause(self, name: str) -> float:
        busy = any(attempt.status is AttemptStatus.RUNNING for attempt in self._apps[name].attempts)
        return min(_BUSY_SECONDS, self._interval) if busy else self._interval

    async def _ask(self, name: str) -> None:
        through = self._identities[name]
        assert through.dokku is not None, "only what can be asked is polled"
        await self._recall(name)
        history = await read_history(
            name,
            through.dokku,
            through.admin,
            timeout=_SECONDS,
            ledger=self._ledger[name],
            version=self._version(name),
        )
        # Only what the metadata confirmed is noted: it stays true after the metadata has moved on to the next release.
        for release in history.releases:
            if release.live and release.sha:
                await self._note(name, release.build.id, release.sha, history.report.deploy_source)
        before = self._apps[name]
        self._keep(_seen(before, history, live(before.reading.source, self._clock.now())))

    async def _recall(self, name: str) -> None:
        """Take up what earlier starts have seen live; a ledger that cannot be read is tried again the next time."""
        if self._kept is None or name in self._recalled:
            return
        with suppress(RestantError):
            noted = await asyncio.to_thread(self._kept.releases, name)
            self._recalled.add(name)
            # Newest first, and what this start has seen itself counts more.
            for one in noted:
                if one.build:
                    self._ledger[name].setdefault(one.build, one.sha)

    async def _note(self, name: str, build: str, sha: str, source: str) -> None:
        if self._ledger[name].get(build) == sha:
            return
        self._ledger[name][build] = sha
        if self._kept is not None:
            # What cannot be kept is still known until the end of this start.
            with suppress(RestantError):
                await asyncio.to_thread(self._kept.note_release, name, sha, source, self._clock.now(), build)

    def _missed(self, name: str, problem: Exception) -> None:
        before = self._apps[name]
        reading = failed(before.reading, problem)
        if keeps_value(reading):
            self._keep(replace(before, reading=reading))
        else:
            self._keep(AppReleases(app=name, environment=before.environment, reading=reading))

    def _keep(self, app: AppReleases) -> None:
        self._apps[app.app] = app
        self.feed.publish(self._snapshot())

    def _snapshot(self) -> ReleasesSnapshot:
        now = self._clock.now()
        return ReleasesSnapshot(
            tuple(replace(app, reading=aged(app.reading, now, self.limit)) for app in self._apps.values())
        )


def _seen(before: AppReleases, history: History, reading: Reading) -> AppReleases:
    bad = rejected(history.releases)
    return replace(
        before,
        reading=reading,
        live_sha=history.live_sha,
        live_source=history.report.deploy_source,
        live_subject=history.live_subject,
        attempts=tuple(_attempt(release) for release in history.releases),
        warning=_warning(bad) if bad else "",
    )


def _warning(bad: Release) -> str:
    if bad.build.kind == "deploy":
        # It started what was built before: the live image as well as a rejected one.
        return (
            f"The newest deploy ({bad.build.id}, {bad.build.source}) failed: another restart, scale or config change "
            "may fail the same way. Read its log, and redeploy the last good release first."
        )
    return (
        f"The newest build ({bad.build.id}, {bad.build.source}) failed: a restart, a scale or a config change may "
        "start that rejected image. Redeploy the last good release first."
    )


def _attempt(release: Release) -> Attempt:
    build = release.build
    return Attempt(
        build=build.id,
        kind=build.kind,
        status=AttemptStatus(build.status.value),
        source=build.source,
        started_at=build.started_at,
        seconds=build.seconds,
        sha=release.sha,
        subject=release.subject,
        author=release.author,
        live=release.live,
        exit_code=build.exit_code,
    )
