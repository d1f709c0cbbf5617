"""Steps whose command outlives the link and the console: real processes of this machine, found again by their id."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from restant_tui.config.model import Target
from restant_tui.engine.lasting import CALM
from restant_tui.engine.run import Run
from restant_tui.engine.state import GateKind, Move, RunStatus, StepStatus
from restant_tui.transport.local import LocalShell
from restant_tui.transport.outcome import OnOutput, Outcome
from tests.engine.lasting_child import STEPS
from tests.support.bench import Bench, asked, book, ended, say
from tests.support.clock import ManualClock
from tests.support.scripted import ScriptedRunner, exited, lost
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes through /proc")


class Shell(ScriptedRunner):
    """A host that is this machine, over a link that a test can cut before or behind the host."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._shell = LocalShell(folder, {"PATH": "/usr/bin:/bin", "HOME": str(folder)})
        self.cut = False
        self.answers_lost = False

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = 4 * 1024 * 1024,
    ) -> Outcome:
        self.calls.append(tuple(argv))
        if self.cut:
            return lost(sent=False)
        outcome = await self._shell.run(argv, timeout=timeout, stdin=stdin, on_output=on_output, cap=cap)
        return lost() if self.answers_lost else outcome


def host(bench: Bench, folder: Path) -> Shell:
    shell = Shell(folder)
    bench.targets.runners[Target.ADMIN] = shell
    return shell


async def begun(bench: Bench, folder: Path, steps: str = STEPS) -> tuple[Run, Shell]:
    """Start the change, and wait until it has printed something."""
    shell = host(bench, folder)
    os.mkfifo(folder / "gate")
    run = await bench.start(book(steps.replace("FOLDER", str(folder))))
    await asked(run)
    await say(run)
    await passing(bench, lambda: "begun" in run.output("upgrade").lines())
    return run, shell


async def passing(bench: Bench, true: Callable[[], bool]) -> None:
    """Let time pass on the run's clock until something is so."""

    def so() -> bool:
        assert isinstance(bench.clock, ManualClock)
        bench.clock.advance(CALM / 4)
        return true()

    await until(so, 20)


def handle(run: Run) -> str:
    return run.state.step("upgrade").handle


def process(folder: Path, name: str) -> int:
    return int((folder / ".local/state/restant-tui/detached" / name / "process").read_text().split()[0])


def lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def left_on_the_host(folder: Path) -> list[str]:
    return sorted(one.name for one in (folder / ".local/state/restant-tui/detached").iterdir())


async def test_it_is_watched_to_its_end_and_judged_as_any_other(bench: Bench, tmp_path: Path) -> None:
    run, _ = await begun(bench, tmp_path)
    intent = next(dict(one.data) for one in bench.entries(run) if one.kind == "step.intent")
    assert intent["detached"] == handle(run)
    assert handle(run).startswith(run.id)
    (tmp_path / "gate").write_text("3 upgraded\n")
    await passing(bench, run.done.is_set)
    state = run.state
    assert state.status is RunStatus.OK, state.reason
    assert run.output("upgrade").lines() == ["begun", "3 upgraded"]
    assert state.step("after").title == "3 upgraded"
    assert left_on_the_host(tmp_path) == []
    assert bench.folded(run) == state


async def test_a_status_that_is_not_zero_is_a_failure_and_its_output_is_judged(bench: Bench, tmp_path: Path) -> None:
    run, _ = await begun(bench, tmp_path)
    (tmp_path / "gate").write_text("fail\n")
    await passing(bench, lambda: run.state.gate is not None)
    assert (await asked(run)).kind is GateKind.FAILURE
    assert run.state.step("upgrade").exit_status == 1
    assert "no luck" in run.output("upgrade").lines()


async def test_a_lost_link_is_waited_for_and_the_words_say_that_it_runs_on(bench: Bench, tmp_path: Path) -> None:
    run, shell = await begun(bench, tmp_path)
    shell.cut = True
    await passing(bench, lambda: any("runs on by itself on the host" in one for one in run.output("upgrade").lines()))
    (tmp_path / "gate").write_text("3 upgraded\n")
    assert run.state.step("upgrade").status is StepStatus.RUNNING
    shell.cut = False
    await passing(bench, run.done.is_set)
    assert run.state.status is RunStatus.OK, run.state.reason
    assert [bench.kinds(run).count(kind) for kind in ("conn.lost", "conn.restored", "step.intent")] == [1, 1, 1]
    assert "3 upgraded" in run.output("upgrade").lines()


