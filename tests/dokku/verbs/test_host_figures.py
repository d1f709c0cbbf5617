from __future__ import annotations

import json
from pathlib import Path

import pytest

from restant_tui.config.model import Danger
from restant_tui.dokku import commands
from restant_tui.dokku.verbs import VERBS
from restant_tui.transport.local import LocalShell
from restant_tui.transport.outcome import Outcome
from tests.dokku.test_figures import ANSWER
from tests.support.scripted import ScriptedRunner, exited, lost
from tests.support.verbs import perform

FIGURES = commands.admin_figures()


async def test_every_figure_comes_from_one_command() -> None:
    admin = ScriptedRunner({FIGURES: exited(ANSWER)})
    outcome, shown = await perform("host.figures", [], admin=admin)
    assert json.loads(outcome.stdout) == json.loads(shown) == {
        "disk_percent": 57.0,
        "memory_percent": 75.0,
        "load1": 0.7,
        "cpus": 2,
        "cpu_percent": 25.0,
        "uptime_s": 3552.61,
    }  # fmt: skip
    assert admin.calls == [call.argv for call in VERBS["host.figures"].explain([])]


@pytest.mark.skipif(
    not all(Path(name).exists() for name in ("/proc/loadavg", "/proc/uptime", "/usr/bin/free")),
    reason="needs /proc and free",
)
async def test_a_real_machine_answers_the_script(tmp_path: Path) -> None:
    shell = LocalShell(tmp_path, {"PATH": "/usr/bin:/bin", "LC_ALL": "de_DE.UTF-8"})
    outcome, _ = await perform("host.figures", [], admin=shell)
    told = json.loads(outcome.stdout)
    assert 0 <= told["disk_percent"] <= 100
    assert 0 < told["memory_percent"] < 100
    assert told["cpus"] >= 1
    assert 0 <= told["cpu_percent"] <= 100


@pytest.mark.parametrize("answer", [exited(ANSWER[:-20]), exited("", 127, "sh: not found\n"), lost(), exited("")])
async def test_figures_that_did_not_come_are_no_figures(answer: Outcome) -> None:
    outcome, shown = await perform("host.figures", [], admin=ScriptedRunner({FIGURES: answer}))
    assert not outcome.succeeded
    assert shown == ""


async def test_it_takes_no_arguments_and_needs_the_admin() -> None:
    admin = ScriptedRunner()
    outcome, _ = await perform("host.figures", ["shop"], admin=admin)
    assert (outcome.sent, admin.calls) == (False, [])
    assert not (await perform("host.figures", []))[0].sent
    assert VERBS["host.figures"].danger is Danger.READ
