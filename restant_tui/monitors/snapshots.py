"""What the panes show: frozen readings, each with its age, its source and how far it can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from restant_tui.config.model import Environment
from restant_tui.transport.link import LinkStatus


class Status(StrEnum):
    """How well something is, in the order of the exit statuses 0 to 3."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class Trust(StrEnum):
    """How far a reading can be trusted. Only LIVE may ever be drawn in green."""

    LIVE = "live"
    STALE = "stale"
    LOST = "lost"
    NO_DATA = "no data"
    NOT_CONFIGURED = "not configured"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """What a host said that we could make nothing of: harmless, without secrets, cut where it was too long."""

    host: str
    asked: str
    """The command, as it was sent."""
    at: datetime
    text: str
    cut: bool = False
    """Whether there was more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Where a value comes from and when it was really seen; `observed_at` is None if it never was."""

    trust: Trust
    observed_at: datetime | None
    source: str
    """What was asked, as a person would say it: `GET http://…/health`, `ps:report restant-main`."""
    reason: str = ""
    good_for: float = math.inf
    """Seconds of the clock after which a live reading counts as stale: its interval, or its turn, and some grace."""
    raw: RawAnswer | None = None
    """What was said, where it could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One health endpoint. `http_status` is None when there was no answer, and `error` then says why."""

    reading: Reading
    http_status: int | None = None
    response_ms: float | None = None
    error: str = ""
    failures: int = 0
    """Probes failed in a row."""
    history_ms: tuple[float | None, ...] = ()
    """Response times, newest last, at most 60; None for a probe that failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """What `ps:report` says of an app's processes; None where it could not be read."""

    reading: Reading
    running: int | None = None
    total: int | None = None
    detail: tuple[tuple[str, str], ...] = ()
    """Each process and its state: (`web.1`, `running`)."""
    restarts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Days left of an app's TLS certificate; None where there is none or it could not be read."""

    reading: Reading
    days_left: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Whether an app is on its host, as the host says itself."""

    known_at: datetime | None = None
    """When it said so; None while that is not known."""
    missing: str = ""
    """One sentence where there is no such app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppHealth:
    """How one app is: the worst of its parts, and why."""

    app: str
    environment: Environment
    host: str = ""
    listed: bool = True
    """False for an app that the inventory does not name: its environment is not known, and counts as production."""
    presence: Presence = Presence()
    status: Status
    reason: str
    endpoint: Endpoint
    processes: Processes
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class HealthSnapshot:
    """Every configured app, in the configured order, and then those a person looks at besides."""

    apps: tuple[AppHealth, ...] = ()


class AttemptStatus(StrEnum):
    """How a build or deploy ended, in Dokku's words."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    ABANDONED = "abandoned"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One row of the builds: an attempt to release. `sha` is None where the commit is not known."""

    build: str
    kind: str
    status: AttemptStatus
    source: str
    started_at: datetime
    seconds: float | None
    sha: str | None = None
    subject: str = ""
    author: str = ""
    live: bool = False
    exit_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppReleases:
    """What is live on one app and what was tried, newest first."""

    app: str
    environment: Environment
    reading: Reading
    host: str = ""
    listed: bool = True
    """False for an app that the inventory does not name."""
    live_sha: str | None = None
    live_source: str = ""
    live_subject: str = ""
    attempts: tuple[Attempt, ...] = ()
    warning: str = ""
    """One sentence when the newest finished build was rejected and a restart would start it."""


@dataclass(frozen=True, slots=True)
class ReleasesSnapshot:
    """Every configured app, in the configured order, and then those a person looks at besides."""

    apps: tuple[AppReleases, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostApps:
    """Which apps one host has, as it says itself."""

    host: str
    reading: Reading
    watched: tuple[str, ...] = ()
    """Those the inventory names, in its order."""
    others: tuple[str, ...] = ()
    """Those it does not name, in the host's order."""
    missing: tuple[str, ...] = ()
    """Those the inventory names and the host does not have."""


@dataclass(frozen=True, slots=True)
class DiscoverySnapshot:
    """Every configured host, in the configured order."""

    hosts: tuple[HostApps, ...] = ()


@dataclass(frozen=True, slots=True)
class LinksSnapshot:
    """The link of each host and identity, keyed `host/identity`."""

    links: tuple[tuple[str, LinkStatus], ...] = ()
