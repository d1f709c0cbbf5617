"""Pictures of the wizard, its dialog and its summary, drawn with a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from restant_tui.engine.state import GateKind, RunState
from screens.confirm import ConfirmScreen
from tests.screens.test_snapshots import Compare
from tests.support.console import connected, console, settle
from tests.support.waiting import until
from tests.support.walking import FakeRun, Ticking, asking, ended, running, walking_runtime, wizard
from widgets.step_card import StepCard

SIZES = [(80, 24), (120, 40)]
by_size = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


def picture(make: Callable[[], RunState]) -> tuple[App[None], Any]:
    runtime = walking_runtime()
    app = console(runtime)

    async def before(pilot: Pilot[None]) -> None:
        await connected(app)
        state = make()
        run = FakeRun(state, runtime)
        run.say("rollback", *(f"#{number} [{number}/6] RUN composer install --no-dev" for number in range(1, 30)))
        run.say("afterwards", "1. Revert the bad commit on the main branch now.", "2. Tell the people who wait.")
        screen = wizard(run, Ticking())
        await app.push_screen(screen)
        if state.gate is not None and state.gate.kind is GateKind.TYPE:
            await until(lambda: isinstance(app.screen, ConfirmScreen))
        elif not state.status.ended and state.gate is None:
            await until(lambda: screen.query_one(StepCard).background.instead)
        await settle(pilot)
        app.clear_selection()
        await settle(pilot)

    return app, before


@by_size
def test_wizard_running(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, before = picture(running)
    assert snap_compare(app, terminal_size=size, run_before=before)


@by_size
def test_confirmation(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, before = picture(lambda: asking(GateKind.TYPE))
    assert snap_compare(app, terminal_size=size, run_before=before)


@by_size
def test_failure(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, before = picture(lambda: asking(GateKind.FAILURE))
    assert snap_compare(app, terminal_size=size, run_before=before)


@by_size
def test_summary(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, before = picture(ended)
    assert snap_compare(app, terminal_size=size, run_before=before)
