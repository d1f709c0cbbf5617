"""What the journal keeps, as frozen data. Times are aware and in UTC; `data` is plain JSON data, already redacted."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened, in a run or (with `run` empty) outside of any.

    The last four fields are given by the journal when it appends.
    """

    run: str
    kind: str
    at: datetime
    step: str = ""
    actor: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0
    """Position in its run, from 1 and without gaps."""
    position: int = 0
    """Position in the whole journal, from 1 and without gaps."""
    prev: str = ""
    """The digest of the entry before it in the whole journal; 64 zeros for the first."""
    sha256: str = ""
    """The digest over `prev` and everything above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One line about one run. `status` is `running` until it has finished."""

    id: str
    runbook: str
    title: str
    environment: str
    host: str
    actor: str
    started_at: datetime
    finished_at: datetime | None = None
    status: str = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockHolder:
    """Who holds a lock: the run, its person, and the process that carries it out."""

    run: str
    actor: str
    pid: int
    host: str
    """The machine the process runs on, not the host the run works on."""
    since: datetime
    step: str = ""
    """The step the run is at; read from the run's latest entry when the lock is looked at."""
    stale: bool = False
    """The process is gone from this machine. Such a lock is shown, and taken over only by a person."""

    @classmethod
    def here(cls, *, run: str, actor: str, since: datetime, step: str = "") -> Self:
        """Return a holder that is this process on this machine."""
        return cls(run=run, actor=actor, pid=os.getpid(), host=platform.node(), since=since, step=step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock that is held."""

    name: str
    holder: LockHolder


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedRelease:
    """A commit that was seen live on an app, and the build that brought it."""

    app: str
    sha: str
    source: str
    """Where it was read, such as `apps:report`."""
    at: datetime
    build: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A place where the journal is not as it was written. `run` is empty where it is no single run's."""

    run: str
    seq: int
    what: str
    """One sentence for a person."""
