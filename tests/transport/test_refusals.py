from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncssh
import msgspec
import pytest

from restant_tui.config.model import Host, Identity, Login
from restant_tui.transport.link import Link
from restant_tui.transport.session import Session
from restant_tui.transport.timing import Timing
from restant_tui.transport.trouble import KeyTrouble
from tests.support.clock import ManualClock
from tests.support.sshd import free_port
from tests.support.sshserver import ScriptedServer
from tests.transport.test_session import script

QUICK = Timing(connect_timeout=0.5, login_timeout=0.5)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ScriptedServer]:
    server = ScriptedServer(tmp_path, script)
    await server.start()
    yield server
    await server.stop()


async def tried(host: Host, identity: Identity = Identity.ADMIN, timing: Timing = QUICK) -> Session:
    """Try one command that cannot be sent, and return the closed session with what it says."""
    session = Session(host, identity, clock=ManualClock(), settings=timing)
    outcome = await session.run(["say", "x"], timeout=20)
    assert not outcome.sent
    assert not outcome.succeeded
    assert session.status.reason in outcome.reason
    assert "\n" not in outcome.reason
    return session


def trust(host: Host, session: Session) -> None:
    assert session.offered_key is not None
    assert host.known_hosts is not None
    Path(host.known_hosts).write_text(session.offered_key.entry + "\n")


def line(server: ScriptedServer, key: asyncssh.SSHKey, mark: str = "") -> str:
    return f"{mark}[127.0.0.1]:{server.port} {key.export_public_key().decode()}"


def server_key(server: ScriptedServer) -> asyncssh.SSHKey:
    return server._host_key


async def test_an_unknown_host_key_is_refused_and_shown(server: ScriptedServer) -> None:
    session = await tried(server.host(known=""))
    assert session.status.state is Link.REFUSED
    assert "is not in" in session.status.reason
    assert "known_hosts" in session.status.reason
    offered = session.offered_key
    assert offered is not None
    assert offered.trouble is KeyTrouble.UNKNOWN
    assert offered.fingerprint == server_key(server).get_fingerprint()
    assert offered.fingerprint in session.status.reason
    await session.close()


async def test_the_offered_entry_is_what_makes_the_host_known(server: ScriptedServer) -> None:
    host = server.host(known="")
    session = await tried(host)
    trust(host, session)
    session.wake()
    assert (await session.run(["say", "x"], timeout=5)).succeeded
    assert session.offered_key is None
    await session.close()


async def test_a_missing_known_hosts_file_is_an_unknown_key(server: ScriptedServer, tmp_path: Path) -> None:
    host = msgspec.structs.replace(server.host(), known_hosts=str(tmp_path / "none"))
    session = await tried(host)
    assert session.status.state is Link.REFUSED
    assert str(tmp_path / "none") in session.status.reason
    await session.close()


async def test_a_changed_host_key_is_told_apart_from_an_unknown_one(server: ScriptedServer) -> None:
    session = await tried(server.host(known=line(server, asyncssh.generate_private_key("ssh-ed25519"))))
    assert session.status.state is Link.REFUSED
    assert "CHANGED" in session.status.reason
    assert session.offered_key is not None
    assert session.offered_key.trouble is KeyTrouble.CHANGED
    await session.close()


async def test_a_host_key_of_another_kind_counts_as_changed(server: ScriptedServer) -> None:
    other = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    session = await tried(server.host(known=line(server, other)))
    assert session.status.state is Link.REFUSED
    assert "CHANGED" in session.status.reason
    await session.close()


async def test_a_revoked_host_key_is_told_apart(server: ScriptedServer) -> None:
    session = await tried(server.host(known=line(server, server_key(server), "@revoked ")))
    assert session.status.state is Link.REFUSED
    assert "revoked" in session.status.reason
    await session.close()


async def test_a_known_hosts_file_that_cannot_be_read_is_named(server: ScriptedServer) -> None:
    session = await tried(server.host(known="oneword"))
    assert session.status.state is Link.REFUSED
    assert "mend that file" in session.status.reason
    await session.close()


@pytest.mark.parametrize(
    ("identity", "remedy"), [(Identity.DOKKU, "ssh-keys:add"), (Identity.ADMIN, "authorized_keys")]
)
async def test_a_login_that_is_not_let_in_says_where_the_key_belongs(
    server: ScriptedServer, tmp_path: Path, identity: Identity, remedy: str
) -> None:
    key = tmp_path / "stranger"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(key))
    login = Login(user="somebody", key=str(key))
    session = await tried(msgspec.structs.replace(server.host(), dokku=login, admin=login), identity)
    assert session.status.state is Link.REFUSED
    assert remedy in session.status.reason
    assert str(key) in session.status.reason
    assert session.next_try > 60
    await session.close()


async def test_a_missing_key_file_is_named(server: ScriptedServer, tmp_path: Path) -> None:
    login = Login(user="somebody", key=str(tmp_path / "nowhere"))
    session = await tried(msgspec.structs.replace(server.host(), admin=login))
    assert session.status.state is Link.REFUSED
    assert "does not exist" in session.status.reason
    await session.close()


async def test_a_key_with_a_passphrase_points_to_the_agent(server: ScriptedServer, tmp_path: Path) -> None:
    key = tmp_path / "locked"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(key), "pkcs8-pem", passphrase="secret")
    session = await tried(msgspec.structs.replace(server.host(), admin=Login(user="somebody", key=str(key))))
    assert session.status.state is Link.REFUSED
    assert "agent" in session.status.reason
    await session.close()


async def test_a_file_that_is_no_key_is_named(server: ScriptedServer, tmp_path: Path) -> None:
    key = tmp_path / "notes"
    key.write_text("hello")
    session = await tried(msgspec.structs.replace(server.host(), admin=Login(user="somebody", key=str(key))))
    assert session.status.state is Link.REFUSED
    assert str(key) in session.status.reason
    await session.close()


async def test_a_port_where_nobody_listens_is_lost_not_refused(server: ScriptedServer) -> None:
    session = await tried(msgspec.structs.replace(server.host(), port=free_port()))
    assert session.status.state is Link.LOST
    assert "refuses connections on port" in session.status.reason
    await session.close()


async def test_a_name_nobody_knows_is_said_so(server: ScriptedServer) -> None:
    session = await tried(msgspec.structs.replace(server.host(), address="no-such-host.invalid"))
    assert session.status.state is Link.LOST
    assert "no-such-host.invalid is not known" in session.status.reason
    await session.close()


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def mute(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    writer.close()


async def slammed(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-Sample\r\n")
    await reader.read(1)
    writer.close()


@pytest.mark.parametrize(
    ("handler", "words"),
    [(mute, "no answer"), (web, "without speaking SSH"), (slammed, "without speaking SSH"), (half, "broke off")],
)
async def test_something_that_is_not_sshd_is_lost_with_its_own_reason(
    server: ScriptedServer, handler: Handler, words: str
) -> None:
    other = await asyncio.start_server(handler, "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    session = await tried(msgspec.structs.replace(server.host(), port=port))
    assert session.status.state is Link.LOST
    assert words in session.status.reason
    await session.close()
    other.close()


def test_the_transport_is_imported_without_asyncssh() -> None:
    code = "import sys, restant_tui.transport.links, restant_tui.transport.local; print('asyncssh' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
