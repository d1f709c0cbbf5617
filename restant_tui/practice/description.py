"""The configuration of a practice host: what a person would have written about it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from restant_tui.config.model import App, Config, Environment, Host, Login, Polling, Service, ServiceKind
from restant_tui.config.people import Channel, Email, Security, SlackBot, Statuspage
from restant_tui.practice import keys
from restant_tui.practice.history import MAIN, STAGING
from restant_tui.practice.receivers.statuspage import COMPONENTS
from restant_tui.practice.world import World

SECRETS = {
    "practice-slack": "practice-slack-token",
    "practice-statuspage": "practice-page-key",
    "forge-token": "practice-forge-token",
}
"""What the secrets the channels refer to are worth; nothing but the practice host takes them."""
_ENVIRONMENTS = {MAIN: Environment.PRODUCTION, STAGING: Environment.STAGING}


def hosts(name: str, folder: Path, ports: Mapping[str, int]) -> dict[str, Host]:
    """Return the host as the configuration names it."""
    logins = {user: Login(user=user, key=str(keys.client_path(folder, user))) for user in keys.USERS}
    host = Host(
        address="127.0.0.1",
        port=ports["ssh"],
        known_hosts=str(keys.known_hosts_path(folder)),
        dokku=logins["dokku"],
        admin=logins["admin"],
    )
    return {name: host}


def apps(name: str, world: World, ports: Mapping[str, int]) -> dict[str, App]:
    """Return the apps that have pages; one that was created while practising is a feature app."""
    return {
        app: App(
            host=name,
            environment=_ENVIRONMENTS.get(app, Environment.FEATURE),
            url=f"http://127.0.0.1:{ports[app]}/health",
        )
        for app in world.apps
        if app in ports
    }


def services(name: str, world: World) -> dict[str, Service]:
    """Return the data services."""
    return {one.name: Service(host=name, kind=ServiceKind(one.kind)) for one in world.services.values()}


def channels(ports: Mapping[str, int]) -> dict[str, Channel]:
    """Return the channels: three rooms of a chat, four mail addresses and the status page, all on this machine."""
    desk = f"http://127.0.0.1:{ports['desk']}"
    rooms: dict[str, Channel] = {
        room: SlackBot(secret="practice-slack", channel=f"#{room}", api=f"{desk}/slack/api")  # noqa: S106 - a name
        for room in ("deployments", "alerts", "incidents")
    }
    mails: dict[str, Channel] = {
        f"mail-{who}": Email(
            to=(f"{who}@restant.example.com",),
            from_="restant-tui@restant.example.com",
            host="127.0.0.1",
            port=ports["mail"],
            security=Security.NONE,
        )
        for who in ("deployments", "alerts", "oncall", "management")
    }
    page: dict[str, Channel] = {
        "status-page": Statuspage(
            page="practice",
            secret="practice-statuspage",  # noqa: S106 - a name
            components=tuple(COMPONENTS)[:2],
            api=f"{desk}/v1",
        )
    }
    return rooms | mails | page


def polling(speed: float) -> Polling:
    """Return how often to ask: probes are made in real time, but their readings age by the practice clock."""
    if speed <= 1:
        return Polling()
    return Polling(certificates="30s", stale_after=f"{round(40 * speed)}s")


def whole(parts: list[tuple[str, Path, World, Mapping[str, int]]], speed: float) -> Config:
    """Return the configuration of one host, or of two; what the first one has goes first."""
    found_hosts: dict[str, Host] = {}
    found_apps: dict[str, App] = {}
    found_services: dict[str, Service] = {}
    for name, folder, world, ports in parts:
        found_hosts |= hosts(name, folder, ports)
        found_apps = apps(name, world, ports) | found_apps
        found_services = services(name, world) | found_services
    first = parts[0][3]
    return Config(
        hosts=found_hosts,
        apps=found_apps,
        services=found_services,
        channels=channels(first) if "desk" in first else {},
        polling=polling(speed),
        practice=True,
    )
