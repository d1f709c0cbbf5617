from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from restant_tui.config.model import App, Config, Environment, Host, Login, Target
from restant_tui.engine.state import GateKind, Move, RunStatus, StepStatus
from restant_tui.errors import UsageProblem
from restant_tui.monitors.http import HttpAnswer
from restant_tui.transport.outcome import Outcome, OutcomeKind
from tests.support.bench import APP, CONFIG, Bench, ScriptedNotifier, advance, asked, book, ended, say
from tests.support.scripted import exited

# -- confirm, manual, input, approve ----------------------------------------------------------------------------------


async def test_a_confirm_with_a_phrase_has_to_be_typed(bench: Bench) -> None:
    run = await bench.start(book('- {id: c, kind: confirm, title: Sure?, phrase: "{{ app }}"}'))
    assert (await asked(run)).phrase == "trial"
    with pytest.raises(UsageProblem):
        await say(run, phrase="x")
    await say(run)
    assert (await ended(run)).status is RunStatus.OK


async def test_a_declined_confirm_ends_the_run_but_its_last_steps_still_run(bench: Bench) -> None:
    rest = "finally:\n  - {id: last, kind: note, title: Last, text: T}\n"
    run = await bench.start(book("- {id: c, kind: confirm, title: C}", rest=rest))
    await asked(run)
    await say(run, Move.DECLINE, reason="not now")
    state = await ended(run)
    assert state.status is RunStatus.DECLINED
    assert "not now" in state.reason
    assert state.step("finally/last").status is StepStatus.OK


MANUAL = """
- id: list
  kind: manual
  title: List
  items:
    - {id: rate, text: Error rate, killer: true}
    - {id: tick, text: A tick, evidence: none}
"""


async def test_a_checklist_wants_what_was_seen_not_a_tick(bench: Bench) -> None:
    run = await bench.start(book(MANUAL))
    gate = await asked(run)
    assert gate.kind is GateKind.ITEMS
    with pytest.raises(UsageProblem, match="a tick is not evidence"):
        await say(run, values={"tick": ""})
    await say(run, values={"rate": "0.2 %"})
    assert (await ended(run)).status is RunStatus.OK
    answered = next(one for one in bench.entries(run) if one.kind == "gate.answered")
    assert answered.data["values"] == {"rate": "0.2 %"}


async def test_a_checklist_left_out_makes_the_run_partial(bench: Bench) -> None:
    run = await bench.start(book(MANUAL))
    await asked(run)
    await say(run, Move.SKIP, reason="no access")
    assert (await ended(run)).status is RunStatus.PARTIAL


async def test_a_form_checks_every_value_and_later_steps_see_them(bench: Bench) -> None:
    steps = """
    - id: ask
      kind: input
      title: Ask
      fields:
        - {name: count, type: int, min: 1, max: 9}
        - {name: colour, choices: [red, blue], default: red}
        - {name: note, required: false}
    - {id: n, kind: note, title: "{{ count + 1 }} {{ colour }}", text: T}
    """
    run = await bench.start(book(steps))
    gate = await asked(run)
    assert [one.name for one in gate.fields] == ["count", "colour", "note"]
    assert gate.fields[1].choices == (("red", "red"), ("blue", "blue"))
    with pytest.raises(UsageProblem, match="at most 9"):
        await say(run, values={"count": "10"})
    with pytest.raises(UsageProblem, match="`count` is needed"):
        await say(run, values={})
    with pytest.raises(UsageProblem, match="not one of red, blue"):
        await say(run, values={"count": "1", "colour": "green"})
    await say(run, values={"count": "3"})
    assert (await ended(run)).step("n").title == "4 red"


async def test_an_approval_is_not_for_the_person_who_runs_it(bench: Bench) -> None:
    run = await bench.start(book("- {id: ok, kind: approve, title: OK?, count: 2}"))
    await asked(run)
    with pytest.raises(UsageProblem, match="cannot approve it"):
        await say(run, by="mira")
    await say(run, by="noor")
    await asked(run)
    with pytest.raises(UsageProblem, match="agreed already"):
        await say(run, by="noor")
    await say(run, by="olav")
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert state.step("ok").by == "noor, olav"


async def test_going_on_without_approval_is_possible_loud_and_never_ok(bench: Bench) -> None:
    run = await bench.start(book("- {id: ok, kind: approve, title: OK?, break_glass: true}"))
    await asked(run)
    with pytest.raises(UsageProblem, match="needs a reason"):
        await say(run, Move.CONTINUE)
    await say(run, Move.CONTINUE, reason="nobody answers and users are failing")
    state = await ended(run)
    assert state.status is RunStatus.PARTIAL
    assert "approval.broken-glass" in bench.kinds(run)


