from __future__ import annotations

import os
import signal
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from restant_tui.errors import Unreachable, UsageProblem
from restant_tui.transport.detached import Detached, Handle, Presence, Sight, Unsure
from restant_tui.transport.local import LocalShell
from restant_tui.transport.outcome import Outcome, OutcomeKind
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes through /proc")


@pytest.fixture
def shell(tmp_path: Path) -> LocalShell:
    return LocalShell(tmp_path, {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})


@pytest.fixture
def detached(shell: LocalShell) -> Detached:
    return Detached(shell)


def folder(tmp_path: Path, handle: Handle) -> Path:
    return tmp_path / ".local/state/restant-tui/detached" / handle.id


async def ended(detached: Detached, handle: Handle) -> Sight:
    for _ in range(500):
        sight = await detached.look(handle)
        if sight.presence is not Presence.RUNNING:
            return sight
    raise AssertionError("it never ended")


async def test_it_runs_on_while_nobody_looks_and_its_end_is_found_by_id(detached: Detached, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    handle = await detached.start(["sh", "-c", 'echo begun; cat "$1"; echo oh >&2; exit 7', "x", str(gate)])
    assert await detached.look(handle) == Sight(Presence.RUNNING)
    again = Handle(handle.id)
    gate.write_text("and done\n")
    assert await ended(detached, again) == Sight(Presence.EXITED, 7)
    assert await detached.output(again) == b"begun\nand done\noh\n"
    assert await detached.output(again, 6, 3) == b"and"
    assert await detached.output(again, 999) == b""


async def test_every_argument_arrives_whole(detached: Detached) -> None:
    hostile = ["two words", "it's", '"$HOME"', "$(id)", "`id`", "; rm -rf x", "-n", "", "line\nbreak", "\\", "é*?"]
    handle = await detached.start(["sh", "-c", 'for one do printf "[%s]" "$one"; done', "x", *hostile])
    assert await ended(detached, handle) == Sight(Presence.EXITED, 0)
    assert (await detached.output(handle)).decode() == "".join(f"[{one}]" for one in hostile)


async def test_nothing_is_started_twice_under_one_id(detached: Detached, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    argv = ["sh", "-c", 'echo once >> "$1"', "x", str(mark)]
    handle = await detached.start(argv, Handle.fresh())
    with pytest.raises(UsageProblem, match="already started"):
        await detached.start(argv, handle)
    await ended(detached, handle)
    assert mark.read_text() == "once\n"


async def test_a_command_that_was_killed_with_its_keeper_is_gone_not_successful(
    detached: Detached, tmp_path: Path
) -> None:
    handle = await detached.start(["sleep", "600"])
    process = int((folder(tmp_path, handle) / "process").read_text().split()[0])
    os.killpg(process, signal.SIGKILL)  # a session of its own, so a group of its own
    await until(lambda: not Path(f"/proc/{process}/stat").exists() or "Z" in Path(f"/proc/{process}/stat").read_text())
    assert await ended(detached, handle) == Sight(Presence.GONE)
    await detached.forget(handle)


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


async def test_a_word_of_the_shell_cannot_end_its_keeper(detached: Detached) -> None:
    handle = await detached.start(["exit", "3"])
    assert await ended(detached, handle) == Sight(Presence.EXITED, 3)


async def test_a_process_id_that_somebody_else_has_by_now_does_not_count_as_running(
    detached: Detached, tmp_path: Path
) -> None:
    handle = await detached.start(["true"])
    await ended(detached, handle)
    (folder(tmp_path, handle) / "status").unlink()
    boot = boot_id()
    (folder(tmp_path, handle) / "process").write_text(f"{os.getpid()} 1 {boot}\n")
    assert await detached.look(handle) == Sight(Presence.GONE)


async def test_a_program_that_is_not_there_exits_as_a_shell_says(detached: Detached) -> None:
    handle = await detached.start(["no-such-program-here"])
    assert await ended(detached, handle) == Sight(Presence.EXITED, 127)
    assert b"not found" in await detached.output(handle)


async def test_forgetting_removes_the_files_but_not_while_it_runs(detached: Detached, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    handle = await detached.start(["cat", str(gate)])
    place = folder(tmp_path, handle)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE((place / "output").stat().st_mode) == 0o600
    with pytest.raises(UsageProblem, match="still runs"):
        await detached.forget(handle)
    gate.write_text("")
    await ended(detached, handle)
    await detached.forget(handle)
    assert not place.exists()
    assert await detached.look(handle) == Sight(Presence.ABSENT)
    assert await detached.output(handle) == b""


async def test_a_start_that_comes_after_it_was_withdrawn_starts_nothing(detached: Detached, tmp_path: Path) -> None:
    handle, mark = Handle.fresh(), tmp_path / "mark"
    assert await detached.look(handle) == Sight(Presence.ABSENT)
    assert await detached.withdraw(handle) == Sight(Presence.ABSENT)
    with pytest.raises(UsageProblem, match="already started"):
        await detached.start(["touch", str(mark)], handle)
    await detached.forget(handle)
    assert await detached.look(handle) == await detached.withdraw(handle) == Sight(Presence.ABSENT)
    assert not mark.exists()


async def test_withdrawing_what_was_started_only_looks(detached: Detached) -> None:
    handle = await detached.start(["sh", "-c", "exit 3"])
    await ended(detached, handle)
    assert await detached.withdraw(handle) == Sight(Presence.EXITED, 3)


async def test_a_host_that_cannot_keep_it_apart_is_told_so_and_starts_nothing(tmp_path: Path) -> None:
    for name in ("sh", "mkdir", "cat"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    bare = Detached(LocalShell(tmp_path, {"PATH": str(tmp_path), "HOME": str(tmp_path)}))
    handle, mark = Handle.fresh(), tmp_path / "mark"
    with pytest.raises(Unreachable, match="has no setsid") as problem:
        await bare.start(["touch", str(mark)], handle)
    assert not isinstance(problem.value, Unsure)
    assert await bare.look(handle) == Sight(Presence.ABSENT)
    assert not mark.exists()


def test_an_id_cannot_lead_out_of_the_folder() -> None:
    for bad in ("../../etc", "a", "", "UPPER-CASE", "with space", "x" * 65, "new\nline-x"):
        with pytest.raises(UsageProblem):
            Handle(bad)


class Silent:
    """A host whose answers never arrive."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    async def run(self, argv: Sequence[str], **_more: object) -> Outcome:
        return self.outcome

    async def follow(self, argv: Sequence[str], on_data: object) -> Outcome:
        return self.outcome


async def test_an_answer_that_never_came_is_unknown_and_one_not_sent_is_not_started() -> None:
    lost = Outcome(kind=OutcomeKind.UNKNOWN, reason="The connection was cut.")
    with pytest.raises(Unsure, match=r"is not known: .* Look for it by that id"):
        await Detached(Silent(lost)).start(["true"])
    with pytest.raises(Unreachable, match="is not known"):
        await Detached(Silent(lost)).look(Handle.fresh())
    unsent = Outcome(kind=OutcomeKind.UNKNOWN, reason="Not sent: no link.", sent=False)
    with pytest.raises(Unreachable, match="was not started"):
        await Detached(Silent(unsent)).start(["true"])
    with pytest.raises(Unreachable, match="makes no sense"):
        await Detached(Silent(Outcome(kind=OutcomeKind.EXITED, exit_status=0, stdout=b"what"))).look(Handle.fresh())
    with pytest.raises(UsageProblem):
        await Detached(Silent(unsent)).start([])
