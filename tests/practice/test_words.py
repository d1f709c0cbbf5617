from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restant_tui.practice.words import split, split_like_xargs

XARGS = shutil.which("xargs")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ps:report restant-main", ("ps:report", "restant-main")),
        ("config:set app 'A=b c'", ("config:set", "app", "A=b c")),
        ("config:set app \"Q=q 'z'\"", ("config:set", "app", "Q=q 'z'")),
        (r"config:set app C=a\ b", ("config:set", "app", "C=a b")),
        ("config:set app C=$HOME;id", ("config:set", "app", "C=$HOME;id")),
        ("logs app -n 5", ("logs", "app", "5")),
        ("config:set app -e X=1", ("config:set", "app", "", "X=1")),
        ("logs app --num 5", ("logs", "app", "--num", "5")),
        ("config:set app ''", ("config:set", "app", "")),
    ],
)
def test_words_arrive_as_on_a_real_host(line: str, words: tuple[str, ...]) -> None:
    assert split(line).words == words


def test_an_unmatched_quote_is_complained_of_and_the_words_before_it_still_arrive() -> None:
    cut = split("config:set app D='x")
    assert cut.words == ("config:set", "app")
    assert cut.complaint.startswith("xargs: unmatched single quote")


def test_a_newline_inside_quotes_cuts_the_command_there() -> None:
    assert split("config:set app N='one\ntwo' M=3").words == ("config:set", "app")


def test_git_commands_are_cut_at_blanks_and_keep_their_quotes() -> None:
    assert split("git:sync app 'a b' -n").words == ("git:sync", "app", "'a", "b'", "-n")


@pytest.mark.skipif(XARGS is None, reason="no xargs on this machine")
@given(st.lists(st.text("ab-neE'\"\\ $;|\t", max_size=6), min_size=1, max_size=6))
def test_quoted_words_are_cut_like_the_real_xargs_does(words: list[str]) -> None:
    _same_as_xargs(shlex.join(words))


@pytest.mark.skipif(XARGS is None, reason="no xargs on this machine")
@given(st.text("ab-n'\"\\ \t\né", max_size=12))
def test_any_line_is_cut_like_the_real_xargs_does(line: str) -> None:
    _same_as_xargs(line)


def _same_as_xargs(line: str) -> None:
    assert XARGS is not None
    real = subprocess.run([XARGS, "-n", "1"], input=f"{line}\n".encode(), capture_output=True, check=False)
    ours = split_like_xargs(line)
    assert list(ours.words) == real.stdout.decode().removesuffix("\n").split("\n") or (
        not ours.words and not real.stdout
    )
    assert bool(ours.complaint) == bool(real.returncode)
    if ours.complaint:
        assert ours.complaint.encode() in real.stderr
