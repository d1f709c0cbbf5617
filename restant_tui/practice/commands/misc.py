"""What belongs to no app: version, help, plugins, events."""

from __future__ import annotations

import json
from collections.abc import Sequence

from restant_tui.practice.io import Io
from restant_tui.practice.registry import COMMANDS, Refused, command
from restant_tui.practice.world import World

VERSION = "0.38.27"
_PLUGINS = (
    *("00_dokku-standard", "20_events", "app-json", "apps", "builder", "builder-dockerfile"),
    *("builder-herokuish", "builder-lambda", "builder-nixpacks", "builder-null", "builder-pack", "builder-railpack"),
    *("buildpacks", "builds", "caddy-vhosts", "certs", "checks", "common"),
    *("config", "cron", "docker-options", "domains", "enter", "git"),
    *("haproxy-vhosts", "letsencrypt", "logs", "maintenance", "mysql", "network"),
    *("nginx-vhosts", "openresty-vhosts", "plugin", "ports", "proxy", "ps"),
    *("redis", "registry", "repo", "resource", "run", "scheduler"),
    *("scheduler-docker-local", "scheduler-null", "shell", "ssh-keys", "storage", "trace"),
    *("traefik-vhosts",),
)
_SHORT = {"00_dokku-standard": "standard", "20_events": "events logging"}
_ADDED = {
    "letsencrypt": ("0.25.1", "Automated installation of let's encrypt TLS certificates"),
    "maintenance": ("0.10.1", "Maintenance mode for apps"),
    "mysql": ("1.44.3", "dokku mysql service plugin"),
    "redis": ("1.43.0", "dokku redis service plugin"),
}
FAMILIES = {
    "app-json": "Manage app-json settings for an app",
    "apps": "Manage apps",
    "builder": "Manage builder settings for an app",
    "builder-dockerfile": "Manage the dockerfile builder integration for an app",
    "builder-herokuish": "Manage the herokuish builder integration for an app",
    "builder-lambda": "Manage the lambda builder integration for an app",
    "builder-nixpacks": "Manage the nixpacks builder integration for an app",
    "builder-null": "No-op builder plugin",
    "builder-pack": "Manage the pack builder integration for an app",
    "builder-railpack": "Manage the railpack builder integration for an app",
    "buildpacks": "Manage buildpack settings for an app",
    "builds": "Manage running and historical builds",
    "caddy": "Manage the caddy proxy integration",
    "certs": "Manage SSL (TLS) certs",
    "checks": "Manage zero-downtime settings",
    "cleanup": "Cleans up exited/dead Docker containers and removes dangling images",
    "config": "Manage global and app-specific config vars",
    "cron": "Manage scheduled cron tasks",
    "docker-options": "Manage docker options for an app",
    "domains": "Manage domains used by the proxy",
    "enter": "Enter running app containers",
    "events": "Manage event logging",
    "git": "Manage app deploys via git",
    "haproxy": "Manage the haproxy proxy integration",
    "help": "Print the list of commands",
    "letsencrypt": "Manage the letsencrypt integration",
    "logs": "Manage log integration for an app",
    "maintenance": "Manage the maintenance mode for an app",
    "mysql": "Plugin for managing MySQL services",
    "network": "Manage network settings for an app",
    "nginx": "Manage the nginx proxy",
    "openresty": "Manage the openresty proxy integration",
    "plugin": "Manage installed plugins",
    "ports": "Manage ports for an app",
    "proxy": "Manage the proxy integration for an app",
    "ps": "Manage app processes",
    "redis": "Plugin for managing Redis services",
    "registry": "Manage registry settings for an app",
    "repo": "Manage the app's repo",
    "resource": "Manage resource settings for an app",
    "run": "Run a one-off process inside a container",
    "scheduler": "Manage scheduler settings for an app",
    "scheduler-docker-local": "Manage the docker-local scheduler integration for an app",
    "scheduler-null": "No-op scheduler plugin",
    "shell": "Interactive dokku prompt",
    "ssh-keys": "Manage public ssh keys used for deployment",
    "storage": "Manage mounted volumes",
    "trace": "Manage trace mode",
    "traefik": "Manage the traefik proxy integration",
    "url": "Show the first URL for an application (compatibility)",
    "urls": "Show all URLs for an application",
    "version": "Print dokku's version",
}
"""What `help` lists: each family of commands, and what it is for."""


@command("version", "--version", "-v", seconds=0.34)
async def version(world: World, args: Sequence[str], io: Io) -> int:
    """Print the version this host behaves like."""
    io.out(f"dokku version {VERSION}")
    return 0


@command("help", seconds=1.03)
async def help_(world: World, args: Sequence[str], io: Io) -> int:
    """List the families of commands."""
    for name, text in FAMILIES.items():
        io.out(f"    {name:<24} {text}")
    return 0


def usage(name: str) -> list[str]:
    """Return what the bare name of a family prints: how it is used, and its commands."""
    rows = [
        f"    {command:<44} {COMMANDS[command].told}" for command in sorted(COMMANDS) if command.startswith(f"{name}:")
    ]
    return [f"Usage: dokku {name}[:COMMAND]", "", FAMILIES[name], "", "Additional commands:", *rows]


@command("plugin:list", seconds=0.63)
async def plugin_list(world: World, args: Sequence[str], io: Io) -> int:
    """List the plugins, the added ones among Dokku's own."""
    rows = []
    for name in _PLUGINS:
        number, text = _ADDED.get(name, (VERSION, f"dokku core {_SHORT.get(name, name)} plugin"))
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
    """Refuse: only root may, and the practice host has what it needs."""
    if not io.root:
        raise Refused("This command must be run as root")
    io.out("-----> Nothing to do on the practice host")
    return 0
