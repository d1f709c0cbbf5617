"""The laws of safety, one section each: every test here fails when its law's code is taken out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from restant_tui.config.model import Danger, Environment, Target
from restant_tui.engine.state import Gate, GateKind, Move, RunStatus, StepStatus
from restant_tui.engine.statuses import exit_status
from restant_tui.errors import UsageProblem
from restant_tui.transport.outcome import Outcome, OutcomeKind
from tests.support.bench import APP, Bench, advance, asked, book, ended, say
from tests.support.scripted import exited, lost, timed_out
from tests.support.waiting import until

CHANGE = """
- id: scale
  kind: run
  title: Scale {{ app }}
  danger: change
  timeout: 30s
  argv: ["ps:scale", "{{ app }}", web=2]
  undo: {says: Scale it back., steps: [
    {id: back, kind: run, title: Back, danger: change, timeout: 30s, argv: ["ps:scale", "{{ app }}", web=1],
     undo: {none_because: it is the way back}}]}
"""
DESTROY = """
- id: stop
  kind: run
  title: Stop {{ app }}
  danger: destructive
  timeout: 30s
  argv: ["ps:stop", "{{ app }}"]
  confirm: {style: type, phrase: "{{ app }}"}
  blast: {says: "Everything of {{ app }} stops.", probe: {argv: ["ps:scale", "{{ app }}"]}}
  undo: {says: "Start {{ app }} again.", none_because: ""}
  reconcile:
    probe: {argv: ["ps:report", "{{ app }}", --running]}
    done_if: stdout == "false"
    not_done_if: stdout == "true"
