"""Commands that must end with us, on Debian's own sshd: cancelled, out of time, or cut off with the link."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from restant_tui.clock import SystemClock
from restant_tui.config.model import Identity
from restant_tui.errors import UsageProblem
from restant_tui.transport.lifeline import Lifeline
from restant_tui.transport.outcome import Outcome, OutcomeKind
from restant_tui.transport.session import Session
from restant_tui.transport.timing import Timing
from tests.support.sshd import PROGRAM, Sshd, running
from tests.support.waiting import until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(PROGRAM is None, reason="OpenSSH's sshd is not installed"),
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc to find what is left running"),
]


@pytest.fixture
async def session(sshd: Sshd) -> AsyncIterator[Session]:
    made = Session(sshd.host(), Identity.ADMIN, clock=SystemClock(), settings=Timing())
    yield made
    await made.close()


async def begun(session: Session, lifeline: Lifeline, *argv: str) -> asyncio.Task[Outcome]:
    """Start a command on a lifeline and wait until it has printed something."""
    printed = asyncio.Event()
    work = session.tied(lifeline).run(list(argv), timeout=30, on_output=lambda _data, _error: printed.set())
    task = asyncio.create_task(work)
    await asyncio.wait_for(printed.wait(), 10)
    return task


async def cancelled(task: asyncio.Task[Outcome]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def cut_only_the_server(sshd: Sshd) -> None:
    """Kill sshd's own processes: what runs in the session is left to notice by itself."""
    for pid in reversed(sshd.pids):
        with suppress(FileNotFoundError, ProcessLookupError):  # one may end with the one above it
            if b"sshd" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)


async def test_a_command_on_a_lifeline_answers_as_any_other(session: Session) -> None:
    lifeline = Lifeline()
    script = 'printf "[%s]" "$@"; echo oh >&2; exit 7'
    outcome = await session.tied(lifeline).run(["sh", "-c", script, "x", "it's", "", "a\nb"], timeout=20)
    assert (outcome.kind, outcome.exit_status) == (OutcomeKind.EXITED, 7)
    assert (outcome.text, outcome.error_text) == ("[it's][][a\nb]", "oh\n")
    assert lifeline.words == ""


async def test_a_hundred_cancels_leave_no_process_and_take_one_connection(sshd: Sshd, session: Session) -> None:
    mark = f"61.{sshd.port}"
    for number in range(100):
        lifeline = Lifeline()
        task = await begun(session, lifeline, "sh", "-c", f"echo x; exec sleep {mark}{number:03}")
        await cancelled(task)
        assert lifeline.confirmed, lifeline.words
        assert "exit 143" in lifeline.words
    assert running(f"sleep {mark}") == []
    outcomes = await asyncio.gather(*(session.run(["echo", "well"], timeout=10) for _ in range(12)))
    assert {outcome.text for outcome in outcomes} == {"well\n"}
    assert session.attempts == 1


async def test_one_that_ignores_the_request_is_killed_and_its_end_is_confirmed(sshd: Sshd, session: Session) -> None:
    lifeline = Lifeline()
    stubborn = f"trap '' TERM; echo x; while :; do sleep 61.{sshd.port}; done"
    await cancelled(await begun(session, lifeline, "sh", "-c", stubborn))
    assert "exit 137" in lifeline.words
    assert running(f"61.{sshd.port}") == []


async def test_running_out_of_time_ends_it_and_says_so(sshd: Sshd, session: Session) -> None:
    outcome = await session.tied(Lifeline()).run(["sleep", f"61.{sshd.port}"], timeout=0.5)
    assert (outcome.kind, outcome.exit_status, outcome.succeeded) == (OutcomeKind.TIMED_OUT, None, False)
    assert "No end after" in outcome.reason
    assert "confirms its end (exit 143)" in outcome.reason
    assert running(f"sleep 61.{sshd.port}") == []


async def test_a_host_that_does_not_say_so_in_time_leaves_it_unknown(sshd: Sshd) -> None:
    session = Session(sshd.host(), Identity.ADMIN, clock=SystemClock(), settings=Timing(parting=0.2))
    try:
        lifeline = Lifeline()
        task = await begun(session, lifeline, "sh", "-c", f"echo x; exec sleep 61.{sshd.port}")
        sshd.freeze()
        await cancelled(task)
        assert not lifeline.confirmed
        assert "not known" in lifeline.words
    finally:
        sshd.thaw()
        await session.close()


@pytest.mark.parametrize("how", ["killed", "closed"])
async def test_a_lost_link_ends_it_on_the_host_too(sshd: Sshd, session: Session, how: str) -> None:
    task = await begun(session, Lifeline(), "sh", "-c", f"echo x; exec sleep 61.{sshd.port}")
    if how == "killed":
        cut_only_the_server(sshd)
    else:
        await session.close()
    outcome = await asyncio.wait_for(task, 10)
    assert (outcome.kind, outcome.exit_status) == (OutcomeKind.UNKNOWN, None)
    await until(lambda: not running(f"sleep 61.{sshd.port}"), what="its end on the host")


async def test_what_cannot_be_tied_is_refused_before_it_is_sent(sshd: Sshd, session: Session) -> None:
    with pytest.raises(UsageProblem, match="standard input"):
        await session.tied(Lifeline()).run(["cat"], timeout=5, stdin=b"x")
    dokku = Session(sshd.host(), Identity.DOKKU, clock=SystemClock())
    with pytest.raises(UsageProblem, match="admin"):
        await dokku.tied(Lifeline()).run(["version"], timeout=5)
    assert session.attempts == dokku.attempts == 0
