"""Plans of shipped runbooks whose commands speak of passwords: masked text by text, and whole."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from restant_tui.engine.runtime import Runtime
from restant_tui.paths import Paths
from restant_tui.practice.keyring import PracticeKeyring
from tests.support.practicehost import make


@pytest.mark.parametrize("runbook", ["disk-full", "maint-weekly", "backup-db", "recover-db"])
async def test_a_plan_is_made_and_shows_no_secret(runbook: str, tmp_path: Path) -> None:
    async with make(tmp_path / "host", calm=True) as host:
        paths = Paths(state=tmp_path / "state", config=tmp_path / "config", data=tmp_path / "data")
        runtime = Runtime.create(
            host.config(), clock=host.clock, paths=paths, actor="mira", rng=Random(4),
            environ={"PATH": "/usr/bin:/bin"}, folder=tmp_path, keyring=PracticeKeyring,
        )  # fmt: skip
        await runtime.start(monitors=False)
        try:
            plan = await runtime.engine.plan(runbook, {"file": "dump.sql"} if runbook == "recover-db" else {})
        finally:
            await runtime.close()

    assert plan.steps
    assert "practice@" not in repr(plan)
