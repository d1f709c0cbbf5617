"""`apps:create|destroy|rename`: apps come and go."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime

from restant_tui.practice import repositories, transcript
from restant_tui.practice.commands.proxy import configure
from restant_tui.practice.confirm import confirm
from restant_tui.practice.io import Io
from restant_tui.practice.records import Commit
from restant_tui.practice.redeploy import restart_app
from restant_tui.practice.registry import Refused, check_name, command, the_app
from restant_tui.practice.releases import note_event, play
from restant_tui.practice.world import App, World

NOTHING = Commit("", "", "", datetime.fromtimestamp(0, UTC))
"""What an app without a commit has as its latest image."""


@command("apps:create", seconds=0.35)
async def apps_create(world: World, args: Sequence[str], io: Io) -> int:
    """Create an empty app."""
    name = next((word for word in args if not word.startswith("-")), None)
    if name is None:
        raise Refused("Please specify an app to run the command on")
    await create_app(world, name, io)
    return 0


async def create_app(world: World, name: str, io: Io) -> App:
    """Create an empty app with the domain every new app gets.

    Raises:
        Refused: the name cannot be one, or is taken.
    """
    check_name(name)
    if name in world.apps:
        raise Refused("Name is already taken")
    io.out(f"-----> Creating {name}...")
    app = App(name, world.clock.now(), [], "", NOTHING, branch="master", head_branch="master")
    app.domains = [f"{name}.{world.settings.get('domains.global', 'restant.example.com')}"]
    world.apps[name] = app
    io.out("-----> Creating new app virtual host file...")
    await configure(world, app, io)
    if world.on_app is not None:
        await world.on_app(app)
    note_event(world, f"post-create( {name} )")
    return app


@command("apps:destroy", seconds=0.4)
async def apps_destroy(world: World, args: Sequence[str], io: Io) -> int:
    """Destroy an app with everything that is linked to it by name; the name has to be typed."""
    app = the_app(world, [word for word in args if word != "-f"])
    await confirm(io, args, app.name, f"app {app.name}")
    io.out(f"-----> Destroying {app.name} (including all add-ons)")
    for service in world.services.values():
        if app.name in service.links:
            service.links.remove(app.name)
            service.variables.pop(app.name, None)
            io.out(f"       Unlinking from {service.name}")
    await world.dawdle(2)
    del world.apps[app.name]
    if world.folder is not None:
        await asyncio.to_thread(shutil.rmtree, repositories.place(world, app), ignore_errors=True)
    io.out("-----> Cleaning up...")
    io.out("-----> Retiring old containers and images")
    note_event(world, f"post-delete( {app.name} )")
    return 0


@command("apps:rename", seconds=0.5)
async def apps_rename(world: World, args: Sequence[str], io: Io) -> int:
    """Give an app another name and deploy it again under it."""
    app = the_app(world, args)
    words = [word for word in args if not word.startswith("-")]
    if len(words) < 2:
        raise Refused("Please specify an app to run the command on")
    check_name(words[1])
    if words[1] in world.apps:
        raise Refused("Name is already taken")
    io.out(f"-----> Renaming {app.name} to {words[1]}...")
    old = app.name
    del world.apps[old]
    app.name = words[1]
    world.apps[app.name] = app
    for service in world.services.values():
        service.links = [app.name if name == old else name for name in service.links]
    await play(world, io, transcript.nginx(app))
    if "--skip-deploy" not in args:
        await restart_app(world, app, io)
    return 0
