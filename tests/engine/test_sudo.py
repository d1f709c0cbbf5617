"""A sudo that asks for a password where nobody can type one: said in words, whatever the step makes of exit 1."""

from __future__ import annotations

import pytest

from restant_tui.config.model import Target
from restant_tui.engine.state import GateKind, StepStatus
from tests.support.bench import Bench, asked, book, ended
from tests.support.scripted import exited

STEP = """
- {id: du, kind: run, title: What takes room, danger: read, target: admin, argv: [sudo, -n, du, -x],
   expect: [{exit: [0, 1], level: warn}]}
"""


@pytest.mark.parametrize(
    "complaint",
    [
        "sudo: a password is required\n",
        "sudo: a terminal is required to read the password; either use the -S option\nsudo: a password is required\n",
    ],
)
async def test_a_password_that_nobody_can_type_is_a_failure_with_the_way_out(bench: Bench, complaint: str) -> None:
    bench.targets.runners[Target.ADMIN].answers["sudo", "-n", "du", "-x"] = exited("", 1, complaint)
    run = await bench.start(book(STEP))
    gate = await asked(run)
    assert gate.kind is GateKind.FAILURE
    for words in ("sudo lets nobody through on ops@box without a password", "NOPASSWD"):
        assert words in gate.says


async def test_what_the_command_itself_says_is_not_taken_for_sudo(bench: Bench) -> None:
    answer = exited("12 /var/log\n", 1, "du: cannot read directory '/var/log/private': Permission denied\n")
    bench.targets.runners[Target.ADMIN].answers["sudo", "-n", "du", "-x"] = answer
    run = await bench.start(book(STEP))
    assert (await ended(run)).step("du").status is StepStatus.OK
