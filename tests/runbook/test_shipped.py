from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from restant_tui.config.model import Danger
from restant_tui.runbook.catalogue import Catalogue, shipped
from restant_tui.runbook.danger import danger_of, every_step
from restant_tui.runbook.document import markdown
from restant_tui.runbook.lint import lint_file
from restant_tui.runbook.loader import load
from restant_tui.runbook.model import NoteStep, ParallelStep, PollStep, RunStep
from restant_tui.runbook.parts import Reconcile
from restant_tui.runbook.schema import IDENTIFIER, schema, schema_text
from restant_tui.runbook.templates import Templates

FILES = sorted(shipped().rglob("*.yaml"))
CATALOGUE = Catalogue([shipped()])


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_shipped_runbook_has_no_problems_and_stands_where_it_belongs(path: Path) -> None:
    problems = lint_file(path, CATALOGUE.ids())
    runbook = load(path).runbook

    assert [str(problem) for problem in problems] == []
    folder = "pieces" if runbook.piece else runbook.category.value
    assert path.relative_to(shipped()) == Path(folder, f"{runbook.id}.yaml")
    assert date.fromisoformat(runbook.reviewed) >= date(2026, 1, 1)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_any_yaml_reader_sees_what_we_see(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    named = first.removeprefix("# yaml-language-server: $schema=")

    assert yaml.safe_load(text) == yaml.load(text, Loader=yaml.CSafeLoader)
    assert (path.parent / named).resolve() == (shipped() / "schema.json").resolve()


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_shipped_runbook_follows_the_schema_it_names(path: Path) -> None:
    definitions = schema()["$defs"]

    assert list(violations(yaml.safe_load(path.read_text(encoding="utf-8")), schema(), definitions)) == []


def violations(value: Any, rule: dict[str, Any], definitions: dict[str, Any], path: str = "$") -> list[str]:
    """Check a value against the parts of JSON Schema that ours uses."""
    if "$ref" in rule:
        rule = definitions[rule["$ref"].rpartition("/")[2]]
    if "anyOf" in rule:
        tried = [violations(value, other, definitions, path) for other in rule["anyOf"]]
        return [] if [] in tried else min(tried, key=len)
    found = []
    if "enum" in rule and value not in rule["enum"]:
        found.append(f"{path}: not one of {rule['enum']}")
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}
    kind = rule.get("type")
    if kind in kinds and not isinstance(value, kinds[kind]):
        found.append(f"{path}: not {kind}")
    if isinstance(value, dict) and "properties" in rule:
        found += [f"{path}: {key} is missing" for key in rule.get("required", ()) if key not in value]
        for key, inner in value.items():
            if key in rule["properties"]:
                found += violations(inner, rule["properties"][key], definitions, f"{path}.{key}")
            elif rule.get("additionalProperties") is False:
                found.append(f"{path}: unknown {key}")
    if isinstance(value, list) and isinstance(rule.get("items"), dict):
        for index, inner in enumerate(value):
            found += violations(inner, rule["items"], definitions, f"{path}[{index}]")
    return found


def test_the_small_check_of_the_schema_does_refuse() -> None:
    data = yaml.safe_load((shipped() / "rollback" / "rollback-emergency.yaml").read_text(encoding="utf-8"))
    data["steps"][1]["dangr"] = data["steps"][1].pop("danger")

    assert violations(data, schema(), schema()["$defs"])


def test_the_committed_schema_is_the_one_the_model_makes() -> None:
    assert (shipped() / "schema.json").read_text(encoding="utf-8") == schema_text()
    made = json.loads(schema_text())
    assert made["$id"] == IDENTIFIER
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    seed = made["$defs"]["RunStep"]["properties"]["seed"]
    assert "word for word" in seed["description"]


