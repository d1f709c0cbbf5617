"""A step that a person does by hand: who gets the terminal, what the record says, and what counts as known after."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from restant_tui.config.model import Danger, Target
from restant_tui.engine.state import GateKind, Move, RunStatus, StepStatus
from restant_tui.engine.terminal import BUSY, NOBODY
from restant_tui.errors import UsageProblem
from restant_tui.runbook.model import TerminalStep
from restant_tui.transport.outcome import Outcome, OutcomeKind
from tests.support.bench import APP, Bench, asked, book, ended, say
from tests.support.scripted import exited
from tests.support.waiting import until

PROMPT = """
- id: look
  kind: terminal
  title: Look into {{ app }}
  danger: destructive
  argv: ["mysql:connect", "{{ app }}-db"]
  timeout: 10m
  confirm: {style: type, phrase: "{{ app }}-db"}
  blast: {says: Everything in the database.}
"""
SHELL = "- {id: shell, kind: terminal, title: A shell, danger: change, target: admin}"
LOG = "- {id: log, kind: terminal, title: The log, danger: read, target: admin, argv: [less, /var/log/syslog]}"
HERE = "- {id: here, kind: terminal, title: Here, danger: change, target: local, argv: [vim, 'notes 1.txt']}"
SSH = ("ssh", "-t", "dokku@127.0.0.1", "--", "mysql:connect trial-db")
SAID = {"done": "counted the orders"}


@pytest.fixture
async def person(bench: Bench) -> Bench:
    bench.terminal.lent_by(bench.person)
    return bench


def programs(bench: Bench) -> list[tuple[str, ...]]:
    return [argv for argv, _, _ in bench.person.handed]


async def test_the_terminal_goes_to_ssh_for_as_long_as_the_step_says_and_what_was_done_is_asked(person: Bench) -> None:
    run = await person.start(book(PROMPT))
    gate = await asked(run)
    assert gate.kind is GateKind.TYPE
    assert [(one.where, one.argv) for one in gate.commands] == [("dokku@box", ("mysql:connect", "trial-db"))]
    assert "taken back by hand" in gate.undo
    assert person.person.handed == []
    await say(run)
    back = await asked(run)
    assert back.kind is GateKind.FORM
    assert [(argv, limit) for argv, _, limit in person.person.handed] == [(SSH, 600.0)]
    await say(run, values=SAID)
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert state.step("look").reason == "mira says: counted the orders"


async def test_before_it_goes_a_person_reads_where_they_will_be_how_out_and_how_long(person: Bench) -> None:
    run = await person.start(book(PROMPT))
    await asked(run)
    await say(run)
    await asked(run)
    [(_, says, _)] = person.person.handed
    assert says == (
        "STAGING dokku@box mysql:connect trial-db",
        "Leave with exit or ctrl+d; taken back in 10 min. What you type is not recorded.",
    )


async def test_the_record_has_the_exact_program_and_says_that_what_was_typed_is_not_in_it(person: Bench) -> None:
    run = await person.start(book(PROMPT))
    await asked(run)
    await say(run)
    await asked(run)
    await say(run, values=SAID)
    await ended(run)
    by_kind = {one.kind: one for one in person.entries(run)}
    intent = by_kind["step.intent"].data
    assert intent["argv"] == list(SSH)
    assert intent["commands"][0] == {"where": "dokku@box", "argv": ["mysql:connect", "trial-db"]}
    assert "not recorded" in intent["unseen"]
    assert by_kind["terminal.returned"].data["exit"] == 0
    assert "not recorded" in "\n".join(run.output("look").lines())
    assert by_kind["step.result"].data["reason"] == "mira says: counted the orders"
    assert person.folded(run) == run.state


async def test_a_prompt_that_ends_badly_has_failed_and_may_be_opened_again_after_the_question(person: Bench) -> None:
    person.person.plays = [exited("", 1), exited()]
    run = await person.start(book(PROMPT))
    await asked(run)
    await say(run)
    await asked(run)
    await say(run, values=SAID)
    gate = await asked(run)
    assert gate.kind is GateKind.FAILURE
    assert "it ended with exit 1; mira says: counted the orders" in gate.says
    await say(run, Move.RETRY)
    assert (await asked(run)).kind is GateKind.TYPE
    assert len(programs(person)) == 1


async def test_a_login_shell_ends_with_whatever_was_typed_last_and_that_is_no_failure(person: Bench) -> None:
    person.person.plays = [exited("", 130)]
    run = await person.start(book(SHELL))
    gate = await asked(run)
    assert [(one.where, one.argv) for one in gate.commands] == [("ops@box", ("login-shell",))]
    await say(run)
    await asked(run)
    await say(run, values=SAID)
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert state.step("shell").exit_status == 130
    assert programs(person) == [("ssh", "-t", "ops@127.0.0.1")]


async def test_a_program_of_this_machine_gets_the_terminal_itself(person: Bench) -> None:
    run = await person.start(book(HERE))
    await asked(run)
    await say(run)
    await asked(run)
    assert programs(person) == [("vim", "notes 1.txt")]
    assert [one.where for one in run.state.step("here").commands] == ["here"]
    await say(run, values=SAID)
    await ended(run)


async def test_what_was_done_has_to_be_said_but_for_a_read(person: Bench) -> None:
    run = await person.start(book(SHELL + "\n" + LOG))
    await asked(run)
    await say(run)
    await asked(run)
    with pytest.raises(UsageProblem, match="say in one line what you did"):
        await say(run, values={"done": "  "})
    await say(run, values=SAID)
    await asked(run)
    await say(run)
    await asked(run)
    await say(run)
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert state.step("log").reason == ""


async def test_nobody_saying_what_was_done_leaves_a_change_unknown(person: Bench) -> None:
    run = await person.start(book(SHELL))
    await asked(run)
    await say(run)
    await asked(run)
    await say(run, Move.DECLINE)
    gate = await asked(run)
    assert gate.kind is GateKind.UNSURE
    await say(run, Move.ABORT)
    assert (await ended(run)).status is RunStatus.UNKNOWN


async def test_the_terminal_is_not_taken_from_under_the_fingers_even_for_a_read(person: Bench) -> None:
    run = await person.start(book(LOG))
    gate = await asked(run)
    assert (gate.kind, gate.danger) == (GateKind.PRESS, Danger.READ)
    assert programs(person) == []
    await say(run, Move.SKIP, reason="seen already")
    assert (await ended(run)).step("log").status is StepStatus.SKIPPED
    assert programs(person) == []


async def test_without_a_terminal_nothing_is_asked_or_handed_over_and_the_way_out_is_told(bench: Bench) -> None:
    run = await bench.start(book(PROMPT))
    gate = await asked(run)
    assert gate.kind is GateKind.FAILURE
    assert NOBODY in gate.says
    assert bench.person.handed == []
    assert "step.intent" not in bench.kinds(run)
    await say(run, Move.SKIP, reason="done from another terminal")
    assert (await ended(run)).status is RunStatus.PARTIAL


async def test_a_front_end_that_has_no_terminal_says_so_itself(person: Bench) -> None:
    person.person.reason = "This console is drawn in a browser."
    run = await person.start(book(SHELL))
    assert "drawn in a browser" in (await asked(run)).says
    assert programs(person) == []


async def test_one_hand_over_at_a_time_and_the_second_is_told_why_it_waits(person: Bench) -> None:
    back = asyncio.Event()

    async def until_left() -> Outcome:
        await back.wait()
        return exited()

    person.person.plays = [until_left()]
    first = await person.start(book(SHELL, name="first"))
    await asked(first)
    await say(first)
    await until(lambda: person.person.handed)
    second = await person.start(book(SHELL, name="second"))
    assert BUSY in (await asked(second)).says
    back.set()
    await asked(first)
    await say(second, Move.RETRY)
    assert (await asked(second)).kind is GateKind.PRESS


async def test_a_second_step_that_was_allowed_meanwhile_does_not_take_the_terminal_either(person: Bench) -> None:
    back = asyncio.Event()

    async def until_left() -> Outcome:
        await back.wait()
        return exited()

    person.person.plays = [until_left()]
    runs = [await person.start(book(SHELL, name=name)) for name in ("first", "second")]
    for run in runs:
        await asked(run)
    await say(runs[0])
    await until(lambda: person.person.handed)
    await say(runs[1])
    gate = await asked(runs[1])
    assert (gate.kind, BUSY in gate.says) == (GateKind.FAILURE, True)
    assert len(programs(person)) == 1
    back.set()
    await asked(runs[0])


async def test_a_terminal_that_could_not_be_given_to_anything_is_a_failure_not_a_doubt(person: Bench) -> None:
    missing = "Not run: the program `ssh` is not installed here, or not on PATH."
    person.person.plays = [Outcome(kind=OutcomeKind.UNKNOWN, sent=False, reason=missing)]
    run = await person.start(book(SHELL))
    await asked(run)
    await say(run)
    gate = await asked(run)
    assert gate.kind is GateKind.FAILURE
    assert missing in gate.says


async def test_an_abort_takes_the_terminal_back_and_does_not_say_that_nothing_was_signalled(person: Bench) -> None:
    ended_by_us = asyncio.Event()

    async def for_ever() -> Outcome:
        try:
            await asyncio.Event().wait()
        finally:
            ended_by_us.set()
        raise AssertionError("it never comes here")

    person.person.plays = [for_ever()]
    run = await person.start(book(SHELL))
    await asked(run)
    await say(run)
    await until(lambda: person.person.handed)
    await run.abort("mira")
    await ended(run)
    assert ended_by_us.is_set()
    assert run.state.step("shell").status is StepStatus.UNKNOWN
    assert "its terminal was taken back" in run.state.reason
    assert "nothing was signalled" not in run.state.reason
    assert person.terminal.why_not() == ""


async def test_keys_trusted_for_this_session_are_trusted_by_ssh_too_and_leave_no_file_behind(person: Bench) -> None:
    person.targets.session_keys = ("box ssh-ed25519 AAAA", "[box]:2222 ssh-ed25519 BBBB")
    seen: list[tuple[str, int]] = []
    files: list[Path] = []

    def look(argv: tuple[str, ...]) -> None:
        option = argv[argv.index("-o") + 1]
        assert argv.index("-o") < argv.index("ops@127.0.0.1")
        file = Path(option.removeprefix("GlobalKnownHostsFile=").split()[0])
        seen.append((file.read_text(), stat.S_IMODE(file.stat().st_mode)))
        files.append(file)

    person.person.began = look
    run = await person.start(book(SHELL))
    await asked(run)
    await say(run)
    await asked(run)
    assert seen == [("box ssh-ed25519 AAAA\n[box]:2222 ssh-ed25519 BBBB\n", 0o600)]
    assert not files[0].parent.exists()


async def test_what_could_not_arrive_as_one_argument_is_refused_before_anything_is_asked(person: Bench) -> None:
    run = await person.start(book(PROMPT.replace('"{{ app }}-db"]', '"a\\nb"]')))
    gate = await asked(run)
    assert "line break" in gate.says
    assert programs(person) == []


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("- {id: x, kind: terminal, title: X, danger: change}", "no shell"),
        ('- {id: x, kind: terminal, title: X, danger: change, argv: ["@db.check", "{{ app }}"]}', "takes no terminal"),
    ],
)
async def test_what_cannot_have_a_terminal_is_told(person: Bench, steps: str, said: str) -> None:
    run = await person.start(book(steps))
    assert said in (await asked(run)).says
    assert programs(person) == []


async def test_a_plan_says_what_is_opened_and_what_is_asked(bench: Bench) -> None:
    loaded = bench.shelf.add(book(PROMPT + SHELL, params=APP))
    plan = await bench.engine.plan(loaded.runbook.id, {})
    look, shell = plan.steps
    assert (look.asks, look.phrase, look.danger) == (GateKind.TYPE, "trial-db", Danger.DESTRUCTIVE)
    assert [one.argv for one in look.commands] == [("mysql:connect", "trial-db")]
    assert (shell.asks, shell.target, shell.undo) == (GateKind.PRESS, Target.ADMIN, look.undo)
    assert isinstance(loaded.runbook.steps[0], TerminalStep)
    assert plan.danger is Danger.DESTRUCTIVE
