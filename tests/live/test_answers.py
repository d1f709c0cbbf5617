"""The forced command that answers like a real Dokku: words, both streams, the exit status, the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from restant_tui.clock import SystemClock
from restant_tui.config.model import Identity
from restant_tui.dokku import commands
from restant_tui.transport.session import Session
from tests.support.answers import Answers, Capture, captures
from tests.support.sshd import PROGRAM, Sshd
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.skipif(PROGRAM is None, reason="OpenSSH's sshd is not installed")]


@pytest.fixture
async def answers(tmp_path: Path) -> Answers:
    return Answers(tmp_path / "answers", "well")


@pytest.fixture
async def dokku(tmp_path: Path, answers: Answers) -> AsyncIterator[Session]:
    server = Sshd(tmp_path / "sshd", answers=answers)
    await server.start()
    session = Session(server.host(), Identity.DOKKU, clock=SystemClock())
    yield session
    await session.close()
    await server.stop()


@pytest.mark.parametrize("said", captures("well"), ids=lambda said: said.command)
async def test_each_capture_comes_back_byte_for_byte(dokku: Session, answers: Answers, said: Capture) -> None:
    outcome = await dokku.run(said.command.split(), timeout=20)
    assert (outcome.exit_status, outcome.text, outcome.error_text) == (said.status, said.out, said.err)
    assert answers.asked == [said.command]


async def test_what_is_not_known_is_no_command(dokku: Session, answers: Answers) -> None:
    outcome = await dokku.run(["releases", "restant-main"], timeout=20)
    assert outcome.exit_status == 1
    assert outcome.error_text.startswith(" !     `releases restant-main` is not a dokku command.\n")
    assert answers.asked == ["releases restant-main"]


async def test_a_log_is_read_and_followed(dokku: Session, answers: Answers) -> None:
    answers.log("shop", "web.1", *(f"2026-03-02T02:00:00.{number:09}Z app[web.1]: {number}" for number in range(300)))
    outcome = await dokku.run(commands.logs("shop", 2), timeout=20)
    assert outcome.text.splitlines()[-1].endswith("app[web.1]: 299")
    assert len(outcome.text.splitlines()) == 2
    got = bytearray()
    following = asyncio.create_task(dokku.follow(commands.follow_logs("shop"), got.extend))
    await until(lambda: got.count(b"\n") == 100)
    answers.log("shop", "web.1", "2026-03-02T02:00:01Z app[web.1]: next")
    await until(lambda: got.endswith(b"next\n"))
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
