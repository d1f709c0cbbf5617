"""`apps:…`: which apps there are, what is live on them, and the lock file."""

from __future__ import annotations

import json
from collections.abc import Sequence

from restant_tui.practice.answers import Report, report
from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, command, the_app
from restant_tui.practice.world import App, World


@command("apps:list", seconds=0.28)
async def apps_list(world: World, args: Sequence[str], io: Io) -> int:
    """List the apps by name."""
    if "json" in args or "--format=json" in args:
        io.out(json.dumps(sorted(world.apps), separators=(",", ":")))
        return 0
    io.header("=====> My Apps")
    for name in sorted(world.apps):
        io.out(name)
    if not world.apps:
        io.problem("You haven't deployed any applications yet")
    return 0


@command("apps:report", seconds=0.28)
async def apps_report(world: World, args: Sequence[str], io: Io) -> int:
    """Say what is live and where it came from; the deploy source is written only by a success."""
    return await report(world, args, io, Report("app", "app-", _values, legacy=True))


def _values(app: App) -> dict[str, str]:
    return {
        "app-created-at": str(int(app.created_at.timestamp())),
        "app-deploy-source": app.live.source if app.live else "",
        "app-deploy-source-metadata": app.live.metadata if app.live else "",
        "app-dir": app.directory,
        "app-global-disable-autocreation": "",
        "app-locked": "true" if app.lock_file else "false",
    }


@command("apps:exists", seconds=0.26)
async def apps_exists(world: World, args: Sequence[str], io: Io) -> int:
    """Say by the exit status alone whether there is such an app."""
    the_app(world, args)
    return 0


@command("apps:locked", seconds=0.24)
async def apps_locked(world: World, args: Sequence[str], io: Io) -> int:
    """Say whether there is a lock file."""
    if not the_app(world, args).lock_file:
        raise Refused("Deploy lock does not exist")
    io.out("Deploy lock exists")
    return 0


@command("apps:lock", seconds=0.27)
async def apps_lock(world: World, args: Sequence[str], io: Io) -> int:
    """Write the lock file; like the real one it stops no deploy."""
    the_app(world, args).lock_file = True
    io.out("-----> Deploy lock created")
    return 0


@command("apps:unlock", seconds=0.29)
async def apps_unlock(world: World, args: Sequence[str], io: Io) -> int:
    """Remove the lock file."""
    app = the_app(world, args)
    if not app.lock_file:
        raise Refused("Unable to remove deploy lock")
    app.lock_file = False
    io.problem("A deploy may be in progress.")
    io.problem("Removing the app lock will not stop in progress deploys.")
    io.out("-----> Deploy lock removed")
    return 0
