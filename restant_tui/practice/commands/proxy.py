"""`proxy:…`, `domains:…`, `ports:…`, `maintenance:…`: what stands in front of an app."""

from __future__ import annotations

import re
from collections.abc import Sequence

from restant_tui.practice import transcript
from restant_tui.practice.answers import Report, report
from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, command, the_app
from restant_tui.practice.releases import note_event, play
from restant_tui.practice.world import App, World


@command("domains:add", seconds=0.5)
async def domains_add(world: World, args: Sequence[str], io: Io) -> int:
    """Let an app answer to more names."""
    app, names = _app_and_words(world, args, "domain")
    for name in names:
        if not re.fullmatch(r"[a-z0-9*][a-z0-9.*-]*\.[a-z0-9-]+", name):
            raise Refused(f"{name} is invalid.")
        if name in app.domains:
            io.problem(f"{name} is already defined for {app.name}")
            continue
        app.domains.append(name)
        io.out(f"-----> Added {name} to {app.name}")
    await configure(world, app, io)
    return 0


@command("domains:remove", seconds=0.5)
async def domains_remove(world: World, args: Sequence[str], io: Io) -> int:
    """Let an app answer to fewer names."""
    app, names = _app_and_words(world, args, "domain")
    for name in names:
        if name in app.domains:
            app.domains.remove(name)
        io.out(f"-----> Removed {name} from {app.name}")
    await configure(world, app, io)
    return 0


@command("domains:set", seconds=0.5)
async def domains_set(world: World, args: Sequence[str], io: Io) -> int:
    """Let an app answer to these names alone."""
    app, names = _app_and_words(world, args, "domain")
    app.domains = list(dict.fromkeys(names))
    for name in app.domains:
        io.out(f"-----> Added {name} to {app.name}")
    await configure(world, app, io)
    return 0


@command("ports:set", seconds=0.4)
async def ports_set(world: World, args: Sequence[str], io: Io) -> int:
    """Store the port mapping."""
    app, pairs = _app_and_words(world, args, "port mapping")
    app.settings["ports.map"] = " ".join(pairs)
    await configure(world, app, io)
    return 0


@command("proxy:build-config", "nginx:build-config", seconds=0.5)
async def build_config(world: World, args: Sequence[str], io: Io) -> int:
    """Write the proxy's configuration again; settings take effect only then."""
    for app in list(world.apps.values()) if "--all" in args else [the_app(world, args)]:
        await configure(world, app, io)
    return 0


@command("proxy:enable", "proxy:disable", seconds=0.5)
async def proxy_switch(world: World, args: Sequence[str], io: Io) -> int:
    """Write the configuration again."""
    await configure(world, the_app(world, args), io)
    return 0


@command("maintenance:enable", seconds=0.5)
async def maintenance_enable(world: World, args: Sequence[str], io: Io) -> int:
    """Answer 503 with a page; the app goes on behind it."""
    return _maintain(world, the_app(world, args), io, True)


@command("maintenance:disable", seconds=0.5)
async def maintenance_disable(world: World, args: Sequence[str], io: Io) -> int:
    """Let the app answer again."""
    return _maintain(world, the_app(world, args), io, False)


def _maintain(world: World, app: App, io: Io, on: bool) -> int:
    io.out(f"-----> {'Enabling' if on else 'Disabling'} maintenance mode for {app.name}...")
    app.maintenance = on
    note_event(world, f"maintenance-{'enable' if on else 'disable'}( {app.name} )")
    io.out("       Done")
    return 0


@command("maintenance:report", seconds=0.4)
async def maintenance_report(world: World, args: Sequence[str], io: Io) -> int:
    """Say whether the page is up."""
    kind = Report("maintenance", "maintenance-", _maintenance, padded=True, ordered=True)
    return await report(world, args, io, kind)


def _maintenance(app: App) -> dict[str, str]:
    return {
        "maintenance-enabled": "true" if app.maintenance else "false",
        "maintenance-custom-page-sha256": "",
    }


def _app_and_words(world: World, args: Sequence[str], what: str) -> tuple[App, list[str]]:
    app = the_app(world, args)
    words = [word for word in args if not word.startswith("-")][1:]
    if not words:
        raise Refused(f"Must specify a {what} name" if what == "domain" else f"No {what} specified")
    return app, words


async def configure(world: World, app: App, io: Io) -> None:
    """Write the proxy's configuration of an app and say so."""
    if not app.serving:
        io.problem(f"No web listeners specified for {app.name}")
    await play(world, io, list(transcript.nginx(app))[1:])
