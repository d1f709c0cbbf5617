"""The session against Debian's own sshd: what only a real server shows."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from restant_tui.clock import SystemClock
from restant_tui.config.model import Identity
from restant_tui.transport.link import Link, LinkStatus
from restant_tui.transport.outcome import OutcomeKind
from restant_tui.transport.session import Session
from restant_tui.transport.timing import Timing
from restant_tui.transport.trouble import KeyTrouble
from tests.support.sshd import PROGRAM, Sshd, running
from tests.support.waiting import until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(PROGRAM is None, reason="OpenSSH's sshd is not installed"),
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to find what is left running"),
]
SOON = Timing(retry_first=0.05, retry_cap=0.1)


@pytest.fixture
async def sshd(tmp_path: Path) -> AsyncIterator[Sshd]:
    server = Sshd(tmp_path)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def admin(sshd: Sshd) -> AsyncIterator[Session]:
    session = Session(sshd.host(), Identity.ADMIN, clock=SystemClock())
    yield session
    await session.close()


@pytest.fixture
async def dokku(sshd: Sshd) -> AsyncIterator[Session]:
    session = Session(sshd.host(), Identity.DOKKU, clock=SystemClock())
    yield session
    await session.close()


async def test_an_admin_command_gives_status_streams_and_bytes(admin: Session) -> None:
    outcome = await admin.run(["sh", "-c", "printf '\\377ok'; echo no >&2; exit 3"], timeout=10)
    assert (outcome.kind, outcome.exit_status) == (OutcomeKind.EXITED, 3)
    assert (outcome.stdout, outcome.stderr) == (b"\xffok", b"no\n")


async def test_a_signal_on_the_host_is_no_success(admin: Session) -> None:
    outcome = await admin.run(["sh", "-c", "kill -9 $$"], timeout=10)
    assert (outcome.exit_status, outcome.exit_signal, outcome.succeeded) == (None, "KILL", False)


async def test_the_forced_command_gets_every_argument_whole(dokku: Session) -> None:
    argv = ["config:set", "restant-main", "A=two words", 'B=it\'s "so"', "C=$HOME;id", "D=back\\slash", "--num", "5"]
    outcome = await dokku.run(argv, timeout=10)
    assert outcome.text.splitlines() == argv


async def test_the_exit_status_of_the_forced_command_comes_through(dokku: Session) -> None:
    assert (await dokku.run(["exit7"], timeout=10)).exit_status == 7


async def test_a_megabyte_goes_in_through_the_forced_command(dokku: Session, sshd: Sshd) -> None:
    data = os.urandom(1_048_576)
    assert (await dokku.run(["input"], timeout=20, stdin=data)).succeeded
    assert (sshd.folder / "input").read_bytes() == data


async def test_a_megabyte_makes_the_round_trip(admin: Session) -> None:
    data = os.urandom(1_048_576)
    outcome = await admin.run(["cat"], timeout=20, stdin=data)
    assert outcome.stdout == data
    assert not outcome.truncated


async def test_output_over_the_cap_is_cut(admin: Session) -> None:
    outcome = await admin.run(["head", "-c", "20000000", "/dev/zero"], timeout=30, cap=65536)
    assert (outcome.exit_status, len(outcome.stdout), outcome.truncated) == (0, 65536, True)


async def test_forty_commands_at_once_meet_no_limit_of_the_host(admin: Session) -> None:
    outcomes = await asyncio.gather(*(admin.run(["echo", str(n)], timeout=60) for n in range(40)))
    assert [outcome.text for outcome in outcomes] == [f"{n}\n" for n in range(40)]
    assert admin.attempts == 1


async def test_commands_queue_even_where_the_host_allows_fewer_channels(tmp_path: Path) -> None:
    sshd = Sshd(tmp_path, max_sessions=2)
    await sshd.start()
    session = Session(sshd.host(), Identity.ADMIN, clock=SystemClock(), settings=Timing(channels=3))
    try:
        outcomes = await asyncio.gather(*(session.run(["echo", str(n)], timeout=60) for n in range(20)))
        assert {outcome.reason for outcome in outcomes} == {""}
    finally:
        await session.close()
        await sshd.stop()


async def test_running_out_of_time_says_so_and_leaves_the_connection_usable(admin: Session, sshd: Sshd) -> None:
    marker = f"60.{sshd.port}"
    outcome = await admin.run(["sleep", marker], timeout=0.3)
    assert outcome.kind is OutcomeKind.TIMED_OUT
    assert running(f"sleep {marker}"), "without a terminal the host lets it run on, as the outcome says"
    assert (await admin.run(["true"], timeout=10)).succeeded


async def test_a_session_killed_in_the_middle_is_unknown(admin: Session, sshd: Sshd) -> None:
    seen = asyncio.Event()
    argv = ["sh", "-c", "echo begun; sleep 30"]
    task = asyncio.create_task(admin.run(argv, timeout=30, on_output=lambda _data, _error: seen.set()))
    await asyncio.wait_for(seen.wait(), 10)
    sshd.cut_sessions()
    outcome = await asyncio.wait_for(task, 5)
    assert (outcome.kind, outcome.sent, outcome.stdout) == (OutcomeKind.UNKNOWN, True, b"begun\n")
    assert not outcome.succeeded
    assert admin.status.state is Link.LOST


async def test_a_closed_stream_leaves_no_process_on_the_host(dokku: Session, sshd: Sshd) -> None:
    got = bytearray()
    task = asyncio.create_task(dokku.follow(["follow", "restant-main"], got.extend))
    await until(lambda: got.count(b"\n") >= 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert set(bytes(got).split(b"\n")) == {b"tick", b""}, "the terminal must not add carriage returns"
    await until(lambda: not running(f"{sshd.folder}/forced"), what="the end of the followed command")


async def test_a_silent_stream_is_ended_too(dokku: Session, sshd: Sshd) -> None:
    task = asyncio.create_task(dokku.follow(["quiet"], lambda _data: None))
    await until(lambda: running(f"sleep 600.{sshd.port}"))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await until(lambda: not running(f"sleep 600.{sshd.port}"), what="the end of the followed command")


async def test_closing_the_session_ends_its_streams_on_the_host(sshd: Sshd) -> None:
    session = Session(sshd.host(), Identity.DOKKU, clock=SystemClock())
    task = asyncio.create_task(session.follow(["quiet"], lambda _data: None))
    await until(lambda: running(f"sleep 600.{sshd.port}"))
    await session.close()
    assert (await task).kind is OutcomeKind.UNKNOWN
    await until(lambda: not running(f"sleep 600.{sshd.port}"), what="the end of the followed command")


async def test_twenty_cancelled_streams_leave_the_connection_usable(dokku: Session) -> None:
    for _ in range(20):
        first = asyncio.Event()
        task = asyncio.create_task(dokku.follow(["follow"], lambda _data, first=first: first.set()))  # type: ignore[misc]  # bound per turn
        await asyncio.wait_for(first.wait(), 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert (await dokku.follow(["exit7"], lambda _data: None)).exit_status == 7


async def test_twenty_cancelled_commands_leave_the_session_usable(admin: Session, sshd: Sshd) -> None:
    for n in range(20):
        task = asyncio.create_task(admin.run(["sleep", f"61.{sshd.port}{n:02}"], timeout=30))
        await until(lambda n=n: running(f"sleep 61.{sshd.port}{n:02}"))  # type: ignore[misc]  # bound per turn
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    outcomes = await asyncio.gather(*(admin.run(["echo", "well"], timeout=10) for _ in range(12)))
    assert {outcome.text for outcome in outcomes} == {"well\n"}
    assert admin.attempts >= 5, "abandoned commands keep slots of the host, so connections must be replaced in time"


async def test_unknown_changed_and_wrong_keys_are_three_different_refusals(sshd: Sshd) -> None:
    known = sshd.folder / "known_hosts"
    good = known.read_text()
    sentences = set()
    for text, key, trouble in (
        ("", "admin", KeyTrouble.UNKNOWN),
        (f"[127.0.0.1]:{sshd.port} {(sshd.folder / 'stranger.pub').read_text()}", "admin", KeyTrouble.CHANGED),
        (good, "stranger", None),
    ):
        known.write_text(text)
        session = Session(sshd.host(admin_key=key), Identity.ADMIN, clock=SystemClock())
        outcome = await session.run(["true"], timeout=10)
        assert not outcome.sent
        assert session.status.state is Link.REFUSED
        assert (session.offered_key.trouble if session.offered_key else None) is trouble
        sentences.add(session.status.reason)
        await session.close()
    assert len(sentences) == 3


async def test_a_restarted_server_with_a_new_host_key_stops_everything(sshd: Sshd) -> None:
    session = Session(sshd.host(), Identity.ADMIN, clock=SystemClock(), settings=SOON)
    session.start()
    await until(lambda: session.status.state is Link.LIVE)
    await sshd.stop()
    sshd.new_host_key()
    await sshd.start()
    await until(lambda: session.status.state is Link.REFUSED)
    assert "CHANGED" in session.status.reason
    assert session.next_try > 60
    await session.close()


async def test_a_killed_server_is_lost_and_comes_back_by_itself(sshd: Sshd) -> None:
    seen: list[LinkStatus] = []
    session = Session(sshd.host(), Identity.DOKKU, clock=SystemClock(), settings=SOON, on_status=seen.append)
    session.start()
    await until(lambda: session.status.state is Link.LIVE)
    await sshd.stop()
    await until(lambda: session.status.state is Link.LOST)
    await until(lambda: session.attempts >= 4)
    await sshd.start()
    await until(lambda: session.status.state is Link.LIVE)
    assert (await session.run(["exit7"], timeout=10)).exit_status == 7
    lost = [status.state for status in seen].index(Link.LOST)
    assert [status.state for status in seen[:lost]] == [Link.CONNECTING, Link.LIVE]
    assert {status.state for status in seen[lost:-1]} == {Link.LOST}
    await session.close()
