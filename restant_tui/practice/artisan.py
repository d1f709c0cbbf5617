"""Programs inside the containers: the `php artisan`, `composer` and `npm` commands the procedures use."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from restant_tui.practice.health import known_migrations
from restant_tui.practice.io import Io
from restant_tui.practice.seed_data import create_tables
from restant_tui.practice.stores import BREAKING_MIGRATION, Service
from restant_tui.practice.world import App, World

Answer = Callable[[World, App, list[str]], "tuple[int, list[str]]"]


def execute(world: World, app: App, words: Sequence[str], io: Io) -> int:
    """Run one program with its arguments in a container of the app, and return its exit status."""
    program, rest = words[0], list(words[1:])
    if program == "php" and rest[:1] == ["artisan"]:
        return _say(io, *_artisan(world, app, rest[1:]))
    if program in ("sh", "bash") and rest[:1] == ["-c"] and len(rest) > 1:
        asked = re.fullmatch(r"\s*exit\s+(\d+)\s*", rest[1])
        return int(asked[1]) if asked else 0
    answer = _PROGRAMS.get(program)
    if answer is None:
        io.err(f"exec: {program}: not found on the practice host")
        return 127
    return _say(io, *answer(world, app, rest))


def _say(io: Io, status: int, lines: list[str]) -> int:
    for line in lines:
        io.out(line)
    return status


def _composer(world: World, app: App, words: list[str]) -> tuple[int, list[str]]:
    if words[:1] == ["audit"]:
        return 0, ["No security vulnerability advisories found."]
    return 0, ["Composer version 2.8.3 2026-10-17 13:13:04"]


def _npm(world: World, app: App, words: list[str]) -> tuple[int, list[str]]:
    return 0, ["found 0 vulnerabilities"] if words[:1] == ["audit"] else ["10.8.2"]


_PROGRAMS: dict[str, Answer] = {
    "true": lambda world, app, words: (0, []),
    "false": lambda world, app, words: (1, []),
    "echo": lambda world, app, words: (0, [" ".join(words)]),
    "uname": lambda world, app, words: (0, [f"Linux {_cid(app)} 6.1.0-26-amd64 #1 SMP x86_64 GNU/Linux"]),
    "hostname": lambda world, app, words: (0, [_cid(app)]),
    "php": lambda world, app, words: (0, ["PHP 8.3.14 (cli) (built: Nov 20 2026 12:00:00) (NTS)"]),
    "composer": _composer,
    "npm": _npm,
}


def _cid(app: App) -> str:
    return app.processes[0].cid[:12] if app.processes else "0123456789ab"


def _artisan(world: World, app: App, words: list[str]) -> tuple[int, list[str]]:
    name = next((word for word in words if not word.startswith("-")), "list")
    if name in _WITH_DATABASE:
        service = world.linked(app, "mysql")
        if service is None or service.status != "running":
            host = service.host if service else "127.0.0.1"
            problem = f"SQLSTATE[HY000] [2002] Connection refused (Connection: mysql, Host: {host})"
            return 1, ["", "   Illuminate\\Database\\QueryException ", "", f"  {problem}", ""]
        return _WITH_DATABASE[name](world, app, service, words)
    if name in _SAYS:
        if name == "cache:clear" and (cache := world.linked(app, "redis")):
            cache.keys = {key: value for key, value in cache.keys.items() if key.startswith("queues:")}
            cache.used_mib = min(cache.used_mib, 3.0)
        if name in ("down", "up"):
            app.settings["laravel.down"] = str(name == "down")
        return 0, ["", f"   INFO  {_SAYS[name]}", ""]
    answer = _ARTISAN.get(name)
    if answer is None:
        return 1, ["", f'   ERROR  Command "{name}" is not defined.']
    return answer(world, app, words)


_SAYS = {
    "queue:failed": "No failed jobs found.",
    "queue:restart": "Broadcasting queue restart signal.",
    "cache:clear": "Application cache cleared successfully.",
    "config:cache": "Configuration cached successfully.",
    "config:clear": "Configuration cache cleared successfully.",
    "route:cache": "Routes cached successfully.",
    "route:clear": "Route cache cleared successfully.",
    "view:cache": "Blade templates cached successfully.",
    "view:clear": "Compiled views cleared successfully.",
    "event:cache": "Events cached successfully.",
    "storage:link": "The [public/storage] link has been connected to [storage/app/public].",
    "telescope:clear": "Telescope entries cleared!",
    "telescope:prune": "0 entries pruned.",
    "down": "Application is now in maintenance mode.",
    "up": "Application is now live.",
}


def _optimize(world: World, app: App, words: list[str]) -> tuple[int, list[str]]:
    parts = [("config", 31), ("events", 2), ("routes", 24), ("views", 88)]
    lines = [f"  {name} {'.' * (60 - len(name))} {taken}ms DONE" for name, taken in parts]
    return 0, ["", "   INFO  Caching framework bootstrap, configuration, and metadata.", "", *lines, ""]


def _about(world: World, app: App, words: list[str]) -> tuple[int, list[str]]:
    stage = app.config.get("APP_ENV", "production")
    dots = ("." * 40, "." * 45, "." * 46)
    lines = [f"  Application Name {dots[0]} Restant", f"  Environment {dots[1]} {stage}", f"  Debug Mode {dots[2]} OFF"]
    return 0, ["", "  Environment", *lines, ""]


def _work(world: World, app: App, words: list[str]) -> tuple[int, list[str]]:
    lines = ["", "   INFO  Processing jobs from the [receipts,default] queues.", ""]
    if not app.jobs:
        return 0, lines
    app.jobs -= 1
    stamp = f"{world.clock.now():%Y-%m-%d %H:%M:%S}"
    job = "App\\Jobs\\SendReceipt"
    return 0, [*lines, f"  {stamp} {job} {'.' * 41} RUNNING", f"  {stamp} {job} {'.' * 33} 84.12ms DONE", ""]


def _key(world: World, app: App, words: list[str]) -> tuple[int, list[str]]:
    return 0, [f"base64:{world.fingerprint(world.hexadecimal(8, 'passwords'))}="]


def _schedule(world: World, app: App, words: list[str]) -> tuple[int, list[str]]:
    return 0, ["", "  0 4 * * *  php artisan reservations:remind .... Next Due: 6 hours from now", ""]


def _test(world: World, app: App, words: list[str]) -> tuple[int, list[str]]:
    return 0, ["", "  Tests:    148 passed (402 assertions)", "  Duration: 9.41s", ""]


_ARTISAN: dict[str, Answer] = {
    "optimize": _optimize,
    "optimize:clear": lambda world, app, words: (0, ["", "   INFO  Clearing cached bootstrap files.", ""]),
    "about": _about,
    "queue:work": _work,
    "key:generate": _key,
    "schedule:list": _schedule,
    "test": _test,
    "--version": lambda world, app, words: (0, ["Laravel Framework 11.31.0"]),
}


def _status(world: World, app: App, service: Service, words: list[str]) -> tuple[int, list[str]]:
    ran = service.migrations
    lines = ["", f"  Migration name {'.' * 90} Batch / Status"]
    for name in known_migrations(app.latest):
        state = f"[{ran.index(name) + 1}] Ran" if name in ran else "Pending"
        lines.append(f"  {name} {'.' * (98 - len(name))} {state}")
    return 0, [*lines, ""]


def _migrate(world: World, app: App, service: Service, words: list[str]) -> tuple[int, list[str]]:
    stage = app.config.get("APP_ENV", "production")
    if "--force" not in words and stage == "production":
        return 1, ["", "   WARN  APPLICATION IN PRODUCTION.", "", "   WARN  Command cancelled.", ""]
    pending = [name for name in known_migrations(app.latest) if name not in service.migrations]
    if "--pretend" in words:
        return 0, ["", *(f"  {name} ..." for name in pending), ""]
    if not pending:
        return 0, ["", "   INFO  Nothing to migrate.", ""]
    lines = ["", "   INFO  Running migrations.", ""]
    for name in pending:
        service.note_migration(name)
        lines.append(f"  {name} {'.' * (80 - len(name))} 41.22ms DONE")
    create_tables(service)
    return 0, [*lines, ""]


def _undo(world: World, app: App, service: Service, words: list[str]) -> tuple[int, list[str]]:
    known = [name for name in service.migrations if name in known_migrations(app.latest)]
    if not known or service.migrations[-1] != known[-1]:
        return 1, ["", f"   ERROR  Migration not found: {(service.migrations or ['none'])[-1]}", ""]
    service.forget_migration(known[-1])
    note = "  its column is empty now" if known[-1] == BREAKING_MIGRATION else ""
    lines = [f"  {known[-1]} {'.' * (80 - len(known[-1]))} 38.70ms DONE"]
    return 0, ["", "   INFO  Rolling back migrations.", "", *lines, *([note] if note else []), ""]


def _tables(world: World, app: App, service: Service, words: list[str]) -> tuple[int, list[str]]:
    lines = [f"  {name} {'.' * (60 - len(name))} {len(table.rows)}" for name, table in sorted(service.tables.items())]
    return 0, ["", f"  MySQL {'.' * 55} {service.version.partition(':')[2]}", *lines, ""]


_WITH_DATABASE: dict[str, Callable[[World, App, Service, list[str]], tuple[int, list[str]]]] = {
    "migrate:status": _status,
    "migrate": _migrate,
    "migrate:rollback": _undo,
    "db:show": _tables,
}
