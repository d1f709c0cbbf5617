"""What belongs to no app: version, help, plugins, events."""

from __future__ import annotations

import json
from collections.abc import Sequence

from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, command
from restant_tui.practice.world import World

VERSION = "0.38.27"
_PLUGINS = (
    *("00_dokku-standard", "20_events", "app-json", "apps", "builder", "builder-dockerfile", "builds", "certs"),
    *("checks", "common", "config", "cron", "docker-options", "domains", "enter", "git", "letsencrypt", "logs"),
    *("mysql", "network", "nginx-vhosts", "plugin", "ports", "proxy", "ps", "redis", "registry", "repo"),
    *("resource", "run", "scheduler", "scheduler-docker-local", "shell", "ssh-keys", "storage", "trace"),
)
_ADDED = {
    "letsencrypt": ("0.25.1", "Automated installation of let's encrypt TLS certificates"),
    "mysql": ("1.44.3", "dokku mysql service plugin"),
    "redis": ("1.43.0", "dokku redis service plugin"),
}
_HELP = {
    "apps": "Manage apps",
    "builds": "Manage running and historical builds",
    "certs": "Manage SSL (TLS) certs",
    "checks": "Manage zero-downtime settings",
    "config": "Manage global and app-specific config vars",
    "domains": "Manage domains used by the proxy",
    "events": "Manage event logging",
    "git": "Manage app deploys via git",
    "help": "Print the list of commands",
    "letsencrypt": "Manage the letsencrypt integration",
    "logs": "Manage log integration for an app",
    "mysql": "Plugin for managing mysql services",
    "plugin": "Manage installed plugins",
    "ps": "Manage app processes",
    "redis": "Plugin for managing redis services",
    "resource": "Manage resource settings for an app",
    "run": "Run a one-off process inside a container",
    "url": "Show the first URL for an application (compatibility)",
    "urls": "Show all URLs for an application",
    "version": "Print dokku's version",
}


@command("version", "--version", "-v", seconds=0.34)
async def version(world: World, args: Sequence[str], io: Io) -> int:
    """Print the version this host behaves like."""
    io.out(f"dokku version {VERSION}")
    return 0


@command("help", seconds=1.03)
async def help_(world: World, args: Sequence[str], io: Io) -> int:
    """List the families of commands."""
    for name, text in _HELP.items():
        io.out(f"    {name:<24} {text}")
    return 0


@command("plugin:list", seconds=0.63)
async def plugin_list(world: World, args: Sequence[str], io: Io) -> int:
    """List the plugins, the added ones among Dokku's own."""
    rows = []
    for name in _PLUGINS:
        number, text = _ADDED.get(name, (VERSION, f"dokku core {name.rpartition('_')[2]} plugin"))
        rows.append((name, "0.34.0" if name == "builds" else number, text))
    if "json" in args or "--format=json" in args:
        records = [
            {
                "name": name,
                "version": number,
                "enabled": True,
                "core": name not in _ADDED,
                "description": text,
                "source_url": "",
                "committish": "",
                "branch": "",
            }
            for name, number, text in rows
        ]
        io.out(json.dumps(records, separators=(",", ":")))
        return 0
    for name, number, text in rows:
        io.out(f"  {name:<20} {number} enabled    {text}")
    return 0


@command("plugin:install", "plugin:update", "plugin:uninstall", seconds=0.3)
async def plugin_change(world: World, args: Sequence[str], io: Io) -> int:
    """Refuse: only root may."""
    raise Refused("This command must be run as root")


@command("events", seconds=0.25)
async def events(world: World, args: Sequence[str], io: Io) -> int:
    """Print the last hundred events; with `-t` go on."""
    shown = len(world.events)
    for line in list(world.events)[-100:]:
        io.out(line)
    while "-t" in args and not io.gone.is_set():
        await world.clock.sleep(0.5)
        for line in list(world.events)[shown:]:
            io.out(line)
        shown = len(world.events)
    return 0
