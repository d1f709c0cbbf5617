"""Print one snapshot of everything; exit 0 ok, 1 warning, 2 critical, 3 unknown.

Waits until every configured figure has been asked for once, at most ten seconds, and three more for each app beyond
the fourth of a host. A failed health probe is asked again at once, so that one lost answer is not called an outage and
an outage is not called one lost answer.
"""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from restant_tui.cli.options import Options

if TYPE_CHECKING:
    from restant_tui.cli.report import Report
    from restant_tui.config.model import Config
    from restant_tui.engine.runtime import Runtime
    from restant_tui.journal.outbox import OutboxRow
    from restant_tui.monitors.snapshots import HealthSnapshot, Reading
    from restant_tui.monitors.station import Monitors

LONGEST = 10.0
_AT_ONCE = 4
"""So many apps of a host are asked beside each other, the others after one another: it has other work as well."""
_SECONDS_AN_APP = 3.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("--json", action="store_true", help="print one JSON object with stable keys")


def main(parsed: argparse.Namespace) -> int:
    """Print the snapshot and return the exit status of the worst of it."""
    options = Options.of(parsed)
    return asyncio.run(_print(options, as_json=parsed.json))


async def snapshot(options: Options, *, as_json: bool = False) -> Report:
    """Ask everything once and return what is known; with `as_json` no person is asked anything.

    Raises:
        ConfigProblem: there is no configuration that can be read.
    """
    from restant_tui.cli.opening import running, whom_to_ask

    async with running(options, monitors=True, person=whom_to_ask(as_json=as_json)) as runtime:
        try:
            async with asyncio.timeout(longest(runtime.config)):
                await arrived(runtime.monitors, runtime.config)
        except TimeoutError:
            pass  # what has not come by now is shown as what it is: no data
        unseen = await asyncio.to_thread(runtime.journal.outbox.unseen)
        return _report(runtime, unseen)


def longest(config: Config) -> float:
    """Return the seconds after which what has not come is shown as no data."""
    most = max((len(config.apps_on(host)) for host in config.hosts), default=0)
    return LONGEST + _SECONDS_AN_APP * max(0, most - _AT_ONCE)


async def arrived(monitors: Monitors, config: Config) -> None:
    """Return as soon as every reading has been asked for, and every failing health probe often enough to be sure."""
    first = frozenset(app for host in config.hosts for app in config.apps_on(host)[:_AT_ONCE])
    monitors.attend(first, first)
    asked_at = -1
    while True:
        health, releases, discovery = monitors.health.latest, monitors.releases.latest, monitors.discovery.latest
        readings = [app.reading for app in releases.apps] + [host.reading for host in discovery.hosts]
        if not _waiting(health, readings):
            again = _in_doubt(health, config.thresholds.failed_probes.critical)
            if not again:
                return
            if again != asked_at:
                asked_at = again
                monitors.check()
        await _either(monitors)


def _waiting(health: HealthSnapshot, readings: list[Reading]) -> bool:
    from restant_tui.monitors.readings import never_asked

    for app in health.apps:
        readings = [*readings, app.endpoint.reading, app.processes.reading, app.certificate.reading]
    return any(never_asked(reading) for reading in readings)


def _in_doubt(health: HealthSnapshot, enough: float) -> int:
    """Return a number that changes with each failed probe that is not yet sure; 0 when none is in doubt."""
    return sum(app.endpoint.failures for app in health.apps if 0 < app.endpoint.failures < enough)


async def _either(monitors: Monitors) -> None:
    """Wait until the health, the releases or the apps of a host have changed."""

    async def change(feed: object) -> None:
        changes = feed.follow()  # type: ignore[attr-defined]  # feeds of three types, of which only the change counts
        await anext(changes)
        await anext(changes)

    feeds = (monitors.health, monitors.releases, monitors.discovery)
    tasks = [asyncio.create_task(change(feed)) for feed in feeds]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _report(runtime: Runtime, unseen: list[OutboxRow]) -> Report:
    from restant_tui.cli.report import Report

    monitors = runtime.monitors
    return Report(
        at=runtime.clock.now(),
        practice=runtime.config.practice,
        health=monitors.health.latest,
        releases=monitors.releases.latest,
        discovery=monitors.discovery.latest,
        links=monitors.links.latest,
        alerts=runtime.alerts.feed.latest,
        messages=tuple(unseen),
    )


async def _print(options: Options, *, as_json: bool) -> int:
    from restant_tui.cli.marks import Marks

    report = await snapshot(options, as_json=as_json)
    print(report.as_json() if as_json else report.as_text(Marks.of(options)))
    return report.exit_status()
