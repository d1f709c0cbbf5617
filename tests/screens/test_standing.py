from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from restant_tui.config.model import Identity
from restant_tui.dokku.capabilities import Capabilities
from restant_tui.monitors.feed import Feed
from screens.runbooks import RunbooksScreen
from tests.support import capabilities
from tests.support.console import open_console, settle, text
from tests.support.waiting import until
from tests.support.walking import walking_runtime
from widgets.catalogue import CatalogueList

BOOK = """
format: 1
id: look
title: Look at the host
category: daily
when_to_use: Every morning.
owner: devops
reviewed: "2026-02-20"
cadence: {rrule: FREQ=DAILY;BYHOUR=%s, grace: %s}
estimate: {typical: 30s}
steps:
  - {id: report, kind: run, title: Report, danger: read, argv: [version]}
"""
SIZES = [(80, 24), (120, 40), (200, 60)]


async def shown(
    folder: Path, size: tuple[int, int], known: Mapping[str, Capabilities] | None = None, *, hour: int = 1,
    grace: str = "1h",
) -> str:  # fmt: skip
    (folder / "look.yaml").write_text(BOOK % (hour, grace))
    runtime: Any = walking_runtime(folder=folder)
    feed: Feed[Mapping[str, Capabilities]] = Feed({})
    runtime.monitors.capabilities = SimpleNamespace(feed=feed)
    runtime.outage()
    async with open_console(runtime, size) as pilot:
        await pilot.app.push_screen(RunbooksScreen("look"))
        catalogue = pilot.app.screen.query_one(CatalogueList)
        await until(lambda: bool(catalogue.shelf and catalogue.shelf.duties), what="what is due")
        if known:
            feed.publish(known)
            await until(lambda: bool(catalogue.shelf and catalogue.shelf.outlooks), what="what can be run")
        await settle(pilot)
        return text(pilot.app)


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_overdue_is_marked_in_its_row_and_explained_beside(tmp_path: Path, size: tuple[int, int]) -> None:
    said = await shown(tmp_path, size)
    row = next(line for line in said.splitlines() if "Look at the host" in line and "OVERDUE" in line)
    assert "! Look at the host" in row
    assert "OVERDUE since Mon 02 Mar 01:00 UTC, 2 h ago" in said


async def test_within_its_grace_it_is_due(tmp_path: Path) -> None:
    said = await shown(tmp_path, (120, 40), grace="5h")
    assert "OVERDUE" not in said
    assert "DUE since Mon 02 Mar 01:00 UTC" in said


@pytest.mark.parametrize("size", SIZES)
async def test_what_no_host_can_carry_out_says_so_and_why(tmp_path: Path, size: tuple[int, int]) -> None:
    said = await shown(tmp_path, size, {"box": capabilities.known(identities=(Identity.ADMIN,))}, hour=23)
    row = next(line for line in said.splitlines() if "cannot run" in line)
    assert "x Look at the host" in row
    assert "On the hosts: cannot run" in said
    assert "the dokku identity" in said


async def test_a_runbook_that_can_be_run_has_its_word_where_there_is_room(tmp_path: Path) -> None:
    said = await shown(tmp_path, (200, 60), {"box": capabilities.known()})
    row = next(line for line in said.splitlines() if "Look at the host" in line and "ready" in line)
    assert "OVERDUE" in row
    assert "On the hosts: ready" in said
