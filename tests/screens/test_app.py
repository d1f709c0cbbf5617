from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.command import Command as PaletteLine
from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import Button, Input

from restant_tui.errors import Unreachable
from restant_tui.journal.records import RunRecord
from screens.app import RestantApp
from screens.ask import AskScreen
from screens.dashboard import Dashboard
from screens.help import HelpScreen
from screens.runs import RecordScreen, RunsScreen
from tests.support.clock import START
from tests.support.console import (
    STAGING_ONLY,
    FakeRuntime,
    console,
    lines,
    open_console,
    settle,
    text,
    under_way,
)
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]


async def test_q_leaves_at_once_when_nothing_runs_and_closes_what_was_opened() -> None:
    runtime = FakeRuntime()
    app = console(runtime)
    async with app.run_test() as pilot:
        await until(lambda: app.runtime is not None)
        await pilot.press("q")
        await until(lambda: not app.is_running or app._exit)
    assert runtime.started
    assert runtime.closed


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_leaving_asks_first_while_a_run_is_under_way_and_enter_stays(key: str) -> None:
    runtime = FakeRuntime()
    runtime.engine.active = (under_way(),)
    async with open_console(runtime, (80, 24)) as pilot:
        await pilot.press(key)
        await until(lambda: isinstance(pilot.app.screen, AskScreen))
        await settle(pilot)
        assert "Emergency rollback" in text(pilot.app)
        assert "PRODUCTION" in text(pilot.app)
        assert isinstance(pilot.app.focused, Button)
        assert pilot.app.focused.id == "cancel"
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, Dashboard))
        assert not pilot.app._exit


async def test_leaving_a_run_under_way_takes_one_deliberate_key_after_a_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = FakeRuntime()
    runtime.engine.active = (under_way(),)
    async with open_console(runtime, (80, 24)) as pilot:
        await pilot.press("q")
        await until(lambda: isinstance(pilot.app.screen, AskScreen) and pilot.app.screen.is_mounted)
        asked = pilot.app.screen
        assert isinstance(asked, AskScreen)
        now = asked._opened
        asked._monotonic = lambda: now + 0.2
        await pilot.press("y")
        assert asked.is_current, "a key typed for something else must not answer"
        asked._monotonic = lambda: now + 0.6
        await pilot.press("y")
        await until(lambda: pilot.app._exit)


async def test_w_arms_production_after_a_question_and_disarms_without_one() -> None:
    runtime = FakeRuntime()
    async with open_console(runtime, (80, 24)) as pilot:
        await pilot.press("w")
        await until(lambda: isinstance(pilot.app.screen, AskScreen) and pilot.app.screen.is_mounted)
        asked = pilot.app.screen
        assert isinstance(asked, AskScreen)
        asked._monotonic = lambda: asked._opened + 1
        await pilot.press("y")
        await until(lambda: runtime.arming.armed_until is not None)
        await settle(pilot)
        assert "ARMED 03:15" in lines(pilot.app)[0]
        await pilot.press("w")
        await until(lambda: runtime.arming.armed_until is None)
        await settle(pilot)
        assert "READ-ONLY" in lines(pilot.app)[0]


async def test_arming_is_not_offered_where_there_is_no_production() -> None:
    runtime = FakeRuntime(STAGING_ONLY)
    async with open_console(runtime, (80, 24)) as pilot:
        assert "READ-ONLY" not in text(pilot.app)
        await pilot.press("w")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, AskScreen)
        assert "no production app is configured" in [note.message for note in pilot.app._notifications]


async def test_ctrl_r_asks_everything_again() -> None:
    runtime = FakeRuntime()
    async with open_console(runtime) as pilot:
        await pilot.press("ctrl+r")
        assert runtime.monitors.woken == 1


async def test_what_keeps_the_console_from_opening_is_said_in_its_own_words() -> None:
    runtime = FakeRuntime()
    app = console(runtime)

    async def open_runtime() -> Any:
        raise Unreachable("box refuses the key of dokku; add it with ssh-copy-id [/x]")

    app._open_runtime = open_runtime
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(lambda: app.trouble)
        await pilot.pause()
        assert "box refuses the key of dokku; add it with ssh-copy-id [/x]" in app.trouble
        assert "box refuses the key" in text(app)


async def test_help_lists_the_keys_of_the_focused_pane_first_and_what_the_words_mean() -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime, (120, 60)) as pilot:
        await pilot.press("3", "question_mark")
        await until(lambda: isinstance(pilot.app.screen, HelpScreen))
        await settle(pilot)
        shown = text(pilot.app)
        places = [shown.index(word) for word in ("Find text in the log", "Give the whole screen", "Open the catalogue")]
        assert places == sorted(places)
        assert "the link to the host is down" in shown
        assert "x critical" in shown
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, Dashboard)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_help_says_how_each_login_is_and_what_it_costs_that_one_is_missing(size: tuple[int, int]) -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime, size) as pilot:
        await pilot.press("question_mark")
        await until(lambda: isinstance(pilot.app.screen, HelpScreen))
        await settle(pilot)
        await pilot.press("end")
        await settle(pilot)
        assert "box/admin" in text(pilot.app)
        assert "box has no admin login" in text(pilot.app)
        help_ = pilot.app.screen
        assert isinstance(help_, HelpScreen)
        said = " ".join(" ".join(line.plain for line in help_.lines(70)).split())
        assert "disk, memory and load of the host are not seen" in said
        assert "add `admin: {user: …}`" in said


