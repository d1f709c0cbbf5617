"""Parsers given what no Dokku would print: they are true or refuse, in time and memory that grow with it only."""

from __future__ import annotations

import asyncio
import json
import signal
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restant_tui.dokku.apps import parse_apps_list, parse_apps_report
from restant_tui.dokku.ask import ask
from restant_tui.dokku.builds import parse_builds_list
from restant_tui.dokku.certs import parse_certs_report, parse_letsencrypt_list, parse_letsencrypt_report
from restant_tui.dokku.figures import parse_figures
from restant_tui.dokku.freezes import parse_freeze
from restant_tui.dokku.git import parse_deploy_branch, parse_git_report, parse_log, parse_reflog
from restant_tui.dokku.logs import log_line
from restant_tui.dokku.plugins import parse_plugin_list, parse_plugin_releases
from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.ps import parse_ps_report, parse_running
from restant_tui.dokku.services import parse_service_status
from restant_tui.dokku.version import parse_version
from restant_tui.transport.kept import Kept
from restant_tui.transport.outcome import OnOutput, Outcome, OutcomeKind
from tests.support import dokku_answers as said
from tests.support.answers import Capture, captures

Parser = Callable[[str], object]

PARSERS: tuple[Parser, ...] = (
    parse_apps_list, parse_apps_report, parse_builds_list, parse_certs_report, parse_letsencrypt_list,
    parse_letsencrypt_report, parse_git_report, parse_deploy_branch, parse_reflog, parse_log, parse_ps_report,
    parse_running, parse_service_status, parse_version, parse_plugin_list, parse_plugin_releases, parse_figures,
    parse_freeze,
)  # fmt: skip
FOR: dict[str, Parser] = {
    "apps:list": parse_apps_list,
    "apps:report": parse_apps_report,
    "builds:list": parse_builds_list,
    "certs:report": parse_certs_report,
    "git:report": parse_git_report,
    "letsencrypt:list": parse_letsencrypt_list,
    "letsencrypt:report": parse_letsencrypt_report,
    "plugin:list": parse_plugin_list,
    "ps:report": parse_ps_report,
    "version": parse_version,
}
LISTS = ("apps:list", "builds:list", "letsencrypt:list", "plugin:list")


def _parser(one: Capture) -> Parser:
    return parse_running if one.command.endswith("--running") else FOR[one.command.split()[0]]


CAPTURES = [one for one in captures() if one.status == 0 and one.command.split()[0] in FOR]
_ids = [one.command.replace(" ", "_") + f"-{index}" for index, one in enumerate(CAPTURES)]
captured = pytest.mark.parametrize("one", CAPTURES, ids=_ids)


def _same_or_refused(parser: Parser, truth: str, damaged: str) -> None:
    try:
        value = parser(damaged)
    except ParseProblem as problem:
        assert problem.raw == damaged
        return
    assert value == parser(truth)


# -- what a real Dokku printed, damaged on its way ---------------------------------------------------------------------


@captured
def test_a_capture_cut_at_any_byte_is_true_or_refused(one: Capture) -> None:
    parser, data = _parser(one), one.out.encode()
    listed = one.command.split()[0] in LISTS and "json" not in one.command
    for end in range(len(data)):
        cut = data[:end].decode("utf-8", "replace")
        if listed and cut.endswith("\n"):
            continue  # between two rows a table cannot know that it was longer: the exit status and the cap tell
        _same_or_refused(parser, one.out, cut)


@captured
@pytest.mark.parametrize("ends", ["\r\n", "\r\r\n"])
def test_line_ends_of_terminals_change_nothing(one: Capture, ends: str) -> None:
    assert _parser(one)(one.out.replace("\n", ends)) == _parser(one)(one.out)


@captured
@pytest.mark.parametrize("noise", ["\0", "\ufeff", "\x1b[36m", "\x1b]0;title\x07", "\u202e", "\x07"])
@given(data=st.data())
def test_what_a_terminal_would_not_show_changes_nothing(one: Capture, noise: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(one.out)))
    assert _parser(one)(one.out[:place] + noise + one.out[place:]) == _parser(one)(one.out)


@captured
@given(order=st.randoms(use_true_random=False))
def test_reports_may_come_in_any_order_and_with_keys_nobody_knows(one: Capture, order: Random) -> None:
    parser, command = _parser(one), one.command.split()[0]
    if not command.endswith(":report") or "--running" in one.command:
        return
    if one.out.startswith("{"):
        pairs = [*json.loads(one.out).items(), ("new-in-0.99", "x"), ("new.with-dot", "")]
        order.shuffle(pairs)
        mixed = json.dumps(dict(pairs))
    else:
        header, *lines = one.out.splitlines()
        lines.append("       Brand new key:                 with: a colon")
        order.shuffle(lines)
        mixed = "\n".join([header, *lines, ""])
    assert parser(mixed) == parser(one.out)


# -- hosts in other languages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "date",
    [
        "15 jan. 2027 08:12:44 GMT",  # as `date` prints it with LANG=fr_FR
        "Mär  5 08:12:44 2027 GMT",
        "Fr 15 Jan 2027 08:12:44 UTC",
        "Jan 15 08:12:44 2027 MEZ",
        "Jan 15 08:12:44 27 GMT",
        "\u0660\u0665 08:12:44 2027 GMT",
        "Jan \u0660\u0665 08:12:44 2027 GMT",
    ],
)
def test_a_localised_date_is_refused_and_never_another_day(date: str) -> None:
    text = said.CERTS_TEXT.replace("Jan  5 08:12:44 2027 GMT", date)
    with pytest.raises(ParseProblem, match="not a time as openssl writes it"):
        parse_certs_report(text)