# -- branch, loop, include --------------------------------------------------------------------------------------------


async def test_a_branch_takes_the_first_case_that_holds_and_leaves_the_others_out(bench: Bench) -> None:
    steps = """
    - id: way
      kind: branch
      title: Way
      cases:
        - {label: shop, when: app == "shop", steps: [{id: a, kind: note, title: A, text: T}]}
        - {label: trial, when: app == "trial", steps: [{id: b, kind: note, title: B, text: T}]}
        - {label: else, steps: [{id: c, kind: note, title: C, text: T}]}
    """
    state = await ended(await bench.start(book(steps)))
    assert state.status is RunStatus.OK
    statuses = [state.step(f"way/{one}").status for one in "abc"]
    assert statuses == [StepStatus.LEFT_OUT, StepStatus.OK, StepStatus.LEFT_OUT]


async def test_a_branch_without_conditions_asks(bench: Bench) -> None:
    steps = """
    - id: way
      kind: branch
      title: Way
      cases:
        - {label: stop first, steps: [{id: a, kind: note, title: A, text: T}]}
        - {label: in place, steps: [{id: b, kind: note, title: B, text: T}]}
    """
    run = await bench.start(book(steps))
    gate = await asked(run)
    assert gate.kind is GateKind.CHOICE
    assert gate.offers[0].move is Move.DECLINE
    with pytest.raises(UsageProblem):
        await say(run, target="elsewhere")
    await say(run, target="in place")
    assert (await ended(run)).step("way/b").status is StepStatus.OK


async def test_a_branch_can_go_elsewhere_and_what_is_between_is_left_out(bench: Bench) -> None:
    steps = """
    - {id: way, kind: branch, title: Way, cases: [{label: on, when: "true", goto: end}]}
    - {id: between, kind: run, title: B, danger: read, argv: [never]}
    - {id: end, kind: note, title: E, text: T}
    """
    run = await bench.start(book(steps))
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert state.step("between").status is StepStatus.LEFT_OUT
    assert bench.folded(run) == state


async def test_a_failed_step_can_send_the_run_back(bench: Bench) -> None:
    steps = """
    - {id: first, kind: run, title: F, danger: read, argv: [first]}
    - {id: check, kind: run, title: C, danger: read, argv: [check], on_failure: {offer: [goto], goto: first}}
    """
    bench.dokku.answers["first",] = exited("")
    run = await bench.start(book(steps))
    await asked(run)
    bench.dokku.answers["check",] = exited("")
    await say(run, Move.GOTO, target="first")
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert bench.dokku.calls == [("first",), ("check",), ("first",), ("check",)]
    assert bench.folded(run) == state


async def test_a_loop_goes_over_a_list_and_shows_each_turn(bench: Bench) -> None:
    steps = """
    - id: each
      kind: loop
      title: Each
      over: '["a", "b", "c"]'
      steps: [{id: say, kind: run, title: "Say {{ item }}", danger: read, argv: [say, "{{ item }}"]}]
    """
    for word in "abc":
        bench.dokku.answers["say", word] = exited("")
    state = await ended(await bench.start(book(steps)))
    assert [one.path for one in state.steps] == ["each", "each[0]/say", "each[1]/say", "each[2]/say"]
    assert state.step("each[2]/say").title == "Say c"
    assert state.step("each[2]/say").depth == 1


async def test_a_loop_ends_when_its_expression_holds(bench: Bench) -> None:
    counts = iter(range(9))
    bench.dokku.answers["count",] = lambda _: exited(str(next(counts)))
    steps = """
    - id: until
      kind: loop
      title: Until
      until: n >= 2
      max: 5
      steps: [{id: c, kind: run, title: C, danger: read, argv: [count], capture: [{name: n, type: int}]}]
    """
    state = await ended(await bench.start(book(steps)))
    assert state.status is RunStatus.OK
    assert bench.dokku.times("count") == 3


async def test_a_loop_that_never_gets_there_fails_after_its_most_turns(bench: Bench) -> None:
    steps = """
    - {id: l, kind: loop, title: L, until: app == "x", max: 3, steps: [{id: n, kind: note, title: N, text: T}]}
    """
    run = await bench.start(book(steps))
    gate = await asked(run)
    assert "after 3 turns" in gate.says


