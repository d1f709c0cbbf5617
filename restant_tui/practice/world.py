"""What the practice host knows: apps, services, the machine. Plain data that commands change."""

from __future__ import annotations

import base64
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from restant_tui.clock import Clock
from restant_tui.practice.faults import Fault
from restant_tui.practice.logbook import Logbook
from restant_tui.practice.machine_model import Machine
from restant_tui.practice.receivers.received import Received
from restant_tui.practice.records import Build, Commit, Process, RefMove, Release
from restant_tui.practice.stores import Service, Stored

__all__ = ["App", "Build", "Commit", "Fault", "Process", "RefMove", "Release", "Service", "World"]


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
    maintenance: bool = False
    """Whether the proxy answers 503 for it."""
    storage: list[str] = field(default_factory=list)
    """Mounts, as `host:container`."""
    settings: dict[str, str] = field(default_factory=dict)
    """What `PLUGIN:set` stored, by `PLUGIN.key`."""
    jobs: int = 3
    """Jobs that wait in its queue."""

    @property
    def serving(self) -> Commit | None:
        """The commit whose web container runs, or None while the app is stopped."""
        return next((p.commit for p in self.processes if p.kind == "web" and p.stopped_at is None), None)

    @property
    def busy(self) -> Build | None:
        """The newest build that still runs."""
        return next((build for build in reversed(self.builds) if build.alive), None)

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


class World:
    """Everything on the practice host. Same seed, same shas, ids, texts and jitter."""

    def __init__(
        self, clock: Clock, *, seed: int = 0, latency: float = 1.0, folder: Path | None = None, name: str = "practice"
    ) -> None:
        """Make an empty world; `history.open_world` fills it.

        Args:
            clock: the time of the world.
            seed: chooses every random thing.
            latency: how slow commands and pages are, times a real host; 0 answers at once. Deploys take their
                time all the same.
            folder: where files of this host are kept: repositories, uploads, archives; without one it has none.
            name: the host's name.
        """
        self._dice: dict[str, random.Random] = {}
        self.clock = clock
        self.seed = seed
        self.latency = latency
        self.folder = folder
        self.hostname = name
        self.opened_at = clock.now()
        self.apps: dict[str, App] = {}
        self.services: dict[str, Service] = {}
        self.faults: set[Fault] = set()
        self.events: deque[str] = deque(maxlen=1000)
        self.events_on = True
        self.machine = Machine()
        self.buckets: dict[str, list[Stored]] = {}
        self.dns: dict[str, str] = {}
        """Addresses by name; `*.` before a domain stands for every name below it; empty text is no address."""
        self.settings: dict[str, str] = {}
        """What `PLUGIN:set --global` stored, by `PLUGIN.key`."""
        self.keys = {name: self.fingerprint(name) for name in ("admin", "ci", "marta", "tom")}
        """The fingerprints of the keys that may use Dokku, by the name of the key."""
        self.received = Received()
        self.on_app: Callable[[App], Awaitable[None]] | None = None
        """Called when an app was created, so that it gets its pages."""

    def dice(self, what: str) -> random.Random:
        """Return the source of randomness for one purpose, so that the purposes do not disturb each other."""
        if what not in self._dice:
            self._dice[what] = random.Random(f"{self.seed}/{what}")  # noqa: S311 - a game, not a secret
        return self._dice[what]

    def hexadecimal(self, digits: int, what: str = "ids") -> str:
        """Return a random number of that many hexadecimal digits."""
        return f"{self.dice(what).getrandbits(digits * 4):0{digits}x}"

    def fingerprint(self, name: str) -> str:
        """Return what stands behind `SHA256:` for the key of that name."""
        number = self.dice(f"key/{name}").getrandbits(256).to_bytes(32, "big")
        return base64.b64encode(number).decode().rstrip("=")

    def build_id(self, at: datetime) -> str:
        """Return a build's id as Dokku makes it: the milliseconds in base 36, then six random characters."""
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"
        number, text = int(at.timestamp() * 1000), ""
        while number:
            number, digit = divmod(number, 36)
            text = digits[digit] + text
        return text + "".join(self.dice("ids").choices(digits, k=6))

    def resolve(self, name: str) -> str:
        """Return the address the name system gives for a name, or empty text."""
        if name in self.dns:
            return self.dns[name]
        while "." in name:
            name = name.partition(".")[2]
            if f"*.{name}" in self.dns:
                return self.dns[f"*.{name}"]
        return ""

    def linked(self, app: App, kind: str) -> Service | None:
        """Return the service of that kind an app is linked to, or None."""
        return next((s for s in self.services.values() if s.kind == kind and app.name in s.links), None)

    def start_process(self, app: App, name: str, commit: Commit, at: datetime) -> Process:
        """Return a new container of an app that runs this commit."""
        stage = "staging" if "staging" in app.name else "production"
        dice = random.Random(f"{self.seed}/log/{app.name}/{name}/{commit.sha}")  # noqa: S311 - a game, not a secret
        attacked = bool(self.machine.attacker) and name.startswith("web.")
        log = Logbook(name, stage=stage, behaviour=commit.behaviour, dice=dice, started_at=at)
        log.attacked = attacked
        return Process(name, self.hexadecimal(64), commit, at, log)

    async def dawdle(self, seconds: float) -> None:
        """Take as long as a real host would for something small, times the latency of this world."""
        if self.latency > 0 and seconds > 0:
            await self.clock.sleep(seconds * self.latency * self.dice("latency").uniform(0.85, 1.25))
