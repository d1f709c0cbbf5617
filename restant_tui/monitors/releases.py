"""Watches what is live on every configured app and what is being tried."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from random import Random
from typing import Protocol

from restant_tui.clock import Clock
from restant_tui.config.model import App, Config
from restant_tui.dokku.git import Commit
from restant_tui.dokku.history import History, read_history
from restant_tui.dokku.releases import Release, rejected
from restant_tui.dokku.version import Version
from restant_tui.errors import RestantError
from restant_tui.journal.records import NotedRelease
from restant_tui.monitors.feed import Feed
from restant_tui.monitors.gathering import Gathering
from restant_tui.monitors.rawanswer import Redact, raw_answer
from restant_tui.monitors.readings import (
    aged,
    failed,
    keeps_value,
    live,
    lost,
    not_asked,
    not_configured,
    stale_limit,
)
from restant_tui.monitors.rota import Rota
from restant_tui.monitors.snapshots import AppReleases, Attempt, AttemptStatus, Reading, ReleasesSnapshot, Trust
from restant_tui.text import Redactor, parse_duration
from restant_tui.transport.outcome import Runner

_BUSY_SECONDS = 3.0
_SECONDS = 20.0
_NO_LOGIN = "the dokku identity is not configured for this host"


@dataclass(frozen=True, slots=True)
class Identities:
    """The sessions of one app's host; None where an identity is not configured."""

    dokku: Runner | None
    admin: Runner | None
    commits: Callable[[str, str | None], Awaitable[tuple[Commit, ...]]] | None = None
    """Gives the commits of an app from a clone, the named one among them; asked where the admin tells of none."""


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
        redact: Redact | None = None,
    ) -> None:
        """Make a monitor; nothing is asked until `start`.

        Args:
            config: which apps there are, and how often to ask.
            identities: the sessions to ask through, for each app.
            clock: stamps the readings.
            random: jitters the intervals.
            ledger: keeps what was seen live from one start to the next; kept for this one only if not given.
            version: tells which Dokku an app's host has; None is taken for a current one.
            redact: takes secrets out of answers that could not be read.
        """
        self._kept = ledger
        self._recalled: set[str] = set()
        self._version = version
        self._redact = redact or Redactor().redact
        self._identities: dict[str, Identities] = {}
        self._clock = clock
        self._interval = parse_duration(config.polling.releases)
        self._grace = parse_duration(config.polling.stale_after)
        self._ledger: dict[str, dict[str, str]] = {}
        self._apps: dict[str, AppReleases] = {}
        self._rota = Rota(self._ask, self._interval, random=random, on_problem=self._missed, pause=self._pause)
        for name, app in config.apps.items():
            self._take_in(name, app, identities[name], listed=True)
        self.feed: Feed[ReleasesSnapshot] = Feed(self._snapshot())
        self._gathering = Gathering(self._publish, lambda: len(self._apps))

    def start(self) -> None:
        """Begin to ask."""
        self._rota.start()

    def watch(self, name: str, app: App, identities: Identities) -> None:
        """Watch an app too that the inventory does not name."""
        if name not in self._apps:
            self._take_in(name, app, identities, listed=False)
            self._gathering.news()

    def forget(self, name: str) -> None:
        """Watch an app no more."""
        self._rota.remove(name)
        self._apps.pop(name, None)
        self._gathering.news()

    def attend(self, apps: frozenset[str]) -> None:
        """Say which apps are on screen: they are asked at their intervals, the others in turn."""
        self._rota.attend(apps)
        self._gathering.news()

    def wake(self, host: str | None = None) -> None:
        """Ask everything on a host now, or on all: what is off screen one after the other."""
        self._rota.wake(host)

    def link_lost(self, host: str, reason: str) -> None:
        """Take in that a host cannot be asked any more."""
        for name, app in self._apps.items():
            if app.host == host and app.reading.trust is not Trust.NOT_CONFIGURED:
                self._apps[name] = _without_news(app, lost(app.reading, reason))
        self._gathering.news()

    async def close(self) -> None:
        """Stop asking; what has come is published."""
        await self._rota.close()
        self._gathering.flush()

    def limit(self, app: str) -> float:
        """Return the seconds of the clock after which the releases of an app count as stale, as things stand."""
        return stale_limit(self._rota.every(app), self._grace, self._clock)

    def _take_in(self, name: str, app: App, identities: Identities, *, listed: bool) -> None:
        source = f"builds:list {name}"
        reading = not_asked(source) if identities.dokku is not None else not_configured(source, _NO_LOGIN)
        self._identities[name] = identities
        self._ledger.setdefault(name, {})
        self._apps[name] = AppReleases(
            app=name, host=app.host, listed=listed, environment=app.environment, reading=reading
        )
        if identities.dokku is not None:
            self._rota.add(name, app.host)

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
            clone=partial(through.commits, name) if through.commits else None,
        )
        # Only what the metadata confirmed is noted: it stays true after the metadata has moved on to the next release.
        build = next((release.build.id for release in history.releases if release.live), "")
        if history.live_sha:
            await self._note(name, build, history.live_sha, history.report.deploy_source)
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
        before = self._apps.get(name)
        if before is None:
            return  # nobody watches it any more
        raw = raw_answer(problem, before.host, self._clock.now(), self._redact)
        self._keep(_without_news(before, failed(before.reading, problem, raw)))

    def _keep(self, app: AppReleases) -> None:
        self._apps[app.app] = replace(app, reading=replace(app.reading, good_for=self.limit(app.app)))
        self._gathering.news()

    def _publish(self) -> None:
        self.feed.publish(self._snapshot())

    def _snapshot(self) -> ReleasesSnapshot:
        now = self._clock.now()
        return ReleasesSnapshot(tuple(self._aged(app, now) for app in self._apps.values()))

    def _aged(self, app: AppReleases, now: datetime) -> AppReleases:
        reading = aged(app.reading, now, self.limit(app.app))
        return app if reading is app.reading else replace(app, reading=reading)


def _without_news(app: AppReleases, reading: Reading) -> AppReleases:
    """Return an app whose releases did not come; what was seen stands where it may."""
    if keeps_value(reading):
        return replace(app, reading=reading)
    return AppReleases(app=app.app, host=app.host, listed=app.listed, environment=app.environment, reading=reading)


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
