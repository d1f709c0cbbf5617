from __future__ import annotations

import os
from pathlib import Path

import pytest

from restant_tui.errors import ConfigProblem
from restant_tui.paths import Paths, private_folder

HOME = Path("/home/mira")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_usual_places_are_the_xdg_defaults() -> None:
    paths = Paths.from_environ({}, HOME)
    assert paths.journal == HOME / ".local/state/restant-tui/journal.sqlite3"
    assert paths.outputs == HOME / ".local/state/restant-tui/outputs"
    assert paths.practice == HOME / ".local/state/restant-tui/practice"
    assert paths.config_file == HOME / ".config/restant-tui/config.yaml"
    assert paths.runbooks == HOME / ".config/restant-tui/runbooks"
    assert paths.data == HOME / ".local/share/restant-tui"


def test_xdg_variables_move_each_folder() -> None:
    environ = {"XDG_STATE_HOME": "/s", "XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d"}
    paths = Paths.from_environ(environ, HOME)
    assert (paths.state, paths.config, paths.data) == tuple(Path(p) / "restant-tui" for p in ("/s", "/c", "/d"))


def test_a_relative_xdg_variable_counts_as_not_given() -> None:
    assert Paths.from_environ({"XDG_STATE_HOME": "state"}, HOME) == Paths.from_environ({}, HOME)


def test_one_variable_moves_everything_and_wins_over_xdg() -> None:
    paths = Paths.from_environ({"RESTANT_TUI_HOME": "~/oncall", "XDG_STATE_HOME": "/s"}, HOME)
    root = HOME / "oncall"
    for place in (paths.journal, paths.outputs, paths.practice, paths.config_file, paths.runbooks, paths.data):
        assert place.is_relative_to(root)


def test_a_relative_home_is_refused_with_an_example() -> None:
    with pytest.raises(ConfigProblem, match="RESTANT_TUI_HOME is 'here': give an absolute path, such as /home/mira"):
        Paths.from_environ({"RESTANT_TUI_HOME": "here"}, HOME)


def test_asking_for_paths_creates_nothing(tmp_path: Path) -> None:
    assert Paths.from_environ({"RESTANT_TUI_HOME": str(tmp_path / "home")}, HOME).journal.parent.exists() is False


def test_folders_are_created_for_their_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        folder = private_folder(tmp_path / "a" / "b")
    finally:
        os.umask(old)
    assert [mode(folder), mode(folder.parent)] == [0o700, 0o700]


def test_a_folder_others_can_look_into_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(0o755)
    assert mode(private_folder(folder)) == 0o700


def test_a_file_in_the_way_is_one_sentence_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ConfigProblem, match=r"cannot keep anything in .* or set RESTANT_TUI_HOME") as raised:
            private_folder(folder)
        assert str(folder) in str(raised.value)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The superuser may write everywhere, so the answer of the system is replaced.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ConfigProblem, match="it is not writable; make it writable"):
        private_folder(tmp_path)
