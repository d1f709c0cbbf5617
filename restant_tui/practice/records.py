"""What apps are made of: commits, moves of the deploy branch, releases, builds, containers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from restant_tui.practice.behaviour import Behaviour
from restant_tui.practice.logbook import Logbook


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit in an app's repository."""

    sha: str
    author: str
    subject: str
    at: datetime
    behaviour: Behaviour = Behaviour.GOOD
    migrations: tuple[str, ...] = ()
    """Every migration the code of this commit knows, oldest first."""

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
    hung: bool = False
    """Whether nothing moves it any more: it neither prints nor ends until somebody cancels it."""
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
