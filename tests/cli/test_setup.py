from __future__ import annotations

import stat
from pathlib import Path

import pytest

from restant_tui.cli.main import run
from restant_tui.config.load import load
from restant_tui.config.standard import STANDARD


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESTANT_TUI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_writes_a_private_configuration_that_loads_and_says_what_is_next(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["setup"]) == 0
    file = home / "config" / "config.yaml"
    assert mode(file) == 0o600
    assert mode(file.parent) == 0o700
    assert load(file).main_app() == "restant-main"
    said = capsys.readouterr().out
    assert str(file) in said
    assert "Nothing was connected to" in said
    assert "restant-tui doctor" in said


def test_it_leaves_an_existing_file_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home / "config" / "config.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    assert run(["setup"]) == 2
    assert file.read_text() == "mine"
    assert "was left as it is: --force puts it aside first" in capsys.readouterr().err


def test_with_force_what_was_there_is_kept_under_another_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "c.yaml"
    for text in ("first", "second"):
        file.write_text(text)
        assert run(["--config", str(file), "setup", "--force"]) == 0
        assert file.read_text() == STANDARD
    kept = {path.read_text() for path in tmp_path.glob("c.yaml.*")}
    assert kept == {"first", "second"}
    assert "put aside" in capsys.readouterr().out


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.symlink_to(tmp_path / "elsewhere")
    assert run(["--config", str(file), "setup"]) == 2
    assert not (tmp_path / "elsewhere").exists()
    assert run(["--config", str(file), "setup", "--force"]) == 0
    assert not file.is_symlink()
    assert not (tmp_path / "elsewhere").exists()


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert run(["--config", str(tmp_path / "file" / "c.yaml"), "setup"]) == 2
    said = capsys.readouterr().err
    assert "cannot be written" in said
    assert said.count("\n") == 1


def test_the_practice_host_needs_no_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--practice", "setup"]) == 2
    assert "brings its own configuration" in capsys.readouterr().err
