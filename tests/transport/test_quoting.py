from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from restant_tui.config.model import Identity
from restant_tui.errors import UsageProblem
from restant_tui.transport.quoting import LONGEST, command_line

XARGS = shutil.which("xargs")
needs_xargs = pytest.mark.skipif(XARGS is None, reason="the xargs program is not installed")
slowly = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

sendable = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)
one_line = sendable.filter(lambda text: "\n" not in text and "\r" not in text)
# fmt: off
nasty = st.sampled_from([
    "$(id)", "`id`", "a;b", "a|b>c", "'", '"', "\\", "\\\\", "\\n", "it's", "\"q 'z'\"", " lead", "trail ", "",
    "\t", "*",
    "$HOME", "!!", "a\\", "--", "-", "-x", "-nx", "-n=5", "--help me", "é", "\u2028", "\x1b[31m", "#c", "~", "{a,b}",
])
# fmt: on


def through_xargs(line: str) -> list[str]:
    """Split a line as Dokku's forced command does."""
    done = subprocess.run(["xargs", "-n", "1"], input=line.encode() + b"\n", capture_output=True, check=True)
    return done.stdout.decode().removesuffix("\n").split("\n")


def refused(argv: list[str], identity: Identity = Identity.DOKKU) -> str:
    with pytest.raises(UsageProblem) as caught:
        command_line(argv, identity)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


@needs_xargs
@slowly
@given(st.lists(one_line | nasty, max_size=4))
def test_every_argument_reaches_dokku_as_the_same_single_argument(arguments: list[str]) -> None:
    argv = ["config:set", *arguments]
    try:
        line = command_line(argv, Identity.DOKKU)
    except UsageProblem:
        assert any(through_xargs("'" + word + "'") != [word] for word in arguments if word.startswith("-"))
        return
    assert through_xargs(line) == argv


@slowly
@given(st.lists(sendable | nasty | st.just("two\nlines"), max_size=4))
def test_every_argument_reaches_an_admin_program_through_the_shell_unchanged(arguments: list[str]) -> None:
    line = command_line(["printf", "%s\\0", *arguments, "end"], Identity.ADMIN)
    done = subprocess.run(["sh", "-c", line], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == [*arguments, "end"]


@needs_xargs
@pytest.mark.parametrize("word", ["-n", "-e", "-E", "-ne", "-nE", "-nn", "-neE", "--help", "--version"])
def test_a_word_that_the_echo_of_xargs_eats_is_refused(word: str) -> None:
    assert through_xargs(f"before {word} after") != ["before", word, "after"], "the reason for the rule is gone"
    assert "over SSH" in refused(["logs", "restant-main", word])


@pytest.mark.parametrize("word", ["-t", "-x", "-nx", "-n5", "--num", "-", "--", "n", "-n=5"])
def test_other_short_flags_are_sent(word: str) -> None:
    assert command_line(["logs", "restant-main", word], Identity.DOKKU).endswith(word)


def test_the_refusal_of_n_names_the_flag_that_works() -> None:
    assert "--num" in refused(["logs", "restant-main", "-n", "5"])


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "\n"])
def test_a_line_break_is_refused_over_dokku_with_the_way_out(value: str) -> None:
    assert "--encoded" in refused(["config:set", "restant-main", f"KEY={value}"])


def test_a_nul_byte_is_refused_everywhere() -> None:
    for identity in Identity:
        assert "NUL" in refused(["echo", "a\0b"], identity)


@pytest.mark.parametrize("command", ["git:sync", "git-upload-pack", "git:from-image"])
@pytest.mark.parametrize("value", ["two words", "tab\there", "it's", 'a"b', "a\\b", "", "a\u00a0b"])
def test_git_commands_take_neither_blanks_nor_quotes(command: str, value: str) -> None:
    assert command in refused([command, "restant-main", value])


def test_git_commands_are_sent_as_plain_words() -> None:
    argv = ["git:sync", "--build", "restant-main", "/home/dokku/restant-main", "0a1b2c$"]
    assert command_line(argv, Identity.DOKKU) == " ".join(argv)


@pytest.mark.parametrize("flags", [["--quiet"], ["--quiet", "--force"], ["--app", "restant-main"]])
def test_flags_before_a_git_command_do_not_hide_it(flags: list[str]) -> None:
    refused([*flags, "git:sync", "two words"])
    assert command_line([*flags, "git:sync", "word"], Identity.DOKKU) == " ".join([*flags, "git:sync", "word"])


def test_half_a_character_is_refused() -> None:
    assert "valid text" in refused(["echo", "\udc80"])


def test_a_line_longer_than_the_host_takes_is_refused() -> None:
    assert "standard input" in refused(["config:set", "x" * LONGEST])


@pytest.mark.parametrize("argv", [[], [""], [" "]])
def test_nothing_to_send_is_refused(argv: list[str]) -> None:
    assert "no command" in refused(argv) or "empty name" in refused(argv)
