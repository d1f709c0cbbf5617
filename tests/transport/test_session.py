from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncssh
import pytest

from restant_tui.config.model import Identity
from restant_tui.transport.link import Link, LinkStatus
from restant_tui.transport.outcome import OutcomeKind
from restant_tui.transport.session import Session
from restant_tui.transport.timing import Timing
from tests.support.clock import ManualClock
from tests.support.sshserver import ScriptedServer
from tests.support.waiting import until

QUICK = Timing(connect_timeout=3, login_timeout=3)
Open = Callable[..., Session]


async def script(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """Do what the first word of the command says."""
    word, _, rest = (process.command or "").partition(" ")
    match word:
        case "say":
            process.stdout.write(rest.encode() + b"\n")
            process.exit(0)
        case "fail":
            process.stderr.write(b"no\n")
            process.exit(int(rest))
        case "bytes":
            process.stdout.write(b"\xff\xfe" * int(rest))
            process.exit(0)
        case "cut":
            process.stdout.write(b"half")
            await process.stdout.drain()
            await asyncio.sleep(0.01)
            process.get_extra_info("connection").abort()
        case "vanish":
            process.stdout.write(b"half")
            process.close()
        case "killed":
            process.exit_with_signal("TERM")
        case "input":
            process.stdout.write(str(len(await process.stdin.read())).encode())
            process.exit(0)
        case "terminal":
            process.stdout.write(str(process.term_type).encode())
            process.exit(0)
        case "hang":
            process.stdout.write(b"begun\n")
            await asyncio.Event().wait()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ScriptedServer]:
    server = ScriptedServer(tmp_path, script)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def session(server: ScriptedServer, clock: ManualClock) -> AsyncIterator[Session]:
    session = opened(server, clock)
    yield session
    await session.close()


def opened(
    server: ScriptedServer,
    clock: ManualClock,
    settings: Timing = QUICK,
    seen: list[LinkStatus] | None = None,
) -> Session:
    return Session(
        server.host(),
        Identity.ADMIN,
        clock=clock,
        name="main/admin",
        settings=settings,
        chance=random.Random(1),
        on_status=seen.append if seen is not None else None,
    )


async def test_a_command_gives_status_and_output(session: Session) -> None:
    outcome = await session.run(["say", "hello", "there"], timeout=5)
    assert (outcome.kind, outcome.exit_status, outcome.text) == (OutcomeKind.EXITED, 0, "hello there\n")
    assert outcome.succeeded
    assert session.status.state is Link.LIVE


async def test_a_failed_command_gives_its_status_and_standard_error(session: Session) -> None:
    outcome = await session.run(["fail", "20"], timeout=5)
    assert (outcome.exit_status, outcome.error_text, outcome.succeeded) == (20, "no\n", False)


async def test_bytes_that_are_no_text_harm_nobody(session: Session) -> None:
    both = await asyncio.gather(session.run(["bytes", "10"], timeout=5), session.run(["say", "fine"], timeout=5))
    assert both[0].stdout == b"\xff\xfe" * 10
    assert both[1].text == "fine\n"
    assert (await session.run(["say", "still"], timeout=5)).succeeded


async def test_a_link_cut_in_the_middle_is_unknown_never_success(session: Session) -> None:
    outcome = await session.run(["cut"], timeout=5)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert not outcome.succeeded
    assert outcome.sent
    assert outcome.stdout == b"half"
    assert outcome.reason
    assert session.status.state is Link.LOST


async def test_a_channel_closed_without_an_exit_status_is_unknown(session: Session) -> None:
    outcome = await session.run(["vanish"], timeout=5)
    assert (outcome.kind, outcome.exit_status, outcome.sent) == (OutcomeKind.UNKNOWN, None, True)
    assert session.status.state is Link.LIVE


async def test_a_signal_is_an_end_but_no_success(session: Session) -> None:
    outcome = await session.run(["killed"], timeout=5)
    assert (outcome.kind, outcome.exit_status, outcome.exit_signal) == (OutcomeKind.EXITED, None, "TERM")
    assert not outcome.succeeded


async def test_running_out_of_time_says_that_it_may_still_run(session: Session) -> None:
    outcome = await session.run(["hang"], timeout=0.2)
    assert (outcome.kind, outcome.sent, outcome.stdout) == (OutcomeKind.TIMED_OUT, True, b"begun\n")
    assert "may still be running" in outcome.reason
    assert (await session.run(["say", "next"], timeout=5)).succeeded


async def test_output_over_the_cap_is_cut_and_still_passed_on(session: Session) -> None:
    seen = 0

    def count(data: bytes, _is_error: bool) -> None:
        nonlocal seen
        seen += len(data)

    outcome = await session.run(["bytes", "100000"], timeout=10, cap=1000, on_output=count)
    assert (len(outcome.stdout), outcome.truncated, seen) == (1000, True, 200_000)


async def test_standard_input_of_a_megabyte_arrives_whole(session: Session) -> None:
    assert (await session.run(["input"], timeout=10, stdin=b"x" * 1_048_577)).text == "1048577"


async def test_without_standard_input_the_host_sees_its_end_at_once(session: Session) -> None:
    assert (await session.run(["input"], timeout=5)).text == "0"