async def test_a_link_lost_in_the_start_is_settled_by_looking_for_the_id(bench: Bench, tmp_path: Path) -> None:
    shell = host(bench, tmp_path)
    os.mkfifo(tmp_path / "gate")
    shell.answers_lost = True
    run = await bench.start(book(STEPS.replace("FOLDER", str(tmp_path))))
    await asked(run)
    await say(run)
    await until(lambda: run.state.step("upgrade").status is StepStatus.UNKNOWN)
    shell.answers_lost = False
    await passing(bench, lambda: "begun" in run.output("upgrade").lines())
    assert run.state.step("upgrade").status is StepStatus.RUNNING
    (tmp_path / "gate").write_text("3 upgraded\n")
    await passing(bench, run.done.is_set)
    assert run.state.status is RunStatus.OK, run.state.reason
    assert bench.kinds(run).count("step.intent") == 1


async def test_what_was_not_sent_is_not_done_and_may_be_tried_again(bench: Bench, tmp_path: Path) -> None:
    shell = host(bench, tmp_path)
    shell.cut = True
    run = await bench.start(book(STEPS.replace("FOLDER", str(tmp_path))))
    await asked(run)
    await say(run)
    gate = await asked(run)
    assert gate.kind is GateKind.FAILURE
    assert "not sent" in gate.says
    assert Move.RETRY in [one.move for one in gate.offers]


async def test_out_of_time_says_that_it_goes_on_as_which_id_and_offers_only_to_wait(
    bench: Bench, tmp_path: Path
) -> None:
    run, _ = await begun(bench, tmp_path)
    await passing(bench, lambda: run.state.gate is not None)
    gate = await asked(run)
    assert gate.kind is GateKind.UNSURE
    for words in ("no end after", "nothing was signalled", "goes on by itself", "ops@box", handle(run)):
        assert words in gate.says
    assert [one.move for one in gate.offers] == [Move.ABORT, Move.WAIT]
    await say(run, Move.WAIT)
    (tmp_path / "gate").write_text("3 upgraded\n")
    await passing(bench, run.done.is_set)
    assert run.state.status is RunStatus.OK, run.state.reason


async def test_abort_says_that_it_goes_on_and_where_to_look(bench: Bench, tmp_path: Path) -> None:
    run, _ = await begun(bench, tmp_path)
    await run.abort("mira")
    await until(run.done.is_set)
    assert run.state.status is RunStatus.UNKNOWN
    for words in ("nothing was signalled", "it is running still", "by itself on ops@box", handle(run), "/detached/"):
        assert words in run.state.reason
    assert lives(process(tmp_path, handle(run)))
    (tmp_path / "gate").write_text("3 upgraded\n")
    status = tmp_path / ".local/state/restant-tui/detached" / handle(run) / "status"
    await until(status.exists, what="the end of the command")
    assert status.read_text() == "0\n"


async def test_one_that_was_killed_on_the_host_is_unknown_and_never_done(bench: Bench, tmp_path: Path) -> None:
    run, _ = await begun(bench, tmp_path)
    os.killpg(process(tmp_path, handle(run)), signal.SIGKILL)
    await passing(bench, lambda: run.state.gate is not None)
    gate = await asked(run)
    assert gate.kind is GateKind.UNSURE
    assert "how it ended is not known" in gate.says
    await say(run, Move.ABORT)
    assert (await ended(run)).status is RunStatus.UNKNOWN


async def killed(folder: Path, moment: str) -> str:
    """Start a process that makes the change, kill it at that moment, and return the run's id."""
    os.mkfifo(folder / "gate")
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.engine.lasting_child", str(folder), moment, cwd=Path(__file__).parents[2]
    )
    try:
        await until((folder / moment).exists, 30, what=f"the console to be {moment}")
    finally:
        child.kill()
        await child.wait()
    return (folder / "run").read_text()


async def taken_up(folder: Path, run_id: str) -> tuple[Bench, Run]:
    bench = Bench(folder)
    bench.shelf.add(book(STEPS.replace("FOLDER", str(folder))))
    host(bench, folder)
    return bench, await bench.engine.resume(run_id, by="noor")


