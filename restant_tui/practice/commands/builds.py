"""`builds:…`: the records of what was tried. Dokku keeps neither sha nor person in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from restant_tui.practice.answers import Report, go_duration, go_time, report, table
from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, command, the_app
from restant_tui.practice.releases import note_event
from restant_tui.practice.world import App, Build, World


@command("builds:list", seconds=0.27)
async def builds_list(world: World, args: Sequence[str], io: Io) -> int:
    """List the newest builds first; without an app, those that say they run."""
    options, names = _options(args, {"--format", "--kind", "--status"})
    if not names:
        return _running_everywhere(world, io)
    builds = [build for build in reversed(the_app(world, names).builds) if _fits(build, options)]
    now = world.clock.now()
    if options.get("--format") == "json":
        io.out(json.dumps([_as_json(build, now) for build in builds], separators=(",", ":")))
    elif not builds:
        io.out("No builds recorded for this app")
    else:
        rows = [("Build ID", "Kind", "Status", "PID", "Source", "Started", "Duration")]
        rows += [
            (b.id, b.kind, b.shown, str(b.pid), b.source, f"{b.started_at:%Y-%m-%dT%H:%M:%SZ}", _duration(b, now))
            for b in builds
        ]
        for line in table(rows):
            io.out(line)
    return 0


def _running_everywhere(world: World, io: Io) -> int:
    rows = [("App", "Build ID", "Kind", "PID", "Source", "Started")]
    for app in world.apps.values():
        rows += [
            (app.name, b.id, b.kind, str(b.pid), b.source, f"{b.started_at:%Y-%m-%dT%H:%M:%SZ}")
            for b in reversed(app.builds)
            if b.status == "running"
        ]
    for line in table(rows):
        io.out(line)
    return 0


@command("builds:info", seconds=0.27)
async def builds_info(world: World, args: Sequence[str], io: Io) -> int:
    """Show one record."""
    options, names = _options(args, {"--format"})
    app = the_app(world, names)
    build = _named(app, names)
    now = world.clock.now()
    if options.get("--format") == "json":
        io.out(json.dumps(_as_json(build, now), separators=(",", ":")))
        return 0
    rows = [
        ("Build ID", build.id),
        ("App", build.app),
        ("Kind", build.kind),
        ("Status", build.shown),
        ("PID", str(build.pid)),
        ("Source", build.source),
        ("Started", f"{build.started_at:%Y-%m-%dT%H:%M:%SZ}"),
    ]
    if build.finished_at:
        rows.append(("Finished", f"{build.finished_at:%Y-%m-%dT%H:%M:%SZ}"))
    rows.append(("Duration", _duration(build, now)))
    if build.exit_code is not None:
        rows.append(("Exit Code", str(build.exit_code)))
    rows.append(("Log", _log_path(build)))
    for name, value in rows:
        io.out(f"{name + ':':<11} {value}")
    return 0


@command("builds:output", seconds=0.27)
async def builds_output(world: World, args: Sequence[str], io: Io) -> int:
    """Print a build's log; that of a running build is followed and, as with Dokku, never ends by itself."""
    app = the_app(world, args)
    if len(args) < 2 or args[1] == "current":
        build = app.busy
        if build is None:
            io.out("-----> App not currently deploying")
            return 0
    else:
        build = _named(app, args)
    follow, printed = build.alive, 0
    while True:
        for line in build.log[printed:]:
            io.out(line)
        printed = len(build.log)
        if not follow or io.gone.is_set():
            return 0
        await world.clock.sleep(0.3)


@command("builds:report", seconds=0.29)
async def builds_report(world: World, args: Sequence[str], io: Io) -> int:
    """Report the newest build."""
    return await report(world, args, io, Report("builds", "builds-", _values, legacy=True))


@command("builds:cancel", seconds=0.3)
async def builds_cancel(world: World, args: Sequence[str], io: Io) -> int:
    """Stop the build that runs."""
    app = the_app(world, args)
    build = app.busy
    if build is None:
        io.out("-----> No matching app deploy found")
        return 0
    io.out(f"-----> Killing app deploy {build.id}")
    build.canceled = True
    if build.hung:
        build.hung = False
        build.finish(world.clock.now(), -1)
        app.deploying = app.lock_file = False
    note_event(world, f"builds-cancel( {app.name} )")
    return 0


@command("builds:prune", seconds=0.3)
async def builds_prune(world: World, args: Sequence[str], io: Io) -> int:
    """Forget the records beyond the retention, and close those whose process is gone."""
    for app in list(world.apps.values()) if "--all-apps" in args else [the_app(world, args)]:
        for build in app.builds:
            if build.shown == "abandoned":
                build.finish(world.clock.now(), -1)
        app.builds = app.builds[-int(app.settings.get("builds.retention") or 20) :]
    return 0


def _values(app: App) -> dict[str, str]:
    build = app.builds[-1] if app.builds else None
    return {
        "build-exit-code": "" if build is None or build.exit_code is None else str(build.exit_code),
        "build-finished-at": f"{build.finished_at:%Y-%m-%dT%H:%M:%SZ}" if build and build.finished_at else "",
        "build-id": build.id if build else "",
        "build-kind": build.kind if build else "",
        "build-pid": str(build.pid) if build else "",
        "build-source": build.source if build else "",
        "build-started-at": f"{build.started_at:%Y-%m-%dT%H:%M:%SZ}" if build else "",
        "build-status": build.shown if build else "",
        "builds-computed-retention": "20",
        "builds-global-retention": "",
        "builds-retention": "",
    }


def _options(args: Sequence[str], known: set[str]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    names: list[str] = []
    rest = iter(args)
    for word in rest:
        flag, equals, value = word.partition("=")
        if flag in known:
            options[flag] = value if equals else next(rest, "")
        elif word.startswith("-"):
            raise Refused(f"unknown flag: {flag}", 2, raw=True)
        else:
            names.append(word)
    return options, names


def _fits(build: Build, options: dict[str, str]) -> bool:
    return options.get("--kind", build.kind) == build.kind and options.get("--status", build.shown) == build.shown


def _named(app: App, args: Sequence[str]) -> Build:
    if len(args) < 2:
        raise Refused("Please specify a build id")
    for build in app.builds:
        if build.id == args[1]:
            return build
    raise Refused(f"No such build: {args[1]}")


def _as_json(build: Build, now: datetime) -> dict[str, object]:
    record: dict[str, object] = {
        "id": build.id,
        "app": build.app,
        "kind": build.kind,
        "pid": build.pid,
        "started_at": go_time(build.started_at),
    }
    if build.finished_at:
        record["finished_at"] = go_time(build.finished_at)
    record |= {"status": build.status, "source": build.source}
    if build.exit_code is not None:
        record["exit_code"] = build.exit_code
    return record | {"display_status": build.shown, "duration": _duration(build, now), "log_path": _log_path(build)}


def _duration(build: Build, now: datetime) -> str:
    return go_duration(((build.finished_at or now) - build.started_at).total_seconds())


def _log_path(build: Build) -> str:
    return f"/var/lib/dokku/data/builds/{build.app}/{build.id}.log"
