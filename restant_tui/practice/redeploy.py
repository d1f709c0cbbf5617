"""What changes an app's environment, and the deploy that follows every such change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused
from restant_tui.practice.releases import recorded, release_image
from restant_tui.practice.world import App, World


async def set_config(world: World, app: App, changed: Mapping[str, str], io: Io, *, restart: bool) -> None:
    """Set variables and say so; then deploy `latest` again if the app is deployed."""
    app.config |= changed
    io.out("-----> Setting config vars")
    for line in pretty(changed):
        io.out(f"       {line}")
    if restart:
        await restart_app(world, app, io)


async def unset_config(world: World, app: App, names: Sequence[str], io: Io, *, restart: bool) -> None:
    """Remove variables and say so; then deploy `latest` again if that changed anything."""
    found = [name for name in names if app.config.pop(name, None) is not None]
    for name in found:
        io.out(f"-----> Unsetting {name}")
    if restart and found:
        await restart_app(world, app, io)


async def restart_app(world: World, app: App, io: Io) -> None:
    """Deploy `latest` again; a deploy that fails is only a warning."""
    if not app.serving:
        return
    io.out(f"-----> Restarting app {app.name}")
    try:
        async with recorded(world, app, io, kind="deploy", source="config-redeploy"):
            await release_image(world, app, io, whole=False)
    except Refused:
        io.problem("Failure while restarting app")


def pretty(values: Mapping[str, str]) -> list[str]:
    """Return variables as Dokku lists them: values in one column."""
    width = max((len(name) for name in values), default=0) + 1
    return [f"{name + ':':<{width}}  {value}" for name, value in sorted(values.items())]
