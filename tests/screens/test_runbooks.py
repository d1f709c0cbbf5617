from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from restant_tui.engine.state import GateKind
from restant_tui.errors import Unreachable, UsageProblem
from screens.parameters import ParametersScreen
from screens.runbooks import RunbooksScreen
from screens.wizard import WizardScreen
from tests.support.console import FakeRuntime, open_console, settle, text
from tests.support.waiting import until
from tests.support.walking import FakeRun, asking, walking_runtime
from widgets.catalogue import CatalogueList

SIZES = [(80, 24), (120, 40)]
READ_ONLY = """
format: 1
id: look
title: Look at the host
category: daily
when_to_use: Every morning, [/x] before anything else.
owner: devops
reviewed: "2026-02-20"
estimate: {typical: 30s}
steps:
  - {id: report, kind: run, title: Report, danger: read, argv: [version]}
"""
ROLLBACK = """
format: 1
id: back
title: Go back
category: rollback
when_to_use: Users are being failed.
not_when: The schema moved.
owner: devops
reviewed: "2026-02-20"
estimate: {typical: 4m}
requires: {dokku: ">=0.38"}
params:
  - {name: app, type: app, title: Which app, default: restant-main}
  - name: release
    type: release
    title: Roll back to
    choices_from:
      probe: {argv: ["@release.list", "{{ app }}"]}
      key: sha
      label: "{{ sha }}"
steps:
  - id: roll
    kind: run
    title: Roll back
    danger: destructive
    timeout: 15m
    argv: ["@release.rollback", "{{ app }}", "{{ release.sha }}"]
    expect: [{exit: 0}]
    confirm: {style: type, phrase: "{{ app }}"}
    blast: {says: Everything.}
    reconcile: {probe: {argv: ["apps:report", "{{ app }}"]}, done_if: exit == 0}
    undo: {none_because: It is the way back.}
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    (tmp_path / "look.yaml").write_text(READ_ONLY)
    (tmp_path / "back.yaml").write_text(ROLLBACK)
    (tmp_path / "broken.yaml").write_text("format: 1\nid: broken\nstepz: []\n")
    return tmp_path


@asynccontextmanager
async def catalogue(
    folder: Path, size: tuple[int, int] = (120, 40), selected: str = ""
) -> AsyncIterator[tuple[Pilot[None], Any]]:
    runtime: Any = walking_runtime(folder=folder)
    runtime.outage()
    async with open_console(runtime, size) as pilot:
        await pilot.app.push_screen(RunbooksScreen(selected))
        await until(lambda: pilot.app.screen.query_one(CatalogueList).shelf is not None, what="the catalogue")
        await settle(pilot)
        yield pilot, runtime


def shown(pilot: Pilot[None]) -> str:
    return text(pilot.app)


@pytest.mark.parametrize("size", SIZES)
async def test_the_catalogue_lists_titles_dangers_and_times_by_category(shelf: Path, size: tuple[int, int]) -> None:
    async with catalogue(shelf, size, "back") as (pilot, _):
        for words in (
            "daily", "Look at the host", "only reads", "30 s", "rollback", "Go back", "x destructive", "never done",
            "x has errors", "Users are being failed.", "Not when: The schema moved.",
        ):  # fmt: skip
            assert words in shown(pilot)
        assert "PRODUCTION" in shown(pilot)


async def test_the_detail_says_what_a_runbook_needs_and_its_steps(shelf: Path) -> None:
    async with catalogue(shelf, selected="back") as (pilot, _):
        assert "Dokku >=0.38" in shown(pilot)
        assert "1 Roll back" in shown(pilot)


async def test_a_broken_file_is_listed_with_its_problems_and_cannot_be_started(shelf: Path) -> None:
    async with catalogue(shelf, selected="broken") as (pilot, runtime):
        assert "This file cannot be run." in shown(pilot)
        assert "stepz" in shown(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, RunbooksScreen)
        assert runtime.engine.started == []


async def test_the_filter_narrows_while_it_is_typed_and_escape_takes_it_back(shelf: Path) -> None:
    async with catalogue(shelf) as (pilot, _):
        await pilot.press("slash", *"morning")
        await settle(pilot)
        assert "Go back" not in shown(pilot)
        assert "Look at the host" in shown(pilot)
        await pilot.press("enter", "escape")
        await settle(pilot)
        assert "Go back" in shown(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, RunbooksScreen)


async def test_a_runbook_that_asks_nothing_starts_at_once(shelf: Path) -> None:
    async with catalogue(shelf, selected="look") as (pilot, runtime):
        await pilot.press("enter")
        await until(lambda: isinstance(pilot.app.screen, WizardScreen))
        await settle(pilot)
        assert runtime.engine.started == [("look", {})]


@pytest.mark.parametrize("size", SIZES)
async def test_the_release_picker_shows_what_is_known_of_each_release(shelf: Path, size: tuple[int, int]) -> None:
    async with catalogue(shelf, size, "back") as (pilot, runtime):
        await pilot.press("enter")
        await until(lambda: "b81d002  Round taxes" in shown(pilot), what="the choices")
        assert isinstance(pilot.app.screen, ParametersScreen)
        assert "succeeded    26 h ago  b81d002  Round taxes at the end of the order" in shown(pilot)
        assert "▸ restant-main  PRODUCTION on box" in shown(pilot)
        assert runtime.engine.asked == [("back", "release", {"app": "restant-main"})]
        for key in ("enter", "down", "enter", "enter"):
            await pilot.press(key)
            await settle(pilot)
        await until(lambda: isinstance(pilot.app.screen, WizardScreen))
        assert runtime.engine.started == [("back", {"app": "restant-main", "release": "90ce11ab43aa7711"})]


async def test_another_app_asks_for_its_own_releases(shelf: Path) -> None:
    async with catalogue(shelf, selected="back") as (pilot, runtime):
        await pilot.press("enter")
        await until(lambda: "Round taxes" in shown(pilot))
        await pilot.press("down")
        await until(lambda: len(runtime.engine.asked) == 2)
        assert runtime.engine.asked[-1] == ("back", "release", {"app": "restant-staging"})


async def test_a_host_that_cannot_be_asked_is_said_in_one_sentence(shelf: Path) -> None:
    async with catalogue(shelf, selected="back") as (pilot, runtime):
        runtime.engine.problem = Unreachable("box does not answer")
        await pilot.press("enter")
        await until(lambda: "box does not answer" in shown(pilot))
        await until(lambda: "the host could not be asked" in shown(pilot))
        runtime.engine.problem = None
        await pilot.press("down")
        await until(lambda: "Round taxes" in shown(pilot), what="the second try")
        assert isinstance(pilot.app.screen, ParametersScreen)


async def test_a_start_that_is_refused_is_said_in_one_sentence(shelf: Path) -> None:
    async with catalogue(shelf, selected="look") as (pilot, runtime):
        runtime.engine.problem = UsageProblem("nothing to look at [/x]")
        await pilot.press("enter")
        await until(lambda: "nothing to look at [/x]" in shown(pilot))
        assert isinstance(pilot.app.screen, RunbooksScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_runs_under_way_stand_on_top_and_can_be_gone_back_to(shelf: Path, size: tuple[int, int]) -> None:
    async with catalogue(shelf, size) as (pilot, runtime):
        assert isinstance(runtime, FakeRuntime)
        state = replace(asking(GateKind.PRESS), id="r-1")
        runtime.engine.active = (FakeRun(state, runtime),)  # type: ignore[assignment]  # the fake engine keeps what it is given
        await settle(pilot)
        assert "running: " in shown(pilot)
        assert "Emergency rollback  step 2/4" in shown(pilot)
        assert "waits for you" in shown(pilot)
        await pilot.press("home", "enter")
        await until(lambda: isinstance(pilot.app.screen, WizardScreen))


PIECE = """
format: 1
id: peek
title: A piece [/x]
category: alerts
piece: true
when_to_use: Inside others.
owner: devops
reviewed: "2026-02-20"
estimate: {typical: 30s}
steps:
  - {id: report, kind: run, title: Report, danger: read, argv: [version]}
