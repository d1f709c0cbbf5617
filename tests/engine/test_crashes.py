"""Consoles are killed without warning at any moment: what they left ends as an unbroken run, and nothing runs twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.engine.crashes import APPS, Effects, crash, served

KILLS = 20
"""For each of two apps; `bench.crashes` does many more."""


@pytest.mark.timeout(120)
async def test_killed_anywhere_every_run_is_taken_up_to_the_same_end_and_no_change_is_made_twice(
    tmp_path: Path,
) -> None:
    async with served(tmp_path):
        with Effects() as effects:
            lanes = await asyncio.gather(
                *(crash(app, tmp_path / app, KILLS, seed) for seed, app in enumerate(APPS, 11))
            )
    assert [problem for lane in lanes for problem in lane.problems(effects)] == []
    assert sum(lane.kills for lane in lanes) == 2 * KILLS
    cut = [told for lane in lanes for told in lane.resumed]
    assert len(cut) > KILLS, "hardly any had begun when it was killed"
    assert any(told.intents for told in cut), "none was killed in the middle of a change"
