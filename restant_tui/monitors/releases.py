"""Watches what is live on every configured app and what is being tried."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from restant_tui.clock import Clock
from restant_tui.config.model import App, Config
from restant_tui.dokku.history import History, read_history
from restant_tui.dokku.releases import Release, rejected
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


class ReleasesMonitor:
    """Polls the releases of every app, faster while one is under way, and publishes after each answer."""

    def __init__(self, config: Config, identities: Mapping[str, Identities], *, clock: Clock, random: Random) -> None:
        """Make a monitor; nothing is asked until `start`.

        Args:
            config: which apps there are, and how often to ask.
            identities: the sessions to ask through, for each app.
            clock: stamps the readings.
            random: jitters the intervals.
        """
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
        history = await read_history(name, through.dokku, through.admin, timeout=_SECONDS, ledger=self._ledger[name])
        # Only what the metadata confirmed is noted: it stays true after the metadata has moved on to the next release.
        self._ledger[name].update(
            (release.build.id, release.sha) for release in history.releases if release.live and release.sha
        )
        before = self._apps[name]
        self._keep(_seen(before, history, live(before.reading.source, self._clock.now())))

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
