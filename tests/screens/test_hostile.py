"""Text from outside is drawn as it is, and drives nothing: neither markup nor the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from restant_tui.alerts.model import Condition
from restant_tui.monitors.snapshots import HealthSnapshot, ReleasesSnapshot
from tests.support.console import (
    FakeRuntime,
    attempt,
    bad_app,
    down,
    main_releases,
    open_console,
    settle,
    text,
)
from widgets.layout import fit, outside, pad, spread, wrapped

NASTY = "app[web.1]: [/x] [bold]loud[/] \x1b]52;c;aGVsbG8=\x07\x1b[31mred\x1b[2J \x9b5m \u202eevil\u202c $text"


def hostile() -> FakeRuntime:
    runtime = FakeRuntime()
    app = bad_app(reason=NASTY)
    endpoint = replace(app.endpoint, http_status=None, error=NASTY)
    processes = replace(app.processes, detail=((NASTY, "run\x1b[5mning"),))
    runtime.monitors.health.publish(HealthSnapshot((replace(app, endpoint=endpoint, processes=processes),)))
    release = main_releases(live_subject=NASTY, warning=NASTY)
    from restant_tui.monitors.snapshots import AttemptStatus

    bad = attempt(1, AttemptStatus.SUCCEEDED, 1, "abc1234", NASTY)
    runtime.monitors.releases.publish(ReleasesSnapshot((replace(release, attempts=(bad,)),)))
    condition: Condition = replace(down(), title=NASTY, detail=NASTY)
    runtime.alerts.apply([condition])
    runtime.monitors.watch_logs("restant-main").feed(b"2026-03-02T03:00:00.1Z app[web.1]: " + NASTY.encode() + b"\n")
    return runtime


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_hostile_text_is_drawn_literally_and_without_escapes(size: tuple[int, int]) -> None:
    async with open_console(hostile(), size) as pilot:
        for key in "1234":
            await pilot.press(key)
            await settle(pilot)
            shown = text(pilot.app)
            assert "[/x]" in shown
            assert "app[web.1]" in shown or size == (120, 40)
            bad = {character for character in shown if ord(character) < 32 and character != "\n"}
            assert not bad
            assert not any(character in shown for character in "\x7f\x9b\u202e\u202c")
            assert "aGVsbG8" not in shown


async def test_hostile_text_does_no_harm_in_a_toast_or_the_help() -> None:
    async with open_console(hostile()) as pilot:
        pilot.app.tell(NASTY)  # type: ignore[attr-defined]  # the console's own method
        await settle(pilot)
        assert "\x1b" not in text(pilot.app)
        await pilot.press("question_mark")
        await settle(pilot)
        assert "\x1b" not in text(pilot.app)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=80), st.text(max_size=40), st.integers(0, 60))
def test_text_laid_out_keeps_to_its_width_and_holds_no_control_character(left: str, right: str, width: int) -> None:
    for content in (
        fit(outside(left), width),
        spread(outside(left), outside(right), width),
        *wrapped(outside(left).plain, max(2, width)),
    ):
        assert content.cell_length <= max(2, width)
        assert not any(ord(character) < 32 for character in content.plain)
    assert pad(outside(left), width).cell_length == width
