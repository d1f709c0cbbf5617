"""Why a real sshd does not take us, each reason in its own sentence."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from restant_tui.clock import SystemClock
from restant_tui.config.model import Config, Host, Identity, Login
from restant_tui.transport.link import Link
from restant_tui.transport.links import Links
from restant_tui.transport.session import Session
from restant_tui.transport.timing import Timing
from tests.support.badwire import BadWire
from tests.support.sshagent import PROGRAMS, keygen
from tests.support.sshd import PROGRAM, Sshd
from tests.support.waiting import until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(PROGRAM is None, reason="OpenSSH's sshd is not installed"),
]
SOON = Timing(retry_first=0.05, retry_cap=0.1)


@asynccontextmanager
async def served(folder: Path, extra: str = "", max_sessions: int = 10) -> AsyncIterator[Sshd]:
    sshd = Sshd(folder / "sshd", extra=extra, max_sessions=max_sessions)
    await sshd.start()
    try:
        yield sshd
    finally:
        await sshd.stop()


def opened(host: Host, timing: Timing = SOON) -> Session:
    return Session(host, Identity.ADMIN, clock=SystemClock(), settings=timing)


async def said(host: Host, timing: Timing = SOON) -> tuple[Link, str]:
    session = opened(host, timing)
    outcome = await session.run(["true"], timeout=20)
    assert not outcome.sent
    state, reason = session.status.state, session.status.reason
    assert "\n" not in reason
    await session.close()
    return state, reason


async def test_a_key_that_is_not_taken_is_named_with_the_banner_of_the_host(tmp_path: Path) -> None:
    (tmp_path / "banner").write_text("Maintenance tonight.\n\x1b[31mCall the owner.\n")
    async with served(tmp_path, f"Banner {tmp_path}/banner") as sshd:
        state, reason = await said(sshd.host(admin_key="stranger"))
        assert state is Link.REFUSED
        assert f"with the key {sshd.folder}/stranger" in reason
        assert "whether the account is locked" in reason
        assert reason.endswith("The host says: Maintenance tonight. Call the owner.")
        session = opened(sshd.host())
        assert (await session.run(["true"], timeout=10)).succeeded, "a banner alone does no harm"
        await session.close()


async def test_an_account_that_may_not_log_in_looks_like_a_wrong_key_and_the_sentence_says_both(tmp_path: Path) -> None:
    async with served(tmp_path, f"DenyUsers {getpass.getuser()}") as sshd:
        state, reason = await said(sshd.host())
    assert state is Link.REFUSED
    assert "authorized_keys" in reason
    assert "whether the account is locked" in reason


async def test_a_host_that_takes_only_passwords_is_told_apart_from_a_wrong_key(tmp_path: Path) -> None:
    async with served(tmp_path, "PubkeyAuthentication no\nPasswordAuthentication yes") as sshd:
        state, reason = await said(sshd.host())
    assert state is Link.REFUSED
    assert "takes no keys" in reason
    assert "PubkeyAuthentication" in reason


async def test_no_key_to_offer_is_told_apart_from_a_refused_one(tmp_path: Path) -> None:
    async with served(tmp_path) as sshd:
        host = msgspec.structs.replace(sshd.host(), admin=Login(user="somebody"))
        state, reason = await said(host)
    assert state is Link.REFUSED
    assert "There is no key to offer" in reason
    assert "ssh-add" in reason


async def first_in_line(sshd: Sshd) -> asyncio.StreamWriter:
    """Take the only place for a connection that has not logged in yet."""
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", sshd.port)
        if (await reader.readline()).startswith(b"SSH-"):
            return writer
        writer.close()  # whoever looked whether the server is up still has it


async def test_a_host_full_of_logins_says_so_and_takes_us_when_they_are_through(tmp_path: Path) -> None:
    async with served(tmp_path, "MaxStartups 1:100:1") as sshd:
        writer = await first_in_line(sshd)
        session = opened(sshd.host())
        session.start()
        await until(lambda: session.status.state is Link.LOST)
        assert "MaxStartups" in session.status.reason
        writer.close()
        await until(lambda: session.status.state is Link.LIVE)
        await session.close()


async def test_a_login_that_takes_too_long_is_not_called_silence(tmp_path: Path) -> None:
    async with served(tmp_path) as sshd:
        wire = BadWire(sshd.port)
        await wire.start()
        wire.swallow = 60
        timing = Timing(connect_timeout=0.7, login_timeout=0.7)
        state, reason = await said(msgspec.structs.replace(sshd.host(), port=wire.port), timing)
        await wire.stop()
    assert state is Link.LOST
    assert "the login was not over after 0.7 s" in reason


async def test_a_slow_login_is_waited_for(tmp_path: Path) -> None:
    async with served(tmp_path) as sshd:
        wire = BadWire(sshd.port)
        await wire.start()
        wire.rate = 3000
        host = msgspec.structs.replace(sshd.host(), port=wire.port)
        public = (sshd.folder / "host.pub").read_text()
        (sshd.folder / "known_hosts").write_text(f"[127.0.0.1]:{wire.port} {public}")
        session = opened(host)
        assert (await session.run(["true"], timeout=20)).succeeded
        await session.close()
        await wire.stop()


@pytest.mark.parametrize("sessions", [1, 10])
async def test_every_limit_of_sessions_is_lived_with(tmp_path: Path, sessions: int) -> None:
    async with served(tmp_path, max_sessions=sessions) as sshd:
        session = opened(sshd.host(), Timing())
        outcomes = await asyncio.gather(*(session.run(["echo", str(n)], timeout=60) for n in range(30)))
        assert [outcome.text for outcome in outcomes] == [f"{n}\n" for n in range(30)]
        assert {outcome.reason for outcome in outcomes} == {""}
        await session.close()


async def test_a_revoked_host_key_stops_everything_and_names_the_line(tmp_path: Path) -> None:
    async with served(tmp_path) as sshd:
        known = sshd.folder / "known_hosts"
        known.write_text(f"{known.read_text()}@revoked * {(sshd.folder / 'host.pub').read_text()}")
        state, reason = await said(sshd.host())
    assert state is Link.REFUSED
    assert f"revoked in line 2 of {known}" in reason


@pytest.mark.skipif(not PROGRAMS, reason="ssh-keygen is not installed")
async def test_a_host_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    keygen("-t", "ed25519", "-N", "", "-f", tmp_path / "ca")
    sshd = Sshd(tmp_path / "sshd", extra=f"HostCertificate {tmp_path}/sshd/host-cert.pub")
    for principal, taken in (("127.0.0.1", True), ("other.example", False)):
        keygen("-s", tmp_path / "ca", "-h", "-I", "host", "-n", principal, sshd.folder / "host.pub")
        (sshd.folder / "known_hosts").write_text(f"@cert-authority * {(tmp_path / 'ca.pub').read_text()}")
        await sshd.start()
        session = opened(sshd.host())
        outcome = await session.run(["true"], timeout=10)
        assert outcome.succeeded is taken
        assert taken or session.status.state is Link.REFUSED
        await session.close()
        await sshd.stop()


async def test_an_outage_is_no_storm_of_logins_from_all_sessions_of_a_host(tmp_path: Path) -> None:
    async with served(tmp_path) as sshd:
        wire = BadWire(sshd.port)
        await wire.start()
        public = (sshd.folder / "host.pub").read_text()
        (sshd.folder / "known_hosts").write_text(f"[127.0.0.1]:{wire.port} {public}")
        host = msgspec.structs.replace(sshd.host(), port=wire.port)
        links = Links(Config(hosts={"box": host}, apps={}), clock=SystemClock(), settings=Timing(retry_first=0.4))
        links.start()
        await until(lambda: all(status.state is Link.LIVE for _, status in links.statuses()))
        assert wire.accepted == 2
        wire.swallow = 0
        wire.reset()
        asked = [links.session("box", identity) for identity in Identity for _ in range(25)]
        outcomes = await asyncio.gather(*(session.run(["true"], timeout=0.2) for session in asked))
        assert not any(outcome.succeeded for outcome in outcomes)
        assert wire.accepted <= 4, "fifty commands and two keepers, but one try for each session"
        wire.swallow = None
        wire.reset()
        await until(lambda: all(status.state is Link.LIVE for _, status in links.statuses()))
        await links.close()
        await wire.stop()
