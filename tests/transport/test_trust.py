from __future__ import annotations

import asyncio
import math
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import msgspec
import pytest

from restant_tui.config.model import Config, Host, Identity
from restant_tui.errors import ConfigProblem, UsageProblem
from restant_tui.transport.link import Link
from restant_tui.transport.links import Links
from restant_tui.transport.session import Session
from restant_tui.transport.timing import Timing
from restant_tui.transport.trouble import KeyTrouble, OfferedKey
from restant_tui.transport.trust import Trust, remember
from tests.support.clock import ManualClock
from tests.support.sshagent import PROGRAMS, keygen
from tests.support.sshserver import ScriptedServer
from tests.support.waiting import until
from tests.transport.test_refusals import line, server_key
from tests.transport.test_session import script

QUICK = Timing(connect_timeout=3, login_timeout=3)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ScriptedServer]:
    server = ScriptedServer(tmp_path, script)
    await server.start()
    yield server
    await server.stop()


def links_to(host: Host) -> Links:
    return Links(Config(hosts={"box": host}, apps={}), clock=ManualClock(), settings=QUICK)


async def shown(links: Links) -> tuple[Session, OfferedKey]:
    session = links.session("box", Identity.ADMIN)
    assert not (await session.run(["say", "x"], timeout=5)).sent
    assert session.status.state is Link.REFUSED
    assert session.offered_key is not None
    return session, session.offered_key


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_key_trusted_for_the_session_lets_every_identity_in_and_is_written_nowhere(
    server: ScriptedServer,
) -> None:
    host = server.host(known="")
    links = links_to(host)
    session, key = await shown(links)
    links.trust("box", key, Trust.SESSION)
    assert (await session.run(["say", "x"], timeout=5)).succeeded
    assert (await links.session("box", Identity.DOKKU).run(["say", "x"], timeout=5)).succeeded
    assert (server.folder / "known_hosts").read_text() == ""
    await links.close()
    afterwards = links_to(host)
    await shown(afterwards)
    await afterwards.close()


async def test_a_key_trusted_for_good_is_still_known_the_next_time(server: ScriptedServer, tmp_path: Path) -> None:
    file = tmp_path / "new" / "known_hosts"
    host = msgspec.structs.replace(server.host(), known_hosts=str(file))
    links = links_to(host)
    session, key = await shown(links)
    links.trust("box", key, Trust.REMEMBER)
    assert (await session.run(["say", "x"], timeout=5)).succeeded
    await links.close()
    assert (mode(file), mode(file.parent)) == (0o600, 0o700)
    assert file.read_text().startswith(f"[127.0.0.1]:{server.port} ssh-ed25519 ")
    again = links_to(host)
    assert (await again.session("box", Identity.ADMIN).run(["say", "x"], timeout=5)).succeeded
    await again.close()


async def test_a_trusted_key_wakes_a_session_that_keeps_itself_up(server: ScriptedServer) -> None:
    links = links_to(server.host(known=""))
    links.start()
    session = links.session("box", Identity.ADMIN)
    await until(lambda: session.offered_key)
    assert session.offered_key
    links.trust("box", session.offered_key, Trust.SESSION)
    await until(lambda: all(status.state is Link.LIVE for _, status in links.statuses()))
    await links.close()


async def test_a_declined_key_leaves_the_host_alone_until_a_person_asks_again(server: ScriptedServer) -> None:
    links = links_to(server.host(known=""))
    session, key = await shown(links)
    links.refuse("box", key)
    outcome = await session.run(["say", "x"], timeout=5)
    assert "declined" in outcome.reason
    assert "declined" in (await session.follow(["say", "x"], lambda _data: None)).reason
    assert session.attempts == 1
    assert session.next_try == math.inf
    links.start()
    await asyncio.sleep(0)
    assert session.attempts == 1
    links.wake()
    await until(lambda: session.attempts == 2)
    await links.close()


async def test_a_changed_key_cannot_be_trusted_and_its_line_is_named(server: ScriptedServer, tmp_path: Path) -> None:
    other = line(server, asyncssh.generate_private_key("ssh-ed25519")).strip()
    host = server.host(known=f"# ours\nother.example {other.partition(' ')[2]}\n{other}\n")
    links = links_to(host)
    session, key = await shown(links)
    assert (key.trouble, key.line, key.file) == (KeyTrouble.CHANGED, 3, str(tmp_path / "known_hosts"))
    assert f"line 3 of {tmp_path}/known_hosts" in session.status.reason
    for how in Trust:
        with pytest.raises(UsageProblem, match="line 3 of"):
            links.trust("box", key, how)
    assert session.status.state is Link.REFUSED
    await links.close()


async def test_a_revoked_key_cannot_be_trusted_and_its_line_is_named(server: ScriptedServer, tmp_path: Path) -> None:
    known = f"\n{line(server, server_key(server))}{line(server, server_key(server), '@revoked ')}"
    links = links_to(server.host(known=known))
    session = links.session("box", Identity.ADMIN)
    await session.run(["say", "x"], timeout=5)
    assert session.status.state is Link.REFUSED
    key = session.offered_key
    assert key is not None
    assert (key.trouble, key.line, key.file) == (KeyTrouble.REVOKED, 3, str(tmp_path / "known_hosts"))
    assert key.fingerprint == server_key(server).get_fingerprint()
    with pytest.raises(UsageProblem, match="line 3 of"):
        links.trust("box", key, Trust.SESSION)
    assert f"revoked in line 3 of {tmp_path}/known_hosts" in session.status.reason
    await links.close()


