"""The logs of attempts on the practice host, over a real SSH connection."""

from __future__ import annotations

import asyncio
from pathlib import Path

from restant_tui.config.model import Identity
from restant_tui.dokku import commands
from restant_tui.dokku.ask import ask
from restant_tui.dokku.builds import Build, BuildStatus, parse_builds_list
from restant_tui.monitors.buildlog import BuildLog
from restant_tui.practice.host import NAME, PracticeHost
from restant_tui.text import Redactor
from restant_tui.transport.links import Links
from restant_tui.transport.session import Session
from tests.support.waiting import until


async def builds(dokku: Session) -> tuple[Build, ...]:
    return parse_builds_list(await ask(dokku, commands.builds_list("restant-main"), timeout=10))


def shown(log: BuildLog) -> str:
    return "\n".join(log.text(number) for number in range(log.first, log.total))


async def test_a_failed_attempt_shows_its_container_and_a_running_one_streams_to_its_end(tmp_path: Path) -> None:
    async with PracticeHost(speed=20, seed=3, folder=tmp_path, latency=0) as host:
        links = Links(host.config(), clock=host.clock)
        dokku = links.session(NAME, Identity.DOKKU)
        try:
            failed = next(one for one in await builds(dokku) if one.status is BuildStatus.FAILED)
            log = BuildLog("restant-main", failed.id, dokku, redactor=Redactor(), running=False)
            await log.read()
            assert log.state == "whole"
            assert "Start of restant-main container output" in shown(log)
            assert "Could not start due to 1 failed checks" in shown(log)

            rebuild = asyncio.create_task(dokku.run(["ps:rebuild", "restant-main"], timeout=60))
            while (newest := (await builds(dokku))[0]).status is not BuildStatus.RUNNING:
                pass
            log = BuildLog("restant-main", newest.id, dokku, redactor=Redactor(), running=True)
            reading = asyncio.create_task(log.read())
            await until(lambda: log.total > 3, what="the first lines")
            assert not rebuild.done()
            early = shown(log)
            outcome = await rebuild
            log.finish()
            await reading
            assert log.state == "whole"
            assert shown(log).startswith(early)
            assert shown(log) + "\n" == outcome.text
        finally:
            await links.close()
