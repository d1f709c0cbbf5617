"""Asks every host which apps it has: those nobody watches, and those that are watched and are not there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from random import Random
from typing import Final

from restant_tui.clock import Clock
from restant_tui.config.model import Config
from restant_tui.dokku import commands
from restant_tui.dokku.apps import parse_apps_list
from restant_tui.dokku.ask import read
from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.dokku.version import Feature, Version, speaks
from restant_tui.monitors.feed import Feed
from restant_tui.monitors.polling import Poller
from restant_tui.monitors.rawanswer import Redact, raw_answer
from restant_tui.monitors.readings import aged, failed, keeps_value, live, lost, not_asked, not_configured, stale_limit
from restant_tui.monitors.snapshots import DiscoverySnapshot, HostApps, Presence, Trust
from restant_tui.transport.outcome import Runner

EVERY: Final = 300.0
"""Real seconds between two questions: apps come and go by hand."""
_GRACE: Final = 60.0
_SECONDS: Final = 15.0
_SOURCE: Final = "apps:list"
_NO_LOGIN: Final = "the dokku identity is not configured for this host"


async def names_on(dokku: Runner, version: Version | None = None) -> tuple[str, ...]:
    """Return which apps a host has, asked in the words that version of Dokku knows; raises NoAnswer or ParseProblem."""
    argv = commands.apps_list(json=speaks(version, Feature.APPS_LIST_JSON))
    return await read(dokku, argv, parse_apps_list, timeout=_SECONDS)


def sorted_out(before: HostApps, names: tuple[str, ...], inventory: tuple[str, ...]) -> HostApps:
    """Return what a host has, beside what the inventory says it should have."""
    there = frozenset(names)
    return replace(
        before,
        watched=tuple(name for name in inventory if name in there),
        others=tuple(name for name in names if name not in inventory),
        missing=tuple(name for name in inventory if name not in there),
    )


def missing_sentence(app: str, host: str) -> str:
    """Say that a host does not have an app which the inventory names, and what to do about it."""
    return f"{host} has no app `{app}`: misspelt in the configuration, or destroyed"


class DiscoveryMonitor:
    """Asks each host when its link comes up and every few minutes, and publishes after each answer."""

    def __init__(
        self,
        config: Config,
        runners: Mapping[str, Runner | None],
        *,
        clock: Clock,
        random: Random,
        redact: Redact,
        version: Callable[[str], Version | None] = lambda host: None,
    ) -> None:
        """Make a monitor; nothing is asked until `start`.

        Args:
            config: which hosts there are and which apps should be on them.
            runners: for each host its dokku identity; None where it is not configured.
            clock: stamps the readings.
            random: jitters the intervals.
            redact: takes secrets out of answers that could not be read.
            version: tells which Dokku a host has; None is taken for a current one.
        """
        self._config = config
        self._runners = runners
        self._clock = clock
        self._redact = redact
        self._version = version
        self._good_for = stale_limit(EVERY, _GRACE, clock)
        self._hosts = {host: self._first(host) for host in config.hosts}
        self.feed: Feed[DiscoverySnapshot] = Feed(self._snapshot())
        self._pollers = {
            host: Poller(partial(self._ask, host), lambda: EVERY, random=random, on_problem=partial(self._missed, host))
            for host, runner in runners.items()
            if runner is not None
        }

    def start(self) -> None:
        """Begin to ask."""
        for poller in self._pollers.values():
            poller.start()

    def wake(self, host: str | None = None) -> None:
        """Ask a host now, or all."""
        for name, poller in self._pollers.items():
            if host in (None, name):
                poller.wake()

    def link_lost(self, host: str, reason: str) -> None:
        """Take in that a host cannot be asked any more."""
        if host in self._pollers:
            found = self._hosts[host]
            self._keep(replace(found, reading=lost(found.reading, reason)))

    def presence(self, app: str) -> Presence:
        """Return whether an app of the inventory is on its host; not known for any other."""
        entry = self._config.apps.get(app)
        if entry is None:
            return Presence()
        found = self._hosts[entry.host]
        if found.reading.trust is not Trust.LIVE:
            return Presence()
        missing = missing_sentence(app, entry.host) if app in found.missing else ""
        return Presence(known_at=found.reading.observed_at, missing=missing)

    async def once(self, host: str) -> HostApps:
        """Ask a host now and return what came of it; nothing is asked where its identity is not configured."""
        if host in self._pollers:
            try:
                await self._ask(host)
            except (NoAnswer, ParseProblem) as problem:
                self._missed(host, problem)
        return self._hosts[host]

    async def close(self) -> None:
        """Stop asking."""
        await asyncio.gather(*(poller.close() for poller in self._pollers.values()))

    def _first(self, host: str) -> HostApps:
        can_ask = self._runners.get(host) is not None
        return HostApps(host=host, reading=not_asked(_SOURCE) if can_ask else not_configured(_SOURCE, _NO_LOGIN))

    async def _ask(self, host: str) -> None:
        runner = self._runners[host]
        assert runner is not None, "only what can be asked is polled"
        names = await names_on(runner, self._version(host))
        found = replace(self._hosts[host], reading=live(_SOURCE, self._clock.now()))
        self._keep(sorted_out(found, names, self._config.apps_on(host)))

    def _missed(self, host: str, problem: Exception) -> None:
        before = self._hosts[host]
        raw = raw_answer(problem, host, self._clock.now(), self._redact)
        reading = failed(before.reading, problem, raw)
        self._keep(replace(before, reading=reading) if keeps_value(reading) else HostApps(host=host, reading=reading))

    def _keep(self, found: HostApps) -> None:
        self._hosts[found.host] = found
        self.feed.publish(self._snapshot())

    def _snapshot(self) -> DiscoverySnapshot:
        now = self._clock.now()
        hosts = self._hosts.values()
        return DiscoverySnapshot(
            tuple(replace(found, reading=aged(found.reading, now, self._good_for)) for found in hosts)
        )
