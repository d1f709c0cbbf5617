"""`ps:…`: processes, their scale, and everything that starts, stops or rebuilds them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from restant_tui.practice import transcript
from restant_tui.practice.answers import Report, go_time, report
from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, command, the_app
from restant_tui.practice.releases import deploy_commit, note_event, play, recorded, release_image
from restant_tui.practice.world import App, World

_SETTINGS = {
    "ps-can-scale": "true",
    "ps-computed-dockerfile-start-cmd": "",
    "ps-computed-procfile-path": "Procfile",
    "ps-computed-restart-policy": "on-failure:10",
    "ps-computed-skip-deploy": "false",
    "ps-computed-start-cmd": "",
    "ps-computed-stop-timeout-seconds": "30",
    "ps-dockerfile-start-cmd": "",
    "ps-global-procfile-path": "",
    "ps-global-restart-policy": "",
    "ps-global-skip-deploy": "",
    "ps-global-stop-timeout-seconds": "",
    "ps-procfile-path": "",
    "ps-restart-policy": "",
    "ps-skip-deploy": "",
    "ps-start-cmd": "",
    "ps-stop-timeout-seconds": "",
}


@command("ps:report", seconds=0.7)
async def ps_report(world: World, args: Sequence[str], io: Io) -> int:
    """Report every process and its container."""
    return await report(world, args, io, Report("ps", "ps-", _values, legacy=True, hidden=_is_status))


def _is_status(key: str) -> bool:
    return key.startswith("status-")


def _values(app: App) -> dict[str, str]:
    states = {process.state for process in app.processes}
    running = "mixed" if len(states) > 1 else "true" if states == {"running"} else "false"
    values = {"deployed": "true" if app.deployed else "false", "processes": str(len(app.processes))} | _SETTINGS
    values |= {"restore": "true" if app.restore else "false", "running": running}
    return values | {f"status-{p.name}": f"{p.state} (CID: {p.cid[:11]})" for p in app.processes}


@command("ps:scale", seconds=0.27)
async def ps_scale(world: World, args: Sequence[str], io: Io) -> int:
    """Show how many processes of each type there are, or set it and deploy what changed."""
    app = the_app(world, args)
    wanted = [word for word in args if "=" in word and not word.startswith("-")]
    if wanted:
        return await _set_scale(world, app, wanted, io, skip="--skip-deploy" in args)
    if "json" in args or "--format=json" in args:
        rows = [{"process_type": kind, "quantity": count} for kind, count in sorted(app.scale.items())]
        io.out(json.dumps(rows, separators=(",", ":")))
        return 0
    io.header(f"-----> Scaling for {app.name}")
    io.out("proctype: qty")
    io.out("--------: ---")
    for kind, count in sorted(app.scale.items()):
        io.out(f"{kind + ':':<5} {count}")
    return 0


async def _set_scale(world: World, app: App, wanted: list[str], io: Io, *, skip: bool) -> int:
    counts: dict[str, int] = {}
    for pair in wanted:
        kind, _, count = pair.partition("=")
        if not count.isdigit():
            raise Refused(f"Invalid count for process type {kind}")
        counts[kind] = int(count)
    io.out(f"-----> Scaling {app.name} processes: {' '.join(wanted)}")
    changed = [kind for kind, count in counts.items() if app.scale.get(kind) != count]
    app.scale |= counts
    if skip or not app.serving or not changed:
        return 0
    async with recorded(world, app, io, kind="deploy", source="deploy"):
        await release_image(world, app, io, whole=False, kinds=changed)
    return 0


@command("ps:inspect", seconds=0.6)
async def ps_inspect(world: World, args: Sequence[str], io: Io) -> int:
    """Print what Docker knows of the containers, with the values of the environment hidden."""
    app = the_app(world, args)
    containers = [
        {
            "Config": {
                "Env": [*(f"{name}=XXXXXX" for name in sorted(app.config)), f"DYNO={process.name}", "PORT=5000"],
                "Image": f"dokku/{app.name}:latest",
            },
            "Created": go_time(process.started_at),
            "Id": process.cid,
            "Image": f"sha256:{process.commit.sha}{process.commit.sha[:24]}",
            "Name": f"/{app.name}.{process.name}",
            "RestartCount": process.restarts,
            "State": {
                "FinishedAt": go_time(process.stopped_at) if process.stopped_at else "0001-01-01T00:00:00Z",
                "Running": process.stopped_at is None,
                "StartedAt": go_time(process.started_at),
                "Status": process.state,
            },
        }
        for process in app.processes
    ]
    for line in json.dumps(containers, indent=4).splitlines():
        io.out(line)
    return 0 if containers else 1


@command("ps:stop", seconds=1.4, folded=True)
async def ps_stop(world: World, args: Sequence[str], io: Io) -> int:
    """Stop every container; the proxy then answers 502."""
    app = the_app(world, args)
    io.out(f"-----> Stopping {app.name}")
    for process in app.processes:
        process.stopped_at = process.stopped_at or world.clock.now()
    app.restore = False
    note_event(world, f"post-stop( {app.name} )")
    return 0


@command("ps:start", seconds=0.8)
async def ps_start(world: World, args: Sequence[str], io: Io) -> int:
    """Start a stopped app: a whole release of `latest`, with checks."""
    app = the_app(world, args)
    if not app.deployed:
        raise Refused(f"App {app.name} has not been deployed")
    if all(process.stopped_at is None for process in app.processes):
        io.problem(f"App {app.name} already running")
        await play(world, io, transcript.nginx(app))
        return 0
    io.problem("App has been detected as not running, releasing")
    async with recorded(world, app, io, kind="deploy", source="deploy"):
        await release_image(world, app, io)
    return 0


@command("ps:restart", seconds=0.5, folded=True)
async def ps_restart(world: World, args: Sequence[str], io: Io) -> int:
    """Deploy `latest` again, with checks; it does not wait for the deploy lock."""
    app = the_app(world, args)
    if not app.deployed:
        raise Refused(f"App {app.name} has not been deployed")
    async with recorded(world, app, io, kind="deploy", source="ps:restart"):
        await release_image(world, app, io, whole=False)
    return 0


@command("ps:rebuild", seconds=0.5, folded=True)
async def ps_rebuild(world: World, args: Sequence[str], io: Io) -> int:
    """Build and deploy again what the deploy branch points at."""
    app = the_app(world, args)
    commit = app.find(app.ref)
    if commit is None or not app.deployed:
        raise Refused(f"App {app.name} has not been deployed")
    await deploy_commit(world, app, io, commit, source="ps:rebuild", made_by="", metadata="")
    return 0
