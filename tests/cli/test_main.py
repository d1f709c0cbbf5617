from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from restant_tui.cli import parser
from restant_tui.cli.main import run
from restant_tui.cli.options import Options
from restant_tui.errors import Unreachable, UsageProblem
from tests.support import headless
from tests.support.terminal import ROOT, command, environment


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTANT_TUI_HOME", str(tmp_path / "home"))


def options(*arguments: str) -> Options:
    return Options.of(parser.build().parse_args(arguments))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--practice", "--practice-speed", "20", "--ascii", "status"],
        ["status", "--practice", "--practice-speed", "20", "--ascii"],
        ["--practice", "status", "--practice-speed=20", "--ascii"],
    ],
)
def test_global_options_may_stand_on_either_side_of_the_verb(arguments: list[str]) -> None:
    assert options(*arguments) == Options(practice=True, speed=20, ascii=True)


@pytest.mark.parametrize("verb", parser.VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([verb, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"restant-tui {verb}" in said
    assert "--practice" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["stats"], "restant-tui: there is no verb `stats`; did you mean `status`?\n"),
        (["frobnicate"], "restant-tui: there is no verb `frobnicate`; `restant-tui --help` lists them\n"),
        (["--practice-speed", "0"], "a speed lies between 0 and 10000"),
        (["show"], "the following arguments are required: ID"),
        (["status", "--jsn"], "unrecognized arguments: --jsn"),
        (
            ["show", "rollback-emergancy"],
            "there is no runbook `rollback-emergancy`; did you mean `rollback-emergency`?",
        ),
        (["export"], "there is no run to export yet"),
        (["lint", "nowhere.yaml"], "there is no file or folder nowhere.yaml"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_two(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.startswith("restant-tui: ")
    assert printed.err.count("\n") == 1
    assert printed.out == ""


def test_no_configuration_says_how_to_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status"]) == 2
    path = tmp_path / "home" / "config" / "config.yaml"
    said = f"restant-tui: no configuration at {path}: write one with restant-tui setup, or try restant-tui --practice\n"
    assert capsys.readouterr().err == said


def test_a_bad_configuration_names_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "c.yaml"
    config.write_text("hosts:\n  main: {address: h, dokku: {user: dokku}}\napps:\n  shop: {hots: main}\n")
    assert run(["--config", str(config), "doctor"]) == 2
    assert f"{config}:4:10: there is no key `hots` here; did you mean `host`?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("problem", "status"),
    [(UsageProblem("no"), 2), (Unreachable("nobody\nthere"), 3), (KeyboardInterrupt(), 130)],
)
def test_problems_end_with_their_status_and_one_line(
    problem: BaseException, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise problem

    monkeypatch.setattr("restant_tui.cli.schema.main", fail)
    assert run(["schema", "config"]) == status
    assert capsys.readouterr().err.count("\n") == 1


def test_a_crash_leaves_a_private_report_without_secrets_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise RuntimeError("token hunter2hunter2 and \x1b[31m DB_PASSWORD=abcdef")

    monkeypatch.setenv("SLACK_TOKEN", "hunter2hunter2")
    monkeypatch.setattr("restant_tui.cli.schema.main", fail)
    assert run(["schema", "config"]) == 70
    said = capsys.readouterr().err
    [report] = (tmp_path / "home" / "state" / "crashes").iterdir()
    assert str(report) in said
    assert "Traceback" not in said
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    kept = report.read_text()
    assert "Traceback" in kept
    for text in (said, kept):
        assert "hunter2" not in text
        assert "abcdef" not in text
        assert "\x1b" not in text


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    program = subprocess.Popen(
        command("lint", "--codes"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(tmp_path), cwd=ROOT
    )
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.close()
    said = program.stderr.read()
    program.stderr.close()
    program.wait(20)
    assert said == b""


def test_schema_of_the_configuration_is_json(tmp_path: Path) -> None:
    done = headless.run("schema", "config", home=tmp_path)
    assert done.returncode == 0
    assert '"$id": "urn:restant-tui:config:1"' in done.stdout


def test_completion_scripts_are_there_for_a_shell(tmp_path: Path) -> None:
    done = headless.run("--print-completion", "bash", home=tmp_path)
    assert done.returncode == 0
    assert "rollback" not in done.stderr
    assert "status" in done.stdout


def test_lint_names_place_and_code_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("format: 1\nid: broken\n")
    assert run(["lint", str(broken)]) == 1
    said = capsys.readouterr().out
    assert f"{broken}:1:1: RB103" in said
    assert run(["lint", str(ROOT / "runbooks")]) == 0
    assert "no problems" in capsys.readouterr().out


def test_lint_explains_its_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--codes"]) == 0
    assert "RB301" in capsys.readouterr().out


def test_show_is_a_document_one_can_read_and_one_a_wiki_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "rollback-emergency"]) == 0
    plain = capsys.readouterr().out
    assert plain.startswith("Emergency rollback\n")
    assert "```" not in plain
    assert "**" not in plain
    assert run(["show", "rollback-emergency", "--markdown"]) == 0
    assert capsys.readouterr().out.startswith("# Emergency rollback\n")


def test_runbooks_lists_each_with_its_danger(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["runbooks"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "rollback-emergency" in line)
    assert "destructive" in line
    assert "Emergency rollback" in line


def test_an_empty_journal_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["runs", "--verify"]) == 0
    assert "no runs yet" in capsys.readouterr().out


def test_the_module_is_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "restant_tui", "--version"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ},
        check=True,
    )
    assert done.stdout.startswith("restant-tui ")