async def test_after_a_kill_of_the_console_it_is_found_running_and_watched_on(tmp_path: Path) -> None:
    bench, run = await taken_up(tmp_path, await killed(tmp_path, "begun"))
    await passing(bench, lambda: run.state.step("upgrade").status is StepStatus.RUNNING)
    assert "step.rejoined" in bench.kinds(run)
    (tmp_path / "gate").write_text("3 upgraded\n")
    await passing(bench, run.done.is_set)
    assert run.state.status is RunStatus.OK, run.state.reason
    assert run.output("upgrade").lines() == ["begun", "3 upgraded"]
    assert run.state.step("after").title == "3 upgraded"
    assert bench.kinds(run).count("step.intent") == 1
    assert (tmp_path / "began").read_text() == "once\n"
    assert left_on_the_host(tmp_path) == []
    assert bench.journal.verify() == []
    await bench.engine.close()


@pytest.mark.parametrize(("said", "status"), [("3 upgraded", RunStatus.OK), ("fail", None)])
async def test_after_a_kill_one_that_has_ended_meanwhile_is_judged(
    tmp_path: Path, said: str, status: RunStatus | None
) -> None:
    run_id = await killed(tmp_path, "begun")
    (tmp_path / "gate").write_text(f"{said}\n")
    await until(lambda: list(tmp_path.glob(".local/state/restant-tui/detached/*/status")), what="its end")
    bench, run = await taken_up(tmp_path, run_id)
    if status is None:
        await passing(bench, lambda: run.state.gate is not None)
        assert (await asked(run)).kind is GateKind.FAILURE
        assert run.state.step("upgrade").exit_status == 1
    else:
        await passing(bench, run.done.is_set)
        assert run.state.status is status, run.state.reason
    assert (tmp_path / "began").read_text() == "once\n"
    await bench.engine.close()


async def test_after_a_kill_before_the_start_it_is_not_done_and_never_will_be(tmp_path: Path) -> None:
    bench, run = await taken_up(tmp_path, await killed(tmp_path, "asked"))
    await passing(bench, lambda: run.state.gate is not None)
    gate = await asked(run)
    assert gate.kind is GateKind.FAILURE
    assert "never started, and will not be" in gate.says
    assert not (tmp_path / "began").exists()
    first = handle(run)
    await say(run, Move.RETRY)
    await asked(run)
    await say(run)
    await passing(bench, lambda: "begun" in run.output("upgrade").lines())
    assert handle(run) != first
    (tmp_path / "gate").write_text("3 upgraded\n")
    await passing(bench, run.done.is_set)
    assert run.state.status is RunStatus.OK, run.state.reason
    await bench.engine.close()


async def test_after_a_kill_one_of_which_only_ruins_are_left_is_for_a_person_to_judge(tmp_path: Path) -> None:
    run_id = await killed(tmp_path, "begun")
    (name,) = left_on_the_host(tmp_path)
    os.killpg(process(tmp_path, name), signal.SIGKILL)
    bench, run = await taken_up(tmp_path, run_id)
    await passing(bench, lambda: run.state.gate is not None)
    gate = await asked(run)
    assert gate.kind is GateKind.UNSURE
    assert "how it ended is not known" in gate.evidence
    await say(run, Move.ABORT)
    assert (await ended(run)).status is RunStatus.UNKNOWN
    await bench.engine.close()


async def test_what_it_prints_beyond_the_cap_is_cut_and_said_to_be(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("restant_tui.engine.lasting.SHOWN", 1024 * 1024)
    monkeypatch.setattr("restant_tui.engine.lasting.CAP", 512 * 1024)
    flood = STEPS.replace("echo begun;", 'echo begun; head -c 3000000 /dev/zero | tr "\\0" x; echo;')
    run, _ = await begun(bench, tmp_path, flood)
    (tmp_path / "gate").write_text("3 upgraded\n")
    await passing(bench, lambda: run.done.is_set() or run.state.gate is not None)
    assert any(one.startswith("Cut here after 1 MB") for one in run.output("upgrade").lines())
    assert left_on_the_host(tmp_path) == [handle(run)]
    assert any("whole answer" in one.expected for one in run.state.step("upgrade").held)


async def test_only_the_admin_can_leave_something_behind(bench: Bench, tmp_path: Path) -> None:
    bench.dokku.answers["cleanup",] = exited("")
    steps = """
    - {id: a, kind: run, title: A, danger: change, timeout: 1h, detached: true, argv: [cleanup],
       undo: {none_because: x}}
    """
    run = await bench.start(book(steps))
    await asked(run)
    await say(run)
    gate = await asked(run)
    assert "only a command of the admin's own" in gate.says
    assert bench.dokku.calls == []
