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
        "checks-computed-wait-to-retire": app.settings.get("checks.wait-to-retire", "60"),
        "checks-disabled-list": app.settings.get("checks.disabled", "none"),
        "checks-global-wait-to-retire": "",
        "checks-skipped-list": app.settings.get("checks.skipped", "none"),
        "checks-wait-to-retire": app.settings.get("checks.wait-to-retire", ""),
    }


@command("checks:disable", "checks:skip", "checks:enable", seconds=0.4)
async def checks_switch(world: World, args: Sequence[str], io: Io) -> int:
    """Accept it, and say that the next deploy is what it was: the practice host always checks."""
    app = the_app(world, args)
    io.out(f"-----> Checks of {app.name} stay enabled on the practice host")
    return 0


@command("checks:run", seconds=1.9)
async def checks_run(world: World, args: Sequence[str], io: Io) -> int:
    """Run the deploy's checks on what serves now; on a real host a failed one stops the container."""
    app = the_app(world, args)
    io.out("-----> Running pre-flight checks")
    for process in app.processes:
        if process.stopped_at is not None:
            continue
        io.out(f"-----> Running checks for app ({app.name}.{process.name})")
        io.out("-----> Executing 2 healthchecks")
        io.out("       Running healthcheck name='default' type='uptime' uptime=10")
        ports = "attempts=3 port=5000 retries=2 timeout=5 type='listening' wait=5"
        io.out(f"       Running healthcheck name='port listening check' {ports}")
        io.out("       Healthcheck succeeded name='default'")
        io.out("       Healthcheck succeeded name='port listening check'")
        io.out(f"       All checks successful ({process.kind}.)")
    return 0


@command("url", "urls", seconds=0.9)
async def urls(world: World, args: Sequence[str], io: Io) -> int:
    """Print where an app answers."""
    for domain in the_app(world, args).domains:
        io.out(f"https://{domain}")
    return 0
