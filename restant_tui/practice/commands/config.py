"""`config:…`: the environment of an app. `config:show` prints every secret, as the real one does."""

from __future__ import annotations

import base64
import binascii
import json
import re
import shlex
from collections.abc import Sequence

from restant_tui.practice.io import Io
from restant_tui.practice.redeploy import pretty, set_config, unset_config
from restant_tui.practice.registry import Refused, command, the_app
from restant_tui.practice.world import World

_SHOW_USAGE = """Usage of config:show:
      --global   --global: use the global environment
      --merged   --merged: display the app's environment merged with the global environment"""


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
    unknown = [word for word in args if word.startswith("--") and word not in ("--global", "--merged")]
    if unknown:
        io.err(_SHOW_USAGE)
        io.err(f"unknown flag: {unknown[0]}")
        return 2
    if "--global" in args:
        io.header("=====> global env vars")
        io.out()
        return 0
    app = the_app(world, args)
    io.header(f"=====> {app.name} env vars")
    for line in pretty(app.config):
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
            for line in pretty(app.config):
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
    await set_config(world, app, changed, io, restart="--no-restart" not in flags)
    return 0


@command("config:unset", seconds=0.39)
async def config_unset(world: World, args: Sequence[str], io: Io) -> int:
    """Remove values, then deploy `latest` again unless told not to."""
    words = [word for word in args if not word.startswith("--")]
    app = the_app(world, words)
    if len(words) < 2:
        raise Refused("At least one key must be given")
    await unset_config(world, app, words[1:], io, restart="--no-restart" not in args)
    return 0


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Refused("Unable to decode value") from None
