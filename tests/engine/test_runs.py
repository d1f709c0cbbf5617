from __future__ import annotations

import pytest

from restant_tui.engine.state import GateKind, Move, RunStatus, StepStatus
from restant_tui.errors import Unreachable, UsageProblem
from restant_tui.monitors.http import HttpAnswer
from tests.support.bench import Bench, advance, asked, book, ended, say
from tests.support.scripted import exited, lost, timed_out

READ = '- {id: look, kind: run, title: Look, danger: read, argv: ["ps:report", "{{ app }}"]}'
CHANGE = """
- id: scale
  kind: run
  title: Scale {{ app }}
  danger: change
  timeout: 30s
  argv: ["ps:scale", "{{ app }}", web=2]
  undo: {says: Scale back., steps: []}
"""
SCALE = ("ps:scale", "trial", "web=2")


async def test_a_read_runs_without_a_question_and_its_output_can_be_read(bench: Bench) -> None:
    bench.dokku.answers["ps:report", "trial"] = exited("running: true\n")
    run = await bench.start(book(READ))
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert state.step("look").exit_status == 0
    assert run.output("look").lines() == ["running: true"]
    assert bench.folded(run) == state


async def test_a_change_waits_for_one_yes_and_then_runs_exactly_what_was_shown(bench: Bench) -> None:
    bench.dokku.answers[SCALE] = exited("scaled\n")
    run = await bench.start(book(CHANGE))
    gate = await asked(run)
    assert gate.kind is GateKind.PRESS
    assert [command.argv for command in gate.commands] == [SCALE]
    assert gate.commands[0].where == "dokku@box"
    assert gate.undo == "Scale back."
    assert bench.dokku.calls == []
    await say(run)
    assert (await ended(run)).status is RunStatus.OK
    assert bench.dokku.calls == [SCALE]
    assert run.state.step("scale").by == "mira"


async def test_a_failed_expectation_opens_a_question_that_offers_stopping_first(bench: Bench) -> None:
    bench.dokku.answers["ps:report", "trial"] = exited("running: false\n")
    step = READ.replace("argv", 'expect: [{stdout_matches: "running: true", says: It is down.}], argv')
    run = await bench.start(book(step))
    gate = await asked(run)
    assert gate.kind is GateKind.FAILURE
    assert [offer.move for offer in gate.offers] == [Move.ABORT, Move.RETRY, Move.SKIP]
    assert "running: false" in gate.evidence
    bench.dokku.answers["ps:report", "trial"] = exited("running: true\n")
    await say(run, Move.RETRY)
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert state.step("look").attempts == 2
    assert bench.folded(run) == state


async def test_stopping_at_a_failed_step_ends_the_run_failed(bench: Bench) -> None:
    run = await bench.start(book(READ + "\n- {id: after, kind: note, title: After, text: Never.}"))
    await asked(run)
    await say(run, Move.ABORT)
    state = await ended(run)
    assert state.status is RunStatus.FAILED
    assert state.step("after").status is StepStatus.PENDING


async def test_a_read_that_times_out_can_be_tried_again(bench: Bench) -> None:
    bench.dokku.answers["ps:report", "trial"] = timed_out()
    run = await bench.start(book(READ))
    gate = await asked(run)
    assert run.state.step("look").status is StepStatus.TIMED_OUT
    assert Move.RETRY in {offer.move for offer in gate.offers}


async def test_an_undefined_name_fails_before_anything_is_sent(bench: Bench) -> None:
    run = await bench.start(book(READ.replace("{{ app }}", "{{ nope }}")))
    gate = await asked(run)
    assert "nope" in gate.says
    assert bench.dokku.calls == []


async def test_what_was_not_sent_is_a_failure_that_says_so(bench: Bench) -> None:
    bench.dokku.answers[SCALE] = lost(sent=False)
    run = await bench.start(book(CHANGE))
    await asked(run)
    await say(run)
    assert (await asked(run)).kind is GateKind.FAILURE
    assert "not sent" in run.state.step("scale").reason


async def test_captures_are_seen_by_later_steps(bench: Bench) -> None:
    steps = """
    - {id: read, kind: run, title: Read, danger: read, argv: [apps:report], capture: [{name: sha}]}
    - {id: use, kind: run, title: Use, danger: read, argv: [echo, "{{ sha }}"]}
    """
    bench.dokku.answers["apps:report",] = exited("abc\n")
    bench.dokku.answers["echo", "abc"] = exited("")
    run = await bench.start(book(steps))
    assert (await ended(run)).status is RunStatus.OK


async def test_a_step_whose_condition_is_false_is_left_out_and_the_run_is_ok(bench: Bench) -> None:
    run = await bench.start(book('- {id: n, kind: note, title: N, text: T, when: app == "shop"}'))
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert state.step("n").status is StepStatus.LEFT_OUT


async def test_a_poll_goes_on_until_it_holds_several_times_in_a_row(bench: Bench) -> None:
    step = """
    - id: healthy
      kind: poll
      title: Healthy
      http: {url: "{{ apps[app].url }}"}
      interval: 5s
      timeout: 3m
      times: 2
      expect: [{http_status: 200}]
    """
    bad, good = HttpAnswer(status=500), HttpAnswer(status=200, seconds=0.02)
    bench.http.answers = [bad, good, bad, good, good]
    run = await bench.start(book(step))
    await advance(bench.clock, 5, until_true=run.done.is_set)
    assert run.state.status is RunStatus.OK
    assert len(bench.http.requests) == 5
    assert len(run.output("healthy").lines()) == 5


