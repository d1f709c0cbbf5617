"""Every file in `broken/` names its own problems as `# expect: line:column CODE`; lint finds those and no others."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from restant_tui.runbook.codes import CODES
from restant_tui.runbook.lint import lint_file

FOLDER = Path(__file__).parent / "broken"
FILES = sorted(FOLDER.glob("*.yaml"))
CATALOGUE = ("broken", "rollback-emergency")
VERBS = ("release.list", "release.rollback")
TODAY = date(2026, 11, 23)


def expected(path: Path) -> list[tuple[int, int, str]]:
    text = path.read_bytes().decode("utf-8", "replace")
    found = re.findall(r"^# expect: (\d+):(\d+) (RB\d{3})$", text, re.MULTILINE)
    return sorted((int(line), int(column), code) for line, column, code in found)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_defect_is_found_where_it_is_and_nothing_else(path: Path) -> None:
    problems = lint_file(path, CATALOGUE, verbs=VERBS, today=TODAY)

    assert [(problem.line, problem.column, problem.code) for problem in problems] == expected(path)
    for problem in problems:
        assert problem.severity is CODES[problem.code].severity
        assert str(problem).startswith(f"{path}:{problem.line}:{problem.column}: {problem.code} ")
        assert "\n" not in problem.message


def test_the_collection_is_large_and_covers_every_code_a_file_can_earn() -> None:
    earned = {code for path in FILES for _, _, code in expected(path)}

    assert len(FILES) >= 60
    assert set(CODES) - earned == {"RB000"}, "RB000 is a file that cannot be opened"


def test_a_misspelling_is_answered_with_the_nearest_name() -> None:
    said = {path.stem: " ".join(map(str, lint_file(path, CATALOGUE, verbs=VERBS))) for path in FILES}

    assert "did you mean `severity`?" in said["unknown-key"]
    assert "did you mean `note`?" in said["unknown-kind"]
    assert "did you mean `app`?" in said["misspelt-name"]
    assert "did you mean `start`?" in said["goto-nowhere"]
    assert "did you mean `rollback-emergency`?" in said["related-to-nothing"]
    assert "did you mean `release.list`?" in said["unknown-verb"]
    assert "say `--num`" in said["eaten-n"]


def test_a_file_that_cannot_be_opened_is_a_problem_too(tmp_path: Path) -> None:
    folder = tmp_path / "folder.yaml"
    folder.mkdir()

    assert [problem.code for problem in lint_file(folder)] == ["RB000"]
    assert [problem.code for problem in lint_file(tmp_path / "missing.yaml")] == ["RB000"]