def test_the_emergency_rollback_reads_like_the_procedure_it_is() -> None:
    runbook = CATALOGUE.get("rollback-emergency").runbook
    before, rollback, healthy, live, afterwards = runbook.steps

    assert isinstance(before, ParallelStep)
    assert danger_of(before) is Danger.READ
    assert isinstance(rollback, RunStep)
    assert isinstance(healthy, PollStep)
    assert isinstance(live, RunStep)
    assert isinstance(afterwards, NoteStep)
    assert [step.id for step in every_step(runbook.steps) if danger_of(step) is Danger.DESTRUCTIVE] == ["rollback"]
    assert all(step.why for step in runbook.steps if not isinstance(step, NoteStep))


def test_the_emergency_rollback_asks_for_nothing_but_its_confirmation() -> None:
    runbook = CATALOGUE.get("rollback-emergency").runbook
    kinds = {type(step).__name__ for step in every_step(runbook.steps)}
    release = next(param for param in runbook.params if param.name == "release")

    assert kinds == {"ParallelStep", "RunStep", "PollStep", "NoteStep"}
    assert all(param.default is not None or param.default_choice for param in runbook.params)
    assert release.default_choice == "first"


def test_the_emergency_rollback_knows_what_happened_from_the_hosts_own_record() -> None:
    runbook = CATALOGUE.get("rollback-emergency").runbook
    rollback = next(step for step in runbook.steps if step.id == "rollback")
    assert isinstance(rollback, RunStep)
    assert rollback.reconcile is not None
    assert rollback.reconcile.not_done_if is not None
    templates, old, new = Templates(), "1" * 40, "2" * 40
    names = {"app": "restant-main", "release": {"sha": old}, "live_before": f"/home/dokku/restant-main#{new}"}

    def rules(reconcile: Reconcile, stdout: str, known: Mapping[str, object] = names) -> list[str]:
        named = {"done": reconcile.done_if, "not": reconcile.not_done_if, "running": reconcile.running_if}
        return [name for name, rule in named.items() if rule and templates.holds(rule, {**known, "stdout": stdout})]

    assert rules(rollback.reconcile, f"succeeded: b2 (git:sync), begun …; live: {old}") == ["done"]
    assert rules(rollback.reconcile, f"failed: b2 (git:sync), begun …; live: {new}") == ["not"]
    assert rules(rollback.reconcile, f"none: no build or deploy was begun since; live: {new}") == ["not"]
    assert rules(rollback.reconcile, f"running: b2 (git:sync), begun …; live: {new}") == ["running"]
    assert rules(rollback.reconcile, f"succeeded: b2 (git-hook), begun …; live: {'3' * 40}") == []
    assert rules(rollback.reconcile, f"failed: b2 (git-hook), begun …; live: {'3' * 40}") == []
    assert rollback.undo is not None
    (undo,) = rollback.undo.steps
    assert isinstance(undo, RunStep)
    assert undo.argv is not None
    assert [templates.render(word, names) for word in undo.argv] == ["@release.rollback", "restant-main", new]
    assert undo.reconcile is not None
    # What came by a push is recorded without the path, what came by a rollback with it.
    pushed = {**names, "live_before": new}
    assert [templates.render(word, pushed) for word in undo.argv] == ["@release.rollback", "restant-main", new]
    assert rules(undo.reconcile, f"succeeded: b3 (git:sync), begun …; live: {new}", pushed) == ["done"]
    assert rules(undo.reconcile, f"failed: b3 (git:sync), begun …; live: {old}", pushed) == ["not"]
    assert rules(undo.reconcile, f"succeeded: b3 (git:sync), begun …; live: {old}", pushed) == []


def test_only_good_releases_other_than_the_live_one_are_offered() -> None:
    runbook = CATALOGUE.get("rollback-emergency").runbook
    choices = next(param for param in runbook.params if param.name == "release").choices_from
    assert choices is not None
    assert choices.where is not None
    row = {"sha": "3" * 40, "status": "succeeded", "live_sha": "4" * 40, "subject": "Add receipts", "author": "Asha"}
    templates = Templates()

    assert templates.holds(choices.where, row)
    for other in ({"live_sha": "3" * 40}, {"status": "failed"}, {"sha": None}, {"sha": ""}):
        assert not templates.holds(choices.where, {**row, **other})
    assert templates.render(choices.label or "", row) == "3333333  Add receipts  (Asha)"


