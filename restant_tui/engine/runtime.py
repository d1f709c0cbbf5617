"""Everything one console, or one headless verb, holds open: made in one place, closed in one place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from shutil import which
from types import TracebackType
from typing import Self

from restant_tui.alerts.book import AlertBook, AlertEvent
from restant_tui.alerts.model import Alert
from restant_tui.alerts.watch import watch
from restant_tui.clock import Clock
from restant_tui.config.model import Config
from restant_tui.config.secrets import Keyring
from restant_tui.config.secrets import Secrets as KeptSecrets
from restant_tui.dokku.capabilities import Capabilities
from restant_tui.engine.arming import Arming
from restant_tui.engine.engine import Engine
from restant_tui.engine.ports import Notifier, Ports, Secrets, Spill
from restant_tui.engine.recorder import Recorder
from restant_tui.engine.targets import LinkTargets
from restant_tui.engine.terminal import Terminal
from restant_tui.journal.outputs import OutputFile, Outputs
from restant_tui.journal.store import Journal
from restant_tui.monitors.capabilities import CapabilityBook
from restant_tui.monitors.commits import Clones
from restant_tui.monitors.http import HttpProbe
from restant_tui.monitors.station import Monitors
from restant_tui.notify.notifier import Notifier as ChannelNotifier
from restant_tui.notify.senders import Means
from restant_tui.paths import Paths
from restant_tui.runbook.catalogue import Catalogue, shipped
from restant_tui.runbook.templates import Templates
from restant_tui.text import Redactor, password_in
from restant_tui.transport.foreground import Foreground
from restant_tui.transport.link import LinkStatus
from restant_tui.transport.links import Links
from restant_tui.transport.local import LocalShell
from restant_tui.transport.passphrases import Passphrases, without
from restant_tui.transport.personal import Personal
from restant_tui.transport.timing import Timing

_OUTBOX_SECONDS = 15.0
_LATELY = timedelta(hours=1)


class Runtime:
    """What belongs together for as long as the program runs; an asynchronous context manager."""

    def __init__(  # noqa: PLR0913 - it is a list of parts
        self, *, config: Config, clock: Clock, actor: str, links: Links, monitors: Monitors, http: HttpProbe,
        alerts: AlertBook, journal: Journal, outputs: Outputs, catalogue: Catalogue, arming: Arming,
        redactor: Redactor, engine: Engine, terminal: Terminal, notifier: ChannelNotifier | None = None,
    ) -> None:  # fmt: skip
        """Hold the parts; `create` makes them."""
        self.config = config
        self.clock = clock
        self.actor = actor
        self.links = links
        self.monitors = monitors
        self.alerts = alerts
        self.journal = journal
        self.outputs = outputs
        self.catalogue = catalogue
        self.arming = arming
        self.redactor = redactor
        self.engine = engine
        self.terminal = terminal
        """Whoever draws on a terminal lends it here, to steps that a person does by hand."""
        self.notifier = notifier
        """Sends to the configured channels; None where there are none."""
        self._http = http
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    def create(  # noqa: PLR0913 - everything from outside is handed in here
        cls,
        config: Config,
        *,
        clock: Clock,
        paths: Paths,
        actor: str,
        rng: Random,
        runbook_folders: Sequence[Path] = (),
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
        secrets: Secrets | None = None,
        notifier: Notifier | None = None,
        personal: Personal | None = None,
        keyring: Callable[[], Keyring] | None = None,
        timing: Timing | None = None,
    ) -> Runtime:
        """Make every part. Opens the journal, but no connection, and loads no heavy library.

        Args:
            config: hosts, apps, services and limits.
            clock: the time of everything but transport timeouts and polling, which are real.
            paths: where journal and outputs are.
            actor: who works here, for the journal.
            rng: ids and jitter.
            runbook_folders: folders whose runbooks win over those that come with the program.
            environ: the environment of programs that local steps start; nothing but a `PATH` if not given.
            folder: where they start; the current folder if not given.
            secrets: looks secrets up by name; in the keyring and in `environ` if not given.
            notifier: tells people; the configured channels if not given, and nobody where there are none.
            keyring: gives the keyring with the secrets; the system's own if not given.
            personal: SSH configuration, agent and keys of the person at the console; none if not given.
            timing: the limits of every SSH session; the usual ones if not given.

        Raises:
            ConfigProblem: the journal cannot be opened.
        """
        journal = Journal.open(paths.journal, clock=clock)
        redactor = Redactor(password_in(app.url) for app in config.apps.values())
        arming = Arming(clock, lambda kind, by, data: _note(journal, clock, kind, by or actor, data))
        http = HttpProbe()
        outputs = Outputs(paths.outputs)
        watchers: list[Monitors] = []

        def link_changed(_name: str, _status: LinkStatus) -> None:
            for one in watchers:
                one.link_changed()

        personal = personal or Personal()
        programs = {"PATH": "/usr/local/bin:/usr/bin:/bin"} if environ is None else environ
        kept = KeptSecrets(programs, redactor, names=paths.secret_names, keyring=keyring)
        personal = replace(personal, passphrases=Passphrases(kept))
        links = Links(config, clock=clock, on_status=link_changed, settings=timing, personal=personal, chance=rng)
        capabilities = CapabilityBook(
            config, links, clock=clock, folder=paths.capabilities,
            which=partial(which, path=programs.get("PATH", "")),
        )  # fmt: skip
        here = folder or Path.cwd()
        handed_on = _handed_on(config, programs)
        local = LocalShell(here, handed_on)
        targets = LinkTargets(config, links, local, personal)
        monitors = Monitors(
            config, links, clock=clock, random=rng, http=http, capabilities=capabilities, ledger=journal,
            clones=Clones(folder=paths.commits, local=local, way=targets.fetcher, clock=clock),
            redact=redactor.redact,
        )  # fmt: skip
        watchers.append(monitors)

        def alert_changed(event: AlertEvent, alert: Alert) -> None:
            who = (alert.acknowledged_by if event is AlertEvent.ACKNOWLEDGED else None) or ""
            _note(journal, clock, f"alert.{event}", who, {
                "alert": alert.id, "key": alert.key, "severity": alert.severity.value, "title": alert.title,
                "app": alert.app or "",
            })  # fmt: skip

        post = None
        if config.channels and notifier is None:
            home = Path(programs.get("HOME") or paths.state)
            means = Means.usual(programs, home)
            post = ChannelNotifier(config, journal.outbox, kept, means, clock=clock, rng=rng, redactor=redactor)
        catalogue = Catalogue((shipped(), *runbook_folders))
        terminal = Terminal(Foreground(here, handed_on).run)
        ports = Ports(
            config=config, clock=clock, rng=rng, targets=targets, http=http, terminal=terminal,
            recorder=Recorder(journal, redactor), catalogue=catalogue, redactor=redactor, arming=arming,
            templates=Templates(), notifier=notifier or post, secrets=secrets or kept.lookup,
            spill=lambda run, step: _spill(outputs, run, step), kept=outputs.newest, capabilities=capabilities.known,
            find_out=lambda host: _lately(capabilities, clock, host),
        )  # fmt: skip
        return cls(
            config=config, clock=clock, actor=actor, links=links, monitors=monitors, http=http,
            alerts=AlertBook(config.acknowledge, clock=clock, on_event=alert_changed), journal=journal,
            outputs=outputs, catalogue=catalogue, arming=arming, redactor=redactor, engine=Engine(ports),
            terminal=terminal, notifier=post,
        )  # fmt: skip

    async def start(self, *, monitors: bool = True) -> None:
        """Begin to work: with monitors, connect to everything and watch it; else connect where a run needs it."""
        if not monitors or self._tasks:
            return
        self.links.start()
        await self.monitors.start()
        feeds = (self.monitors.health, self.monitors.releases, self.monitors.links)
        self._tasks = [
            asyncio.create_task(watch(self.alerts, *feeds, self.config.thresholds), name="alerts"),
        ]
        if self.notifier is not None:
            self._tasks.append(asyncio.create_task(self._deliver(self.notifier), name="outbox"))

    async def close(self) -> None:
        """Let go of every run (they can be resumed), stop watching and close every connection and the journal."""
        await self.engine.close()
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.monitors.close()
        if self.notifier is not None:
            await self.notifier.close()
        await self._http.close()
        await self.links.close()
        self.journal.close()

    async def __aenter__(self) -> Self:
        """Start with monitors."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def _deliver(self, notifier: ChannelNotifier) -> None:
        """Send what waits in the outbox for another try, also from an earlier start."""
        while True:
            await notifier.deliver_due()
            await self.clock.sleep(_OUTBOX_SECONDS)


class _FileSpill:
    """A kept output as a run's output wants it."""

    def __init__(self, file: OutputFile) -> None:
        self._file = file

    def write(self, data: bytes) -> object:
        """Append."""
        return self._file.write(data)

    def close(self) -> Mapping[str, object]:
        """Close it and return its digest."""
        return self._file.close().as_data()


def _spill(outputs: Outputs, run: str, step: str) -> Spill:
    return _FileSpill(outputs.open(run, step))


async def _lately(book: CapabilityBook, clock: Clock, host: str) -> Capabilities:
    """Return what a host can do: as found within the last hour, by whichever console, or asked now."""
    known = book.known(host)
    if known is not None and clock.now() - known.observed_at < _LATELY:
        return known
    return await book.once(host)


def _note(journal: Journal, clock: Clock, kind: str, by: str, data: Mapping[str, object]) -> None:
    journal.note(kind, clock.now(), by, data)


def _handed_on(config: Config, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of programs that steps start: without what only this program needs to know."""
    ours = {str(getattr(channel, "secret", None) or "").removeprefix("env:") for channel in config.channels.values()}
    return {name: value for name, value in without(environ).items() if name not in ours}
