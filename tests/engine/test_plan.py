from __future__ import annotations

import pytest

from restant_tui.config.model import Danger
from restant_tui.engine.plan import Plan
from restant_tui.engine.state import GateKind, RunStatus
from restant_tui.errors import UsageProblem
from tests.support.bench import APP, Bench, asked, book, ended, say
from tests.support.scripted import exited

STEPS = """
- {id: look, kind: run, title: Look, danger: read, argv: ["apps:report", "{{ app }}"], capture: [{name: sha}]}
- id: stop
  kind: run
  title: Stop {{ app }}
  danger: destructive
  timeout: 9s
  argv: ["ps:stop", "{{ app }}"]
  confirm: {phrase: "{{ app }}"}
  blast: {says: "Stops {{ app }}.", probe: {argv: ["ps:scale", "{{ app }}"]}}
  undo: {says: "Start {{ sha }} again."}
- {id: use, kind: run, title: "Use {{ sha }}", danger: read, argv: [use, "{{ sha }}"]}
"""


@pytest.fixture
def planned(bench: Bench) -> Bench:
    bench.dokku.answers["ps:scale", "trial"] = exited("web: 2\n")
    bench.dokku.answers["apps:report", "trial"] = exited("abc\n")
    bench.dokku.answers["ps:stop", "trial"] = exited("")
    bench.dokku.answers["use", "abc"] = exited("")
    bench.shelf.add(book(STEPS))
    return bench


async def test_a_plan_says_what_would_be_sent_and_asked_and_changes_nothing(planned: Bench) -> None:
    plan = await planned.engine.plan("test", {})
    assert planned.dokku.calls == [("ps:scale", "trial")]
    look, stop, use = plan.steps
    assert look.commands[0].argv == ("apps:report", "trial")
    assert (stop.asks, stop.phrase, stop.blast) == (GateKind.TYPE, "trial", "Stops trial.")
    assert stop.undo == "Start <sha> again."
    assert stop.commands[0].argv == ("ps:stop", "trial")
    assert use.commands[0].argv == ("use", "<sha>")
    assert not use.resolved
    assert (plan.danger, plan.host) == (Danger.DESTRUCTIVE, "box")
    assert [step.path for step in plan.asks] == ["stop"]
    assert plan.probes[0].text == "web: 2"
    assert planned.journal.runs() == []


async def test_a_kept_plan_is_carried_out(planned: Bench) -> None:
    kept = Plan.from_json((await planned.engine.plan("test", {})).to_json())
    run = await planned.engine.start("test", {}, by="mira", plan=kept)
    await asked(run)
    await say(run)
    assert (await ended(run)).status is RunStatus.OK


async def test_a_kept_plan_is_refused_when_what_it_hits_has_changed(planned: Bench) -> None:
    kept = await planned.engine.plan("test", {})
    planned.dokku.answers["ps:scale", "trial"] = exited("web: 9\n")
    with pytest.raises(UsageProblem, match="'web: 2', now it is 'web: 9'"):
        await planned.engine.start("test", {}, by="mira", plan=kept)
    assert planned.journal.runs() == []


async def test_a_kept_plan_is_refused_when_the_runbook_has_changed(planned: Bench) -> None:
    kept = await planned.engine.plan("test", {})
    planned.shelf.add(book(STEPS.replace("Stops", "Halts")))
    with pytest.raises(UsageProblem, match="has changed since the plan"):
        await planned.engine.start("test", {}, by="mira", plan=kept)


async def test_a_kept_plan_is_refused_for_other_parameters(planned: Bench) -> None:
    kept = await planned.engine.plan("test", {})
    planned.dokku.answers["ps:scale", "shop"] = exited("web: 2\n")
    with pytest.raises(UsageProblem, match="other parameters"):
        await planned.engine.start("test", {"app": "shop"}, by="mira", plan=kept)


def test_what_is_not_a_plan_is_told_in_a_sentence() -> None:
    with pytest.raises(UsageProblem, match="not a plan"):
        Plan.from_json("{}")


async def test_a_plan_names_what_could_not_be_run(bench: Bench) -> None:
    bench.shelf.add(book('- {id: x, kind: run, title: X, danger: read, argv: ["@no.such"]}'))
    plan = await bench.engine.plan("test", {})
    assert "There is no verb @no.such" in plan.problems[0]


async def test_a_plan_says_who_holds_a_lock(bench: Bench) -> None:
    text = book("- {id: c, kind: confirm, title: C}", locks='["app:{{ app }}"]')
    run = await bench.start(text)
    await asked(run)
    plan = await bench.engine.plan("test", {})
    assert "app:trial is held by mira" in plan.problems[0]


async def test_a_plan_holds_no_secret(bench: Bench) -> None:
    bench.secrets["k"] = "very-secret-value"
    bench.shelf.add(
        book("- {id: n, kind: note, title: N, text: T}", params=APP + "\n- {name: t, type: secret, secret_name: k}")
    )
    assert "very-secret-value" not in (await bench.engine.plan("test", {})).to_json()
