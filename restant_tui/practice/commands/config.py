"""`config:…`: the environment of an app. `config:show` prints every secret, as the real one does."""

from __future__ import annotations

import base64
import binascii
import json
import re
import shlex
from collections.abc import Sequence

from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, command, the_app
from restant_tui.practice.releases import recorded, release_image
from restant_tui.practice.world import World


@command("config:keys", seconds=0.32)
async def config_keys(world: World, args: Sequence[str], io: Io) -> int:
    """List the names alone."""
    for name in sorted(the_app(world, args).config):
        io.out(name)
    return 0


@command("config:get", seconds=0.32)
async def config_get(world: World, args: Sequence[str], io: Io) -> int:
    """Print one value; a name that is not set is told by the exit status alone."""
    app = the_app(world, args)
    names = [word for word in args if not word.startswith("-")][1:]
    if not names:
        raise Refused("Expected: key")
    if names[0] not in app.config:
        return 1
    io.out(app.config[names[0]])
    return 0


@command("config:show", "config", seconds=0.27)
async def config_show(world: World, args: Sequence[str], io: Io) -> int:
    """Print names and values."""
    app = the_app(world, args)
    io.header(f"=====> {app.name} env vars")
    for line in _pretty(app.config):
        io.out(line)
    return 0


@command("config:export", seconds=0.3)
async def config_export(world: World, args: Sequence[str], io: Io) -> int:
    """Print names and values in a form that can be read back."""
    words = [word for word in args if word not in ("json", "envfile", "shell", "exports", "pretty")]
    app = the_app(world, words)
    form = next((word.removeprefix("--format=") for word in args if word not in words or "=" in word), "exports")
    match form:
        case "json":
            io.out(json.dumps(app.config, sort_keys=True, separators=(",", ":")))
        case "pretty":
            for line in _pretty(app.config):
                io.out(line)
        case _:
            lead = "export " if form == "exports" else ""
            for name, value in sorted(app.config.items()):
                io.out(f"{lead}{name}={shlex.quote(value) if form != 'exports' else chr(39) + value + chr(39)}")
    return 0


@command("config:set", seconds=0.39)
async def config_set(world: World, args: Sequence[str], io: Io) -> int:
    """Set values, then deploy `latest` again unless told not to; a deploy that fails is only a warning."""
    flags = {word for word in args if word.startswith("--")}
    words = [word for word in args if not word.startswith("--")]
    app = the_app(world, words)
    pairs = words[1:]
    if not pairs:
        raise Refused("At least one env pair must be given")
    changed: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise Refused(f"Invalid env pair: {pair}")
        changed[name] = _decoded(value) if "--encoded" in flags else value
    app.config |= changed
    io.out("-----> Setting config vars")
    for line in _pretty(changed):
        io.out(f"       {line}")
    if "--no-restart" in flags or not app.serving:
        return 0
    io.out(f"-----> Restarting app {app.name}")
    try:
        async with recorded(world, app, io, kind="deploy", source="config-redeploy"):
            await release_image(world, app, io, whole=False)
    except Refused:
        io.problem("Failure while restarting app")
    return 0


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Refused("Unable to decode value") from None


def _pretty(values: dict[str, str]) -> list[str]:
    width = max((len(name) for name in values), default=0) + 1
    return [f"{name + ':':<{width}}  {value}" for name, value in sorted(values.items())]
