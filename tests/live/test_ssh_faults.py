"""What the night does to a link: each fault with its word, how soon it is said, and what is left behind."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from restant_tui.clock import SystemClock
from restant_tui.config.model import Host, Identity
from restant_tui.transport.detached import Detached, Handle, Presence
from restant_tui.transport.link import Link, LinkStatus
from restant_tui.transport.outcome import Outcome, OutcomeKind
from restant_tui.transport.session import Session
from restant_tui.transport.timing import Timing
from tests.support.badwire import BadWire
from tests.support.sshd import PROGRAM, Sshd, running
from tests.support.waiting import until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(PROGRAM is None, reason="OpenSSH's sshd is not installed"),
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to find what is left running"),
]
ALERT = Timing(retry_first=0.05, retry_cap=0.1, keepalive_interval=0.25, keepalive_count_max=3)
SILENCE = 0.25 * 4


@pytest.fixture
async def wire(sshd: Sshd) -> AsyncIterator[BadWire]:
    wire = BadWire(sshd.port)
    await wire.start()
    yield wire
    await wire.stop()


def over(wire: BadWire, sshd: Sshd) -> Host:
    key = (sshd.folder / "host.pub").read_text()
    (sshd.folder / "known_hosts").write_text(f"[127.0.0.1]:{wire.port} {key}")
    return msgspec.structs.replace(sshd.host(), port=wire.port)


@asynccontextmanager
async def kept_up(host: Host, seen: list[LinkStatus], timing: Timing = ALERT) -> AsyncIterator[Session]:
    """A live session; afterwards no task of it may be left."""
    before = asyncio.all_tasks()
    session = Session(host, Identity.ADMIN, clock=SystemClock(), settings=timing, on_status=seen.append)
    session.start()
    await until(lambda: session.status.state is Link.LIVE)
    yield session
    await session.close()
    await until(lambda: left(before) == [], what="the end of every task")


def left(before: set[asyncio.Task[object]]) -> list[str]:
    # The test's own servers take connections on tasks of their own.
    tasks = [task for task in asyncio.all_tasks() - before if not task.done()]
    return [str(task) for task in tasks if "BadWire" not in str(task.get_coro())]


async def begun(session: Session, *argv: str) -> asyncio.Task[Outcome]:
    """Start a command and wait until it has printed something."""
    printed = asyncio.Event()
    task = asyncio.create_task(session.run(list(argv), timeout=30, on_output=lambda _data, _error: printed.set()))
    await asyncio.wait_for(printed.wait(), 10)
    return task


def words(seen: list[LinkStatus]) -> list[Link]:
    states = [status.state for status in seen]
    return [state for number, state in enumerate(states) if number == 0 or states[number - 1] is not state]


async def test_a_killed_connection_is_lost_within_a_second_and_comes_back(sshd: Sshd) -> None:
    seen: list[LinkStatus] = []
    async with kept_up(sshd.host(), seen) as session:
        task = await begun(session, "sh", "-c", "echo begun; exec sleep 60." + str(sshd.port))
        sshd.cut_sessions()
        async with asyncio.timeout(1):
            outcome = await task
            await until(lambda: session.status.state is not Link.LIVE or session.attempts > 1)
        assert (outcome.kind, outcome.succeeded, outcome.stdout) == (OutcomeKind.UNKNOWN, False, b"begun\n")
        await until(lambda: session.status.state is Link.LIVE)
        assert (await session.run(["true"], timeout=10)).succeeded
    assert words(seen) == [Link.CONNECTING, Link.LIVE, Link.LOST, Link.LIVE, Link.LOST]
    await until(lambda: not sshd.pids, what="the end of every connection on the server")


async def test_a_frozen_host_is_stale_at_once_and_live_again_when_it_thaws(sshd: Sshd) -> None:
    seen: list[LinkStatus] = []
    patient = Timing(keepalive_interval=0.25, keepalive_count_max=100)
    async with kept_up(sshd.host(), seen, patient) as session:
        sshd.freeze()
        task = asyncio.create_task(session.run(["echo", "late"], timeout=20))
        await until(lambda: session.status.state is Link.STALE, 2)
        sshd.thaw()
        assert (await task).text == "late\n"
        await until(lambda: session.status.state is Link.LIVE)
        assert session.attempts == 1
    assert words(seen) == [Link.CONNECTING, Link.LIVE, Link.STALE, Link.LIVE, Link.LOST]


async def test_a_host_frozen_for_good_is_lost_in_time_and_its_command_unknown(sshd: Sshd) -> None:
    seen: list[LinkStatus] = []
    async with kept_up(sshd.host(), seen) as session:
        task = await begun(session, "sh", "-c", "echo begun; exec sleep 60." + str(sshd.port))
        sshd.freeze()
        began = asyncio.get_running_loop().time()
        outcome = await asyncio.wait_for(task, SILENCE + 1)
        assert asyncio.get_running_loop().time() - began <= SILENCE + 1
        assert (outcome.kind, outcome.sent) == (OutcomeKind.UNKNOWN, True)
        assert "has not answered for" in outcome.reason
        await until(lambda: session.attempts >= 2 and session.status.state is Link.LIVE)
        sshd.thaw()
    assert words(seen)[:4] == [Link.CONNECTING, Link.LIVE, Link.STALE, Link.LOST]


async def test_a_wire_of_a_kilobyte_a_second_is_slow_and_not_lost(sshd: Sshd, wire: BadWire) -> None:
    seen: list[LinkStatus] = []
    timing = Timing(keepalive_interval=0.5, keepalive_count_max=20)
    async with kept_up(over(wire, sshd), seen, timing) as session:
        wire.rate = 1024
        outcome = await session.run(["head", "-c", "1500", "/dev/zero"], timeout=30)
        assert (outcome.exit_status, len(outcome.stdout)) == (0, 1500)
        assert outcome.seconds > 1
        assert Link.LOST not in words(seen)
        wire.rate = 0


async def test_a_reset_while_a_channel_opens_means_not_sent(sshd: Sshd, wire: BadWire) -> None:
    seen: list[LinkStatus] = []
    async with kept_up(over(wire, sshd), seen, Timing(retry_first=0.05, retry_cap=0.1)) as session:
        wire.swallow = 0
        mark = sshd.folder / "mark"
        task = asyncio.create_task(session.run(["touch", str(mark)], timeout=10))
        await until(lambda: session.in_use == 1)
        await asyncio.sleep(0)
        wire.reset()
        wire.swallow = None
        outcome = await task
        assert (outcome.kind, outcome.sent) == (OutcomeKind.UNKNOWN, False)
        assert "Not sent" in outcome.reason
        assert not mark.exists()
        await until(lambda: session.status.state is Link.LIVE)
        assert (await session.run(["true"], timeout=10)).succeeded


async def test_a_command_that_must_outlive_the_link_is_found_again_after_it(sshd: Sshd) -> None:
    seen: list[LinkStatus] = []
    gate = sshd.folder / "gate"
    os.mkfifo(gate)
    async with kept_up(sshd.host(), seen) as session:
        runner = Detached(session)
        handle = await runner.start(["sh", "-c", 'echo begun; cat "$1"', "x", str(gate)], Handle.fresh())
        sshd.cut_sessions()
        await until(lambda: session.attempts >= 2 and session.status.state is Link.LIVE)
        assert (await runner.look(handle)).presence is Presence.RUNNING
        gate.write_text("done\n")
        async with asyncio.timeout(10):
            while (sight := await runner.look(handle)).presence is Presence.RUNNING:
                pass
        assert sight.exit_status == 0
        assert await runner.output(handle) == b"begun\ndone\n"
        await runner.forget(handle)


async def test_a_hundred_cancelled_commands_leave_no_slot_taken_and_no_storm_of_logins(sshd: Sshd) -> None:
    seen: list[LinkStatus] = []
    async with kept_up(sshd.host(), seen, Timing()) as session:
        for number in range(100):
            task = await begun(session, "sh", "-c", f"echo x; exec sleep 61.{sshd.port}{number:03}")
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        outcomes = await asyncio.gather(*(session.run(["echo", "well"], timeout=10) for _ in range(12)))
        assert {outcome.text for outcome in outcomes} == {"well\n"}
        # Four abandoned commands fill a connection; nobody may need more than one for each four.
        assert session.attempts <= 100 / 4 + 1
        assert Link.LOST not in words(seen)


async def test_a_hundred_cancelled_streams_leave_no_process_and_use_one_connection(sshd: Sshd) -> None:
    session = Session(sshd.host(), Identity.DOKKU, clock=SystemClock())
    for _ in range(100):
        first = asyncio.Event()
        task = asyncio.create_task(session.follow(["follow"], lambda _data, first=first: first.set()))  # type: ignore[misc]  # bound per turn
        await asyncio.wait_for(first.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert session._streams.attempts == 1
    await until(lambda: not running(f"{sshd.folder}/forced"), what="the end of the followed commands")
    await session.close()