async def test_a_loop_without_an_end_asks_after_each_turn(bench: Bench) -> None:
    run = await bench.start(book("- {id: l, kind: loop, title: L, steps: [{id: n, kind: note, title: N, text: T}]}"))
    await asked(run)
    await say(run, target="again")
    await asked(run)
    await say(run, target="enough")
    state = await ended(run)
    assert len(state.steps) == 3


INNER = book(
    '- {id: look, kind: run, title: "Look at {{ thing }}", danger: read, argv: [look, "{{ thing }}"]}',
    name="inner",
    params="- {name: thing}",
    locks='["thing:{{ thing }}"]',
)


async def test_an_included_runbook_sees_only_what_it_is_given_and_takes_its_own_locks(bench: Bench) -> None:
    bench.shelf.add(INNER)
    held: list[str] = []

    def look(_: tuple[str, ...]) -> Outcome:
        held.extend(lock.name for lock in bench.journal.locks())
        return exited("")

    bench.dokku.answers["look", "trial-x"] = look
    run = await bench.start(
        book(
            '- {id: in, kind: include, title: In, runbook: inner, with: {thing: "{{ app }}-x"}}',
            locks='["app:{{ app }}"]',
        )
    )
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert state.step("in/look").title == "Look at trial-x"
    assert sorted(held) == ["app:trial", "thing:trial-x"]
    assert bench.journal.locks() == []


async def test_an_included_runbook_that_names_no_host_runs_where_the_one_around_it_does(bench: Bench) -> None:
    far = Host(address="127.0.0.2", dokku=Login(user="dokku"))
    trial = App(host="far", environment=Environment.STAGING, url="http://127.0.0.1:9/trial")
    bench.config = Config(hosts={**CONFIG.hosts, "far": far}, apps={**CONFIG.apps, "trial": trial})
    bench.shelf.add(INNER)
    bench.dokku.answers["look", "it"] = Outcome(kind=OutcomeKind.UNKNOWN, reason="the link was lost")
    run = await bench.start(book("- {id: in, kind: include, title: In, runbook: inner, with: {thing: it}}"))
    await asked(run)
    assert [line.where for line in run.state.step("in/look").commands] == ["dokku@far"]
    # Another console takes the run up: it must find the same host again.
    await run.leave()
    again = bench.reborn()
    resumed = await again.engine.resume(run.id, by="noor")
    await asked(resumed)
    await say(resumed, Move.RETRY)
    await asked(resumed)
    assert [line.where for line in resumed.state.step("in/look").commands] == ["dokku@far"]
    await again.engine.close()


async def test_an_included_runbook_that_misses_a_value_fails_and_says_which(bench: Bench) -> None:
    bench.shelf.add(INNER)
    run = await bench.start(book("- {id: in, kind: include, title: In, runbook: inner}"))
    assert "thing" in (await asked(run)).says


async def test_another_runbook_can_be_run_when_a_step_fails(bench: Bench) -> None:
    bench.shelf.add(book('- {id: mend, kind: note, title: "Mend {{ app }}", text: T}', name="other"))
    step = "- {id: x, kind: run, title: X, danger: read, argv: [x], on_failure: {offer: [run], run: other}}"
    run = await bench.start(book(step))
    await asked(run)
    await say(run, Move.RUN, target="other")
    state = await ended(run)
    assert state.step("x/run-other/mend").title == "Mend trial"
    assert state.status is not RunStatus.OK


# -- follow, http, notify, transfer, retry ----------------------------------------------------------------------------

FOLLOW = '- {id: f, kind: follow, title: F, argv: [logs, "{{ app }}", -t], for: 1m, until: ready, fail_on: ERROR}'


def stream(text: bytes) -> Callable[[Callable[[bytes], None]], object]:
    async def follow(on_data: Callable[[bytes], None]) -> Outcome:
        on_data(text)
        await asyncio.Event().wait()
        raise AssertionError

    return follow


async def test_a_stream_ends_well_at_its_line_and_badly_at_the_other(bench: Bench) -> None:
    bench.dokku.follows.append(stream(b"starting\nready now\n"))  # type: ignore[arg-type]
    assert (await ended(await bench.start(book(FOLLOW)))).status is RunStatus.OK
    bench.dokku.follows.append(stream(b"starting\nERROR boom\nready\n"))  # type: ignore[arg-type]
    gate = await asked(await bench.start(book(FOLLOW)))
    assert "ERROR boom" in gate.says


