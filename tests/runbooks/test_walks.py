"""Every runbook walked on the practice host: the good way, and the failing branches to their right ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from restant_tui.config.model import Danger
from restant_tui.engine.state import StepStatus
from tests.runbooks.cases import cases, ids
from tests.runbooks.claims import claims
from tests.runbooks.stage import Walked, settle, walked

WALKS = [(runbook, name) for runbook in ids() for name in cases(runbook)]


@pytest.mark.parametrize(("runbook", "name"), WALKS, ids=[f"{runbook}:{name}" for runbook, name in WALKS])
async def test_a_runbook_ends_as_it_should_and_the_host_shows_it(runbook: str, name: str, tmp_path: Path) -> None:
    case = cases(runbook)[name]
    async with walked(runbook, name, case, tmp_path) as walk:
        told = walk.account()
        assert walk.state.status is case.ends, told
        assert case.says in walk.state.reason, told
        for path, status in case.steps.items():
            assert walk.step(path).status is status, f"{path} is {walk.step(path).status}\n{told}"
        for path, text in case.said.items():
            assert text in "\n".join(walk.lines(path)), f"{path} said {walk.lines(path)}"
        assert tuple(walk.stage.told.templates) == case.tells, told
        if case.unchanged if case.unchanged is not None else not changed(walk):
            assert walk.unchanged, "something on the practice host is not as it was"
        for claim in claims(runbook, name):
            await settle(claim, walk)
        assert walk.runtime.journal.verify() == []
        assert walk.runtime.arming.armed_until is None


def changed(walk: Walked) -> bool:
    """Whether any change was sent."""
    return any(
        one.danger is not Danger.READ and one.attempts and one.status is not StepStatus.DECLINED
        for one in walk.state.steps
        if one.kind in ("run", "http", "transfer")
    )
