"""How an app is, seen from outside: what its health page answers, and how long that takes."""

from __future__ import annotations

from dataclasses import dataclass

from restant_tui.practice.behaviour import Behaviour
from restant_tui.practice.records import Commit
from restant_tui.practice.stores import BREAKING_MIGRATION, MIGRATIONS
from restant_tui.practice.world import App, World

_SLOWNESS = {Behaviour.GOOD: 0.06, Behaviour.SLOW: 2.6, Behaviour.BROKEN: 1.1, Behaviour.FAILS_CHECK: 0.3}
"""World seconds an answer takes."""
_CACHE_SLOWNESS = 4.0
_NEEDED = ("orders", "users")
"""Tables without which no page comes up."""


@dataclass(frozen=True, slots=True)
class Health:
    """What `/health` has to say."""

    status: int
    seconds: float
    checks: dict[str, str]


def known_migrations(commit: Commit) -> tuple[str, ...]:
    """Return the migrations the code of a commit has with it, oldest first."""
    return commit.migrations or MIGRATIONS


def examine(world: World, app: App) -> Health:
    """Return how an app is: 502 without a web process, 503 in maintenance, 500 where something it needs is ill."""
    commit = app.serving
    if app.maintenance:
        return Health(503, 0.01, {})
    if commit is None:
        return Health(502, 0.01, {})
    checks = {"database": "ok", "cache": "ok", "printing": "ok"}
    seconds = _SLOWNESS[commit.behaviour]
    if commit.behaviour is Behaviour.BROKEN:
        checks["printing"] = "Connection refused [tcp://printing-queue:6380]"
    checks["database"] = _database(world, app, commit)
    cache = world.linked(app, "redis")
    if cache is not None and cache.status != "running":
        checks["cache"] = f"php_network_getaddresses: getaddrinfo failed for {cache.host}"
    elif cache is not None and cache.full:
        seconds += _CACHE_SLOWNESS
    well = all(value == "ok" for value in checks.values())
    return Health(200 if well else 500, seconds, checks)


def _database(world: World, app: App, commit: Commit) -> str:
    service = world.linked(app, "mysql")
    if service is None:
        return "ok"
    if service.status != "running":
        return "SQLSTATE[HY000] [2002] Connection refused"
    if not service.tables:
        return "ok"  # a new database, nothing has been migrated yet
    missing = next((name for name in _NEEDED if name not in service.tables), "")
    if missing:
        return f"SQLSTATE[42S02]: Base table or view not found: 1146 Table '{service.database}.{missing}' doesn't exist"
    if BREAKING_MIGRATION in service.migrations and BREAKING_MIGRATION not in known_migrations(commit):
        return "SQLSTATE[42S22]: Column not found: 1054 Unknown column 'orders.printer_id' in 'field list'"
    return "ok"
