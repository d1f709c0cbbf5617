"""The configuration as data: which hosts, apps and services there are, and what counts as wrong.

These structures are at once the model, the validator and the source of the JSON Schema
(`restant-tui schema config`). Durations are text like `5s`, `2m30s`, `25d`.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec import Struct

from restant_tui.config.people import Channel
from restant_tui.config.policy import EscalationLevel, Schedule, WorkingHours
from restant_tui.config.scalars import Duration, Name, Port, Zone


class Environment(StrEnum):
    """What an app is for; production looks and behaves more carefully."""

    PRODUCTION = "production"
    STAGING = "staging"
    FEATURE = "feature"


class Identity(StrEnum):
    """How we log in: `dokku` has a forced command and no shell, `admin` has a shell."""

    DOKKU = "dokku"
    ADMIN = "admin"


class Danger(StrEnum):
    """What a step can do to the world."""

    READ = "read"
    CHANGE = "change"
    DESTRUCTIVE = "destructive"

    @property
    def rank(self) -> int:
        """0 for read, 1 for change, 2 for destructive."""
        return list(Danger).index(self)


class Target(StrEnum):
    """Where a step runs."""

    DOKKU = "dokku"
    ADMIN = "admin"
    LOCAL = "local"


class Login(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to log in to a host."""

    user: str
    key: str | None = None
    """Path of a private key; the SSH agent and the usual files if not given."""


class Host(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A machine that runs Dokku."""

    address: str
    port: Port = 22
    known_hosts: str | None = None
    """Path of a known_hosts file; `~/.ssh/known_hosts` if not given. Host keys are always checked."""
    dokku: Login | None = None
    admin: Login | None = None

    def login(self, identity: Identity) -> Login | None:
        """Return how that identity logs in here, or None where it is not configured."""
        return self.dokku if identity is Identity.DOKKU else self.admin


class App(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An application on a host."""

    host: Name
    environment: Environment
    url: str
    """The health endpoint, whole: `https://…/health`."""


class ServiceKind(StrEnum):
    """Which Dokku plugin runs a service."""

    MYSQL = "mysql"
    REDIS = "redis"


class Service(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A data service on a host."""

    host: Name
    kind: ServiceKind


class Levels(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Two limits for one figure, in the figure's own unit."""

    warning: float
    critical: float


class Thresholds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a figure is a warning, and when it is critical."""

    response_ms: Levels = Levels(warning=2000, critical=3000)
    certificate_days: Levels = Levels(warning=25, critical=7)
    """Fewer days left than this."""
    failed_probes: Levels = Levels(warning=1, critical=3)
    """Health probes failed in a row."""
    error_percent: Levels = Levels(warning=1, critical=5)
    """Requests that failed, of all within five minutes."""
    disk_percent: Levels = Levels(warning=85, critical=90)
    memory_percent: Levels = Levels(warning=85, critical=95)
    cpu_percent: Levels = Levels(warning=80, critical=95)


class Acknowledge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long an alert may wait for a person."""

    critical: Duration = "5m"
    warning: Duration = "1h"
    info: Duration = "24h"


class Polling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often each kind of probe is made, and when a figure counts as stale."""

    health: Duration = "5s"
    processes: Duration = "15s"
    releases: Duration = "15s"
    certificates: Duration = "1h"
    stale_after: Duration = "20s"
    """A figure older than this beyond its own interval is called stale."""


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything the program knows before it connects."""

    hosts: dict[Name, Host]
    apps: dict[Name, App]
    services: dict[Name, Service] = msgspec.field(default_factory=dict)
    thresholds: Thresholds = Thresholds()
    acknowledge: Acknowledge = Acknowledge()
    polling: Polling = Polling()
    channels: dict[Name, Channel] = msgspec.field(default_factory=dict)
    """Whom to tell; runbooks name them, with or without a `#` before the name."""
    time_zone: Zone = "UTC"
    """Where working hours and schedules are read that name no zone of their own; moments are shown in UTC."""
    working_hours: WorkingHours = WorkingHours()
    escalation: tuple[EscalationLevel, ...] = ()
    """Who is called, one level after the other."""
    update_interval: Duration = "20m"
    """How often people are told how an incident goes on."""
    schedules: dict[Name, Schedule] = msgspec.field(default_factory=dict)
    """When runbooks are due here, by their id."""
    working_copy: str | None = None
    """The folder of the application's repository on this machine, absolute or from `~/`; local steps begin there."""
    practice: bool = False
    """True only for the embedded practice host: screens then say PRACTICE."""

    def apps_on(self, host: str) -> tuple[str, ...]:
        """Return the names of the configured apps on that host, in the configured order."""
        return tuple(name for name, app in self.apps.items() if app.host == host)

    def main_app(self) -> str:
        """Return the app a person most likely means: the first production app, else the first."""
        for name, app in self.apps.items():
            if app.environment is Environment.PRODUCTION:
                return name
        return next(iter(self.apps))
