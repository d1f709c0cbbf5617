"""What the rooms below read from a host, they can read from this one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from restant_tui.clock import SystemClock
from restant_tui.config.model import Identity
from restant_tui.dokku import commands
from restant_tui.dokku.ask import ask
from restant_tui.dokku.builds import BuildStatus
from restant_tui.dokku.certs import parse_certs_report, parse_letsencrypt_list, parse_letsencrypt_report
from restant_tui.dokku.git import parse_git_report, parse_log, parse_reflog
from restant_tui.dokku.history import read_history
from restant_tui.dokku.logs import parse_log_line
from restant_tui.dokku.ps import parse_ps_report
from restant_tui.practice.host import NAME, PracticeHost
from restant_tui.transport.links import Links
from restant_tui.transport.session import Session

APP = "restant-main"


@pytest.fixture
async def links(host: PracticeHost) -> AsyncIterator[Links]:
    opened = Links(host.config(), clock=SystemClock())
    yield opened
    await opened.close()


@pytest.fixture
def session(links: Links) -> Session:
    return links.session(NAME, Identity.DOKKU)


async def test_reports_can_be_read_in_both_forms(session: Session) -> None:
    for json in (True, False):
        processes = parse_ps_report(await ask(session, commands.ps_report(APP, json=json), timeout=5))
        assert {process.name: process.state for process in processes.processes} == {
            "web.1": "running",
            "worker.1": "running",
        }
        assert (
            parse_git_report(await ask(session, commands.git_report("restant-staging", json=json), timeout=5)).sha
            is None
        )
        assert parse_certs_report(await ask(session, commands.certs_report(APP, json=json), timeout=5)).expires_at


async def test_certificates_can_be_read_from_the_plugin(session: Session) -> None:
    assert parse_letsencrypt_report(await ask(session, commands.letsencrypt_report(APP), timeout=5)).active
    listed = parse_letsencrypt_list(await ask(session, commands.letsencrypt_list(), timeout=5))
    assert set(listed) == {APP, "restant-staging"}


async def test_every_line_of_the_log_can_be_read(session: Session) -> None:
    for line in (await ask(session, commands.logs(APP, 200), timeout=5)).splitlines():
        assert parse_log_line(line).process in ("web.1", "worker.1")


async def test_the_admin_reads_moves_and_commits(links: Links, host: PracticeHost) -> None:
    admin = links.session(NAME, Identity.ADMIN)
    app = host.world.apps[APP]
    moves = parse_reflog(await ask(admin, commands.admin_reflog(APP, "main"), timeout=5))
    assert [move.sha for move in moves] == [move.sha for move in reversed(app.reflog)]
    assert len(parse_log(await ask(admin, commands.admin_log(APP, "main"), timeout=5))) == len(app.commits)


async def test_the_opening_history_and_a_rollback_are_understood(links: Links, host: PracticeHost) -> None:
    dokku, admin = (links.session(NAME, identity) for identity in Identity)
    app = host.world.apps[APP]
    history = await read_history(APP, dokku, admin, timeout=5)
    assert history.live_sha == app.commits[-1].sha
    assert history.live_subject == app.commits[-1].subject
    assert [release.live for release in history.releases] == [True] + [False] * 7
    good = history.releases[1]
    assert good.sha == app.reflog[-2].sha
    outcome = await dokku.run(commands.git_sync(APP, good.sha, build=True), timeout=20)
    assert outcome.succeeded
    after = await read_history(APP, dokku, admin, timeout=5)
    assert after.live_sha == good.sha
    newest = after.releases[0]
    assert (newest.sha, newest.live, newest.build.status) == (good.sha, True, BuildStatus.SUCCEEDED)
