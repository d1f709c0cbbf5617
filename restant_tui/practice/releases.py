"""How a deploy goes on the practice host: record, lock, build, checks, swap; and what a failed one leaves behind."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace

from restant_tui.practice import transcript
from restant_tui.practice.behaviour import Behaviour
from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused
from restant_tui.practice.transcript import Step
from restant_tui.practice.world import App, Build, Commit, Fault, Process, Release, World

_RETENTION = 20
_DROPS_AFTER = 12
"""How many lines of a deploy arrive before the link breaks."""


class Ended(Exception):
    """The deploy ends before its time: it was cancelled, or whoever asked for it hung up without a terminal."""


def begin(world: World, app: App, io: Io, *, kind: str, source: str) -> Build:
    """Open a build record; from now on what is printed goes into its log too, errors on standard output."""
    now = world.clock.now()
    build = Build(world.build_id(now), app.name, kind, source, world.dice("ids").randrange(1500, 60000), now)
    keep = int(app.settings.get("builds.retention") or _RETENTION)
    app.builds = [*app.builds, build][-keep:]
    io.build = build
    io.fold()
    return build


def abandon(io: Io) -> None:
    """End the process of the record without finishing it, as Dokku does where a command ends before its deploy."""
    if io.build is not None:
        io.build.alive = False
        io.build = None


@asynccontextmanager
async def recorded(
    world: World, app: App, io: Io, *, kind: str, source: str, locked: bool = False
) -> AsyncIterator[Build]:
    """Keep a build record, and the deploy lock if this kind of deploy takes it, while the body runs.

    The record (one already begun is used) ends succeeded, or failed when the body refuses or the other end hangs up.
    A body that is cancelled (a terminal that closed, a host that went down) leaves it abandoned.

    Raises:
        Refused: another deploy holds the lock; the record of this one stays abandoned, as with Dokku.
    """
    build = io.build or begin(world, app, io, kind=kind, source=source)
    if locked and (app.deploying or world.machine.frozen.get(app.name)):
        _say_locked(app, io)
        abandon(io)
        raise Refused()
    if locked:
        app.deploying = app.lock_file = True
    try:
        yield build
        _finish(world, app, build, 0)
    except Refused as refused:
        _finish(world, app, build, refused.status)
        raise
    except Ended:
        _finish(world, app, build, -1)
        raise Refused() from None
    finally:
        abandon(io)
        if locked:
            app.deploying = app.lock_file = False


def _finish(world: World, app: App, build: Build, exit_code: int) -> None:
    """Close the record, and with it those abandoned before: Dokku calls them failed from then on."""
    now = world.clock.now()
    build.finish(now, exit_code)
    for other in app.builds:
        if other.shown == "abandoned":
            other.finish(now, -1)


def _say_locked(app: App, io: Io) -> None:
    first = f"{app.name} currently has a deploy lock in place. Exiting..."
    second = "Run 'apps:unlock' to release the existing deploy lock"
    for line in (f" !     {first}", f" !     {second}", f" !      !     {first}", f" !     {second}", ""):
        io.out(line)


async def build_image(world: World, app: App, io: Io, commit: Commit) -> None:
    """Build the commit; from then on it is `latest`, whether or not it will pass its checks."""
    app.config["GIT_REV"] = commit.sha
    if world.machine.full:
        await play(world, io, transcript.without_room(app))
        raise Refused("App build failed")
    await play(world, io, transcript.building(app, commit, world.hexadecimal(64)))
    app.latest = commit


async def release_image(
    world: World, app: App, io: Io, *, whole: bool = True, kinds: Iterable[str] | None = None
) -> None:
    """Deploy `latest` with checks and swap the containers; the old ones serve until then.

    Args:
        world: where it happens.
        app: whose image.
        io: where it is told.
        whole: whether to release and announce as a build does; a restart and a scale do not.
        kinds: which process types; all of them if not given.

    Raises:
        Refused: a check failed; nothing was swapped, but `latest` is the image that failed.
    """
    chosen = [kind for kind in (kinds or app.scale) if app.scale.get(kind, 0) > 0]
    if whole:
        await play(world, io, transcript.releasing(app))
    cpus = app.resources.get("_default_.limit.cpu", "")
    if chosen and cpus and not re.fullmatch(r"\d+(\.\d+)?|\d*\.\d+", cpus):
        await play(world, io, transcript.with_bad_cpus(app, chosen[0], app.scale[chosen[0]], cpus))
        raise Refused()
    if "web" in chosen and _fails(world, app):
        await play(world, io, transcript.failing(app, "web.1", world.hexadecimal(64), app.scale["web"]))
        raise Refused()
    fresh: list[Process] = []
    for kind in chosen:
        names = [f"{kind}.{number}" for number in range(1, app.scale[kind] + 1)]
        started = [world.start_process(app, name, app.latest, world.clock.now()) for name in names]
        pairs = [(process.name, process.cid) for process in started]
        await play(world, io, transcript.checking(app, kind, pairs, _first_words(kind)))
        fresh += started
    await play(world, io, transcript.proxying(app))
    old = [(process.name, process.cid) for process in app.processes if process.kind in chosen]
    app.processes = fresh + [p for p in app.processes if p.kind not in chosen and app.scale.get(p.kind, 0) > 0]
    app.processes.sort(key=lambda process: process.name)
    app.restore = True
    if app.live is not None:
        app.live = replace(app.live, commit=app.latest, at=world.clock.now())
    pairs = [(process.name, process.cid) for process in fresh]
    unix, pid = int(world.clock.now().timestamp()), world.dice("ids").randrange(1500, 32000)
    await play(world, io, transcript.renaming(app, old, pairs, pid, unix))
    if whole:
        await play(world, io, transcript.deployed(app))


def _fails(world: World, app: App) -> bool:
    if Fault.NEXT_DEPLOY_FAILS in world.faults:
        world.faults.discard(Fault.NEXT_DEPLOY_FAILS)
        app.latest = replace(app.latest, behaviour=Behaviour.FAILS_CHECK)
    return app.latest.behaviour is Behaviour.FAILS_CHECK


def _first_words(kind: str) -> tuple[str, ...]:
    return (
        ("[notice] 1#1: nginx/1.27.2 started", "NOTICE: ready to handle connections")
        if kind == "web"
        else ("INFO  Processing jobs",)
    )


async def deploy_commit(
    world: World, app: App, io: Io, commit: Commit, *, source: str, made_by: str, metadata: str
) -> None:
    """Build and release one commit, with record and lock; on success it becomes what is live.

    Args:
        world: where it happens.
        app: whose commit.
        io: where it is told.
        commit: what to build.
        source: the build's source: `git:sync`, `ps:rebuild`.
        made_by: the deploy source of `apps:report`: `git-sync`; empty keeps what was there.
        metadata: the deploy source's metadata.
    """
    async with recorded(world, app, io, kind="build", source=source, locked=True):
        await build_image(world, app, io, commit)
        if app.settings.get("ps.skip-deploy") == "true":
            io.out("-----> Skipping deploy phase as skip-deploy is enabled")
            return
        await release_image(world, app, io)
        if made_by or app.live is None:
            app.live = Release(app.latest, made_by or "git-push", metadata or commit.sha, world.clock.now())
    note_event(world, f"post-deploy( {app.name} 5000 172.17.0.4 latest )")


def note_event(world: World, text: str) -> None:
    """Add a line to Dokku's own log of events, while that is on."""
    if not world.events_on:
        return
    pid = world.dice("ids").randrange(1500, 60000)
    stamp = world.clock.now().isoformat(timespec="microseconds")
    who = "NAME=practice FINGERPRINT=SHA256:practice DOKKU_PID=" + str(pid)
    world.events.append(f"{stamp} {world.hostname} dokku-event[{pid + 7}]: INVOKED: {text} {who}")


async def play(world: World, io: Io, steps: Iterable[Step]) -> None:
    """Print each line after its time, in small waits, so that a hang-up ends it within a second."""
    dice, due = world.dice("deploys"), world.clock.monotonic()
    for seconds, line in steps:
        due += seconds * dice.uniform(0.9, 1.2)
        await asyncio.sleep(0)
        while (left := due - world.clock.monotonic()) > 0:
            await world.clock.sleep(min(left, 1.0))
            _go_on(io)
        _go_on(io)
        io.out(line)
        if Fault.SSH_DROPS in world.faults and io.build is not None and len(io.build.log) > _DROPS_AFTER:
            world.faults.discard(Fault.SSH_DROPS)
            io.cut()


def _go_on(io: Io) -> None:
    if io.gone.is_set() or (io.build is not None and io.build.canceled):
        raise Ended