async def test_a_poll_whose_time_runs_out_says_what_was_missing(bench: Bench) -> None:
    step = """
    - id: healthy
      kind: poll
      title: Healthy
      http: {url: "{{ apps[app].url }}"}
      interval: 5s
      timeout: 20s
      expect: [{http_status: 200}]
    """
    bench.http.answers = [HttpAnswer(status=503)]
    run = await bench.start(book(step))
    await advance(bench.clock, 5, until_true=lambda: run.state.gate)
    assert "503" in run.state.step("healthy").reason
    assert run.state.step("healthy").status is StepStatus.TIMED_OUT


async def test_reads_in_parallel_all_run_and_one_failure_asks_once(bench: Bench) -> None:
    steps = """
    - id: both
      kind: parallel
      title: Both
      steps:
        - {id: a, kind: run, title: A, danger: read, argv: [a]}
        - {id: b, kind: run, title: B, danger: read, argv: [b]}
    """
    bench.dokku.answers["a",] = exited("a")
    run = await bench.start(book(steps))
    gate = await asked(run)
    assert gate.step == "both"
    bench.dokku.answers["b",] = exited("b")
    await say(run, Move.RETRY)
    state = await ended(run)
    assert state.status is RunStatus.OK
    assert bench.dokku.times("a") == 1
    assert bench.dokku.times("b") == 2


async def test_warnings_end_the_run_ok_with_warnings(bench: Bench) -> None:
    bench.http.answers = [HttpAnswer(status=200, seconds=3.0)]
    step = """
    - id: fast
      kind: http
      title: Fast
      http: {url: "{{ apps[app].url }}"}
      expect: [{latency_ms: {lt: 2000}, level: warn, says: Too slow.}]
    """
    state = await ended(await bench.start(book(step)))
    assert state.status is RunStatus.OK_WITH_WARNINGS
    assert "Too slow." in state.reason


async def test_parameters_are_checked_and_named(bench: Bench) -> None:
    with pytest.raises(UsageProblem, match="no parameter `ap`"):
        await bench.start(book(READ), ap="trial")
    with pytest.raises(UsageProblem, match="there are: shop, trial"):
        await bench.start(book(READ), app="nope")
    with pytest.raises(UsageProblem, match="needs `count`"):
        await bench.start(book(READ, params=f"{APP_AND}- {{name: count, type: int}}"))
    with pytest.raises(UsageProblem, match="whole number"):
        await bench.start(book(READ, params=f"{APP_AND}- {{name: count, type: int}}"), count="many")


APP_AND = "- {name: app, type: app, default: trial}\n"
RELEASE = (
    APP_AND
    + """
- name: release
  type: release
  choices_from:
    probe: {argv: [list, "{{ app }}"]}
    where: status == "ok"
    key: sha
    label: "{{ sha }} {{ who }}"
"""
)
ROWS = '[{"sha": "aa", "who": "ann", "status": "ok"}, {"sha": "bb", "who": "bob", "status": "bad"}]'


async def test_choices_come_from_the_host_and_the_whole_row_is_seen(bench: Bench) -> None:
    bench.dokku.answers["list", "trial"] = exited(ROWS)
    text = book('- {id: n, kind: note, title: "To {{ release.who }}", text: T}', params=RELEASE)
    loaded = bench.shelf.add(text)
    assert await bench.engine.choices(loaded.runbook.id, "release", {}) == (("aa", "aa ann"),)
    run = await bench.start(text, release="aa")
    state = await ended(run)
    assert state.params["release"] == "aa"
    assert state.step("n").title == "To ann"
    with pytest.raises(UsageProblem, match=r"not one of the choices; there are: aa"):
        await bench.start(text, release="bb")


async def test_choices_of_a_host_that_does_not_answer_are_unreachable(bench: Bench) -> None:
    bench.dokku.answers["list", "trial"] = lost()
    with pytest.raises(Unreachable, match="link was lost"):
        await bench.start(book("- {id: n, kind: note, title: N, text: T}", params=RELEASE), release="aa")


async def test_a_runs_record_says_how_it_ended(bench: Bench) -> None:
    bench.dokku.answers["ps:report", "trial"] = exited("x")
    run = await bench.start(book(READ))
    await ended(run)
    assert bench.journal.find_run(run.id).status == "ok"
    assert bench.journal.verify() == []


async def test_pausing_stops_before_the_next_step_and_resuming_goes_on(bench: Bench) -> None:
    steps = """
    - {id: first, kind: wait, title: Wait, for: 1m}
    - {id: second, kind: note, title: N, text: T}
    """
    run = await bench.start(book(steps))
    await advance(bench.clock, 0.1, until_true=lambda: run.state.step("first").status is StepStatus.RUNNING)
    run.pause("mira")
    await advance(bench.clock, 10, until_true=lambda: run.state.status is RunStatus.PAUSED)
    assert run.state.step("second").status is StepStatus.PENDING
    run.resume("mira")
    assert (await ended(run)).status is RunStatus.OK


async def test_a_wait_can_be_cut_short(bench: Bench) -> None:
    run = await bench.start(book("- {id: w, kind: wait, title: W, for: 1h}"))
    await advance(bench.clock, 1, until_true=lambda: run.state.step("w").progress)
    run.hurry()
    assert (await ended(run)).status is RunStatus.OK
