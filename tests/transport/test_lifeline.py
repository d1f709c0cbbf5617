"""The script behind a lifeline, in the shells of this machine: what it keeps, and that nothing outlives our end."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from restant_tui.transport.lifeline import ALONE, STAYS, Lifeline, parting, tied
from tests.support.sshd import running
from tests.support.waiting import until

SHELLS = [one for one in ("dash", "bash", "busybox") if shutil.which(one)]

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds processes through /proc")


@dataclass
class Told:
    """What `parting` looks at in a call."""

    sent: bool = True
    exit_status: int | None = None
    exit_signal: str | None = None
    parted: bool = field(default=True)


@asynccontextmanager
async def held(argv: Sequence[str], shell: str, path: str | None = None) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command on a lifeline that is held until the block ends, or the test lets go."""
    words = list(tied(argv))
    words[:1] = [shell, "sh"] if shell == "busybox" else [shell]
    process = await asyncio.create_subprocess_exec(
        str(shutil.which(words[0])), *words[1:], stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env={**os.environ, "PATH": path or os.environ["PATH"]},
    )  # fmt: skip
    yield process
    assert process.stdin is not None
    process.stdin.close()
    await asyncio.wait_for(process.communicate(), 20)


async def let_go(process: asyncio.subprocess.Process) -> int:
    assert process.stdin is not None
    process.stdin.close()
    return await asyncio.wait_for(process.wait(), 10)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("sh", "-c", 'printf "[%s]" "$@"; echo oh >&2; exit 7', "x", "two words", "", "$(id)"),
         (7, b"[two words][][$(id)]", b"oh\n")),
        (("cat",), (0, b"", b"")),
        (("true",), (0, b"", b"")),
    ],
)  # fmt: skip
async def test_status_streams_and_arguments_are_those_of_the_command(
    shell: str, argv: tuple[str, ...], expected: tuple[int, bytes, bytes]
) -> None:
    async with held(argv, shell) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        out, err = await asyncio.gather(process.stdout.read(), process.stderr.read())
        assert (await process.wait(), out, err) == expected


@pytest.mark.parametrize("shell", SHELLS)
async def test_a_program_that_is_not_there_ends_as_a_shell_says(shell: str) -> None:
    async with held(("no-such-program-here",), shell) as process:
        assert process.stderr is not None
        assert b"not found" in await process.stderr.read()
        assert await process.wait() == 127


@pytest.mark.parametrize("shell", SHELLS)
async def test_letting_go_ends_the_command_and_all_it_started(shell: str) -> None:
    mark = f"6{os.getpid()}.1"
    async with held(("sh", "-c", f"sleep {mark} & echo begun; exec sleep {mark}"), shell) as process:
        assert process.stdout is not None
        await process.stdout.readline()
        assert await let_go(process) == 143
        await until(lambda: not running(f"sleep {mark}"), what="the end of all it started")


@pytest.mark.parametrize("shell", SHELLS)
async def test_letting_go_at_once_leaves_nothing_behind(shell: str) -> None:
    mark = f"6{os.getpid()}.2"
    async with held(("sleep", mark), shell) as process:
        assert await let_go(process) == 143
        await until(lambda: not running(f"sleep {mark}"), what="the end of it")


@pytest.mark.parametrize("shell", SHELLS)
async def test_what_does_not_want_to_end_is_killed_a_second_later(shell: str) -> None:
    mark = f"6{os.getpid()}.3"
    stubborn = f"trap '' TERM; echo begun; while :; do sleep {mark}; done"
    async with held(("sh", "-c", stubborn), shell) as process:
        assert process.stdout is not None
        await process.stdout.readline()
        assert await let_go(process) == 137
        await until(lambda: not running(mark), what="the end of it")


@pytest.mark.parametrize("shell", SHELLS)
async def test_a_stubborn_child_of_a_willing_command_is_killed_too(shell: str) -> None:
    mark = f"6{os.getpid()}.4"
    family = f"(trap '' TERM; echo begun; while :; do sleep {mark}; done) & exec sleep {mark}"
    async with held(("sh", "-c", family), shell) as process:
        assert process.stdout is not None
        await process.stdout.readline()
        assert await let_go(process) == 143
        await until(lambda: not running(mark), what="the end of the family")


async def test_without_setsid_the_command_ends_and_nobody_claims_more(tmp_path: Path) -> None:
    for name in ("sh", "sleep", "ps", "grep"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    async with held(("sleep", f"6{os.getpid()}.5"), "dash" if "dash" in SHELLS else "sh", str(tmp_path)) as process:
        # A shell that can part jobs without a terminal still gives it a group of its own.
        assert await let_go(process) in (ALONE, 143)
        await until(lambda: not running(f"6{os.getpid()}.5"), what="the end of it")


@pytest.mark.parametrize(
    ("told", "confirmed", "words"),
    [
        (None, True, "not sent"),
        (Told(sent=False), True, "not sent"),
        (Told(), False, "whether it has is not known"),
        (Told(exit_status=143), True, "confirms its end (exit 143)"),
        (Told(exit_signal="TERM"), True, "confirms its end (signal TERM)"),
        (Told(exit_status=STAYS), False, "still runs"),
        (Told(exit_status=ALONE), False, "may still run"),
    ],
)
def test_the_words_claim_no_more_than_the_host_said(told: Told | None, confirmed: bool, words: str) -> None:
    known, said = parting(told)  # type: ignore[arg-type]
    assert known is confirmed
    assert words in said
    lifeline = Lifeline()
    lifeline.cut(told)  # type: ignore[arg-type]
    assert (lifeline.confirmed, lifeline.words) == (known, said)
