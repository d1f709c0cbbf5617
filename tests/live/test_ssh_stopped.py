"""A host that shows a key that replaced another, or a revoked one, gets nothing more until a person says so."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from restant_tui.clock import SystemClock
from restant_tui.config.model import Config, Identity
from restant_tui.transport.link import Link
from restant_tui.transport.links import Links
from restant_tui.transport.outcome import OutcomeKind
from restant_tui.transport.session import Session
from restant_tui.transport.timing import Timing
from restant_tui.transport.trouble import KeyTrouble
from tests.support.sshd import PROGRAM, Sshd
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.skipif(PROGRAM is None, reason="OpenSSH's sshd is not installed")]
SOON = Timing(retry_first=0.05, retry_cap=0.1, refused_retry=0.1)
"""A refusal that may heal is tried again ten times a second: one that must not be would be seen."""


@pytest.fixture
async def sshd(tmp_path: Path) -> AsyncIterator[Sshd]:
    server = Sshd(tmp_path / "sshd", extra="LogLevel VERBOSE")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def links(sshd: Sshd) -> AsyncIterator[Links]:
    made = Links(Config(hosts={"box": sshd.host()}, apps={}), clock=SystemClock(), settings=SOON)
    yield made
    await made.close()


def both(links: Links) -> tuple[Session, Session]:
    return links.session("box", Identity.ADMIN), links.session("box", Identity.DOKKU)


async def test_a_key_that_changed_ends_what_runs_there_as_the_other_identity_and_streams_too(
    sshd: Sshd, links: Links
) -> None:
    admin, dokku = both(links)
    links.start()
    await until(lambda: admin.status.state is Link.LIVE and dokku.status.state is Link.LIVE)
    seen: list[bytes] = []
    stream = asyncio.create_task(admin.follow(["sh", "-c", "echo on; sleep 600"], seen.append))
    busy = asyncio.create_task(admin.run(["sh", "-c", f"echo begun; sleep 60.{sshd.port}"], timeout=60))
    await until(lambda: seen and admin.in_use)
    await sshd.replace()
    assert admin.status.state is Link.LIVE, "it still talks to the one it knows"
    dokku._wire.hang_up()
    assert not (await dokku.run(["apps:list"], timeout=10)).sent
    for outcome in (await asyncio.wait_for(busy, 10), await asyncio.wait_for(stream, 10)):
        assert outcome.kind is OutcomeKind.UNKNOWN
        assert outcome.sent
        assert "CHANGED" in outcome.reason
        assert "never said how the command ended" in outcome.reason
    for session in (admin, dokku):
        assert session.status.state is Link.REFUSED
        assert f"line 1 of {sshd.folder}/known_hosts" in session.status.reason
        assert "Every connection to the host was closed" in session.status.reason
        assert session.next_try == math.inf
        assert session.offered_key is not None
        assert session.offered_key.trouble is KeyTrouble.CHANGED


async def test_a_stopped_host_is_left_alone_until_the_file_is_corrected_and_everything_is_asked_again(
    sshd: Sshd, links: Links
) -> None:
    admin, dokku = both(links)
    links.start()
    await until(lambda: admin.status.state is Link.LIVE and dokku.status.state is Link.LIVE)
    await sshd.replace()
    dokku._wire.hang_up()
    await dokku.run(["apps:list"], timeout=10)
    await until(lambda: not admin._wire.live)
    tries, logins = (admin.attempts, dokku.attempts), sshd.logins

    def every_try() -> int:
        return sum(session._wire.attempts + session._streams.attempts for session in (admin, dokku))

    before = every_try()
    for _ in range(5):
        for session in (admin, dokku):
            refused = await session.run(["true"], timeout=5)
            assert "Every connection to the host was closed" in refused.reason
            assert not (await session.follow(["true"], lambda _data: None)).sent
    assert (admin.attempts, dokku.attempts) == tries
    links.wake()
    await until(lambda: admin.attempts + dokku.attempts > sum(tries))
    await until(lambda: admin.status.state is Link.REFUSED and dokku.status.state is Link.REFUSED)
    assert sshd.logins == logins, "asked again with the same file it is the same answer, and nobody logs in"
    assert every_try() <= before + 2
    sshd.learn_host_key()
    links.wake()
    await until(lambda: admin.status.state is Link.LIVE and dokku.status.state is Link.LIVE)
    assert (await admin.run(["echo", "back"], timeout=10)).text == "back\n"


async def test_a_try_of_the_other_identity_that_is_under_way_is_given_up(sshd: Sshd, links: Links) -> None:
    admin, dokku = both(links)
    sshd.new_host_key()
    await sshd.stop()
    await sshd.start()
    outcomes = await asyncio.gather(*(session.run(["true"], timeout=10) for session in (admin, dokku)))
    assert not any(outcome.sent for outcome in outcomes)
    assert {session.status.state for session in (admin, dokku)} == {Link.REFUSED}
    assert admin.attempts == dokku.attempts == 1
    assert sshd.logins == 0


async def test_a_revoked_key_stops_the_host_as_a_changed_one_does(sshd: Sshd, links: Links) -> None:
    admin, dokku = both(links)
    assert (await admin.run(["true"], timeout=10)).succeeded
    known = sshd.folder / "known_hosts"
    known.write_text(f"{known.read_text()}@revoked * {(sshd.folder / 'host.pub').read_text()}")
    assert not (await dokku.run(["apps:list"], timeout=10)).sent
    for session in (admin, dokku):
        assert f"revoked in line 2 of {known}" in session.status.reason
        key = session.offered_key
        assert key is not None
        assert (key.trouble, key.line, key.may_be_trusted) == (KeyTrouble.REVOKED, 2, False)
    assert not (await admin.run(["true"], timeout=10)).sent, "though its connection was older than the mark"


async def test_a_host_key_of_another_kind_stops_the_host_too(sshd: Sshd, links: Links) -> None:
    public = asyncssh.generate_private_key("ecdsa-sha2-nistp256").export_public_key().decode()
    (sshd.folder / "known_hosts").write_text(f"[127.0.0.1]:{sshd.port} {public}")
    admin, dokku = both(links)
    assert not (await admin.run(["true"], timeout=10)).sent
    assert "CHANGED" in dokku.status.reason
    assert dokku.next_try == math.inf
    assert dokku.attempts == 0
