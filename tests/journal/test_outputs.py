from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from restant_tui.errors import ConfigProblem, UsageProblem
from restant_tui.journal.outputs import OutputFile, Outputs, Span


def test_output_is_kept_in_pieces_with_one_digest(tmp_path: Path) -> None:
    outputs = Outputs(tmp_path / "outputs")
    file = outputs.open("r-1", "deploy", 2)
    assert [file.write(b"one\n"), file.write(b""), file.write(b"two\n")] == [Span(0, 4), Span(4, 0), Span(4, 4)]
    kept = file.close()
    assert (kept.path, kept.bytes, kept.truncated) == ("r-1/deploy-2.log", 8, False)
    assert kept.sha256 == hashlib.sha256(b"one\ntwo\n").hexdigest()
    assert outputs.read(kept.path) == b"one\ntwo\n"
    assert (outputs.read(kept.path, 4, 3), outputs.read(kept.path, -4), outputs.read(kept.path, -99)) == (
        b"two", b"two\n", b"one\ntwo\n",
    )  # fmt: skip
    assert file.close() == kept
    assert kept.as_data()["sha256"] == kept.sha256


def test_what_was_written_is_in_the_file_before_it_is_closed(tmp_path: Path) -> None:
    outputs = Outputs(tmp_path)
    file = outputs.open("r-1", "deploy")
    file.write(b"half")
    assert outputs.read(file.path) == b"half"
    file.close()


def test_keeping_stops_at_the_cap_and_that_is_told_once(tmp_path: Path) -> None:
    outputs = Outputs(tmp_path, cap=6)
    file = outputs.open("r-1", "deploy")
    assert [file.write(b"1234"), file.write(b"5678"), file.write(b"9")] == [
        Span(0, 4), Span(4, 2, truncated=True), Span(6, 0),
    ]  # fmt: skip
    kept = file.close()
    assert (kept.bytes, kept.truncated, kept.reason) == (6, True, "the step printed more than 6 bytes")
    assert outputs.read(kept.path) == b"123456"
    assert kept.sha256 == hashlib.sha256(b"123456").hexdigest()


def test_exactly_the_cap_is_not_truncated(tmp_path: Path) -> None:
    file = Outputs(tmp_path, cap=4).open("r-1", "deploy")
    assert file.write(b"1234") == Span(0, 4)
    assert file.close().truncated is False


def test_a_full_disk_stops_the_keeping_and_not_the_step() -> None:
    file = OutputFile(os.open("/dev/full", os.O_WRONLY), "r-1/deploy-1.log", 100)
    assert [file.write(b"lost"), file.write(b"lost")] == [Span(0, 0, truncated=True), Span(0, 0)]
    kept = file.close()
    assert (kept.bytes, kept.truncated) == (0, True)
    assert "No space left" in kept.reason


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "probe[2]/ask", "", ".", "a b", "x" * 500, "a\x00b", "ä", "\ud800"]
)
def test_no_name_leads_out_of_the_folder_and_no_two_share_a_file(tmp_path: Path, name: str) -> None:
    outputs = Outputs(tmp_path / "outputs")
    files = [outputs.open(name, name), outputs.open(name + "_", name), outputs.open(name, name + "_")]
    paths = {(tmp_path / "outputs" / file.close().path).resolve() for file in files}
    assert len(paths) == 3
    for path in paths:
        assert path.parent.parent == tmp_path / "outputs"
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_file_that_exists_is_never_written_over(tmp_path: Path) -> None:
    outputs = Outputs(tmp_path)
    first = outputs.open("r-1", "deploy")
    first.write(b"evidence")
    first.close()
    second = outputs.open("r-1", "deploy")
    assert second.path == "r-1/deploy.2.log"
    second.close()
    assert outputs.read(first.path) == b"evidence"


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outputs" / "r-1").mkdir(parents=True)
    (tmp_path / "outputs" / "r-1" / "deploy.log").symlink_to(tmp_path / "target")
    file = Outputs(tmp_path / "outputs").open("r-1", "deploy")
    file.write(b"x")
    file.close()
    assert not (tmp_path / "target").exists()


def test_a_file_in_the_way_of_the_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("")
    with pytest.raises(ConfigProblem, match="cannot keep anything in"):
        Outputs(tmp_path / "outputs").open("r-1", "deploy")


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "r-1/../../secret", "r-1/none.log", "r-1"])
def test_only_outputs_can_be_read(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("secret")
    outputs = Outputs(tmp_path / "outputs")
    outputs.open("r-1", "deploy").close()
    with pytest.raises(UsageProblem, match=r"not among the kept outputs|cannot be read"):
        outputs.read(path)
