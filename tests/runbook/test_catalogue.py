from __future__ import annotations

from pathlib import Path

import pytest

from restant_tui.config.model import Danger
from restant_tui.errors import RunbookProblem, UsageProblem
from restant_tui.runbook.catalogue import Catalogue, shipped

TEXT = """format: 1
id: {id}
title: {title}
category: daily
when_to_use: Always.
owner: devops
reviewed: "2026-11-01"
estimate: {{typical: 1m}}
steps: [{{id: read, kind: note, title: Read, text: {text}}}]
"""


def write(folder: Path, name: str, *, named: str = "look", title: str = "Look", text: str = "Nothing.") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(TEXT.format(id=named, title=title, text=text), encoding="utf-8")
    return path


def test_the_users_own_runbook_wins_by_id(tmp_path: Path) -> None:
    write(tmp_path / "shipped" / "daily", "look", title="Shipped")
    own = write(tmp_path / "own", "mine", title="My own")
    catalogue = Catalogue([tmp_path / "shipped", tmp_path / "own", tmp_path / "does-not-exist"])

    assert catalogue.ids() == ("look",)
    assert catalogue.get("look").runbook.title == "My own"
    assert catalogue.get("look").path == own


def test_an_unknown_id_is_answered_with_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, "look", named="look-around")
    catalogue = Catalogue([tmp_path])

    with pytest.raises(UsageProblem, match="there is no runbook `look-arond`; did you mean `look-around`"):
        catalogue.get("look-arond")
    with pytest.raises(UsageProblem, match="`restant-tui runbooks` lists those there are"):
        catalogue.get("zzz")


def test_a_broken_file_is_listed_with_its_first_problem_and_cannot_be_run(tmp_path: Path) -> None:
    write(tmp_path, "good")
    (tmp_path / "bad.yaml").write_text("format: [", encoding="utf-8")
    catalogue = Catalogue([tmp_path])

    bad = next(entry for entry in catalogue.entries() if entry.id == "bad")
    assert bad.broken
    assert bad.danger is None
    assert "bad.yaml:" in bad.when_to_use
    assert "RB003" in bad.when_to_use
    with pytest.raises(RunbookProblem, match=r"bad\.yaml:\d+:\d+: RB003"):
        catalogue.get("bad")


def test_a_file_that_breaks_a_rule_of_safety_cannot_be_run(tmp_path: Path) -> None:
    path = write(tmp_path, "look")
    step = "steps: [{id: stop, kind: run, title: Stop, danger: destructive, argv: ['ps:stop', x]}]\n"
    path.write_text(path.read_text(encoding="utf-8").partition("steps:")[0] + step, encoding="utf-8")
    catalogue = Catalogue([tmp_path])

    (quick,) = catalogue.entries()
    (thorough,) = catalogue.entries(thorough=True)
    assert not quick.broken
    assert thorough.broken
    with pytest.raises(RunbookProblem, match="RB30"):
        catalogue.get("look")


def test_an_undefined_name_keeps_a_runbook_from_being_run(tmp_path: Path) -> None:
    write(tmp_path, "look", text="'{{ nobody }}'")

    with pytest.raises(RunbookProblem, match="`nobody` is not defined here"):
        Catalogue([tmp_path]).get("look")


def test_the_shipped_catalogue_shows_the_danger_of_each() -> None:
    entries = {entry.id: entry for entry in Catalogue([shipped()]).entries(thorough=True)}

    assert entries["rollback-emergency"].danger is Danger.DESTRUCTIVE
    assert entries["rollback-emergency"].category == "rollback"
    assert entries["daily-morning"].danger is Danger.READ
    assert all(not entry.problems for entry in entries.values()), [entry.problems for entry in entries.values()]
