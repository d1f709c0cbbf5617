"""The reports of plugins that have nothing else here: resources, domains, checks, and an app's addresses."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.practice.answers import Report, report
from restant_tui.practice.io import Io
from restant_tui.practice.registry import command, the_app
from restant_tui.practice.world import App, World


@command("resource:report", seconds=0.27)
async def resource_report(world: World, args: Sequence[str], io: Io) -> int:
    """Report the limits that are set; never what is used."""
    return await report(world, args, io, Report("resource", "resource-", _resources, legacy=True, capital=False))


def _resources(app: App) -> dict[str, str]:
    return {f"resource-{key}": value for key, value in app.resources.items()}


@command("domains:report", seconds=0.36)
async def domains_report(world: World, args: Sequence[str], io: Io) -> int:
    """Report the names an app answers to."""
    return await report(world, args, io, Report("domains", "domains-", _domains))


def _domains(app: App) -> dict[str, str]:
    return {
        "domains-app-enabled": "true" if app.domains else "false",
        "domains-app-vhosts": " ".join(app.domains),
        "domains-global-enabled": "true",
        "domains-global-vhosts": "restant.example.com",
    }


@command("checks:report", seconds=0.28)
async def checks_report(world: World, args: Sequence[str], io: Io) -> int:
    """Report how deploys are checked."""
    return await report(world, args, io, Report("checks", "checks-", _checks))


def _checks(app: App) -> dict[str, str]:
    return {
        "checks-computed-wait-to-retire": "60",
        "checks-disabled-list": "none",
        "checks-global-wait-to-retire": "",
        "checks-skipped-list": "none",
        "checks-wait-to-retire": "",
    }


@command("url", "urls", seconds=0.9)
async def urls(world: World, args: Sequence[str], io: Io) -> int:
    """Print where an app answers."""
    for domain in the_app(world, args).domains:
        io.out(f"https://{domain}")
    return 0
