"""How faults come into a world that runs: each changes what it would change on a real host, and can be mended there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from restant_tui.practice import transcript
from restant_tui.practice.behaviour import Behaviour
from restant_tui.practice.faults import Fault
from restant_tui.practice.health import known_migrations
from restant_tui.practice.logbook import ATTACKER
from restant_tui.practice.machine_model import DISK_KIB, Attempt
from restant_tui.practice.records import Build, Commit, Release
from restant_tui.practice.stores import BREAKING_MIGRATION
from restant_tui.practice.world import App, World

UNKNOWN_NAME = "till.restant.example.com"
"""A name of production that no name server knows, while a certificate expires."""


def strike(world: World, fault: Fault, *, app: str = "") -> None:
    """Let a fault happen now.

    Args:
        world: where.
        fault: which; one that is on already happens no second time.
        app: to which app; the first one if not given.
    """
    if fault in world.faults and fault is not Fault.BAD_RELEASE:
        return
    world.faults.add(fault)
    happens = _HAPPENS.get(fault)
    if happens is not None:
        happens(world, world.apps[app or next(iter(world.apps))])


def release_now(world: World, app: App, commit: Commit) -> None:
    """Make a commit the live release at once, as if it had been pushed and deployed a moment ago."""
    now = world.clock.now()
    build = Build(world.build_id(now), app.name, "build", "git-hook", world.dice("ids").randrange(1500, 60000), now)
    build.finish(now, 0)
    build.log = [
        line for _, line in (*transcript.building(app, commit, world.hexadecimal(64)), *transcript.deployed(app))
    ]
    app.builds.append(build)
    app.commits.append(commit)
    app.latest = commit
    app.config["GIT_REV"] = commit.sha
    app.move_ref(commit.sha, now, "push")
    app.live = Release(commit, "git-push", commit.sha, now)
    app.processes = [world.start_process(app, process.name, commit, now) for process in app.processes]


def _bad_release(world: World, app: App) -> None:
    if app.serving is not None and app.serving.behaviour is Behaviour.BROKEN:
        return
    release_now(world, app, _commit(world, app, "Send receipts over the new printing queue", ()))


def _bad_migration(world: World, app: App) -> None:
    migrations = (*known_migrations(app.latest), BREAKING_MIGRATION)
    commit = _commit(world, app, "Drop the printer column, receipts go to the queue", migrations)
    release_now(world, app, commit)
    if service := world.linked(app, "mysql"):
        service.note_migration(BREAKING_MIGRATION)


def _commit(world: World, app: App, subject: str, migrations: tuple[str, ...]) -> Commit:
    from restant_tui.practice.repository_files import plan_commit

    at = world.clock.now() - timedelta(minutes=2)
    broken = Commit("", "Tom Akerman", subject, at, Behaviour.BROKEN, migrations)
    return replace(broken, sha=plan_commit(world, app, broken))


def _disk_full(world: World, app: App) -> None:
    machine = world.machine
    wanted = DISK_KIB * 97 // 100 + 4000
    machine.litter_kib = max(machine.litter_kib, wanted - machine.disk_kib)
    machine.disk_kib = wanted
    machine.full_since = world.clock.now()


def _certificate(world: World, app: App) -> None:
    app.certificate_until = world.clock.now() + timedelta(days=3, hours=2)
    app.certificate_from = app.certificate_until - timedelta(days=90)
    if UNKNOWN_NAME not in app.domains:
        app.domains.append(UNKNOWN_NAME)
    world.dns[UNKNOWN_NAME] = ""


def _mysql_stopped(world: World, app: App) -> None:
    if service := world.linked(app, "mysql"):
        service.status = "exited"
        service.log.append(f"{world.clock.now():%Y-%m-%dT%H:%M:%S.%fZ} 0 [ERROR] mysqld got signal 9, out of memory")


def _redis_full(world: World, app: App) -> None:
    if service := world.linked(app, "redis"):
        service.used_mib = float(service.limit_mib)


def _deploy_hangs(world: World, app: App) -> None:
    now = world.clock.now()
    build = Build(world.build_id(now), app.name, "build", "git-hook", world.dice("ids").randrange(1500, 60000), now)
    build.hung = True
    build.log = [line for _, line in transcript.building(app, app.latest, world.hexadecimal(64))][:14]
    app.builds.append(build)
    app.deploying = app.lock_file = True


def _login_attack(world: World, app: App) -> None:
    now, dice = world.clock.now(), world.dice("attack")
    world.machine.attacker = ATTACKER
    tries = [
        Attempt(now - timedelta(seconds=dice.uniform(10, 3600)), dice.choice(("root", "admin", "ubuntu")), ATTACKER)
        for _ in range(200)
    ]
    tries.append(Attempt(now - timedelta(seconds=95), "admin", "203.0.113.12", accepted=True))
    world.machine.attempts = sorted([*world.machine.attempts, *tries], key=lambda attempt: attempt.at)
    for process in app.processes:
        process.log.attacked = process.kind == "web"


def _backup_fails(world: World, app: App) -> None:
    service = world.linked(app, "mysql")
    if service is not None and service.schedule is not None:
        world.buckets.pop(service.schedule[1], None)


def _wrong_host(world: World, app: App) -> None:
    world.hostname = "legacy-web-1"


_HAPPENS: dict[Fault, Callable[[World, App], None]] = {
    Fault.BAD_RELEASE: _bad_release,
    Fault.BAD_MIGRATION: _bad_migration,
    Fault.DISK_FULL: _disk_full,
    Fault.CERTIFICATE_EXPIRING: _certificate,
    Fault.MYSQL_STOPPED: _mysql_stopped,
    Fault.REDIS_FULL: _redis_full,
    Fault.DEPLOY_HANGS: _deploy_hangs,
    Fault.LOGIN_ATTACK: _login_attack,
    Fault.BACKUP_FAILS: _backup_fails,
    Fault.WRONG_HOST: _wrong_host,
}
"""What happens at once; the other faults wait for the next command they concern."""
