"""`mysql:link|unlink|promote` and `redis:…`: which apps get a service's address; each change deploys them again."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.practice.commands.service_common import named_service, service_command, words_of
from restant_tui.practice.io import Io
from restant_tui.practice.redeploy import set_config, unset_config
from restant_tui.practice.registry import Refused, named_app
from restant_tui.practice.world import App, Service, World

_DEFAULTS = {"mysql": "DATABASE_URL", "redis": "REDIS_URL"}
_COLOURS = ("AQUA", "BLACK", "BLUE", "FUCHSIA", "GRAY", "GREEN", "LIME", "MAROON", "NAVY", "OLIVE")


def _pair(world: World, kind: str, args: Sequence[str]) -> tuple[Service, App]:
    service = named_service(world, kind, args)
    words = words_of(args)
    if len(words) < 2:
        raise Refused("Please specify an app to run the command on")
    return service, named_app(world, words[1])


def _without_values(args: Sequence[str]) -> tuple[list[str], str]:
    """Return the arguments without `-a NAME` and `-q TEXT`, and the name."""
    kept: list[str] = []
    alias = ""
    rest = iter(args)
    for word in rest:
        if word in ("-a", "--alias"):
            alias = next(rest, "")
        elif word in ("-q", "--querystring"):
            next(rest, "")
        else:
            kept.append(word)
    return kept, alias


@service_command("link", seconds=0.9)
async def link(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Put the service's address into an app's environment, which deploys the app again."""
    kept, alias = _without_values(args)
    service, app = _pair(world, kind, kept)
    taken = _variable(service, app)
    if taken:
        raise Refused(f"Already linked as {taken}")
    name = f"{alias}_URL" if alias else _DEFAULTS[kind]
    if name in app.config:
        name = next(free for c in _COLOURS if (free := f"DOKKU_{kind.upper()}_{c}_URL") not in app.config)
    service.links.append(app.name)
    service.variables[app.name] = name
    restart = "--no-restart" not in kept and "-n" not in kept
    await set_config(world, app, {name: service.address}, io, restart=restart)
    return 0


@service_command("unlink", seconds=0.9)
async def unlink(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Take the service's address out of an app's environment, which deploys the app again."""
    service, app = _pair(world, kind, args)
    name = _variable(service, app)
    if not name:
        raise Refused(f"Not linked to app {app.name}")
    service.links.remove(app.name)
    service.variables.pop(app.name, None)
    restart = "--no-restart" not in args and "-n" not in args
    await unset_config(world, app, [name], io, restart=restart)
    return 0


@service_command("promote", seconds=0.9)
async def promote(world: World, kind: str, args: Sequence[str], io: Io) -> int:
    """Make a linked service the one under the usual name; the one that was there keeps another name."""
    service, app = _pair(world, kind, args)
    usual, name = _DEFAULTS[kind], _variable(service, app)
    if not name:
        raise Refused(f"Not linked to app {app.name}")
    if name == usual:
        raise Refused(f"Service {service.name} already promoted as {usual}")
    changed = {usual: service.address}
    for other in world.services.values():
        if _variable(other, app) == usual and other.kind == kind and other is not service:
            other.variables[app.name] = name
            changed[name] = other.address
    service.variables[app.name] = usual
    await set_config(world, app, changed, io, restart="--no-restart" not in args)
    return 0


def _variable(service: Service, app: App) -> str:
    if app.name not in service.links:
        return ""
    return service.variables.get(app.name, _DEFAULTS[service.kind])
