"""A link whose other end is gone without a word: the cable is out, nothing comes back, not even an acknowledgement."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from restant_tui.clock import SystemClock
from restant_tui.config.model import Identity
from restant_tui.transport.link import Link
from restant_tui.transport.outcome import OutcomeKind
from restant_tui.transport.session import Session
from restant_tui.transport.timing import Timing
from tests.support.room import Room
from tests.support.sshd import PROGRAM, Sshd
from tests.support.sshd import running as running_on
from tests.support.waiting import until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(PROGRAM is None, reason="OpenSSH's sshd is not installed"),
]


async def test_a_half_open_link_is_lost_in_time_and_comes_back_with_the_cable(room: Room, tmp_path: Path) -> None:
    sshd = Sshd(tmp_path / "sshd", listen=room.address, inside=("ip", "netns", "exec", room.name))
    public = (sshd.folder / "host.pub").read_text()
    (sshd.folder / "known_hosts").write_text(f"[{room.address}]:{sshd.port} {public}")
    await sshd.start()
    timing = Timing(
        connect_timeout=1,
        retry_first=0.05,
        retry_cap=0.1,
        keepalive_interval=0.25,
        keepalive_count_max=3,
        close_grace=0.5,
    )
    host = msgspec.structs.replace(sshd.host(), address=room.address)
    session = Session(host, Identity.ADMIN, clock=SystemClock(), settings=timing)
    session.start()
    await until(lambda: session.status.state is Link.LIVE)
    loop = asyncio.get_running_loop()
    running = asyncio.create_task(session.run(["sleep", f"60.{sshd.port}"], timeout=30))
    await until(lambda: running_on(f"sleep 60.{sshd.port}"))
    room.cable("down")
    began = loop.time()
    await until(lambda: session.status.state is Link.STALE, 2)
    outcome = await asyncio.wait_for(running, 3)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert loop.time() - began <= 0.25 * 4 + 1
    await until(lambda: session.attempts >= 2)
    room.cable("up")
    await until(lambda: session.status.state is Link.LIVE, 20)
    assert (await session.run(["true"], timeout=10)).succeeded
    room.cable("down")
    began = loop.time()
    await session.close()
    assert loop.time() - began < 3, "a goodbye nobody hears must not hold the program up"
    room.cable("up")
    await sshd.stop()
