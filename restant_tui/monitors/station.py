"""All monitors of one configuration, started and ended together."""

from __future__ import annotations

import asyncio
from functools import partial
from random import Random
from typing import Protocol

from restant_tui.clock import Clock
from restant_tui.config.model import App, Config, Environment, Identity
from restant_tui.dokku.version import Feature, Version, speaks
from restant_tui.errors import UsageProblem
from restant_tui.monitors.buildlog import BuildLog
from restant_tui.monitors.capabilities import CapabilityBook
from restant_tui.monitors.commits import Clones
from restant_tui.monitors.discovery import DiscoveryMonitor
from restant_tui.monitors.feed import Feed
from restant_tui.monitors.health import HealthMonitor
from restant_tui.monitors.http import HttpProbe
from restant_tui.monitors.logbuffer import LogBuffer
from restant_tui.monitors.logs import LogMonitor
from restant_tui.monitors.rawanswer import Redact
from restant_tui.monitors.releases import Identities, Ledger, ReleasesMonitor
from restant_tui.monitors.snapshots import (
    AppReleases,
    AttemptStatus,
    DiscoverySnapshot,
    HealthSnapshot,
    HostApps,
    LinksSnapshot,
    ReleasesSnapshot,
)
from restant_tui.text import Redactor
from restant_tui.transport.link import Link, LinkStatus
from restant_tui.transport.outcome import Runner

_LINKS_SECONDS = 0.5


class Sessions(Protocol):
    """What the monitors need of the transport: a session for an identity of a host, and how all of them are."""

    def session(self, host: str, identity: Identity) -> Runner:
        """Return the session of that identity."""
        ...

    def statuses(self) -> tuple[tuple[str, LinkStatus], ...]:
        """Return every link and its state, keyed `host/identity`."""
        ...

    def wake(self) -> None:
        """Try every lost or refused link at once."""
        ...


