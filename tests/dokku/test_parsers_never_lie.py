"""A parser gives the true value of a damaged answer or none; never another one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restant_tui.dokku.apps import parse_apps_report
from restant_tui.dokku.builds import parse_builds_list
from restant_tui.dokku.certs import parse_certs_report, parse_letsencrypt_list, parse_letsencrypt_report
from restant_tui.dokku.git import parse_git_report, parse_reflog
from restant_tui.dokku.logs import log_line, parse_log_line
from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.ps import parse_ps_report, parse_running
from restant_tui.dokku.services import parse_service_status
from restant_tui.dokku.version import parse_version
from tests.support import dokku_answers as said

Parser = Callable[[str], object]

CASES: list[tuple[Parser, str]] = [
    (parse_ps_report, said.PS_TEXT),
    (parse_ps_report, said.ps_json()),
    (parse_running, "mixed\n"),
    (parse_apps_report, said.APPS_TEXT),
    (parse_apps_report, said.apps_json()),
    (parse_builds_list, said.builds_json(said.build("b2"), said.build("b1", status="failed"))),
    (parse_git_report, said.GIT_TEXT),
    (parse_git_report, said.git_json()),
    (parse_certs_report, said.CERTS_TEXT),
    (parse_letsencrypt_report, said.certificate_json()),
    (parse_service_status, "running\n"),
    (parse_version, "dokku version 0.38.27\n"),
]
LISTS: list[tuple[Parser, str]] = [
    (parse_builds_list, said.BUILDS_TEXT),
    (parse_letsencrypt_list, said.LETSENCRYPT_TEXT),
    (parse_reflog, said.move(said.GOOD, 0) + said.move(said.OLD, -60)),
]
_names = [f"{parser.__name__}-{index}" for index, (parser, _) in enumerate(CASES + LISTS)]


def same_or_problem(parser: Parser, truth: str, damaged: str) -> None:
    try:
        value = parser(damaged)
    except ParseProblem as problem:
        assert problem.raw
        return
    assert value == parser(truth)


@pytest.mark.parametrize(("parser", "truth"), CASES, ids=_names[: len(CASES)])
def test_cut_anywhere_it_is_true_or_refused(parser: Parser, truth: str) -> None:
    for end in range(1, len(truth)):
        same_or_problem(parser, truth, truth[:end])


@pytest.mark.parametrize(("parser", "truth"), LISTS, ids=_names[len(CASES) :])
def test_a_list_cut_within_a_line_is_refused(parser: Parser, truth: str) -> None:
    # Cut between two lines a table cannot know it was longer; the byte cap and the exit status tell that.
    for end in range(1, len(truth)):
        if truth[end - 1] != "\n":
            with pytest.raises(ParseProblem):
                parser(truth[:end])


@pytest.mark.parametrize(("parser", "truth"), CASES + LISTS, ids=_names)
def test_line_ends_of_a_terminal_change_nothing(parser: Parser, truth: str) -> None:
    assert parser(truth.replace("\n", "\r\n")) == parser(truth)


@pytest.mark.parametrize(("parser", "truth"), CASES + LISTS, ids=_names)
@given(data=st.data())
def test_colours_anywhere_change_nothing(parser: Parser, truth: str, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(truth)), max_size=5))
    coloured = truth
    for place in sorted(places, reverse=True):
        coloured = (
            coloured[:place] + data.draw(st.sampled_from(["\x1b[36m", "\x1b[0m", "\x1b[1;31m"])) + coloured[place:]
        )
    assert parser(coloured) == parser(truth)


@pytest.mark.parametrize(("parser", "truth"), CASES, ids=_names[: len(CASES)])
@given(noise=st.text(max_size=60))
def test_noise_is_refused(parser: Parser, truth: str, noise: str) -> None:
    with pytest.raises(ParseProblem):
        parser(noise)


@given(noise=st.text(max_size=200))
def test_any_line_of_a_log_can_be_shown(noise: str) -> None:
    line = log_line(noise)
    assert "\x1b" not in line.message


@pytest.mark.parametrize("end", range(5, 50))
def test_a_log_line_cut_in_its_head_is_refused(end: int) -> None:
    whole = "\x1b[36m2026-03-02T02:00:01.602499185Z app[web.1]:\x1b[0m hello"
    try:
        parsed = parse_log_line(whole[:end])
    except ParseProblem:
        return
    assert parsed.time == parse_log_line(whole).time
    assert parsed.process == "web.1"