"""
HELPS = """
format: 1
id: helps
title: What helps
category: security
when_to_use: It is down.
triggers: [app-down]
owner: devops
reviewed: "2026-02-20"
estimate: {typical: 30s}
params:
  - {name: app, type: app, title: Which app, default: restant-main}
steps:
  - {id: report, kind: run, title: "Look at {{ app }} now", danger: read, argv: ["ps:report", "{{ app }}"]}
  - {id: back, kind: include, title: Another one, runbook: back, with: {app: "{{ app }}", release: x}}
"""


@pytest.mark.parametrize("size", SIZES)
async def test_what_the_open_alerts_call_for_stands_first_and_pieces_stand_last(
    shelf: Path, size: tuple[int, int]
) -> None:
    (shelf / "helps.yaml").write_text(HELPS)
    (shelf / "peek.yaml").write_text(PIECE)
    async with catalogue(shelf, size) as (pilot, _):
        titles = [row.lines[0].plain for row in pilot.app.screen.query_one(CatalogueList)._rows]
        assert titles[0] == "for the alerts now"
        assert "What helps" in titles[1]
        assert sum("What helps" in title for title in titles) == 1
        assert titles[-2].strip() == "pieces"
        assert "A piece [/x]" in titles[-1]
        assert "alerts" not in titles


async def test_the_detail_shows_what_is_filled_in_later_without_braces_and_counts_what_is_included(
    shelf: Path,
) -> None:
    (shelf / "helps.yaml").write_text(HELPS)
    async with catalogue(shelf, (160, 40), selected="helps") as (pilot, _):
        assert "Look at <app> now" in shown(pilot)
        assert "{{" not in shown(pilot)
        [line] = [line for line in shown(pilot).splitlines() if "Another one" in line]
        assert "destructive" in line.partition("Another one")[2]