class Monitors:
    """Watches everything the configuration names; owned by the console, never by a screen."""

    def __init__(  # noqa: PLR0913 - everything it leans on is handed in
        self,
        config: Config,
        links: Sessions,
        *,
        clock: Clock,
        random: Random,
        http: HttpProbe | None = None,
        log_bytes: int = 64 * 1024 * 1024,
        capabilities: CapabilityBook | None = None,
        ledger: Ledger | None = None,
        clones: Clones | None = None,
        redact: Redact | None = None,
    ) -> None:
        """Make the monitors; nothing is asked until `start`.

        Args:
            config: what to watch and how often.
            links: the sessions to ask through; they stay the caller's to close.
            clock: stamps the readings.
            random: jitters the intervals.
            http: asks the health endpoints; one of its own, closed with the monitors, if not given.
            log_bytes: about how many bytes of each watched log are kept.
            capabilities: is asked anew for each host that connects, and tells which Dokku it has.
            ledger: keeps what was seen live from one start to the next.
            clones: know commits where no admin identity tells of them.
            redact: takes secrets out of answers that could not be read; what is known by its shape if not given.
        """
        self.capabilities = capabilities
        self._config = config
        self._links = links
        self._clones = clones
        self._clock = clock
        self._random = random
        self._own_http = http is None
        self._http = http or HttpProbe()
        self._log_bytes = log_bytes
        redact = redact or Redactor().redact
        identities = {name: self._identities(app.host) for name, app in config.apps.items()}
        self._dokku = {name: through.dokku for name, through in identities.items()}
        self._discovery = DiscoveryMonitor(
            config, {host: self._identities(host).dokku for host in config.hosts}, clock=clock, random=random,
            redact=redact, version=self._version_of,
        )  # fmt: skip
        self._health = HealthMonitor(
            config, self._dokku, self._http, clock=clock, random=random, version=self._version, redact=redact,
            directory=self._discovery,
        )  # fmt: skip
        self._releases = ReleasesMonitor(
            config, identities, clock=clock, random=random, ledger=ledger, version=self._version, redact=redact
        )
        self._guests: dict[str, App] = {}
        self._followers: dict[str, LogMonitor] = {}
        self._gone: set[str] = set()
        self._met: set[str] = set()
        self._meetings: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self.health: Feed[HealthSnapshot] = self._health.feed
        self.releases: Feed[ReleasesSnapshot] = self._releases.feed
        self.discovery: Feed[DiscoverySnapshot] = self._discovery.feed
        self.links: Feed[LinksSnapshot] = Feed(LinksSnapshot(links.statuses()))
        self.logs: dict[str, LogBuffer] = {}
        """The logs that are watched, by app."""

    async def start(self) -> None:
        """Begin to watch; logs begin with `watch_logs`."""
        if self._tasks:
            return
        self._discovery.start()
        self._health.start()
        self._releases.start()
        self._tasks = [
            asyncio.create_task(self._watch_links()),
            asyncio.create_task(self._watch_discovery()),
            asyncio.create_task(self._watch_deploys()),
        ]
        self._greet()

    def watch_logs(self, app: str) -> LogBuffer:
        """Follow the log of an app from now on and return its buffer; the same one however often it is called."""
        if app not in self.logs:
            buffer = self.logs[app] = LogBuffer(self._log_bytes)
            runner = self._dokku[app]
            if runner is None:
                buffer.feed(b"-- the dokku identity is not configured for this host --\n")
                return buffer
            follower = LogMonitor(app, runner, clock=self._clock, random=self._random, buffer=buffer)
            self._followers[app] = follower
            follower.start()
        return self.logs[app]

    def build_log(self, app: str, build: str, *, running: bool, redactor: Redactor) -> BuildLog:
        """Return the log of an attempt to release, not yet read; reading and leaving it is the caller's."""
        return BuildLog(app, build, self._dokku[app], redactor=redactor, running=running, version=self._version(app))

    def attend(self, health: frozenset[str], releases: frozenset[str]) -> None:
        """Say which apps are on screen, with their health and with their releases: the others take turns.

        Until somebody says so none is. What comes into view is asked at once, unless it was asked just now.
        """
        self._health.attend(health)
        self._releases.attend(releases)

    def look_at(self, host: str, app: str) -> None:
        """Watch an app too that a host has and the inventory does not name, until the program ends.

        Its environment is not known, so it counts as production; it has no health endpoint.

        Raises:
            UsageProblem: there is no such host, or an app of that name is watched on another one.
        """
        if host not in self._config.hosts:
            raise UsageProblem(f"There is no host `{host}` in the configuration.")
        if app in self._dokku and self._host_of(app) != host:
            raise UsageProblem(
                f"An app `{app}` on {self._host_of(app)} is already watched, and two of one name cannot be told apart."
            )
        if app in self._dokku:
            return
        entry = self._guests[app] = App(host=host, environment=Environment.PRODUCTION, url="")
        through = self._identities(host)
        self._dokku[app] = through.dokku
        self._health.watch(app, entry, through.dokku)
        self._releases.watch(app, entry, through)

    async def look_away(self, app: str) -> None:
        """Watch an app no more that `look_at` has begun with; does nothing for any other."""
        if self._guests.pop(app, None) is None:
            return
        del self._dokku[app]
        self.logs.pop(app, None)
        follower = self._followers.pop(app, None)
        self._releases.forget(app)
        await self._health.forget(app)
        if follower is not None:
            await follower.close()

    async def discover(self, host: str) -> HostApps:
        """Ask a host now which apps it has, and return what came of it."""
        return await self._discovery.once(host)

    def check(self) -> None:
        """Ask every health endpoint now."""
        self._health.check()

    def wake(self) -> None:
        """Try lost and refused links and ask everything now, because a person wants it so.

        What is on screen is asked at once, the rest one after the other.
        """
        self._links.wake()
        self._ask_now()
        self.link_changed()

    def link_changed(self, *_: object) -> None:
        """Look at the links now and ask anew where one came back; may be the transport's callback."""
        snapshot = LinksSnapshot(self._links.statuses())
        if snapshot == self.links.latest:
            return
        self.links.publish(snapshot)
        live = {name for name, status in snapshot.links if status.state is Link.LIVE}
        gone = {name for name, status in snapshot.links if status.state in (Link.LOST, Link.REFUSED)}
        # What came over a link that is lost is called lost at once, and asked anew once it is back.
        for name, status in snapshot.links:
            if name in gone - self._gone:
                self._lost(name, status.reason or status.state.value)
        for host in {_host(name) for name in self._gone & live}:
            self._ask_now(host)
        self._gone = (self._gone - live) | gone
        self._greet()

    async def close(self) -> None:
        """Stop watching; the feeds and buffers keep what they have."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        meetings = tuple(self._meetings)
        for meeting in meetings:
            meeting.cancel()
        if self.capabilities is not None:
            await self.capabilities.close()
        await asyncio.gather(
            *tasks,
            *meetings,
            self._discovery.close(),
            self._health.close(),
            self._releases.close(),
            *(follower.close() for follower in self._followers.values()),
            return_exceptions=True,
        )
        if self._own_http:
            await self._http.close()

    def _ask_now(self, host: str | None = None) -> None:
        self._discovery.wake(host)
        self._health.wake(host)
        self._releases.wake(host)
        for app, follower in self._followers.items():
            if host in (None, self._host_of(app)):
                follower.wake()

    def _lost(self, link: str, reason: str) -> None:
        """Call lost what came over a link; whether the apps still answer is asked at once."""
        host = _host(link)
        self._health.check(host)
        if link != f"{host}/{Identity.DOKKU}":
            return
        self._discovery.link_lost(host, reason)
        self._health.link_lost(host, reason)
        self._releases.link_lost(host, reason)

    def _host_of(self, app: str) -> str:
        return (self._guests.get(app) or self._config.apps[app]).host

    def _version(self, app: str) -> Version | None:
        return self._version_of(self._host_of(app))

    def _version_of(self, host: str) -> Version | None:
        return self.capabilities.version(host) if self.capabilities else None

    def _greet(self) -> None:
        """Find out what a host can do each time its main link comes up."""
        if self.capabilities is None or not self._tasks:
            return
        live = {name for name, status in self.links.latest.links if status.state is Link.LIVE}
        for host, entry in self._config.hosts.items():
            name = f"{host}/{Identity.DOKKU if entry.dokku else Identity.ADMIN}"
            if name in live and name not in self._met:
                meeting = asyncio.create_task(self._meet(host, self.capabilities), name=f"meet {host}")
                self._meetings.add(meeting)
                meeting.add_done_callback(self._meetings.discard)
        self._met = live

    async def _meet(self, host: str, book: CapabilityBook) -> None:
        before = book.version(host)
        found = await book.refresh(host)
        # Until now it may have been asked in words it does not know.
        if any(speaks(before, feature) != speaks(found.version, feature) for feature in Feature):
            self._ask_now(host)

    def _identities(self, host: str) -> Identities:
        def session(identity: Identity) -> Runner | None:
            if self._config.hosts[host].login(identity) is None:
                return None
            return self._links.session(host, identity)

        commits = partial(self._clones.commits, host) if self._clones else None
        return Identities(session(Identity.DOKKU), session(Identity.ADMIN), commits)

    async def _watch_links(self) -> None:
        while True:
            self.link_changed()
            await asyncio.sleep(_LINKS_SECONDS)

    async def _watch_discovery(self) -> None:
        """Have the apps judged anew when it has become known which of them are there."""
        async for _ in self.discovery.follow():
            self._health.refresh()

    async def _watch_deploys(self) -> None:
        """Attach logs anew when a deploy has replaced the containers they were following."""
        newest: dict[str, str] = {}
        async for snapshot in self.releases.follow():
            for app in snapshot.apps:
                build = _newest_success(app)
                before = newest.get(app.app, build)
                # While nothing can be read the last known build still counts.
                newest[app.app] = build or before
                if before and build and before != build and app.app in self._followers:
                    self._followers[app.app].reattach()


def _host(link: str) -> str:
    return link.partition("/")[0]


def _newest_success(app: AppReleases) -> str:
    good = (attempt.build for attempt in app.attempts if attempt.status is AttemptStatus.SUCCEEDED)
    return next(good, "")
