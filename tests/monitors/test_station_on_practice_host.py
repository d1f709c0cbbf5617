"""The monitors, the rules and the rollback against the practice host, over a real SSH connection."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from random import Random

import msgspec

from restant_tui.alerts.book import AlertBook
from restant_tui.alerts.watch import watch
from restant_tui.config.model import Identity, Polling
from restant_tui.dokku.verbs import VERBS, VerbContext
from restant_tui.monitors.snapshots import AppHealth, AppReleases, Status
from restant_tui.monitors.station import Monitors
from restant_tui.practice.host import PracticeHost
from restant_tui.transport.links import Links
from tests.support.waiting import until

OFTEN = Polling(health="200ms", processes="300ms", releases="300ms", certificates="1h", stale_after="20s")


async def test_a_bad_release_is_seen_rolled_back_and_seen_to_be_gone(tmp_path: Path) -> None:
    async with PracticeHost(speed=60, seed=3, folder=tmp_path) as host:
        config = msgspec.structs.replace(host.config(), polling=OFTEN)
        name, host_name = config.main_app(), next(iter(config.hosts))
        links = Links(config, clock=host.clock)
        monitors = Monitors(config, links, clock=host.clock, random=Random(1))
        book = AlertBook(config.acknowledge, clock=host.clock)
        await monitors.start()
        watcher = asyncio.create_task(
            watch(book, monitors.health, monitors.releases, monitors.links, config.thresholds)
        )

        def health() -> AppHealth:
            return next(app for app in monitors.health.latest.apps if app.app == name)

        def releases() -> AppReleases:
            return next(app for app in monitors.releases.latest.apps if app.app == name)

        def alerts() -> set[str]:
            return {alert.key for alert in book.feed.latest.open}

        try:
            log = monitors.watch_logs(name)
            await until(lambda: health().status is Status.CRITICAL, 20, what="the bad release shows")
            await until(lambda: f"down:{name}" in alerts() and log.total > 100)
            await until(lambda: releases().attempts)
            context = VerbContext(
                runner=lambda identity: links.session(host_name, Identity(identity)), clock=host.clock, timeout=30
            )
            listed = json.loads((await VERBS["release.list"].perform([name], context)).stdout)
            assert listed[0]["live"]
            good = next(row for row in listed if row["status"] == "succeeded" and not row["live"])
            assert (await VERBS["release.rollback"].perform([name, good["sha"]], context)).succeeded
            await until(lambda: health().endpoint.http_status == 200, 20, what="the app answers again")
            await until(lambda: releases().live_sha == good["sha"], 20)
            # A look that began while the deploy was ending still calls it running; the next one does not.
            await until(lambda: releases().attempts[0].live, 20)
            assert releases().attempts[0].source == "git:sync"
            await until(lambda: f"down:{name}" not in alerts(), 20, what="the alert clears")
        finally:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)
            await monitors.close()
            await links.close()