async def test_commands_have_no_terminal_and_streams_have_one(session: Session) -> None:
    got = bytearray()
    assert (await session.run(["terminal"], timeout=5)).text == "None"
    assert (await session.follow(["terminal"], got.extend)).succeeded
    assert bytes(got) == b"dumb"


async def test_a_listener_that_fails_fails_the_run_and_nothing_else(session: Session) -> None:
    def broken(_data: bytes, _is_error: bool) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await session.run(["say", "x"], timeout=5, on_output=broken)
    assert (await session.run(["say", "x"], timeout=5)).succeeded
    assert session.attempts == 1


async def test_many_commands_share_one_connection(session: Session, server: ScriptedServer) -> None:
    outcomes = await asyncio.gather(*(session.run(["say", str(n)], timeout=20) for n in range(40)))
    assert [outcome.text for outcome in outcomes] == [f"{n}\n" for n in range(40)]
    assert server.logins == 1


async def test_no_more_than_six_run_at_once_and_the_seventh_says_it_was_not_sent(
    session: Session, server: ScriptedServer
) -> None:
    hanging = [asyncio.create_task(session.run(["hang"], timeout=30)) for _ in range(6)]
    await until(lambda: server.commands.count("hang") == 6)
    outcome = await session.run(["say", "late"], timeout=0.1)
    assert (outcome.kind, outcome.sent) == (OutcomeKind.TIMED_OUT, False)
    assert "say late" not in server.commands
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)


async def test_a_persons_command_goes_before_waiting_pollers(session: Session, server: ScriptedServer) -> None:
    hanging = [asyncio.create_task(session.run(["hang"], timeout=30)) for _ in range(6)]
    await until(lambda: server.commands.count("hang") == 6)
    waiting = [asyncio.create_task(session.run(["say", f"poll{n}"], timeout=30)) for n in range(3)]
    await asyncio.sleep(0)
    person = asyncio.create_task(session.prioritised().run(["say", "step"], timeout=30))
    await asyncio.sleep(0)
    hanging[0].cancel()
    await asyncio.gather(person, *waiting)
    assert server.commands[6:] == ["say step", "say poll0", "say poll1", "say poll2"]
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)


async def test_a_command_given_up_before_it_was_sent_is_never_sent(session: Session, server: ScriptedServer) -> None:
    assert (await session.run(["say", "warm"], timeout=5)).succeeded
    server.freeze()
    outcome = await session.run(["say", "too late"], timeout=0.2)
    assert (outcome.kind, outcome.sent) == (OutcomeKind.TIMED_OUT, False)
    server.thaw()
    assert (await session.run(["say", "after"], timeout=5)).succeeded
    assert server.commands == ["say warm", "say after"]


async def test_twenty_cancelled_runs_leave_the_session_usable(session: Session, server: ScriptedServer) -> None:
    for n in range(20):
        task = asyncio.create_task(session.run(["hang"], timeout=30))
        await until(lambda n=n: server.commands.count("hang") == n + 1)  # type: ignore[misc]  # bound per turn
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert (await session.run(["say", "well"], timeout=5)).succeeded


async def test_a_dead_connection_is_replaced_when_nothing_was_sent_on_it(
    session: Session, server: ScriptedServer, clock: ManualClock
) -> None:
    assert (await session.run(["say", "one"], timeout=5)).succeeded
    clock.advance(60)
    server.cut()
    outcome = await session.run(["say", "two"], timeout=5)
    assert outcome.succeeded
    assert server.logins == 2


async def test_closing_ends_running_commands_as_unknown_and_leaves_no_task(
    server: ScriptedServer, clock: ManualClock
) -> None:
    before = asyncio.all_tasks()
    session = opened(server, clock)
    session.start()
    running = asyncio.create_task(session.run(["hang"], timeout=30))
    following = asyncio.create_task(session.follow(["hang"], lambda _data: None))
    await until(lambda: server.commands.count("hang") == 2)
    await session.close()
    assert (await running).kind is OutcomeKind.UNKNOWN
    assert (await following).kind is OutcomeKind.UNKNOWN
    late = await session.run(["say", "x"], timeout=5)
    assert not late.sent
    await server.stop()
    await until(lambda: {task for task in asyncio.all_tasks() if "ssh" in repr(task.get_coro())} <= before)


async def test_streams_have_a_connection_of_their_own_that_closes_when_unused(
    server: ScriptedServer, clock: ManualClock
) -> None:
    session = opened(server, clock, Timing(stream_idle=0.01))
    await session.run(["say", "x"], timeout=5)
    assert len(server._connections) == 1
    following = asyncio.create_task(session.follow(["hang"], lambda _data: None))
    await until(lambda: "hang" in server.commands)
    assert len(server._connections) == 2
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await until(lambda: len(server._connections) == 1)
    await session.close()


async def test_one_stream_too_many_is_refused_at_once(server: ScriptedServer, clock: ManualClock) -> None:
    session = opened(server, clock, Timing(streams=1))
    following = asyncio.create_task(session.follow(["hang"], lambda _data: None))
    await until(lambda: "hang" in server.commands)
    outcome = await session.follow(["hang"], lambda _data: None)
    assert not outcome.sent
    assert "already follows" in outcome.reason
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await session.close()
