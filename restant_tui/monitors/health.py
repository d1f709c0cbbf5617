"""Watches every configured app: its health endpoint, its processes, its certificate."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from random import Random
from typing import Literal

from restant_tui.clock import Clock
from restant_tui.config.model import App, Config
from restant_tui.dokku.version import Version
from restant_tui.monitors.feed import Feed
from restant_tui.monitors.http import HttpProbe
from restant_tui.monitors.judge import judge
from restant_tui.monitors.polling import Poller
from restant_tui.monitors.probes import probe_certificate, probe_endpoint, probe_processes
from restant_tui.monitors.readings import aged, failed, keeps_value, not_asked, not_configured, stale_limit
from restant_tui.monitors.snapshots import (
    AppHealth,
    Certificate,
    Endpoint,
    HealthSnapshot,
    Processes,
    Reading,
    Status,
    Trust,
)
from restant_tui.text import parse_duration, public_address
from restant_tui.transport.outcome import Runner

Part = Literal["endpoint", "processes", "certificate"]
"""A part of an app's health that is polled by itself."""

_HTTP_SECONDS = 10.0
_RETRY_SECONDS = 60.0
_NO_LOGIN = "the dokku identity is not configured for this host"


class HealthMonitor:
    """Polls the parts of every app, each at its own interval, and publishes the whole after each answer."""

    def __init__(
        self,
        config: Config,
        runners: Mapping[str, Runner | None],
        http: HttpProbe,
        *,
        clock: Clock,
        random: Random,
        version: Callable[[str], Version | None] = lambda app: None,
    ) -> None:
        """Make a monitor; nothing is asked until `start`.

        Args:
            config: which apps there are, the intervals and the thresholds.
            runners: for each app the dokku identity on its host; None where it is not configured.
            http: asks the health endpoints.
            clock: stamps the readings.
            random: jitters the intervals.
            version: tells which Dokku an app's host has; None is taken for a current one.
        """
        self._version = version
        self._config = config
        self._runners = runners
        self._http = http
        self._clock = clock
        polling = config.polling
        self._intervals: dict[Part, float] = {
            "endpoint": parse_duration(polling.health),
            "processes": parse_duration(polling.processes),
            "certificate": parse_duration(polling.certificates),
        }
        self._limits: dict[Part, float] = {
            "endpoint": stale_limit(polling.health, polling.stale_after, clock),
            "processes": stale_limit(polling.processes, polling.stale_after, clock),
            "certificate": stale_limit(polling.certificates, polling.stale_after, clock),
        }
        self._apps = {name: self._first(name, app) for name, app in config.apps.items()}
        self.feed: Feed[HealthSnapshot] = Feed(self._snapshot())
        self._pollers = [poller for name in config.apps for poller in self._pollers_of(name, random)]

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

    def limit(self, part: Part) -> float:
        """Return the seconds of the clock after which a part counts as stale."""
        return self._limits[part]

    def _first(self, name: str, app: App) -> AppHealth:
        can_ask = self._runners.get(name) is not None

        def over_ssh(source: str) -> Reading:
            return not_asked(source) if can_ask else not_configured(source, _NO_LOGIN)

        return AppHealth(
            app=name,
            environment=app.environment,
            status=Status.UNKNOWN,
            reason="not asked yet",
            endpoint=Endpoint(reading=not_asked(f"GET {public_address(app.url)}")),
            processes=Processes(reading=over_ssh(f"ps:report {name}")),
            certificate=Certificate(reading=over_ssh(f"letsencrypt:report {name}")),
        )

    def _pollers_of(self, name: str, random: Random) -> list[Poller]:
        def poller(part: Part, probe: Callable[[str], Awaitable[None]]) -> Poller:
            return Poller(
                partial(probe, name),
                partial(self._pause, name, part),
                random=random,
                on_problem=partial(self._missed, name, part),
            )

        if self._runners.get(name) is None:
            return [poller("endpoint", self._ask_endpoint)]
        return [
            poller("endpoint", self._ask_endpoint),
            poller("processes", self._ask_processes),
            poller("certificate", self._ask_certificate),
        ]

    def _pause(self, name: str, part: Part) -> float:
        # A certificate is asked for once an hour: after a failure that would be far too long to wait.
        if part == "certificate" and self._apps[name].certificate.reading.trust is not Trust.LIVE:
            return min(self._intervals["certificate"], max(self._intervals["processes"], _RETRY_SECONDS))
        return self._intervals[part]

    async def _ask_endpoint(self, name: str) -> None:
        before = self._apps[name].endpoint
        url = self._config.apps[name].url
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

    def _missed(self, name: str, part: Part, problem: Exception) -> None:
        """Keep what may be kept of a part whose probe failed, and say why there is nothing newer."""
        app = self._apps[name]
        match part:
            case "endpoint":
                reading = failed(app.endpoint.reading, problem)
                old = replace(app.endpoint, reading=reading)
                self._keep(replace(app, endpoint=old if keeps_value(reading) else Endpoint(reading=reading)))
            case "processes":
                reading = failed(app.processes.reading, problem)
                kept = replace(app.processes, reading=reading)
                self._keep(replace(app, processes=kept if keeps_value(reading) else Processes(reading=reading)))
            case "certificate":
                reading = failed(app.certificate.reading, problem)
                days = app.certificate.days_left if keeps_value(reading) else None
                self._keep(replace(app, certificate=Certificate(reading=reading, days_left=days)))

    def _keep(self, app: AppHealth) -> None:
        self._apps[app.app] = app
        self.feed.publish(self._snapshot())

    def _snapshot(self) -> HealthSnapshot:
        return HealthSnapshot(tuple(self._judged(app) for app in self._apps.values()))

    def _judged(self, app: AppHealth) -> AppHealth:
        now = self._clock.now()
        endpoint = replace(app.endpoint, reading=aged(app.endpoint.reading, now, self.limit("endpoint")))
        processes = replace(app.processes, reading=aged(app.processes.reading, now, self.limit("processes")))
        certificate = replace(app.certificate, reading=aged(app.certificate.reading, now, self.limit("certificate")))
        status, reason = judge(endpoint, processes, certificate, self._config.thresholds)
        return replace(
            app,
            status=status,
            reason=reason,
            endpoint=endpoint,
            processes=processes,
            certificate=certificate,
        )
