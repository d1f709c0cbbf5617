"""The log of an attempt to release: whole, without a secret, and with a sentence where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from restant_tui.dokku import commands
from restant_tui.monitors import buildlog
from restant_tui.monitors.buildlog import BuildLog
from restant_tui.text import Redactor
from restant_tui.transport.outcome import Outcome, OutcomeKind
from tests.support.scripted import ScriptedRunner, exited, lost
from tests.support.waiting import until

ARGV = commands.builds_output("shop", "b7")


def log(runner: ScriptedRunner | None, *, running: bool = False, **more: object) -> BuildLog:
    return BuildLog("shop", "b7", runner, redactor=Redactor(["hunter22"]), running=running, **more)  # type: ignore[arg-type]  # passed on


def shown(of: BuildLog) -> list[str]:
    return [of.text(number) for number in range(of.first, of.total)]


def giving(*pieces: bytes, then: Outcome | None = None) -> Callable[[Callable[[bytes], None]], object]:
    async def follow(on_data: Callable[[bytes], None]) -> Outcome:
        for piece in pieces:
            on_data(piece)
            await asyncio.sleep(0)
        if then is None:
            await asyncio.Event().wait()
        assert then is not None
        return then

    return follow


async def test_the_log_of_a_finished_attempt_is_cleaned_redacted_and_called_whole() -> None:
    printed = b"-----> Building\n\x1b[31m !     failed with hunter22\x1b[0m\nDB_PASSWORD=abc\nlast"
    reading = log(ScriptedRunner({ARGV: exited(printed)}))
    await reading.read()
    assert shown(reading) == ["-----> Building", " !     failed with •••", "DB_PASSWORD=•••", "last"]
    assert (reading.state, reading.trouble) == ("whole", "")


async def test_a_running_attempt_is_followed_and_its_end_is_read_once() -> None:
    runner = ScriptedRunner({ARGV: exited(b"one\ntwo\nthree\nfour\n")})
    runner.follows = [giving(b"one\ntw", b"o\nthr")]  # type: ignore[list-item]  # a follow like every other
    reading = log(runner, running=True)
    task = asyncio.create_task(reading.read())
    await until(lambda: shown(reading) == ["one", "two"])
    assert reading.state == "following"
    reading.finish()
    await task
    assert shown(reading) == ["one", "two", "three", "four"]
    assert reading.state == "whole"


async def test_a_follow_that_lost_its_link_goes_on_without_a_double_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buildlog, "_PAUSE", 0.001)
    runner = ScriptedRunner({ARGV: exited(b"1\n2\n3\n4\n")})
    runner.follows = [giving(b"1\n2\n", then=lost()), giving(b"1\n2\n3\n")]  # type: ignore[list-item]  # as above
    reading = log(runner, running=True)
    task = asyncio.create_task(reading.read())
    await until(lambda: shown(reading) == ["1", "2", "3"])
    assert reading.trouble == ""
    reading.finish()
    await task
    assert shown(reading) == ["1", "2", "3", "4"]


async def test_leaving_ends_the_follow() -> None:
    ended = asyncio.Event()

    async def follow(on_data: Callable[[bytes], None]) -> Outcome:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    runner = ScriptedRunner()
    runner.follows = [follow]
    task = asyncio.create_task(log(runner, running=True).read())
    await until(lambda: runner.followed)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert ended.is_set()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (exited(""), "builds:set shop retention 100"),
        (exited("", 20, " !     App shop does not exist\n"), "exited 20: App shop does not exist"),
        (lost(), "the link was lost"),
        (Outcome(kind=OutcomeKind.TIMED_OUT, stdout=b"x\n"), "builds:output shop b7"),
    ],
)
async def test_where_there_is_no_log_or_not_all_of_it_one_sentence_says_what_to_do(answer: Outcome, words: str) -> None:
    reading = log(ScriptedRunner({ARGV: answer}))
    await reading.read()
    assert words in reading.trouble
    assert reading.state == "not whole"


async def test_an_older_dokku_is_not_even_asked() -> None:
    runner = ScriptedRunner()
    reading = log(runner, version=(0, 37, 9))
    await reading.read()
    assert "since 0.38.0" in reading.trouble
    assert runner.calls == []


async def test_memory_is_bounded_however_long_the_log_is() -> None:
    line = b"x" * 99 + b"\n"
    reading = log(ScriptedRunner({ARGV: exited(line * 200_000)}))
    await reading.read()
    assert reading.total == 200_000
    assert reading.first > 0
    assert reading.text(0) == ""
