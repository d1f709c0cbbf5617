from __future__ import annotations

import pytest

from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.monitors.rawanswer import CAP, raw_answer
from restant_tui.text import Redactor
from tests.support.clock import START
from tests.support.scripted import exited, lost, timed_out

SECRET = "s3cr3t-of-production"
ARGV = ("ps:report", "shop", "--format", "json")


def unread(said: str, errors: str = "") -> ParseProblem:
    problem = ParseProblem("the answer is not JSON", said)
    problem.argv, problem.errors = ARGV, errors
    return problem


def kept(problem: Exception) -> str:
    raw = raw_answer(problem, "main", START, Redactor([SECRET]).redact)
    assert raw is not None
    assert (raw.host, raw.at) == ("main", START)
    return raw.text


def test_an_answer_that_could_not_be_read_stands_there_with_what_was_asked() -> None:
    raw = raw_answer(unread('{"running": perhaps}'), "main", START, str)
    assert raw is not None
    assert (raw.asked, raw.text, raw.cut) == ("ps:report shop --format json", '{"running": perhaps}', False)


def test_standard_error_is_told_apart() -> None:
    assert kept(unread("x", " !     a warning\n")) == "x\n-- on standard error --\n !     a warning\n"


def test_a_refusal_is_kept_too() -> None:
    problem = NoAnswer(ARGV, exited("half an answer\n", 20, " !     App shop does not exist\n"))
    assert "half an answer" in kept(problem)
    assert "App shop does not exist" in kept(problem)


@pytest.mark.parametrize("problem", [NoAnswer(ARGV, lost()), NoAnswer(ARGV, timed_out()), ZeroDivisionError("oops")])
def test_where_nothing_was_said_nothing_is_kept(problem: Exception) -> None:
    assert raw_answer(problem, "main", START, str) is None


def test_it_is_harmless_and_without_secrets() -> None:
    text = kept(unread(f"\x1b]0;owned\x07\x1b[31mred\u202e\x00 {SECRET} mysql://dokku:pw123456@db/x API_KEY=abcdefgh"))
    assert "\x1b" not in text and "\u202e" not in text and "\x00" not in text
    assert SECRET not in text
    assert "pw123456" not in text
    assert "abcdefgh" not in text
    assert "red" in text


@pytest.mark.parametrize("before", range(0, 30))
def test_no_piece_of_a_secret_is_left_where_a_long_answer_is_cut(before: int) -> None:
    said = "x" * (2 * CAP - before) + SECRET + "y" * CAP
    raw = raw_answer(unread(said), "main", START, Redactor([SECRET]).redact)
    assert raw is not None
    assert raw.cut
    assert len(raw.text) <= CAP
    assert SECRET[:4] not in raw.text