def found(pilot: Pilot[None]) -> list[str]:
    """What the palette offers, once its first line is marked."""
    offers = pilot.app.screen.query_one(CommandList)
    if offers.highlighted is None:
        return []
    return [str(offer.hit.text) for offer in offers.options if isinstance(offer, PaletteLine)]


async def test_a_command_can_be_found_and_run_from_the_palette() -> None:
    runtime = FakeRuntime()
    async with open_console(runtime, (80, 24)) as pilot:
        await pilot.press("colon")
        await until(lambda: isinstance(pilot.app.focused, Input))
        await pilot.press(*"poll now")
        await until(lambda: found(pilot) == ["Poll now"])
        await pilot.press("enter")
        await until(lambda: runtime.monitors.woken == 1)


async def test_a_runbook_can_be_found_from_the_palette_by_its_title(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = FakeRuntime()
    opened: list[str] = []
    monkeypatch.setattr(RestantApp, "action_runbooks", lambda self, selected="": opened.append(selected))
    async with open_console(runtime, (80, 24)) as pilot:
        await pilot.press("colon")
        await until(lambda: isinstance(pilot.app.focused, Input))
        await pilot.press(*"daily")
        await until(lambda: found(pilot) == ["Daily checks [/x]"])
        await pilot.press("enter")
        await until(lambda: opened == ["daily-checks"])


async def test_the_list_of_runs_shows_those_under_way_first_and_opens_a_record() -> None:
    runtime = FakeRuntime()
    runtime.engine.active = (under_way(),)
    past = RunRecord(
        id="r-20260228-1000-aa",
        runbook="daily-checks",
        title="Daily checks [/x]",
        environment="production",
        host="box",
        actor="sam",
        started_at=START - timedelta(days=2),
        finished_at=START - timedelta(days=2) + timedelta(minutes=9),
        status="ok",
    )
    cut = replace(past, id="r-20260227-1000-bb", title="Cut short", finished_at=None, status="running")
    runtime.journal.records = [past, cut]
    async with open_console(runtime, (100, 24)) as pilot:
        await pilot.press("j")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))
        await until(lambda: "Daily checks [/x]" in text(pilot.app))
        await pilot.press("j")
        assert len(pilot.app.screen_stack) == 2, "the same screen is not opened twice"
        shown = text(pilot.app)
        assert shown.index("Emergency rollback") < shown.index("Daily checks")
        assert "! unfinished" in shown
        await pilot.press("down", "enter")
        await until(lambda: isinstance(pilot.app.screen, RecordScreen))
        await settle(pilot)
        assert "Daily checks" in text(pilot.app)
        await pilot.press("escape", "escape")
        await until(lambda: isinstance(pilot.app.screen, Dashboard))


async def test_a_run_left_unfinished_is_taken_up_from_the_list_or_says_why_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runtime = FakeRuntime()
    runtime.journal.records = [
        RunRecord(
            id="r-1", runbook="x", title="Cut short", environment="production", host="box", actor="sam",
            started_at=START,
        )
    ]  # fmt: skip
    runtime.engine.held = "r-1 is carried on by noor on another console"
    opened: list[object] = []
    async with open_console(runtime, (100, 24)) as pilot:
        monkeypatch.setattr(pilot.app, "open_run", opened.append)
        await pilot.press("j")
        await until(lambda: "Cut short" in text(pilot.app))
        await pilot.press("enter")
        await until(lambda: "noor on another console" in text(pilot.app))
        assert not opened
        runtime.engine.held = ""
        await pilot.press("j")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen) and "Cut short" in text(pilot.app))
        await pilot.press("enter")
        await until(lambda: len(opened) == 1)
    assert runtime.engine.resumed == ["r-1"]


def test_nothing_heavy_is_loaded_when_the_first_frame_stands() -> None:
    code = """
import asyncio, sys
from screens import startup
startup.prepare()
seen = []
startup.warm = lambda: seen.append({"asyncssh", "httpx", "keyring", "cryptography", "jinja2"} & set(sys.modules))
from screens.app import RestantApp
async def never():
    await asyncio.Event().wait()
async def main():
    app = RestantApp(never)
    async with app.run_test() as pilot:
        while not seen:
            await pilot.pause()
asyncio.run(main())
print(sorted(seen[0]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=50, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr
