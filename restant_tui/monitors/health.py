"""Watches every app: its health endpoint, its processes, its certificate."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from random import Random
from typing import Final, Protocol

from restant_tui.clock import Clock
from restant_tui.config.model import App, Config
from restant_tui.dokku.problems import NoAnswer
from restant_tui.dokku.version import Version
from restant_tui.monitors.apphealth import Part, holds_until, judged, reading_of, unasked, with_reading, without_link
from restant_tui.monitors.feed import Feed
from restant_tui.monitors.gathering import Gathering
from restant_tui.monitors.http import HttpProbe
from restant_tui.monitors.polling import JITTER, Poller
from restant_tui.monitors.probes import probe_certificate, probe_endpoint, probe_processes
from restant_tui.monitors.rawanswer import Redact, raw_answer
from restant_tui.monitors.readings import failed, never_asked, stale_limit
from restant_tui.monitors.rota import Rota
from restant_tui.monitors.snapshots import AppHealth, HealthSnapshot, Presence, Trust
from restant_tui.text import Redactor, parse_duration
from restant_tui.transport.outcome import Runner

_HTTP_SECONDS: Final = 10.0
_RETRY_SECONDS: Final = 60.0
_NO_SUCH_APP: Final = 20
"""The exit status by which Dokku says that there is no such app."""


class Directory(Protocol):
    """Knows which apps the hosts have."""

    def presence(self, app: str) -> Presence:
        """Return whether an app is on its host."""
        ...

    def wake(self, host: str) -> None:
        """Ask a host anew: it was just heard that an app is gone."""
        ...


class HealthMonitor:
    """Polls the parts of every app, each at its own interval, and publishes soon after each answer.

    Health endpoints are asked at their interval whatever is on screen: they cost the host nothing over SSH. Processes
    and certificates are asked by what is on screen (`attend`), the rest in turn.
    """

    def __init__(
        self,
        config: Config,
        runners: Mapping[str, Runner | None],
        http: HttpProbe,
        *,
        clock: Clock,
        random: Random,
        version: Callable[[str], Version | None] = lambda app: None,
        redact: Redact | None = None,
        directory: Directory | None = None,
    ) -> None:
        """Make a monitor; nothing is asked until `start`.

        Args:
            config: which apps there are, the intervals and the thresholds.
            runners: for each app the dokku identity on its host; None where it is not configured.
            http: asks the health endpoints.
            clock: stamps the readings.
            random: jitters the intervals.
            version: tells which Dokku an app's host has; None is taken for a current one.
            redact: takes secrets out of answers that could not be read.
            directory: knows which apps the hosts have; nobody does if not given.
        """
        self._thresholds = config.thresholds
        self._http = http
        self._clock = clock
        self._random = random
        self._version = version
        self._redact = redact or Redactor().redact
        self._directory = directory
        polling = config.polling
        self._endpoint_seconds = parse_duration(polling.health)
        self._retry_seconds = max(parse_duration(polling.processes), _RETRY_SECONDS)
        self._grace = parse_duration(polling.stale_after)
        self._rotas: dict[Part, Rota] = {
            "processes": self._rota("processes", parse_duration(polling.processes), self._ask_processes),
            "certificate": self._rota("certificate", parse_duration(polling.certificates), self._ask_certificate),
        }
        self._endpoints: dict[str, Poller] = {}
        self._entries: dict[str, App] = {}
        self._runners: dict[str, Runner | None] = {}
        self._apps: dict[str, AppHealth] = {}
        self._verdicts: dict[str, tuple[AppHealth, AppHealth, datetime]] = {}
        """For each app what was judged, the judgement, and until when it holds."""
        self._started = False
        for name, app in config.apps.items():
            self._take_in(name, app, runners.get(name), listed=True)
        self.feed: Feed[HealthSnapshot] = Feed(self._snapshot())
        self._gathering = Gathering(self._publish, lambda: len(self._apps))

    def start(self) -> None:
        """Begin to ask."""
        self._started = True
        for poller in self._endpoints.values():
            poller.start()
        for rota in self._rotas.values():
            rota.start()

    def watch(self, name: str, app: App, runner: Runner | None) -> None:
        """Watch an app too that the inventory does not name."""
        if name not in self._apps:
            self._take_in(name, app, runner, listed=False)
            self.refresh()

    async def forget(self, name: str) -> None:
        """Watch an app no more."""
        for rota in self._rotas.values():
            rota.remove(name)
        for kept in (self._entries, self._runners, self._apps):
            kept.pop(name, None)
        self.refresh()
        if poller := self._endpoints.pop(name, None):
            await poller.close()

    def attend(self, apps: frozenset[str]) -> None:
        """Say which apps are on screen: they are asked at their intervals, the others in turn."""
        for rota in self._rotas.values():
            rota.attend(apps)
        self.refresh()

    def wake(self, host: str | None = None) -> None:
        """Ask everything on a host now, or on all: what is off screen one after the other."""
        self.check(host)
        for rota in self._rotas.values():
            rota.wake(host)

    def check(self, host: str | None = None) -> None:
        """Ask the health endpoints of a host now, or of all."""
        for name, poller in self._endpoints.items():
            if host in (None, self._entries[name].host):
                poller.wake()

    def link_lost(self, host: str, reason: str) -> None:
        """Take in that a host cannot be asked any more."""
        for name, app in self._apps.items():
            if app.host == host:
                self._apps[name] = without_link(app, reason)
        self._gathering.news()

    def refresh(self) -> None:
        """Judge everything anew: something it rests on has changed."""
        self._verdicts.clear()
        self._gathering.news()

    async def close(self) -> None:
        """Stop asking; what has come is published."""
        await asyncio.gather(*(poller.close() for poller in self._endpoints.values()))
        await asyncio.gather(*(rota.close() for rota in self._rotas.values()))
        self._gathering.flush()

    def limit(self, app: str, part: Part) -> float:
        """Return the seconds of the clock after which a part of an app counts as stale, as things stand."""
        every = self._endpoint_seconds * (1 + JITTER) if part == "endpoint" else self._rotas[part].every(app)
        return stale_limit(every, self._grace, self._clock)

    def _rota(self, part: Part, interval: float, ask: Callable[[str], Awaitable[None]]) -> Rota:
        return Rota(
            ask,
            interval,
            random=self._random,
            on_problem=partial(self._missed, part),
            pause=partial(self._pause, part),
        )

    def _take_in(self, name: str, app: App, runner: Runner | None, *, listed: bool) -> None:
        self._entries[name], self._runners[name] = app, runner
        self._apps[name] = unasked(name, app, can_ask=runner is not None, listed=listed)
        if runner is not None:
            for rota in self._rotas.values():
                rota.add(name, app.host)
        if not app.url:
            return
        self._endpoints[name] = Poller(
            partial(self._ask_endpoint, name),
            lambda: self._endpoint_seconds,
            random=self._random,
            on_problem=partial(self._missed, "endpoint", name),
        )
        if self._started:
            self._endpoints[name].start()

    def _pause(self, part: Part, name: str) -> float:
        interval = self._rotas[part].interval
        # A certificate is asked for once an hour: after a failure that would be far too long to wait.
        if part == "certificate" and self._apps[name].certificate.reading.trust is not Trust.LIVE:
            return min(interval, self._retry_seconds)
        return interval

    async def _ask_endpoint(self, name: str) -> None:
        before, url = self._apps[name].endpoint, self._entries[name].url
        part = await probe_endpoint(before, url, self._http, self._clock.now, timeout=_HTTP_SECONDS)
        self._keep(replace(self._apps[name], endpoint=part))

    async def _ask_processes(self, name: str) -> None:
        before, version = self._apps[name].processes, self._version(name)
        part = await probe_processes(before, name, self._dokku(name), self._clock.now, version)
        self._keep(replace(self._apps[name], processes=part))

    async def _ask_certificate(self, name: str) -> None:
        before, version = self._apps[name].certificate, self._version(name)
        part = await probe_certificate(before, name, self._dokku(name), self._clock.now, version)
        self._keep(replace(self._apps[name], certificate=part))

    def _dokku(self, name: str) -> Runner:
        runner = self._runners[name]
        assert runner is not None, "only what can be asked is polled"
        return runner

    def _missed(self, part: Part, name: str, problem: Exception) -> None:
        """Keep what may be kept of a part whose probe failed, and say why there is nothing newer."""
        app = self._apps.get(name)
        if app is None:
            return  # nobody watches it any more
        before = reading_of(app, part)
        raw = raw_answer(problem, app.host, self._clock.now(), self._redact)
        self._keep(with_reading(app, part, failed(before, problem, raw)))
        gone = isinstance(problem, NoAnswer) and problem.outcome.exit_status == _NO_SUCH_APP
        if gone and self._directory and (before.trust is not Trust.NO_DATA or never_asked(before)):
            self._directory.wake(app.host)

    def _keep(self, app: AppHealth) -> None:
        self._apps[app.app] = app
        self._gathering.news()

    def _presence(self, name: str) -> Presence:
        return self._directory.presence(name) if self._directory else Presence()

    def _publish(self) -> None:
        self.feed.publish(self._snapshot())

    def _snapshot(self) -> HealthSnapshot:
        now = self._clock.now()
        return HealthSnapshot(tuple(self._judged(app, now) for app in self._apps.values()))

    def _judged(self, app: AppHealth, now: datetime) -> AppHealth:
        before, verdict, until = self._verdicts.get(app.app, (None, None, now))
        if before is app and verdict is not None and now <= until:
            return verdict
        verdict = judged(app, now, partial(self.limit, app.app), self._thresholds, self._presence(app.app))
        self._verdicts[app.app] = app, verdict, holds_until(verdict)
        return verdict
