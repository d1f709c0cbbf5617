"""Many runs on one practice host, each killed in its middle and taken up by the next console."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from restant_tui.clock import SystemClock
from restant_tui.journal.records import Breach
from restant_tui.journal.store import Journal
from restant_tui.practice.host import PracticeHost
from restant_tui.practice.io import Io
from restant_tui.practice.registry import COMMANDS, Run
from restant_tui.practice.world import World
from tests.engine.crashing import CHANGES, SPEED, Life, Told

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
"""Real seconds for one console's life."""
RUNBOOKS = tuple(CHANGES)
APPS = ("restant-main", "restant-staging")


@dataclass(slots=True)
class Lane:
    """One app, one journal, one console after the other."""

    app: str
    folder: Path
    whole: dict[str, Told] = field(default_factory=dict)
    """An unbroken run of each runbook."""
    kills: int = 0
    resumed: list[Told] = field(default_factory=list)
    """The runs that were cut off and taken up."""
    wanted: Counter[str] = field(default_factory=Counter)
    """What should have happened: each setting and each commit, by the runs that are in the journal."""
    breaches: Sequence[Breach] = ()
    left: int = 0
    """Runs that have not ended."""

    def problems(self, effects: Effects) -> list[str]:
        """Say what is not as it should be: each run ends as an unbroken one, and each of its changes happened once."""
        found = [f"{self.left} runs have not ended"] if self.left else []
        found += [f"the journal is broken at {one.run} {one.seq}: {one.what}" for one in self.breaches]
        for told in self.resumed:
            whole = self.whole[told.runbook]
            if (told.status, told.steps) != (whole.status, whole.steps):
                found.append(f"{told.run} ({told.runbook}) ended {told.status}: {told.reason} {told.steps}")
        done = effects.of(self.app)
        found += [
            f"{what} happened {done[what]} times, not {self.wanted[what]}"
            for what in self.wanted | done
            if done[what] != self.wanted[what]
        ]
        return found


class Effects:
    """What really happened on the host: each setting made and each commit deployed, by app, counted one by one."""

    def __init__(self) -> None:
        self._done: Counter[tuple[str, str]] = Counter()
        self._plain = {name: COMMANDS[name] for name in ("config:set", "git:sync")}

    def __enter__(self) -> Effects:
        for name, count in (("config:set", self._set), ("git:sync", self._synced)):
            COMMANDS[name] = replace(self._plain[name], run=self._counted(name, count))
        return self

    def __exit__(self, *_: object) -> None:
        COMMANDS.update(self._plain)

    def of(self, app: str) -> Counter[str]:
        """Return what was counted for one app."""
        return Counter({what: count for (whose, what), count in self._done.items() if whose == app})

    def _counted(self, name: str, count: Callable[[list[str]], None]) -> Run:
        plain = self._plain[name].run

        async def run(world: World, args: Sequence[str], io: Io) -> int:
            status = await plain(world, args, io)
            if status == 0:
                count(list(args))
            return status

        return run

    def _set(self, words: list[str]) -> None:
        app, *pairs = (word for word in words if not word.startswith("--"))
        self._done.update((app, pair) for pair in pairs)

    def _synced(self, words: list[str]) -> None:
        # Without --build only the branch is put back, after a deploy that failed.
        if "--build" in words:
            app, _, sha = (word for word in words if not word.startswith("--"))
            self._done[app, sha] += 1


@asynccontextmanager
async def nursery() -> AsyncIterator[asyncio.subprocess.Process]:
    """A warm process that gives birth to consoles."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.engine.crashing", cwd=ROOT, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def lived(process: asyncio.subprocess.Process, life: Life) -> int:
    """Let one console live, and return how it ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(msgspec.json.encode(life) + b"\n")
    async with asyncio.timeout(PATIENCE):
        return int(await process.stdout.readline())


async def crash(app: str, folder: Path, kills: int, seed: int) -> Lane:
    """Kill so many consoles in the middle of a run, and let the next one take each run up."""
    lane = Lane(app, folder)
    chance = Random(seed)
    async with nursery() as process:
        for number, runbook in enumerate(RUNBOOKS):
            assert await lived(process, Life(folder=str(folder), app=app, runbook=runbook, seed=number)) == 0
        lane.whole = {told.runbook: told for told in said(folder)}
        while lane.kills < kills:
            # A rollback takes twice as long as several changes together, and has one moment that matters.
            runbook = RUNBOOKS[chance.random() < 0.6]
            ended = await lived(process, doomed(lane, runbook, chance))
            assert ended in (0, -9), f"a console ended with {ended}"
            lane.kills += ended == -9
        assert await lived(process, Life(folder=str(folder), app=app, seed=chance.randrange(10**9))) == 0
    lane.resumed = [told for told in said(folder) if told.resumed]
    with Journal.open(folder / "state" / "journal.sqlite3", clock=SystemClock()) as journal:
        lane.breaches = journal.verify()
        lane.left = len(journal.unfinished())
        for record in journal.runs(limit=100_000):
            lane.wanted.update(wanted(record.id, journal.entries(record.id)[0].data))
        assert journal.locks() == []
    return lane


def wanted(run: str, started: Mapping[str, Any]) -> list[str]:
    """Return what a run is to bring about, once each."""
    if started["runbook"] == "several":
        return [f"CRASH_{name}={run}" for name in ("FIRST", "A", "B", "C", "LAST")]
    return [started["params"]["release"]]


def doomed(lane: Lane, runbook: str, chance: Random) -> Life:
    """A life that is to end in the middle: by the count of entries, or by the time that has passed."""
    plain = Life(folder=str(lane.folder), app=lane.app, runbook=runbook, seed=chance.randrange(10**9))
    whole = lane.whole[runbook]
    if chance.random() < 0.5:
        at = chance.randint(1, whole.entries)
        return msgspec.structs.replace(plain, entries=at, before=chance.random() < 0.5)
    return msgspec.structs.replace(plain, seconds=chance.uniform(0.0, whole.seconds * 1.1))


def said(folder: Path) -> list[Told]:
    """What the consoles said of runs that came to their end."""
    return [msgspec.json.decode(line, type=Told) for line in (folder / "told").read_bytes().splitlines()]


@asynccontextmanager
async def served(folder: Path, apps: Sequence[str] = APPS) -> AsyncIterator[PracticeHost]:
    """A practice host that is so fast that only our own work takes time."""
    host = PracticeHost(speed=SPEED, seed=7, calm=True, folder=folder / "host", latency=0)
    async with host:
        for app in apps:
            (folder / app).mkdir()
        (folder / "config.json").write_bytes(msgspec.json.encode(host.config()))
        yield host
