"""The way to a host may lead over others, or through a command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from restant_tui.clock import SystemClock
from restant_tui.config.model import Host, Identity, Login
from restant_tui.transport.link import Link
from restant_tui.transport.session import Session
from tests.support.sshagent import PROGRAMS
from tests.support.sshd import PROGRAM, Sshd
from tests.support.sshperson import USER, alias, block, kept_out, let_in, person
from tests.support.waiting import until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(PROGRAM is None or not PROGRAMS, reason="OpenSSH's sshd, ssh-agent or ssh-keygen is missing"),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    return tmp_path / "home"


@pytest.fixture
async def bastion(tmp_path: Path) -> AsyncIterator[Sshd]:
    server = Sshd(tmp_path / "bastion", extra="AllowTcpForwarding yes")
    await server.start()
    yield server
    await server.stop()


def over(sshd: Sshd, bastion: Sshd, home: Path) -> str:
    both = (sshd.folder / "known_hosts").read_text() + (bastion.folder / "known_hosts").read_text()
    (home / ".ssh" / "known_hosts").write_text(both)
    way = block(bastion, f"IdentityFile {bastion.folder}/admin", name="bastion")
    return way + block(sshd, f"IdentityFile {sshd.folder}/admin", "ProxyJump bastion")


async def test_the_way_leads_over_another_host(sshd: Sshd, bastion: Sshd, home: Path) -> None:
    used = await let_in(Host(address="prod", admin=Login(user="")), person(home, over(sshd, bastion, home)))
    assert used.jump == ("bastion",)
    await until(lambda: not bastion.pids, what="the end of the connection to the host between")


async def test_the_way_may_lead_over_several_hosts_and_leaves_nothing_when_it_breaks(
    sshd: Sshd, bastion: Sshd, home: Path
) -> None:
    second = block(bastion, f"IdentityFile {bastion.folder}/admin", name="second")
    config = second + over(sshd, bastion, home).replace("ProxyJump bastion", f"ProxyJump {USER}@bastion,second")
    session = Session(
        Host(address="prod", admin=Login(user="")), Identity.ADMIN, clock=SystemClock(), personal=person(home, config)
    )
    before = asyncio.all_tasks()
    assert (await session.run(["true"], timeout=20)).succeeded
    assert session.used
    assert session.used.jump == (f"{USER}@bastion", "second")
    bastion.cut_sessions()
    await until(lambda: session.status.state is Link.LOST)
    await until(lambda: not sshd.pids, what="the end of the connection at the far end")
    await session.close()
    await until(lambda: not [task for task in asyncio.all_tasks() - before if not task.done()])


async def test_the_host_between_is_checked_too(sshd: Sshd, bastion: Sshd, home: Path) -> None:
    personal = person(home, over(sshd, bastion, home))
    (home / ".ssh" / "known_hosts").write_text((sshd.folder / "known_hosts").read_text())
    reason = await kept_out(Host(address="prod", admin=Login(user="")), personal)
    assert "is not in ~/.ssh/known_hosts" in reason


async def test_a_host_between_that_does_not_let_us_in_is_named(sshd: Sshd, bastion: Sshd, home: Path) -> None:
    config = over(sshd, bastion, home).replace(f"{bastion.folder}/admin", f"{bastion.folder}/stranger")
    reason = await kept_out(Host(address="prod", admin=Login(user="")), person(home, config))
    assert "bastion" in reason
    assert "on the way to prod" in reason


async def test_a_way_that_leads_in_a_circle_is_said_so_or_cut(sshd: Sshd, home: Path) -> None:
    (home / ".ssh" / "known_hosts").write_text((sshd.folder / "known_hosts").read_text())
    config = f"Host *\n    ProxyJump prod\n{block(sshd, f'IdentityFile {sshd.folder}/admin')}"
    used = await let_in(Host(address="prod", admin=Login(user="")), person(home, config))
    assert used.jump == ()


async def test_a_proxy_command_carries_the_connection_and_its_complaints_do_no_harm(sshd: Sshd, home: Path) -> None:
    (home / "relay.py").write_text(
        "import os, socket, sys, threading\n"
        "print('noise on standard error', file=sys.stderr, flush=True)\n"
        "s = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
        "def up():\n"
        "    while data := os.read(0, 65536):\n"
        "        s.sendall(data)\n"
        "    s.shutdown(socket.SHUT_WR)\n"
        "threading.Thread(target=up, daemon=True).start()\n"
        "while data := s.recv(65536):\n"
        "    os.write(1, data)\n"
    )
    relay = f"ProxyCommand python3 {home}/relay.py %h %p"
    used = await let_in(alias(sshd), person(home, block(sshd, relay, f"IdentityFile {sshd.folder}/admin")))
    assert used.proxy_command.endswith(f"relay.py 127.0.0.1 {sshd.port}")


async def test_a_proxy_command_that_fails_is_named(sshd: Sshd, home: Path) -> None:
    config = block(sshd, "ProxyCommand echo sorry >&2; exit 1", f"IdentityFile {sshd.folder}/admin")
    session = Session(alias(sshd), Identity.ADMIN, clock=SystemClock(), personal=person(home, config))
    outcome = await session.run(["true"], timeout=10)
    assert "ProxyCommand" in outcome.reason
    assert session.status.state is Link.LOST
    await session.close()
