from __future__ import annotations

from restant_tui.engine.output import StepOutput
from restant_tui.text import Redactor


def test_a_progress_bar_is_seen_while_it_moves() -> None:
    output = StepOutput(Redactor())
    output.feed(b"sending\n\r  1%   1MB/s")
    assert output.lines() == ["sending"]
    output.feed(b"\r 50%   9MB/s\r 99%   9MB/s\r")
    assert output.lines() == ["sending", "  1%   1MB/s", " 50%   9MB/s"]
    output.feed(b"\r100%   9MB/s\ntotal size is 9\n")
    assert output.lines(3) == [" 99%   9MB/s", "100%   9MB/s", "total size is 9"]


def test_an_end_of_line_that_arrives_in_halves_is_one_end() -> None:
    output = StepOutput(Redactor())
    for piece in (b"one\r", b"\ntwo\r\n", b"\n", b"three"):
        output.feed(piece)
    output.flush()
    assert output.lines() == ["one", "two", "", "three"]