async def test_a_stream_is_let_go_of_when_its_time_is_up(bench: Bench) -> None:
    run = await bench.start(book(FOLLOW.replace(", until: ready", "")))
    await advance(bench.clock, 10, until_true=run.done.is_set)
    assert run.state.status is RunStatus.OK


async def test_a_request_that_changes_something_and_gets_no_answer_is_unknown(bench: Bench) -> None:
    bench.http.answers = [HttpAnswer(status=None, error="the connection was lost")]
    step = """
    - id: post
      kind: http
      title: Post
      danger: change
      http: {method: POST, url: "http://127.0.0.1:9/x", body: {a: 1}}
      undo: {none_because: a test}
    """
    run = await bench.start(book(step))
    assert (await asked(run)).commands[0].argv == ("POST", "http://127.0.0.1:9/x")
    await say(run)
    assert (await asked(run)).kind is GateKind.UNSURE


NOTIFY = '- {id: tell, kind: notify, title: Tell, channels: ["#ops"], template: news, with: {app: "{{ app }}"}}'


async def test_a_message_without_channels_configured_is_a_warning(bench: Bench) -> None:
    state = await ended(await bench.start(book(NOTIFY)))
    assert state.status is RunStatus.OK_WITH_WARNINGS
    assert "not configured, not sent" in state.step("tell").reason


async def test_a_message_is_shown_before_it_is_sent_and_a_failed_one_does_not_fail_the_run(bench: Bench) -> None:
    notifier = ScriptedNotifier()
    notifier.broken = {"#ops"}
    bench.notifier = notifier
    run = await bench.start(book(NOTIFY + "\n- {id: n, kind: note, title: N, text: T}"))
    gate = await asked(run)
    assert gate.kind is GateKind.MESSAGE
    assert "trial" in gate.says
    assert notifier.sent == []
    await say(run)
    state = await ended(run)
    assert notifier.sent == [(("#ops",), "news")]
    assert state.status is RunStatus.OK_WITH_WARNINGS
    assert state.step("n").status is StepStatus.OK


async def test_a_declined_message_is_not_sent_and_the_run_goes_on(bench: Bench) -> None:
    bench.notifier = notifier = ScriptedNotifier()
    run = await bench.start(book(NOTIFY + "\n- {id: n, kind: note, title: N, text: T}"))
    await asked(run)
    await say(run, Move.DECLINE)
    state = await ended(run)
    assert notifier.sent == []
    assert state.step("n").status is StepStatus.OK
    assert state.status is not RunStatus.OK


TRANSFER = """
- id: copy
  kind: transfer
  title: Copy
  source: host:/var/backups/db.sql
  destination: ./db.sql
  danger: read
"""


async def test_a_copy_is_one_argument_list_with_checked_host_keys(bench: Bench) -> None:
    run = await bench.start(book(TRANSFER))
    await asked(run)
    (argv,) = bench.targets.runners[Target.LOCAL].calls
    assert argv[0] == "rsync"
    assert argv[-2:] == ("ops@127.0.0.1:/var/backups/db.sql", "./db.sql")
    assert argv[argv.index("--rsh") + 1] == "ssh -p 22"


async def test_a_copying_program_that_is_not_here_is_a_clear_failure(bench: Bench) -> None:
    local = bench.targets.runners[Target.LOCAL]
    missing = Outcome(
        kind=OutcomeKind.UNKNOWN, sent=False, reason="Not run: the program `rsync` is not installed here."
    )
    run = await bench.start(book(TRANSFER.replace("read", "change") + "  undo: {none_because: a copy}"))
    gate = await asked(run)
    local.answers[gate.commands[0].argv] = missing
    await say(run)
    assert "`rsync` is not installed" in (await asked(run)).says


async def test_a_target_that_is_not_configured_fails_before_anything_is_sent(bench: Bench) -> None:
    bench.targets.switched_off.add(Target.ADMIN)
    run = await bench.start(book("- {id: x, kind: run, title: X, danger: read, target: admin, argv: [uptime]}"))
    assert "no `admin` login" in (await asked(run)).says


async def test_a_read_is_tried_again_by_itself_with_growing_pauses(bench: Bench) -> None:
    bench.dokku.answers["flaky",] = lambda _: exited("", 0 if bench.dokku.times("flaky") == 3 else 1)
    step = "- {id: x, kind: run, title: X, danger: read, argv: [flaky], retry: {max: 3, delay: 2s, backoff: 2}}"
    run = await bench.start(book(step))
    await advance(bench.clock, 1, until_true=run.done.is_set)
    assert run.state.status is RunStatus.OK
    assert run.state.step("x").attempts == 3
    assert bench.clock.monotonic() >= 6