@pytest.mark.parametrize(
    ("days", "held"),
    [("53d, 4h, 10m, 2s", True), ("7d, 1h, 0m, 0s", True), ("6d, 23h, 0m, 0s", False), ("4h, 2m, 1s", False)],
)
def test_the_morning_checklist_sees_a_certificate_at_its_end(days: str, held: bool) -> None:
    import re

    runbook = CATALOGUE.get("daily-morning").runbook
    step = next(step for step in runbook.steps if step.id == "certificates")
    assert isinstance(step, RunStep)
    pattern = step.expect[0].stdout_not_matches
    assert pattern is not None
    answer = (
        "-----> App name           Certificate Expiry        Time before expiry        Time before renewal\n"
        f"restant-main              2027-01-15 08:12:44       {days}          23d, 4h, 10m, 2s\n"
    )

    assert (re.search(pattern, answer) is None) is held


def test_a_runbook_becomes_a_document() -> None:
    text = markdown(CATALOGUE.get("rollback-emergency"))

    assert text.startswith("# Emergency rollback\n")
    assert "### 2. Roll back to `{{ release.sha[:7] }}` (destructive)" in text
    assert "**Undo:** Deploys what was live before" in text
    assert "dokku ps:report {{ app }}" in text
    assert "Every 5 s until it is well, 3 times in a row, for at most 3 min." in text
    assert "dokku releases:rollback restant-main 1" in text
    assert CATALOGUE.get("rollback-emergency").sha256 in text
    assert "`restant-tui plan rollback-emergency` shows what they send" in text


def test_every_kind_of_step_becomes_a_part_of_the_document(tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    path.write_text(EVERY_KIND, encoding="utf-8")

    text = markdown(load(path))

    for said in (
        "**(never miss)**", "Wait 30 s.", "Watch for 1 min.", "Walk through `other`.", "Copy `a` to `b`.",
        "Tell \\#incidents (template `bad`).", "- **Yes**: `x == 1`, go on at `talk`", "GET http://127.0.0.1/",
        "Work by hand in a shell as admin, for at most 5 min",
        "## At the end, whatever happened", "A shell line, because it is a pipe", "because \\<b\\>bold\\</b\\>",
    ):  # fmt: skip
        assert said in text


EVERY_KIND = """format: 1
id: all
title: All kinds
category: daily
when_to_use: because <b>bold</b>
owner: devops
reviewed: "2026-11-01"
estimate: {typical: 1m}
params: [{name: x, type: int, default: 1, help: A number.}]
steps:
  - {id: talk, kind: notify, title: Talk, channels: ["#incidents"], template: bad}
  - {id: walk, kind: include, title: Walk, runbook: other}
  - {id: wait, kind: wait, title: Wait, for: 30s}
  - {id: watch, kind: follow, title: Watch, argv: [logs, app, -t], for: 1m}
  - {id: ask, kind: http, title: Ask, http: {url: "http://127.0.0.1/"}, expect: [{json: {path: a, value: b}}]}
  - {id: list, kind: manual, title: List, items: [{id: i, text: "Look &", killer: true}]}
  - {id: sure, kind: confirm, title: Sure?}
  - {id: move, kind: transfer, title: Move, source: a, destination: b, undo: {none_because: it is a copy}}
  - {id: hand, kind: terminal, title: Hand, danger: change, target: admin, timeout: 5m}
  - {id: pipe, kind: run, title: Pipe, danger: read, target: admin, shell: df | head, shell_because: it is a pipe}
  - {id: which, kind: branch, title: Which, cases: [{label: "Yes", when: x == 1, goto: talk}]}
  - {id: again, kind: loop, title: Again, over: "[1]", steps: [{id: inner, kind: note, title: In, text: "{{ item }}"}]}
  - {id: values, kind: input, title: Values, fields: [{name: y}]}
  - {id: two, kind: approve, title: Two}
finally:
  - {id: end, kind: note, title: End, text: The end.}
"""