async def test_only_the_key_that_is_shown_now_can_be_trusted(server: ScriptedServer) -> None:
    links = links_to(server.host(known=""))
    _, key = await shown(links)
    stale = OfferedKey(
        trouble=KeyTrouble.UNKNOWN, host=key.host, port=key.port, fingerprint="SHA256:x", entry="x", file=key.file
    )
    with pytest.raises(UsageProblem, match="does not show that key"):
        links.trust("box", stale, Trust.SESSION)
    with pytest.raises(UsageProblem, match="does not show that key"):
        links.refuse("box", stale)
    await links.close()


async def test_the_key_of_the_bare_name_says_nothing_about_another_port(server: ScriptedServer) -> None:
    bare = f"127.0.0.1 {server_key(server).export_public_key().decode()}"
    links = links_to(server.host(known=bare))
    _, key = await shown(links)
    assert key.trouble is KeyTrouble.UNKNOWN
    await links.close()


@pytest.mark.skipif(not PROGRAMS, reason="ssh-keygen is not installed")
async def test_hashed_names_are_known_and_new_ones_are_hashed_too(server: ScriptedServer, tmp_path: Path) -> None:
    file = tmp_path / "hashed"
    file.write_text("other.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl")
    keygen("-H", "-f", file)
    host = msgspec.structs.replace(server.host(), known_hosts=str(file))
    links = links_to(host)
    session, key = await shown(links)
    links.trust("box", key, Trust.REMEMBER)
    assert (await session.run(["say", "x"], timeout=5)).succeeded
    await links.close()
    assert "127.0.0.1" not in file.read_text()
    assert [entry[:3] for entry in file.read_text().splitlines()] == ["|1|", "|1|"]
    keygen("-F", f"[127.0.0.1]:{server.port}", "-f", file)


async def test_a_host_certificate_of_a_known_authority_is_enough(server: ScriptedServer, tmp_path: Path) -> None:
    authority = asyncssh.generate_private_key("ssh-ed25519")
    certificate = authority.generate_host_certificate(server_key(server), "box", principals=["127.0.0.1"])
    await server.stop()
    server.certificate = certificate
    await server.start()
    links = links_to(server.host(known=line(server, authority, "@cert-authority ")))
    assert (await links.session("box", Identity.ADMIN).run(["say", "x"], timeout=5)).succeeded
    await links.close()
    stranger = asyncssh.generate_private_key("ssh-ed25519")
    links = links_to(server.host(known=line(server, stranger, "@cert-authority ")))
    _, key = await shown(links)
    assert key.trouble is KeyTrouble.CHANGED, "another authority is known for it"
    await links.close()
    links = links_to(server.host(known=""))
    _, key = await shown(links)
    assert key.fingerprint == server_key(server).get_fingerprint(), "the host's own key, not its authority's"
    await links.close()


def test_remembering_keeps_what_is_there_and_adds_nothing_twice(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_bytes(b"# a comment\nhost \xff no newline at the end")
    remember(file, "[box]:2222 ssh-ed25519 AAAA")
    remember(file, "[box]:2222 ssh-ed25519 AAAA")
    assert file.read_bytes() == b"# a comment\nhost \xff no newline at the end\n[box]:2222 ssh-ed25519 AAAA\n"
    assert [found.name for found in tmp_path.iterdir()] == ["known_hosts"]


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real, link = tmp_path / "dotfiles" / "known_hosts", tmp_path / "known_hosts"
    real.write_text("")
    link.symlink_to(real)
    remember(link, "box ssh-ed25519 AAAA")
    assert link.is_symlink()
    assert real.read_text() == "box ssh-ed25519 AAAA\n"


def test_a_device_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "known_hosts")  # stands for /dev/null, which a test must not risk
    with pytest.raises(OSError, match="keeps anything"):
        remember(tmp_path / "known_hosts", "box ssh-ed25519 AAAA")
    assert (tmp_path / "known_hosts").is_fifo()


async def test_a_file_that_cannot_be_written_is_said_so(server: ScriptedServer, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a folder should be")
    host = msgspec.structs.replace(server.host(), known_hosts=str(tmp_path / "blocked" / "known_hosts"))
    links = links_to(host)
    session, key = await shown(links)
    with pytest.raises(ConfigProblem, match="cannot be added to"):
        links.trust("box", key, Trust.REMEMBER)
    assert session.status.state is Link.REFUSED
    await links.close()


async def test_a_decision_made_while_a_try_is_under_way_still_counts(server: ScriptedServer) -> None:
    links = links_to(server.host(known=""))
    admin, key = await shown(links)
    dokku = links.session("box", Identity.DOKKU)
    under_way = asyncio.create_task(dokku.run(["say", "x"], timeout=5))
    await until(lambda: dokku.attempts == 1)
    links.trust("box", key, Trust.SESSION)
    await under_way
    assert (await dokku.run(["say", "x"], timeout=5)).succeeded
    assert (await admin.run(["say", "x"], timeout=5)).succeeded
    await links.close()
