from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from restant_tui.errors import UsageProblem
from restant_tui.transport.local import LocalShell
from restant_tui.transport.outcome import OutcomeKind
from tests.support.sshd import running
from tests.support.waiting import until

ENV = {"PATH": os.environ["PATH"]}


@pytest.fixture
def shell(tmp_path: Path) -> LocalShell:
    return LocalShell(tmp_path, ENV, grace=0.5)


async def test_a_program_gives_its_status_and_both_streams(shell: LocalShell) -> None:
    outcome = await shell.run(["sh", "-c", "echo out; echo err >&2; exit 3"], timeout=10)
    assert (outcome.kind, outcome.exit_status) == (OutcomeKind.EXITED, 3)
    assert (outcome.text, outcome.error_text) == ("out\n", "err\n")
    assert not outcome.succeeded


async def test_it_runs_in_the_given_folder_and_environment_only(tmp_path: Path) -> None:
    shell = LocalShell(tmp_path, {**ENV, "COLOUR": "blue"})
    outcome = await shell.run(["sh", "-c", "pwd; echo $COLOUR$HOME"], timeout=10)
    assert outcome.text == f"{tmp_path}\nblue\n"


async def test_arguments_are_not_read_by_a_shell(shell: LocalShell) -> None:
    outcome = await shell.run(["printf", "%s|", "$HOME", "a b", "*", ";id"], timeout=10)
    assert outcome.text == "$HOME|a b|*|;id|"


async def test_standard_input_is_passed_and_ends(shell: LocalShell) -> None:
    data = bytes(range(256)) * 4096
    outcome = await shell.run(["cat"], timeout=10, stdin=data)
    assert outcome.stdout == data


async def test_without_standard_input_a_reader_sees_its_end_at_once(shell: LocalShell) -> None:
    assert (await shell.run(["cat"], timeout=10)).succeeded


async def test_a_program_that_does_not_read_its_input_is_no_error(shell: LocalShell) -> None:
    assert (await shell.run(["true"], timeout=10, stdin=b"x" * 5_000_000)).succeeded


async def test_output_over_the_cap_is_cut_but_still_passed_on(shell: LocalShell) -> None:
    seen = 0

    def count(data: bytes, _is_error: bool) -> None:
        nonlocal seen
        seen += len(data)

    outcome = await shell.run(["head", "-c", "500000", "/dev/zero"], timeout=10, cap=1000, on_output=count)
    assert (len(outcome.stdout), outcome.truncated, seen) == (1000, True, 500_000)


async def test_running_out_of_time_ends_the_program_and_what_it_started(shell: LocalShell) -> None:
    marker = f"600.{os.getpid()}1"
    outcome = await shell.run(["sh", "-c", f"echo begun; sleep {marker} & wait"], timeout=0.3)
    assert outcome.kind is OutcomeKind.TIMED_OUT
    assert outcome.exit_status is None
    assert outcome.text == "begun\n"
    assert "ended" in outcome.reason
    assert not running(marker)


async def test_a_program_that_ignores_the_request_to_end_is_ended_all_the_same(shell: LocalShell) -> None:
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    outcome = await shell.run([sys.executable, "-c", script], timeout=1)
    assert outcome.kind is OutcomeKind.TIMED_OUT


async def test_what_a_program_leaves_holding_its_output_does_not_hold_us(shell: LocalShell) -> None:
    marker = f"600.{os.getpid()}2"
    outcome = await shell.run(["sh", "-c", f"sleep {marker} & exit 4"], timeout=0.3)
    assert (outcome.kind, outcome.exit_status) == (OutcomeKind.EXITED, 4)
    assert outcome.reason
    assert not running(marker)


async def test_a_missing_program_is_named(shell: LocalShell) -> None:
    outcome = await shell.run(["no-such-program-here", "x"], timeout=10)
    assert not outcome.sent
    assert not outcome.succeeded
    assert "no-such-program-here" in outcome.reason


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    outcome = await LocalShell(tmp_path / "gone", ENV).run(["true"], timeout=10)
    assert not outcome.sent
    assert str(tmp_path / "gone") in outcome.reason


async def test_a_file_that_is_no_program_is_said_so(tmp_path: Path, shell: LocalShell) -> None:
    (tmp_path / "text").write_text("hello")
    outcome = await shell.run([str(tmp_path / "text")], timeout=10)
    assert not outcome.sent
    assert "may not be executed" in outcome.reason


async def test_an_argument_with_a_nul_byte_is_a_usage_problem(shell: LocalShell) -> None:
    with pytest.raises(UsageProblem):
        await shell.run(["echo", "a\0b"], timeout=10)


async def test_a_signal_is_not_success(shell: LocalShell) -> None:
    outcome = await shell.run(["sh", "-c", "kill -9 $$"], timeout=10)
    assert (outcome.exit_status, outcome.exit_signal, outcome.succeeded) == (None, "KILL", False)


async def test_cancelling_a_run_ends_the_program(shell: LocalShell) -> None:
    marker = f"600.{os.getpid()}3"
    task = asyncio.create_task(shell.run(["sleep", marker], timeout=60))
    await until(lambda: running(marker))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not running(marker)


async def test_a_follow_passes_both_streams_and_ends_when_cancelled(shell: LocalShell) -> None:
    marker, got = f"600.{os.getpid()}4", bytearray()
    task = asyncio.create_task(shell.follow(["sh", "-c", f"echo a; echo b >&2; sleep {marker}"], got.extend))
    await until(lambda: got.count(b"\n") == 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bytes(got) == b"a\nb\n"
    assert not running(marker)


async def test_a_follow_that_ends_by_itself_gives_its_status(shell: LocalShell) -> None:
    outcome = await shell.follow(["sh", "-c", "echo done; exit 5"], lambda _data: None)
    assert outcome.exit_status == 5
