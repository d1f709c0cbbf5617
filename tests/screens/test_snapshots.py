"""Pictures of the dashboard, drawn with a clock that stands still."""

from __future__ import annotations

from typing import Any, Protocol

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.support.console import FakeRuntime, connected, console, settle


class Compare(Protocol):
    def __call__(self, app: App[None], *, terminal_size: tuple[int, int], run_before: Any) -> bool: ...


def outage(**options: Any) -> tuple[App[None], Any]:
    runtime = FakeRuntime()
    app = console(runtime, **options)

    async def before(pilot: Pilot[None]) -> None:
        await connected(app)
        runtime.outage()
        await settle(pilot)

    return app, before


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_dashboard_during_an_outage(snap_compare: Compare, size: tuple[int, int]) -> None:
    app, before = outage()
    assert snap_compare(app, terminal_size=size, run_before=before)


def test_dashboard_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app, before = outage()
    assert snap_compare(app, terminal_size=(120, 40), run_before=before)


def test_dashboard_in_ascii(snap_compare: Compare) -> None:
    app, before = outage(ascii_only=True)
    assert snap_compare(app, terminal_size=(120, 40), run_before=before)


def test_dashboard_in_light_colours(snap_compare: Compare) -> None:
    app, before = outage()
    app.theme = "restant-light"
    assert snap_compare(app, terminal_size=(120, 40), run_before=before)