"""
BY_HAND = "- {id: hand, kind: terminal, title: By hand, danger: change, target: admin}"
SLOW = DESTROY + "    running_if: stdout == 'running'\n"
AFTER = "\n- {id: after, kind: run, title: After, danger: read, argv: [after]}"
SCALE = ("ps:scale", "trial", "web=2")
BACK = ("ps:scale", "trial", "web=1")
STOP = ("ps:stop", "trial")
LOOK = ("ps:report", "trial", "--running")
PROD = "- {name: app, type: app, default: shop}"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    made.dokku.answers[SCALE] = exited("scaled\n")
    made.dokku.answers[BACK] = exited("scaled back\n")
    made.dokku.answers[STOP] = exited("stopped\n")
    made.dokku.answers["ps:scale", "trial"] = exited("web: 2\nworker: 1\n")
    made.dokku.answers["after",] = exited("")
    yield made
    await made.engine.close()


# -- 1. Refusing is not skipping ------------------------------------------------------------------------------------


async def test_law_1_no_is_declined_and_nothing_behind_it_runs(bench: Bench) -> None:
    run = await bench.start(book(CHANGE + AFTER))
    await asked(run)
    await say(run, Move.DECLINE)
    state = await ended(run)
    assert state.status is RunStatus.DECLINED
    assert state.step("scale").status is StepStatus.DECLINED
    assert state.step("after").status is StepStatus.PENDING
    assert bench.dokku.calls == []
    assert exit_status(state.status) == 4


async def test_law_1_a_skip_needs_a_reason(bench: Bench) -> None:
    run = await bench.start(book(CHANGE))
    gate = await asked(run)
    with pytest.raises(UsageProblem, match="needs a reason"):
        await say(run, Move.SKIP)
    assert run.state.gate == gate
    await say(run, Move.SKIP, reason="done by hand")
    assert (await ended(run)).step("scale").reason == "done by hand"


async def test_law_1_a_run_with_a_skipped_change_is_partial(bench: Bench) -> None:
    run = await bench.start(book(CHANGE + AFTER))
    await asked(run)
    await say(run, Move.SKIP, reason="done by hand")
    state = await ended(run)
    assert state.status is RunStatus.PARTIAL
    assert exit_status(state.status) == 1


async def test_law_1_a_run_with_a_failed_change_that_was_gone_past_is_partial(bench: Bench) -> None:
    bench.dokku.answers[SCALE] = exited("no", 1)
    run = await bench.start(book(CHANGE + AFTER))
    await asked(run)
    await say(run)
    await asked(run)
    await say(run, Move.SKIP, reason="never mind")
    assert (await ended(run)).status is RunStatus.PARTIAL


async def test_law_1_a_change_that_a_person_calls_done_leaves_the_run_partial(bench: Bench) -> None:
    bench.dokku.answers[SCALE] = lost()
    run = await bench.start(book(CHANGE))
    await asked(run)
    await say(run)
    gate = await asked(run)
    assert gate.kind is GateKind.UNSURE
    await say(run, Move.MARK_DONE, reason="two processes are up")
    assert (await ended(run)).status is RunStatus.PARTIAL


async def test_law_1_nobody_answering_counts_as_no(bench: Bench) -> None:
    run = await bench.start(book(CHANGE + AFTER))
    await asked(run)
    await advance(bench.clock, 60, until_true=run.done.is_set)
    assert run.state.status is RunStatus.DECLINED
    assert bench.dokku.calls == []


# -- 2. Danger is confirmed by what it will hit -----------------------------------------------------------------------


async def test_law_2_a_read_never_asks(bench: Bench) -> None:
    run = await bench.start(book(AFTER))
    await ended(run)
    assert "gate.asked" not in bench.kinds(run)


async def test_law_2_a_change_asks_for_a_key_and_a_destructive_step_for_the_name(bench: Bench) -> None:
    run = await bench.start(book(CHANGE + DESTROY))
    assert (await asked(run)).kind is GateKind.PRESS
    await say(run)
    gate = await asked(run)
    assert gate.kind is GateKind.TYPE
    assert gate.phrase == "trial"


async def test_law_2_the_question_shows_host_command_blast_radius_and_undo(bench: Bench) -> None:
    run = await bench.start(book(DESTROY))
    gate = await asked(run)
    assert (gate.host, gate.environment) == ("box", Environment.STAGING)
    assert [(one.where, one.argv) for one in gate.commands] == [("dokku@box", STOP)]
    assert "Everything of trial stops." in gate.blast
    assert "worker: 1" in gate.blast
    assert gate.undo == "Start trial again."
    assert gate.danger is Danger.DESTRUCTIVE


async def test_law_2_the_safe_answer_stands_first(bench: Bench) -> None:
    run = await bench.start(book(DESTROY))
    assert (await asked(run)).offers[0].move is Move.DECLINE


@pytest.mark.parametrize("typed", ["", "yes", "TRIAL", "trial ", "shop"])
async def test_law_2_the_wrong_name_is_explained_and_the_question_stays_open(bench: Bench, typed: str) -> None:
    run = await bench.start(book(DESTROY))
    gate = await asked(run)
    with pytest.raises(UsageProblem, match="'trial'"):
        await say(run, phrase=typed)
    assert run.state.gate == gate
    assert STOP not in bench.dokku.calls


async def test_law_2_a_runbook_cannot_lower_the_question(bench: Bench) -> None:
    run = await bench.start(book(DESTROY.replace("style: type", "style: press")))
    assert (await asked(run)).kind is GateKind.TYPE


async def test_law_2_a_verb_is_as_dangerous_as_it_is_whatever_the_step_says(bench: Bench) -> None:
    step = '- {id: x, kind: run, title: X, danger: read, argv: ["@release.rollback", "{{ app }}", abcdef1]}'
    run = await bench.start(book(step))
    gate = await asked(run)
    assert gate.kind is GateKind.TYPE
    assert gate.phrase == "trial"
    assert any("git:sync" in one.argv for one in gate.commands)


async def test_law_2_production_is_read_only_until_armed(bench: Bench) -> None:
    bench.dokku.answers["ps:scale", "shop", "web=2"] = exited("")
    run = await bench.start(book(CHANGE, params=PROD))
    await asked(run)
    with pytest.raises(UsageProblem, match="production is read-only"):
        await say(run)
    bench.arming.arm("mira")
    await say(run)
    assert (await ended(run)).status is RunStatus.OK


async def test_law_2_arming_ends_by_itself_and_stands_in_the_journal(bench: Bench) -> None:
    bench.arming.arm("mira", minutes=5)
    assert bench.arming.allows(Environment.PRODUCTION)
    bench.clock.advance(301)
    assert not bench.arming.allows(Environment.PRODUCTION)
    assert bench.arming.allows(Environment.STAGING)
    assert [entry.kind for entry in bench.journal.entries("")] == ["production.armed"]


# -- 3. Intent before effect ------------------------------------------------------------------------------------------


async def test_law_3_the_command_is_on_disk_before_it_is_sent(bench: Bench) -> None:
    seen: list[list[str]] = []

    def look_into_the_journal(argv: tuple[str, ...]) -> Outcome:
        stored = [entry for entry in bench.journal.entries(run.id) if entry.kind == "step.intent"]
        seen.append(stored[-1].data["argv"] if stored else [])
        return exited("scaled")

    bench.dokku.answers[SCALE] = look_into_the_journal
    run = await bench.start(book(CHANGE))
    await asked(run)
    await say(run)
    await ended(run)
    assert seen == [list(SCALE)]


async def test_law_3_what_was_shown_is_what_is_sent(bench: Bench) -> None:
    steps = """
    - {id: read, kind: run, title: R, danger: read, argv: [count], capture: [{name: n, type: int}]}
    - id: scale
      kind: run
      title: Scale
      danger: change
      timeout: 9s
      argv: ["ps:scale", "{{ app }}", "web={{ n }}"]
      undo: {none_because: a test}
    """
    bench.dokku.answers["count",] = exited("2")
    run = await bench.start(book(steps))
    gate = await asked(run)
    await say(run)
    await ended(run)
    intent = next(one for one in bench.entries(run) if one.kind == "step.intent" and one.step == "scale")
    assert gate.commands[0].argv == tuple(intent.data["argv"]) == bench.dokku.calls[-1] == SCALE


async def test_law_3_the_terminal_is_handed_over_when_that_stands_on_disk(bench: Bench) -> None:
    bench.terminal.lent_by(bench.person)
    seen: list[list[str]] = []

    def look_into_the_journal(argv: tuple[str, ...]) -> None:
        stored = [entry for entry in bench.journal.entries(run.id) if entry.kind == "step.intent"]
        seen.append(stored[-1].data["argv"] if stored else [])

    bench.person.began = look_into_the_journal
    run = await bench.start(book(BY_HAND))
    await asked(run)
    await say(run)
    await asked(run)
    assert seen == [["ssh", "-t", "ops@127.0.0.1"]]


# -- 4. Unknown is a result -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "outcome", [lost(), timed_out(), Outcome(kind=OutcomeKind.EXITED, stdout=b"Application deployed")]
)
async def test_law_4_no_answer_is_never_success(bench: Bench, outcome: Outcome) -> None:
    bench.dokku.answers[SCALE] = outcome
    run = await bench.start(book(CHANGE + AFTER))
    await asked(run)
    await say(run)
    gate = await asked(run)
    assert gate.kind is GateKind.UNSURE
    assert Move.RETRY not in {offer.move for offer in gate.offers}
    await say(run, Move.ABORT)
    state = await ended(run)
    assert state.status is RunStatus.UNKNOWN
    assert exit_status(state.status) == 3
    assert "after" not in [call[0] for call in bench.dokku.calls]


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(kind=OutcomeKind.UNKNOWN, reason="The connection broke off"),
        Outcome(kind=OutcomeKind.UNKNOWN, exit_signal="KILL", reason="It was ended by the signal KILL"),
        timed_out(),
    ],
)
async def test_law_4_work_by_hand_that_ended_nobody_knows_how_is_unknown(bench: Bench, outcome: Outcome) -> None:
    bench.terminal.lent_by(bench.person)
    bench.person.plays = [outcome]
    run = await bench.start(book(BY_HAND + AFTER))
    await asked(run)
    await say(run)
    gate = await asked(run)
    assert gate.kind is GateKind.UNSURE
    assert Move.RETRY not in {offer.move for offer in gate.offers}
    await say(run, Move.ABORT)
    assert (await ended(run)).status is RunStatus.UNKNOWN
    assert "after" not in [call[0] for call in bench.dokku.calls]


async def test_law_4_the_host_is_asked_and_done_means_ok(bench: Bench) -> None:
    bench.dokku.answers[STOP] = lost()
    bench.dokku.answers[LOOK] = exited("false\n")
    run = await bench.start(book(DESTROY + AFTER))
    await asked(run)
    await say(run)
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert "reconciled" in state.step("stop").reason
    assert bench.dokku.times(*STOP) == 1


async def test_law_4_only_what_is_known_not_to_have_happened_is_offered_again(bench: Bench) -> None:
    bench.dokku.answers[STOP] = lost()
    bench.dokku.answers[LOOK] = exited("true\n")
    run = await bench.start(book(DESTROY))
    await asked(run)
    await say(run)
    gate = await asked(run)
    assert gate.kind is GateKind.FAILURE
    assert Move.RETRY in {offer.move for offer in gate.offers}
    assert bench.dokku.times(*STOP) == 1
    bench.dokku.answers[STOP] = exited("stopped")
    await say(run, Move.RETRY)
    assert (await asked(run)).kind is GateKind.TYPE
    await say(run)
    assert (await ended(run)).status is RunStatus.OK


async def test_law_4_an_answer_that_fits_neither_is_for_a_person_to_judge(bench: Bench) -> None:
    bench.dokku.answers[STOP] = lost()
    bench.dokku.answers[LOOK] = exited("mixed\n")
    run = await bench.start(book(DESTROY))
    await asked(run)
    await say(run)
    gate = await asked(run)
    assert gate.kind is GateKind.UNSURE
    assert "mixed" in gate.evidence
    with pytest.raises(UsageProblem, match="needs a reason"):
        await say(run, Move.MARK_NOT_DONE)


async def test_law_4_a_lost_link_is_waited_for_before_the_host_is_asked(bench: Bench) -> None:
    answers = [lost(sent=False), lost(sent=False), exited("false")]
    bench.dokku.answers[STOP] = lost()
    bench.dokku.answers[LOOK] = lambda _: answers.pop(0)
    run = await bench.start(book(DESTROY))
    await asked(run)
    await say(run)
    await advance(bench.clock, 2, until_true=run.done.is_set)
    assert run.state.status is RunStatus.OK
    assert [kind for kind in bench.kinds(run) if kind.startswith("conn.")] == ["conn.lost", "conn.restored"]


async def test_law_4_what_is_seen_running_is_waited_for_and_never_repeated(bench: Bench) -> None:
    answers = iter(["running", "running", "false"])
    bench.dokku.answers[STOP] = lost()
    bench.dokku.answers[LOOK] = lambda _: exited(next(answers))
    run = await bench.start(book(SLOW))
    await asked(run)
    await say(run)
    await advance(bench.clock, 6, until_true=run.done.is_set)
    assert run.state.status is RunStatus.OK, run.state.reason
    found = [one.data["finding"] for one in bench.entries(run) if one.kind == "step.reconciled"]
    assert found == ["running", "done"]
    assert bench.dokku.calls.count(STOP) == 1


async def test_law_4_of_what_is_seen_running_nobody_is_asked_whether_it_happened(bench: Bench) -> None:
    bench.dokku.answers[STOP] = lost()
    bench.dokku.answers[LOOK] = exited("running")
    run = await bench.start(book(SLOW))
    await asked(run)
    await say(run)
    await advance(bench.clock, 600, until_true=lambda: run.state.gate is not None)
    gate = await asked(run)
    assert gate.kind is GateKind.UNSURE
    assert [one.move for one in gate.offers] == [Move.ABORT, Move.WAIT]
    await say(run, Move.ABORT)
    assert (await ended(run)).status is RunStatus.UNKNOWN


async def test_law_4_resuming_asks_the_host_before_it_offers_to_repeat(bench: Bench) -> None:
    going = asyncio.Event()

    async def never(_: tuple[str, ...]) -> Outcome:
        going.set()
        await asyncio.Event().wait()
        raise AssertionError

    bench.dokku.answers[STOP] = never
    run = await bench.start(book(DESTROY + AFTER))
    await asked(run)
    await say(run)
    await going.wait()
    await bench.engine.close()
    second = bench.reborn()
    second.dokku.answers[LOOK] = exited("false")
    again = await second.engine.resume(run.id, by="noor")
    state = await ended(again)
    assert state.status is RunStatus.OK
    assert second.dokku.times(*STOP) == 1
    assert second.folded(again) == state


# -- 5. Argument lists, not shell strings -----------------------------------------------------------------------------


async def test_law_5_a_value_stays_one_argument_whatever_it_holds(bench: Bench) -> None:
    value = "a b; rm -rf / $(id) 'x' {{ app }}"
    params = APP + "\n- {name: word, type: string}"
    bench.dokku.answers["say", value] = exited("")
    run = await bench.start(
        book('- {id: x, kind: run, title: X, danger: read, argv: [say, "{{ word }}"]}', params=params), word=value
    )
    assert (await ended(run)).status is RunStatus.OK
    assert bench.dokku.calls == [("say", value)]


@pytest.mark.parametrize(("argv", "value"), [('[say, "{{ word }}"]', "a\nb"), ('["git:sync", "{{ word }}"]', "a b")])
async def test_law_5_what_the_far_side_would_cut_or_split_is_refused_before_it_is_asked(
    bench: Bench, argv: str, value: str
) -> None:
    params = APP + "\n- {name: word, type: string}"
    step = CHANGE.replace('["ps:scale", "{{ app }}", web=2]', argv)
    run = await bench.start(book(step, params=params), word=value)
    assert (await asked(run)).kind is GateKind.FAILURE
    assert bench.dokku.calls == []
    assert "step.intent" not in bench.kinds(run)


async def test_law_5_an_undefined_name_is_an_error_before_anything_runs(bench: Bench) -> None:
    run = await bench.start(book(CHANGE.replace("web=2", '"web={{ count }}"')))
    gate = await asked(run)
    assert gate.kind is GateKind.FAILURE
    assert "count" in gate.says
    assert bench.dokku.calls == []


# -- 7. Secrets are references ----------------------------------------------------------------------------------------

SECRET = "hunter2-and-more"
SECRET_PARAM = APP + "\n- {name: token, type: secret, secret_name: sentry}"


async def test_law_7_a_secret_is_in_no_entry_no_output_and_no_state(bench: Bench) -> None:
    bench.secrets["sentry"] = SECRET
    bench.dokku.answers["ps:report", "trial"] = exited(f"token is {SECRET}\n")
    steps = """
    - id: look
      kind: run
      title: Look
      danger: read
      argv: ["ps:report", "{{ app }}"]
      capture: [{name: line}]
    """
    run = await bench.start(book(steps, params=SECRET_PARAM))
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert run.output("look").lines() == ["token is •••"]
    assert SECRET not in repr(state)
    for path in bench.folder.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


async def test_law_7_a_secret_never_becomes_part_of_a_command(bench: Bench) -> None:
    bench.secrets["sentry"] = SECRET
    step = '- {id: x, kind: run, title: X, danger: read, argv: [say, "{{ token }}"]}'
    run = await bench.start(book(step, params=SECRET_PARAM))
    gate = await asked(run)
    assert "secret" in gate.says
    assert bench.dokku.calls == []


async def test_law_7_a_secret_is_asked_again_when_a_run_is_resumed(bench: Bench) -> None:
    bench.secrets["sentry"] = SECRET
    run = await bench.start(book(CHANGE, params=SECRET_PARAM))
    await asked(run)
    await bench.engine.close()
    second = bench.reborn()
    second.secrets.clear()
    again = await second.engine.resume(run.id, by="mira")
    gate = await asked(again)
    assert gate.kind is GateKind.FORM
    assert gate.fields[0].secret
    await say(again, values={"token": SECRET})
    await asked(again)
    assert SECRET not in repr(second.entries(again))


# -- 9. Every wait ends -----------------------------------------------------------------------------------------------


async def test_law_9_a_question_has_a_deadline_that_is_shown(bench: Bench) -> None:
    run = await bench.start(book("- {id: ok, kind: confirm, title: Ready?, timeout: 5m}"))
    gate = await asked(run)
    assert gate.deadline is not None and gate.asked_at is not None
    assert (gate.deadline - gate.asked_at).total_seconds() == 300
    await advance(bench.clock, 60, until_true=run.done.is_set)
    assert run.state.status is RunStatus.DECLINED


@pytest.mark.parametrize(
    "steps",
    [
        "- {id: x, kind: wait, title: W, for: 8h}",
        "- {id: x, kind: confirm, title: C, timeout: 8h}",
        "- {id: x, kind: poll, title: P, argv: [p], interval: 5m, timeout: 8h, expect: [{exit: 0}]}",
        '- {id: x, kind: follow, title: F, argv: [logs, "{{ app }}", -t], for: 8h}',
        "- {id: x, kind: loop, title: L, max: 500, until: app == 'x', steps: [{id: w, kind: wait, title: W, for: 5m}]}",
    ],
)
async def test_law_9_the_runs_own_limit_ends_every_kind_of_wait(bench: Bench, steps: str) -> None:
    run = await bench.start(book(steps, limit="1h"))
    await advance(bench.clock, 120, until_true=run.done.is_set)
    assert run.state.status in (RunStatus.FAILED, RunStatus.DECLINED)
    assert "time limit" in run.state.reason.lower()


async def test_law_9_a_terminal_that_nobody_has_is_not_waited_for(bench: Bench) -> None:
    run = await bench.start(book(BY_HAND))
    gate = await asked(run)
    assert (gate.kind, bench.clock.now()) == (GateKind.FAILURE, gate.asked_at)
    assert "needs a person at a terminal" in gate.says
    assert bench.person.handed == []
    await advance(bench.clock, 60, until_true=run.done.is_set)
    assert run.state.status is RunStatus.FAILED


async def test_law_9_the_runs_own_limit_takes_the_terminal_back(bench: Bench) -> None:
    bench.terminal.lent_by(bench.person)
    bench.person.plays = [asyncio.sleep(3600, timed_out())]
    run = await bench.start(book(BY_HAND, limit="1h"))
    await asked(run)
    await say(run)
    await until(lambda: bench.person.handed)
    await advance(bench.clock, 120, until_true=run.done.is_set)
    assert run.state.status is RunStatus.UNKNOWN
    assert bench.terminal.why_not() == ""


async def test_law_9_a_held_lock_is_a_question_with_an_end(bench: Bench) -> None:
    text = book(CHANGE, locks='["app:{{ app }}"]')
    first = await bench.start(text, by="mira")
    await asked(first)
    second = await bench.start(text, by="noor")
    gate = await asked(second)
    assert gate.kind is GateKind.LOCK
    assert "mira" in gate.says and "scale" in gate.says
    assert gate.deadline is not None
    await say(second, Move.WAIT)
    await say(first)
    await ended(first)
    await advance(bench.clock, 2, until_true=lambda: second.state.gate)
    gate_after: Gate | None = second.state.gate
    assert gate_after is not None and gate_after.kind is GateKind.PRESS


async def test_law_9_a_lock_that_was_taken_over_stops_the_one_who_had_it(bench: Bench) -> None:
    text = book(CHANGE, locks='["app:{{ app }}"]')
    first = await bench.start(text, by="mira")
    await asked(first)
    second = await bench.start(text, by="noor")
    await asked(second)
    with pytest.raises(UsageProblem, match="needs a reason"):
        await say(second, Move.TAKE_OVER, by="noor")
    await say(second, Move.TAKE_OVER, by="noor", reason="mira left")
    await say(first)
    gate = await asked(first)
    assert "taken over" in gate.says
    assert bench.dokku.calls == []


# -- 11. Abort is honest ----------------------------------------------------------------------------------------------


async def test_law_11_abort_says_what_runs_where_and_what_is_not_known(bench: Bench) -> None:
    going = asyncio.Event()

    async def never(_: tuple[str, ...]) -> Outcome:
        going.set()
        await asyncio.Event().wait()
        raise AssertionError

    bench.dokku.answers[STOP] = never
    bench.dokku.answers[LOOK] = exited("true")
    run = await bench.start(book(DESTROY))
    await asked(run)
    await say(run)
    await going.wait()
    await run.abort("mira")
    await until(run.done.is_set)
    state = run.state
    assert state.status is RunStatus.UNKNOWN
    for words in ("Aborted by mira", "dokku@box", "nothing was signalled", "not done, but may still be under way"):
        assert words in state.reason
    assert "run.aborting" in bench.kinds(run)


@pytest.mark.parametrize(
    ("parting", "words"),
    [
        ((True, "it was told to end, and the host confirms its end (exit 143)"), "confirms its end (exit 143)"),
        ((False, "it was told to end; whether it has is not known"), "whether it has is not known"),
    ],
)
async def test_law_11_a_read_as_admin_ends_with_us_and_the_words_say_how_far_that_is_known(
    bench: Bench, parting: tuple[bool, str], words: str
) -> None:
    going = asyncio.Event()

    async def never(_: tuple[str, ...]) -> Outcome:
        going.set()
        await asyncio.Event().wait()
        raise AssertionError

    admin = bench.targets.runners[Target.ADMIN]
    admin.answers["du", "-x"] = never
    admin.parting = parting
    read = "- {id: du, kind: run, title: What takes room, danger: read, target: admin, argv: [du, -x]}"
    run = await bench.start(book(read))
    await going.wait()
    await run.abort("mira")
    state = await ended(run)
    assert state.step("du").status is StepStatus.CANCELLED
    assert f"on ops@box {parting[1]}" in state.step("du").reason
    result = next(one for one in bench.entries(run) if one.kind == "step.result")
    assert words in result.data["reason"]
    assert f"What takes room: on ops@box {parting[1]}" in state.reason
    assert "no change was under way" in state.reason


async def test_law_11_what_was_ended_on_this_machine_is_not_said_to_run_on(bench: Bench) -> None:
    going = asyncio.Event()

    async def never(_: tuple[str, ...]) -> Outcome:
        going.set()
        await asyncio.Event().wait()
        raise AssertionError

    bench.targets.runners[Target.LOCAL].answers["pack",] = never
    change = """
    - {id: pack, kind: run, title: Pack, danger: change, target: local, timeout: 1h, argv: [pack],
       undo: {none_because: x}}
    """
    run = await bench.start(book(change))
    await asked(run)
    await say(run)
    await going.wait()
    await run.abort("mira")
    state = await ended(run)
    assert state.status is RunStatus.UNKNOWN
    assert "all it had started on this machine were ended" in state.reason
    assert "may still be running" not in state.step("pack").reason


async def test_law_11_abort_offers_to_take_back_what_was_done_the_last_first(bench: Bench) -> None:
    other = CHANGE.replace("id: scale", "id: more").replace("id: back", "id: less").replace("web=", "worker=")
    other = other.replace("Scale {{ app }}", "More workers")
    bench.dokku.answers["ps:scale", "trial", "worker=2"] = exited("")
    bench.dokku.answers["ps:scale", "trial", "worker=1"] = exited("")
    run = await bench.start(book(CHANGE + other + "\n- {id: w, kind: wait, title: W, for: 1h}"))
    for _ in range(2):
        await asked(run)
        await say(run)
        bench.clock.advance(1)
    await until(lambda: run.state.current == "w" and run.state.step("w").progress)
    await run.abort("mira")
    gate = await asked(run)
    assert gate.offers[0].move is Move.ABORT
    assert gate.evidence.index("More workers") < gate.evidence.index("Scale trial")
    await say(run, Move.UNDO)
    for _ in range(2):
        assert (await asked(run)).kind is GateKind.PRESS
        await say(run)
    state = await ended(run)
    assert state.status is RunStatus.ABORTED
    assert bench.dokku.calls[-2:] == [("ps:scale", "trial", "worker=1"), BACK]
    assert state.step("scale").status is StepStatus.UNDONE
    assert bench.folded(run) == state


async def test_law_11_aborting_while_a_question_is_open_changes_nothing(bench: Bench) -> None:
    run = await bench.start(book(CHANGE))
    await asked(run)
    await run.abort("mira")
    await until(run.done.is_set)
    assert run.state.status is RunStatus.ABORTED
    assert "no change was under way" in run.state.reason
    assert bench.dokku.calls == []
    assert exit_status(run.state.status) == 4
