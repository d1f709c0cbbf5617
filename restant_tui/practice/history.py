"""The world as it stands when the practice host opens: a few days of releases, and perhaps a bad one just now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from restant_tui.practice import transcript
from restant_tui.practice.behaviour import Behaviour
from restant_tui.practice.repository_files import plan_past
from restant_tui.practice.seed_data import fill_cache, fill_database, past_backups
from restant_tui.practice.stores import Service
from restant_tui.practice.world import App, Build, Commit, Fault, RefMove, Release, World

MAIN = "restant-main"
STAGING = "restant-staging"
BUCKET = "restant-backups"
"""Where the scheduled backups go."""

_GOOD, _BROKEN, _FAILS = Behaviour.GOOD, Behaviour.BROKEN, Behaviour.FAILS_CHECK


@dataclass(frozen=True, slots=True)
class _Past:
    """One commit of the past: how many hours ago, by whom, and whether it was pushed to the host then."""

    hours: float
    author: str
    subject: str
    behaviour: Behaviour = _GOOD
    pushed: bool = True


_MAIN_PAST = (
    _Past(141.0, "Marta Duarte", "Show allergens on the kitchen ticket"),
    _Past(120.4, "Tom Akerman", "Index orders by table and day", pushed=False),
    _Past(117.2, "Tom Akerman", "Drop the old reservation export"),
    _Past(93.1, "Priya Nair", "Let a table be merged into another"),
    _Past(70.6, "Lukas Brandt", "Upgrade to Laravel 11.31"),
    _Past(49.8, "Marta Duarte", "Print receipts from a spooler class", _FAILS),
    _Past(49.1, "Marta Duarte", "Register the spooler's provider"),
    _Past(27.5, "Priya Nair", "Round VAT per line, not per receipt", pushed=False),
    _Past(22.3, "Priya Nair", "Cache the lunch menu for five minutes"),
    _Past(0.1, "Tom Akerman", "Move receipts to the new printing queue", _BROKEN),
)
_STAGING_PAST = (
    _Past(166.0, "Lukas Brandt", "Upgrade to Laravel 11.31"),
    _Past(99.4, "Priya Nair", "Let a table be merged into another"),
    _Past(23.0, "Priya Nair", "Cache the lunch menu for five minutes"),
    _Past(3.4, "Marta Duarte", "Try the new table plan"),
)


def open_world(world: World) -> None:
    """Fill an empty world with its opening state, relative to the present moment of its clock."""
    calm = Fault.BAD_RELEASE not in world.faults
    main = _app(world, MAIN, _MAIN_PAST, calm=calm, domain="restant.example.com", certificate_days=53.17)
    main.scale = {"web": 1, "worker": 1}
    main.config |= {
        "APP_ENV": "production",
        "APP_KEY": "base64:cHJhY3RpY2UtaG9zdC1rZXktbm90LWEtc2VjcmV0ISE=",
        "DATABASE_URL": "mysql://mysql:practice@dokku-mysql-restant-db:3306/restant_db",
        "REDIS_URL": "redis://:practice@dokku-redis-restant-cache:6379",
    }
    main.storage = ["/var/lib/dokku/data/storage/restant-main:/app/storage/app/public"]
    main.resources = {"_default_.limit.cpu": "2", "_default_.limit.memory": "2048m"}
    staging = _app(
        world, STAGING, _STAGING_PAST, calm=True, domain="staging.restant.example.com", certificate_days=19.4
    )
    staging.head_branch = "master"
    staging.config |= {"APP_ENV": "staging", "APP_KEY": "base64:c3RhZ2luZy1wcmFjdGljZS1rZXktbm90LWEtc2VjcmV0IQ=="}
    for app in (main, staging):
        _start_processes(world, app)
        for build in app.builds:
            world.events.append(_event(world, build))
    _open_services(world)
    world.dns |= {"*.restant.example.com": world.machine.address, "restant.example.com": world.machine.address}
    world.settings["letsencrypt.email"] = "ops@restant.example.com"


def open_empty(world: World, other: World) -> None:
    """Open an empty host beside another one: no apps, no services, but the same name system, buckets and receivers."""
    world.machine.address = "192.0.2.20"
    world.machine.disk_kib, world.machine.litter_kib = 4_100_000, 0
    world.dns, world.received, world.buckets = other.dns, other.received, other.buckets


def _open_services(world: World) -> None:
    database = Service("restant-db", "mysql", world.hexadecimal(64), "mysql:8.4.3", [MAIN])
    cache = Service("restant-cache", "redis", world.hexadecimal(64), "redis:7.4.1", [MAIN])
    fill_database(database, world.dice("rows"), world.clock.now())
    fill_cache(cache, world.dice("rows"))
    for service in (database, cache):
        world.services[service.name] = service
        at = world.opened_at - timedelta(days=41)
        service.log = [f"{at:%Y-%m-%dT%H:%M:%S.%fZ} 0 [System] ready for connections"]
    database.credentials = ("practice-key", "practice-secret")
    database.schedule = ("0 2 * * *", BUCKET)
    world.buckets[BUCKET] = past_backups(database, world.dice("backups"), world.clock.now(), 9)


def _app(world: World, name: str, past: tuple[_Past, ...], *, calm: bool, domain: str, certificate_days: float) -> App:
    now = world.clock.now()
    dice = world.dice(f"history/{name}")
    moments = [now - timedelta(hours=item.hours, seconds=dice.uniform(-20, 20)) for item in past]
    commits = [
        Commit(
            "",
            item.author,
            item.subject,
            at - timedelta(minutes=2, seconds=dice.uniform(10, 200)),
            _GOOD if calm and item.behaviour is _BROKEN else item.behaviour,
        )
        for item, at in zip(past, moments, strict=True)
    ]
    shas = plan_past(world.seed, name, commits)
    commits = [replace(commit, sha=sha) for commit, sha in zip(commits, shas, strict=True)]
    app = App(name, moments[0] - timedelta(days=40), commits, commits[0].sha, commits[0], domains=[domain])
    app.certificate_until = now + timedelta(days=certificate_days)
    app.certificate_from = app.certificate_until - timedelta(days=90)
    world.apps[name] = app
    for commit, item, at in zip(commits, past, moments, strict=True):
        if item.pushed:
            _push(world, app, commit, at)
    return app


def _push(world: World, app: App, commit: Commit, at: datetime) -> None:
    dice = world.dice(f"history/{app.name}")
    failed = commit.behaviour is _FAILS
    seconds = dice.uniform(27, 34) if failed else dice.uniform(36, 52)
    build = Build(world.build_id(at), app.name, "build", "git-hook", dice.randrange(1500, 60000), at)
    build.finish(at + timedelta(seconds=seconds), int(failed))
    steps = [*transcript.building(app, commit, world.hexadecimal(64)), *transcript.releasing(app)]
    if failed:
        steps += transcript.failing(app, "web.1", world.hexadecimal(64), 1)
    else:
        steps += transcript.checking(app, "web", [("web.1", world.hexadecimal(64))], ())
        steps += [*transcript.proxying(app), *transcript.deployed(app)]
    build.log = [line for _, line in steps]
    app.builds.append(build)
    app.latest = commit
    app.config["GIT_REV"] = commit.sha
    if not failed:
        app.reflog.append(RefMove(commit.sha, at + timedelta(seconds=seconds), "push"))
        app.ref = commit.sha
        app.live = Release(commit, "git-push", commit.sha, at + timedelta(seconds=seconds))


def _event(world: World, build: Build) -> str:
    at = (build.finished_at or build.started_at).isoformat(timespec="microseconds")
    what = "post-deploy" if build.exit_code == 0 else "deploy-failed"
    return (
        f"{at} {world.hostname} dokku-event[{build.pid}]: INVOKED: {what}( {build.app} ) NAME=ci DOKKU_PID={build.pid}"
    )


def _start_processes(world: World, app: App) -> None:
    assert app.live is not None, "the past of every app ends in a success"
    for kind, count in app.scale.items():
        for number in range(1, count + 1):
            name = f"{kind}.{number}"
            app.processes.append(world.start_process(app, name, app.live.commit, app.live.at - timedelta(seconds=12)))
