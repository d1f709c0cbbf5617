"""A day at two consoles: everything is polled as often as in so many hours, in a fraction of the time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from restant_tui.clock import Clock
from restant_tui.config.model import Config, Identity, Polling
from restant_tui.engine.runtime import Runtime
from restant_tui.monitors.feed import Feed
from restant_tui.paths import Paths
from restant_tui.text import parse_duration
from restant_tui.transport.link import Link
from restant_tui.transport.session import Session
from tests.support.badwire import BadWire
from tests.support.figures import Held, held
from tests.support.waiting import until

USUAL = Polling()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figures:
    """What must not grow, at a moment of the day."""

    held: Held
    channels: int
    """Commands under way on every connection of both consoles, at most."""
    connections: int
    """Connections the host has from both."""
    logins: int
    """Connections both have made so far."""
    entries: int
    """Entries of the journal."""
    journal: int
    """Bytes of the journal's files."""
    log: int
    """Bytes in both buffers of the log that is followed."""


class Day:
    """Two consoles of one person, on one folder and one journal, that watch one host over a wire that can be cut.

    The polls of an hour keep their usual shares, but `speed` times as many fit into it: the intervals are configured
    that much shorter, and time passes on the clock of the practice host. Nothing else is changed.
    """

    def __init__(self, config: Config, folder: Path, *, clock: Clock, speed: float, wire: BadWire) -> None:
        self._folder = folder
        self._clock = clock
        self._speed = speed
        self._wire = wire
        self._config = self._hurried(config)
        self._answers = 0
        self.consoles: list[Runtime] = []

    async def __aenter__(self) -> Self:
        paths = Paths(self._folder / "state", self._folder / "config", self._folder / "data")
        for number in range(2):
            console = Runtime.create(
                self._config, clock=self._clock, paths=paths, actor="mira", rng=Random(number), environ={}
            )
            self.consoles.append(console)
            self._count(console.monitors.health)
            self._count(console.monitors.releases)
            await console.start()
            for app in self._config.apps:
                console.monitors.watch_logs(app)
        await until(lambda: self.live, 30, what="both consoles connect")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for console in self.consoles:
            await console.close()

    @property
    def live(self) -> bool:
        """Whether every link of both consoles is there."""
        return all(status.state is Link.LIVE for one in self.consoles for _, status in one.links.statuses())

    @property
    def answers(self) -> int:
        """How many probes of both consoles have been answered so far, or have failed."""
        return self._answers

    def answers_in(self, hours: float) -> int:
        """Return how many probes two consoles make in that time."""
        each = (USUAL.health, USUAL.processes, USUAL.releases, USUAL.certificates)
        return int(2 * len(self._config.apps) * sum(hours * 3600 / parse_duration(interval) for interval in each))

    async def pass_hours(self, hours: float, *, cut: bool = False) -> None:
        """Let that many hours of polling happen, at the end of each of which the links may be cut."""
        left = hours
        while left > 0:
            part = min(1.0, left)
            left -= part
            goal = self._answers + self.answers_in(part)
            await until(lambda goal=goal: self._answers >= goal, 300, what="an hour of polling")  # type: ignore[misc]
            if cut:
                await self._cut()

    async def _cut(self) -> None:
        """Reset every connection, and wait until all of them have been made again."""
        again = self._wire.accepted + self._wire.connections
        self._wire.reset()
        await until(lambda: self._wire.accepted >= again and self.live, 60, what="both consoles are back")

    async def figures(self) -> Figures:
        """Return what is held now."""
        # One more for each console: the logs are followed over a connection of their own.
        expected = len(self._sessions) + len(self.consoles) * len(self._config.hosts)
        await until(lambda: self.live and self._wire.connections >= expected, 30, what="every link")
        journal = self._folder / "state" / "journal.sqlite3"
        with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as database:
            [entries] = database.execute("SELECT count(*) FROM entries").fetchone()
        return Figures(
            held=await held(),
            channels=sum(session.in_use for session in self._sessions),
            connections=self._wire.connections,
            logins=self._wire.accepted,
            entries=entries,
            journal=sum(path.stat().st_size for path in journal.parent.glob(f"{journal.name}*")),
            log=sum(buffer.size for console in self.consoles for buffer in console.monitors.logs.values()),
        )

    @property
    def _sessions(self) -> list[Session]:
        return [
            console.links.session(host, identity)
            for console in self.consoles
            for host, entry in self._config.hosts.items()
            for identity in Identity
            if entry.login(identity)
        ]

    def _hurried(self, config: Config) -> Config:
        def soon(interval: str) -> str:
            return f"{max(1, round(parse_duration(interval) * 1000 / self._speed))}ms"

        polling = Polling(
            health=soon(USUAL.health),
            processes=soon(USUAL.processes),
            releases=soon(USUAL.releases),
            certificates=soon(USUAL.certificates),
            stale_after=USUAL.stale_after,
        )
        hosts = {
            name: self._wire.leading_to(host, self._folder / f"known_hosts_{name}")
            for name, host in config.hosts.items()
        }
        return msgspec.structs.replace(config, polling=polling, hosts=hosts)

    def _count(self, feed: Feed[T]) -> None:
        publish = feed.publish

        def counted(value: T) -> None:
            self._answers += 1
            publish(value)

        feed.publish = counted  # type: ignore[method-assign]
