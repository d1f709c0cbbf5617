"""Hostile values from a runbook's parameter to Debian's own sshd: each arrives whole, or is not sent at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from restant_tui.clock import SystemClock
from restant_tui.config.model import Identity, Target
from restant_tui.engine.state import StepStatus
from restant_tui.errors import UsageProblem
from restant_tui.transport.lifeline import Lifeline
from restant_tui.transport.outcome import Runner
from restant_tui.transport.session import Session
from tests.engine.test_arguments import NASTY
from tests.support.bench import APP, Bench, book
from tests.support.sshd import PROGRAM, Sshd

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(PROGRAM is None, reason="OpenSSH's sshd is not installed"),
]
STEPS = """
- {id: forced, kind: run, title: Forced, danger: read, argv: ["config:set", "{{ app }}", "{{ value }}", tail],
   on_failure: {default: continue}}
- {id: shell, kind: run, title: Shell, danger: read, target: admin,
   argv: [sh, -c, 'printf "%s\\0" "$@" > "$0"', "FOLDER/arguments", "{{ value }}", tail],
   on_failure: {default: continue}}
"""


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """A bench whose hosts are real sessions."""
    folder = tmp_path / "sshd"
    folder.mkdir()
    server = Sshd(folder)
    await server.start()
    sessions = {Target(one.value): Session(server.host(), one, clock=SystemClock()) for one in Identity}
    made = Bench(tmp_path)

    def runner(host: str, target: Target, lifeline: Lifeline | None = None) -> Runner:
        return sessions[target].tied(lifeline) if lifeline else sessions[target].prioritised()

    made.targets.runner = runner  # type: ignore[method-assign] # real ones
    made.shelf.add(book(STEPS.replace("FOLDER", str(folder)), params=APP + "\n- {name: value, required: false}"))
    yield made
    for session in sessions.values():
        await session.close()
    await server.stop()


async def test_every_value_that_hurts_arrives_as_one_argument_or_is_refused_with_a_sentence(
    bench: Bench, tmp_path: Path
) -> None:
    words, arguments = tmp_path / "sshd" / "words", tmp_path / "sshd" / "arguments"
    arrived = 0
    for value in NASTY:
        words.unlink(missing_ok=True)
        arguments.unlink(missing_ok=True)
        try:
            run = await bench.engine.start("test", {"value": value}, by="mira")
        except UsageProblem as refused:
            assert "UTF-8" in str(refused)
            continue
        state = await asyncio.wait_for(run.wait(), 20)
        whole = value.strip()
        if state.step("forced").status is StepStatus.OK:
            assert words.read_text().split("\n") == ["config:set", "trial", whole, "tail", ""]
            arrived += 1
        else:
            assert not words.exists(), value
            assert state.step("forced").reason
        if state.step("shell").status is StepStatus.OK:
            assert arguments.read_bytes().decode().split("\0") == [whole, "tail", ""]
            arrived += 1
        else:
            assert not arguments.exists(), value
            assert "NUL" in state.step("shell").reason or "longer than" in state.step("shell").reason
    assert arrived > len(NASTY)