async def test_a_change_that_may_not_be_repeated_is_not_tried_again_by_itself(bench: Bench) -> None:
    step = """
    - id: x
      kind: run
      title: X
      danger: change
      timeout: 9s
      argv: [once]
      retry: {max: 3}
      idempotent: false
      undo: {none_because: a test}
    """
    run = await bench.start(book(step))
    await asked(run)
    await say(run)
    assert (await asked(run)).kind is GateKind.FAILURE
    assert bench.dokku.times("once") == 1


async def test_an_idempotent_change_is_repeated_without_asking_for_the_very_same_again(bench: Bench) -> None:
    bench.dokku.answers["twice",] = lambda _: exited("", 0 if bench.dokku.times("twice") == 2 else 1)
    step = """
    - id: x
      kind: run
      title: X
      danger: change
      timeout: 9s
      argv: [twice]
      retry: {max: 2}
      idempotent: true
      undo: {none_because: a test}
    """
    run = await bench.start(book(step))
    await asked(run)
    await say(run)
    await advance(bench.clock, 1, until_true=run.done.is_set)
    assert run.state.status is RunStatus.OK
    assert bench.kinds(run).count("gate.asked") == 1


async def test_values_can_be_changed_and_the_step_tried_again(bench: Bench) -> None:
    params = APP + "\n- {name: count, type: int, default: 1}"
    step = '- {id: x, kind: run, title: X, danger: read, argv: [x, "{{ count }}"], on_failure: {offer: [edit]}}'
    bench.dokku.answers["x", "2"] = exited("")
    run = await bench.start(book(step, params=params))
    await asked(run)
    with pytest.raises(UsageProblem, match="whole number"):
        await say(run, Move.EDIT, values={"count": "two"})
    await say(run, Move.EDIT, values={"count": "2"})
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert state.params["count"] == "2"


# -- files and trouble of our own -------------------------------------------------------------------------------------


async def test_output_kept_in_a_file_is_whole_and_private(bench: Bench) -> None:
    path = bench.folder / "config.env"
    bench.dokku.answers["config:export", "trial"] = exited("A=1\nB=2\n")
    step = (
        f'- {{id: x, kind: run, title: X, danger: read, argv: ["config:export", "{{{{ app }}}}"], stdout_to: {path}}}'
    )
    run = await bench.start(book(step))
    assert (await ended(run)).status is RunStatus.OK
    assert path.read_text() == "A=1\nB=2\n"
    assert path.stat().st_mode & 0o777 == 0o600


async def test_output_of_a_step_that_failed_does_not_take_the_files_name(bench: Bench) -> None:
    path = bench.folder / "config.env"
    path.write_text("old")
    run = await bench.start(book(f"- {{id: x, kind: run, title: X, danger: read, argv: [x], stdout_to: {path}}}"))
    await asked(run)
    assert path.read_text() == "old"


async def test_a_file_that_cannot_be_written_stops_the_step_before_anything_is_sent(bench: Bench) -> None:
    step = f"- {{id: x, kind: run, title: X, danger: read, argv: [x], stdout_to: {bench.folder}/no/such/file}}"
    run = await bench.start(book(step))
    assert "cannot be written" in (await asked(run)).says
    assert bench.dokku.calls == []


async def test_an_answer_that_was_cut_is_not_judged_as_if_it_were_whole(bench: Bench) -> None:
    bench.dokku.answers["x",] = Outcome(kind=OutcomeKind.EXITED, exit_status=0, stdout=b"fine", truncated=True)
    step = "- {id: x, kind: run, title: X, danger: read, argv: [x], expect: [{stdout_not_matches: ERROR}]}"
    state = await ended(await bench.start(book(step)))
    assert state.status is RunStatus.OK_WITH_WARNINGS
    assert "only its beginning" in state.step("x").reason


async def test_a_problem_of_the_program_itself_fails_the_step_and_not_the_run(bench: Bench) -> None:
    def broken(_: tuple[str, ...]) -> Outcome:
        raise RuntimeError("boom")

    bench.dokku.answers["x",] = broken
    change = """
    - {id: x, kind: run, title: X, danger: change, timeout: 9s, argv: [x], undo: {none_because: a test}}
    """
    run = await bench.start(book(change))
    await asked(run)
    await say(run)
    gate = await asked(run)
    assert gate.kind is GateKind.UNSURE
    assert "boom" in gate.says
