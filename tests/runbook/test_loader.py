from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from restant_tui.config.model import App, Config, Environment, Host, Service, ServiceKind
from restant_tui.errors import RunbookProblem
from restant_tui.runbook.catalogue import shipped
from restant_tui.runbook.loader import load, load_text
from restant_tui.runbook.model import RunStep
from restant_tui.runbook.names import ANSWER, BUILT_IN, KEYED, answer, facts
from restant_tui.runbook.templates import Templates

ROLLBACK = shipped() / "rollback" / "rollback-emergency.yaml"


def test_a_loaded_runbook_knows_its_file_and_the_place_of_everything() -> None:
    loaded = load(ROLLBACK)
    lines = loaded.source.splitlines()

    assert loaded.path == ROLLBACK
    assert loaded.sha256 == hashlib.sha256(ROLLBACK.read_bytes()).hexdigest()
    step = loaded.runbook.steps[1]
    assert isinstance(step, RunStep)
    line, column = loaded.position("$.steps[1].argv[2]")
    assert lines[line - 1][column - 1 :].startswith('"{{ release.sha }}"')
    line, column = loaded.position("$.steps[1].title")
    assert lines[line - 1][column - 1 :] == step.title
    assert loaded.position("$.steps[1].argv[2].nothing.here") == loaded.position("$.steps[1].argv[2]")


def test_a_file_that_cannot_be_opened_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunbookProblem, match=r"missing\.yaml:1:1: RB000 the file cannot be read: No such file"):
        load(tmp_path / "missing.yaml")


def test_dates_and_yes_are_text_as_they_are_written() -> None:
    text = (
        ROLLBACK.read_text(encoding="utf-8").replace('"2026-11-20"', "2026-11-20").replace("owner: devops", "owner: no")
    )

    runbook = load_text(text, "x").runbook

    assert runbook.reviewed == "2026-11-20"
    assert runbook.owner == "no"


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    text = "\ufeff" + ROLLBACK.read_text(encoding="utf-8").replace("\n", "\r\n")
    path_like = text.encode()

    from restant_tui.runbook.loader import understand
    from restant_tui.runbook.source import read_bytes

    reading = understand(read_bytes(path_like, "x"), path_like)

    assert reading.problems == ()
    assert reading.loaded is not None


def test_the_built_in_names_are_what_lint_says_they_are() -> None:
    config = Config(
        hosts={"box": Host(address="192.0.2.1")},
        apps={"restant-main": App(host="box", environment=Environment.PRODUCTION, url="https://app.example/health")},
        services={"restant-db": Service(host="box", kind=ServiceKind.MYSQL)},
    )

    made = facts(config, run_id="r1", started_at=datetime(2026, 11, 23, 3, 0, tzinfo=UTC), actor="asha")

    assert set(made) == set(BUILT_IN)
    for name, fields in BUILT_IN.items():
        record = made[name]
        assert isinstance(record, dict)
        if name in KEYED:
            (record,) = record.values()
        assert set(record) == set(fields)
    text = "{{ apps['restant-main'].environment }} {{ hosts.box.address }} {{ run.started_at }} {{ run.actor }}"
    assert Templates().render(text, made) == "production 192.0.2.1 2026-11-23T03:00:00+00:00 asha"


def test_an_answer_is_cleaned_before_an_expression_sees_it() -> None:
    names = answer(stdout="\x1b[31mtrue\x1b[0m\r\n", exit_status=0)

    assert set(names) == set(ANSWER)
    assert Templates().holds("stdout == 'true' and exit == 0 and http_status is none", names)
