"""What the practice host knows: apps, commits, builds, containers, services. Plain data that commands change."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from restant_tui.clock import Clock
from restant_tui.practice.behaviour import Behaviour
from restant_tui.practice.logbook import Logbook


class Fault(StrEnum):
    """Something that is wrong with the practice host on purpose."""

    BAD_RELEASE = "bad-release"
    """The release that is live at the opening is broken."""
    NEXT_DEPLOY_FAILS = "next-deploy-fails"
    """The next deploy does not pass its checks, whatever it deploys; then the fault is used up."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit in an app's repository."""

    sha: str
    author: str
    subject: str
    at: datetime
    behaviour: Behaviour = Behaviour.GOOD

    @property
    def short(self) -> str:
        """The first seven digits of the sha, as `/health` names a release."""
        return self.sha[:7]


@dataclass(frozen=True, slots=True)
class RefMove:
    """One line of the deploy branch's reflog."""

    sha: str
    at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class Release:
    """What serves: a commit, and how Dokku says it came there (`apps:report`)."""

    commit: Commit
    source: str
    metadata: str
    at: datetime


@dataclass(slots=True, eq=False)
class Build:
    """One record of the builds plugin; `status` is running, succeeded, failed or canceled."""

    id: str
    app: str
    kind: str
    source: str
    pid: int
    started_at: datetime
    status: str = "running"
    finished_at: datetime | None = None
    exit_code: int | None = None
    alive: bool = True
    """Whether the process that builds still runs; a dead one leaves its record at `running` for ever."""
    canceled: bool = False
    """Whether somebody asked it to stop; the deploy sees it at its next line."""
    log: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """The status as lists show it: a record that says running without a process is abandoned."""
        return "abandoned" if self.status == "running" and not self.alive else self.status

    def finish(self, at: datetime, exit_code: int) -> None:
        """Close the record."""
        self.finished_at, self.exit_code, self.alive = at, exit_code, False
        self.status = "canceled" if self.canceled else "succeeded" if exit_code == 0 else "failed"


@dataclass(slots=True, eq=False)
class Process:
    """One container of an app; `cid` is the whole container id of 64 digits."""

    name: str
    cid: str
    commit: Commit
    started_at: datetime
    log: Logbook
    stopped_at: datetime | None = None
    restarts: int = 0

    @property
    def kind(self) -> str:
        """The process type: `web` of `web.1`."""
        return self.name.partition(".")[0]

    @property
    def state(self) -> str:
        """Docker's word for how the container is."""
        return "running" if self.stopped_at is None else "exited"


@dataclass(slots=True, eq=False)
class App:
    """One app; `latest` is what the image `dokku/APP:latest` was built from, which need not be what serves."""

    name: str
    created_at: datetime
    commits: list[Commit]
    """Oldest first."""
    ref: str
    """The sha the deploy branch points at."""
    latest: Commit
    live: Release | None = None
    branch: str = "main"
    head_branch: str = "main"
    """What HEAD of the bare repository names; where it is not the deploy branch, `git:report` prints `HEAD`."""
    reflog: list[RefMove] = field(default_factory=list)
    builds: list[Build] = field(default_factory=list)
    """Oldest first."""
    processes: list[Process] = field(default_factory=list)
    scale: dict[str, int] = field(default_factory=lambda: {"web": 1})
    config: dict[str, str] = field(default_factory=dict)
    domains: list[str] = field(default_factory=list)
    resources: dict[str, str] = field(default_factory=dict)
    certificate_from: datetime | None = None
    certificate_until: datetime | None = None
    lock_file: bool = False
    """What `apps:lock` writes and a deploy removes; it holds nothing back."""
    deploying: bool = False
    """Whether a build holds the real lock."""
    restore: bool = True
    source_image: str = ""

    @property
    def serving(self) -> Commit | None:
        """The commit whose web container runs, or None while the app is stopped."""
        return next((p.commit for p in self.processes if p.kind == "web" and p.stopped_at is None), None)

    @property
    def deployed(self) -> bool:
        """Whether there has been a successful deploy."""
        return self.live is not None

    @property
    def directory(self) -> str:
        """Where its bare repository lies on the host."""
        return f"/home/dokku/{self.name}"

    def find(self, rev: str) -> Commit | None:
        """Return the commit a branch name, `HEAD` or a sha of at least four digits stands for."""
        if rev in (self.branch, "HEAD", f"refs/heads/{self.branch}"):
            rev = self.ref
        found = [commit for commit in self.commits if len(rev) >= 4 and commit.sha.startswith(rev)]
        return found[0] if len(found) == 1 else None

    def move_ref(self, sha: str, at: datetime, message: str) -> None:
        """Point the deploy branch at a commit, and note it in the reflog if that changes anything."""
        if sha != self.ref or not self.reflog:
            self.reflog.append(RefMove(sha, at, message))
        self.ref = sha


@dataclass(slots=True)
class Service:
    """A data service of the mysql or redis plugin."""

    name: str
    kind: str
    id: str
    version: str
    links: list[str]
    status: str = "running"


class World:
    """Everything on the practice host. Same seed, same shas, ids, texts and jitter."""

    def __init__(self, clock: Clock, *, seed: int = 0, latency: float = 1.0) -> None:
        """Make an empty world; `history.open_world` fills it.

        Args:
            clock: the time of the world.
            seed: chooses every random thing.
            latency: how slow commands and pages are, times a real host; 0 answers at once. Deploys take their
                time all the same.
        """
        self.clock = clock
        self.seed = seed
        self.latency = latency
        self.hostname = "practice"
        self.opened_at = clock.now()
        self.apps: dict[str, App] = {}
        self.services: dict[str, Service] = {}
        self.faults: set[Fault] = set()
        self.events: deque[str] = deque(maxlen=1000)
        self._dice: dict[str, random.Random] = {}

    def dice(self, what: str) -> random.Random:
        """Return the source of randomness for one purpose, so that the purposes do not disturb each other."""
        if what not in self._dice:
            self._dice[what] = random.Random(f"{self.seed}/{what}")  # noqa: S311 - a game, not a secret
        return self._dice[what]

    def hexadecimal(self, digits: int, what: str = "ids") -> str:
        """Return a random number of that many hexadecimal digits."""
        return f"{self.dice(what).getrandbits(digits * 4):0{digits}x}"

    def build_id(self, at: datetime) -> str:
        """Return a build's id as Dokku makes it: the milliseconds in base 36, then six random characters."""
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"
        number, text = int(at.timestamp() * 1000), ""
        while number:
            number, digit = divmod(number, 36)
            text = digits[digit] + text
        return text + "".join(self.dice("ids").choices(digits, k=6))

    def start_process(self, app: App, name: str, commit: Commit, at: datetime) -> Process:
        """Return a new container of an app that runs this commit."""
        stage = "staging" if "staging" in app.name else "production"
        dice = random.Random(f"{self.seed}/log/{app.name}/{name}/{commit.sha}")  # noqa: S311 - a game, not a secret
        log = Logbook(name, stage=stage, behaviour=commit.behaviour, dice=dice, started_at=at)
        return Process(name, self.hexadecimal(64), commit, at, log)

    async def dawdle(self, seconds: float) -> None:
        """Take as long as a real host would for something small, times the latency of this world."""
        if self.latency > 0 and seconds > 0:
            await self.clock.sleep(seconds * self.latency * self.dice("latency").uniform(0.85, 1.25))