@pytest.mark.parametrize("word", ["wahr", "yes", "1", "True", "", "ja"])
def test_flags_in_other_words_are_refused(word: str) -> None:
    with pytest.raises(ParseProblem):
        parse_certs_report(said.CERTS_TEXT.replace("true", word))


@pytest.mark.parametrize("number", ["two", "1.5", "-1", "\u0663", "1e3", "\u00b2", "9" * 5000])
def test_numbers_in_other_words_are_refused(number: str) -> None:
    with pytest.raises(ParseProblem):
        parse_ps_report(json.dumps({"deployed": "true", "processes": number, "running": "true"}))


@pytest.mark.parametrize("number", ["x", "\u0663", "-1", "9" * 5000])
def test_a_version_that_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ParseProblem):
        parse_version(f"dokku version {number}.38.27\n")


# -- times and lengths at the ends of the calendar ---------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:05Z", "9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z"])
def test_times_with_which_no_sum_can_be_made_are_refused(moment: str) -> None:
    with pytest.raises(ParseProblem):
        parse_builds_list(said.builds_json({**said.build("b1"), "started_at": moment}))


@pytest.mark.parametrize("length", ["99999999h", "9" * 5000 + "s", "1s1s", "h", "\u0663s"])
def test_lengths_nobody_could_add_are_refused(length: str) -> None:
    with pytest.raises(ParseProblem):
        parse_builds_list(said.BUILDS_TEXT.replace("44h11m19s", length))


def test_a_running_build_whose_end_is_the_first_moment_of_go_has_not_ended() -> None:
    record = {**said.build("b1", status="running"), "finished_at": "0001-01-01T00:00:00Z"}
    (found,) = parse_builds_list(said.builds_json(record))
    assert found.finished_at is None


# -- a great deal of it ------------------------------------------------------------------------------------------------

_SIZE = 256 * 1024
_BUILDS = "Build ID  Kind  Status  PID  Source  Started  Duration\n"
HUGE: dict[str, str] = {
    "one word": "a" * _SIZE,
    "blanks": " " * _SIZE + "x\n",
    "empty lines": "\n" * _SIZE,
    "escapes": "\x1b[" * (_SIZE // 2),
    "titles without end": "\x1b]x" * (_SIZE // 3),
    "returns": "a\r" * (_SIZE // 2),
    "nothing at all": "\0" * _SIZE,
    "brackets": "[" * _SIZE,
    "braces": '{"a":' * (_SIZE // 5),
    "a number": "[" + "9" * _SIZE + "]",
    "a version": "dokku version " + "1" * _SIZE + ".1.1\n",
    "keys": "       Key: value\n" * (_SIZE // 18),
    "a key": "       a" + " " * _SIZE + "b\n",
    "a row of gaps": _BUILDS + "a  " * (_SIZE // 3) + "\n",
    "a row with one gap": _BUILDS + "a  b  failed  1  c" + " " * _SIZE + "d\n",
    "a certificate": "-----> App name\na" + " " * _SIZE + "b\n",
    "a release": "1" + " 1234567" * (_SIZE // 8) + "z\n",
    "records": "\x1edf\n" * (_SIZE // 4),
    "dots": "... 1" * (_SIZE // 5),
    "levels": "level" + " " * _SIZE,
    "verbs": "2026-03-02T02:00:01Z app[web.1]: " + "GET a " * (_SIZE // 6),
}


@contextmanager
def _within(seconds: int) -> Iterator[None]:
    """Break off what takes longer: a pattern that backtracks for ever holds everything else up."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"not done within {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("kind", HUGE)
def test_no_parser_hangs_on_a_quarter_megabyte_made_against_it(kind: str) -> None:
    with _within(30):  # all of them together need about a second on an idle machine; a square would need minutes
        for parser in PARSERS:
            try:
                parser(HUGE[kind])
            except ParseProblem:
                continue
        log_line(HUGE[kind][:1024])


class Torrent:
    """A host that sends without end; like the transport it keeps only what the cap allows."""

    def __init__(self, piece: bytes, size: int) -> None:
        self.piece, self.size, self.sent = piece, size, 0

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = 4 * 1024 * 1024,
    ) -> Outcome:
        kept = Kept(cap)
        while self.sent < self.size:
            kept.add(self.piece)
            self.sent += len(self.piece)
            await asyncio.sleep(0)
        return Outcome(kind=OutcomeKind.EXITED, exit_status=0, stdout=kept.bytes(), truncated=kept.truncated)

    async def follow(self, argv: Sequence[str], on_data: Callable[[bytes], None]) -> Outcome:
        raise NotImplementedError


@pytest.mark.parametrize(
    "piece", [b"x" * 65536, b"\x1b[31m \xff\n" * 8192, b"\n" * 65536], ids=["line", "noise", "empty"]
)
async def test_a_hundred_megabytes_are_refused_before_a_parser_sees_them(piece: bytes) -> None:
    host = Torrent(piece, 100 * 1024 * 1024)
    tracemalloc.start()
    try:
        with _within(30), pytest.raises(ParseProblem, match="too long to be read whole"):
            await ask(host, ("builds:list", "shop"), timeout=60)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert host.sent >= 100 * 1024 * 1024
    # The cap of 4 MB, joined, and as text, in which a byte that is no UTF-8 takes two or four.
    assert peak < 48 * 1024 * 1024
