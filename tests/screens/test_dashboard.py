from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.geometry import Region
from textual.widget import Widget

from restant_tui.monitors.snapshots import HealthSnapshot, ReleasesSnapshot, Status, Trust
from restant_tui.transport.link import Link
from screens.dashboard import Dashboard
from tests.support.console import (
    FakeRuntime,
    bad_app,
    connected,
    console,
    good_app,
    lines,
    main_releases,
    open_console,
    reading,
    settle,
    staging_releases,
    text,
    under_way,
)
from tests.support.waiting import until
from widgets.alerts import AlertsPane
from widgets.hint_bar import HintBar
from widgets.log_pane import LogPane
from widgets.releases import ReleasesPane

SIZES = [(80, 24), (120, 40), (200, 60)]
TITLES = ("1 Health", "2 Releases", "3 Logs", "4 Alerts")


async def test_the_first_frame_has_the_four_titles_and_says_connecting_before_anything_is_opened() -> None:
    runtime = FakeRuntime()
    app = console(runtime)
    opened: list[str] = []

    async def open_runtime() -> FakeRuntime:
        opened.append(text(app))
        return runtime

    app._open_runtime = open_runtime  # type: ignore[assignment]  # a fake in the place of the real one
    async with app.run_test(size=(120, 40)):
        await until(lambda: opened)
    assert all(title in opened[0] for title in TITLES)
    assert opened[0].count("connecting") >= 4


@pytest.mark.parametrize("size", SIZES)
async def test_every_pane_is_named_and_can_be_reached_by_its_number(size: tuple[int, int]) -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime, size) as pilot:
        shown = text(pilot.app)
        assert all(title in shown for title in TITLES)
        for key, word in (
            ("4", "restant-main answers 500"),
            ("3", "following"),
            ("2", "Dana Petrov"),
            ("1", "HTTP 500"),
        ):
            await pilot.press(key)
            await settle(pilot)
            assert word in text(pilot.app)
            assert len(lines(pilot.app)) == size[1]


async def test_at_80_columns_one_pane_has_the_room_and_a_line_says_how_the_others_are() -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime, (80, 24)) as pilot:
        strip = lines(pilot.app)[1]
        assert "1 Health x critical" in strip
        assert "4 Alerts x 1 critical" in strip
        assert sum(line.startswith("╭") for line in lines(pilot.app)) == 1
        frame = [line for line in lines(pilot.app) if line.startswith(("│", "╭", "╰"))]
        assert all(line[-1] in "│╮╯" for line in frame), "a line of the pane runs over its frame"


@pytest.mark.parametrize("pane", ["1", "2", "3", "4"])
async def test_at_80_columns_the_footer_has_at_most_six_whole_hints_and_help_first(pane: str) -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime, (80, 24)) as pilot:
        await pilot.press(pane)
        await settle(pilot)
        footer = lines(pilot.app)[-1]
        hints = [hint.plain for _, hint in pilot.app.screen.query_one(HintBar).hints(78)]
        assert 3 <= len(hints) <= 6
        assert footer.strip().startswith("? Help")
        assert footer.strip() == "  ".join(hints)
        assert "r Runbooks" in footer


async def test_all_four_panes_stand_side_by_side_from_120_columns_on() -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime, (120, 40)) as pilot:
        top = lines(pilot.app)[1]
        assert "1 Health" in top
        assert "4 Alerts" in top
        assert "PaneStrip" not in top
        for word in ("HTTP 500", "processes 2/2", "certificate 53 d", "3f2a9c1", "ack in 5 min", "#0 /app/app"):
            assert word in text(pilot.app)


async def test_zoom_gives_one_pane_the_screen_and_escape_gives_it_back() -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime) as pilot:
        await pilot.press("2", "z")
        await settle(pilot)
        assert sum(line.count("╭") for line in lines(pilot.app)) == 1
        assert pilot.app.screen.query_one(ReleasesPane).size.width > 110
        await pilot.press("escape")
        await settle(pilot)
        assert sum(line.count("╭") for line in lines(pilot.app)) == 4


async def test_z_on_a_narrow_screen_says_why_it_does_nothing() -> None:
    runtime = FakeRuntime()
    async with open_console(runtime, (80, 24)) as pilot:
        await pilot.press("z")
        await settle(pilot)
        assert [note.message for note in pilot.app._notifications] == [
            "one pane already has the whole screen; 1 to 4 change it"
        ]


async def test_the_environment_word_stands_in_the_bar_and_practice_beside_it() -> None:
    runtime = FakeRuntime()
    async with open_console(runtime) as pilot:
        assert "PRODUCTION" in lines(pilot.app)[0]
        assert "READ-ONLY" in lines(pilot.app)[0]
        assert "2026-03-02 03:00:00 UTC" in lines(pilot.app)[0]
    import msgspec

    practice = FakeRuntime(msgspec.structs.replace(runtime.config, practice=True))
    async with open_console(practice, (80, 24)) as pilot:
        assert "PRACTICE" in lines(pilot.app)[0]
        assert "PRODUCTION" in lines(pilot.app)[0]


@pytest.mark.parametrize("trust", [Trust.STALE, Trust.LOST, Trust.NO_DATA, Trust.NOT_CONFIGURED])
async def test_what_is_not_live_says_so_in_a_word_and_is_never_green(trust: Trust) -> None:
    runtime = FakeRuntime()
    endpoint = good_app().endpoint
    from dataclasses import replace

    old = replace(endpoint, reading=reading("GET http://10.0.0.7/health", 40, trust))
    runtime.monitors.health.publish(HealthSnapshot((good_app(endpoint=old),)))
    async with open_console(runtime) as pilot:
        [row] = [line for line in lines(pilot.app) if "? " in line and "restant-staging" in line]
        assert trust.value in row[:30] or trust.value[:6] in row
        assert "ok" not in row
        assert trust.value in text(pilot.app)


async def test_a_live_figure_becomes_stale_by_itself_when_nothing_newer_comes() -> None:
    runtime = FakeRuntime()
    runtime.monitors.health.publish(HealthSnapshot((good_app(),)))
    async with open_console(runtime) as pilot:
        assert "✔ ok" in text(pilot.app)
        runtime.clock.advance(60)
        await settle(pilot)
        assert "✔ ok" not in text(pilot.app)
        assert "? stale" in text(pilot.app)
        assert "1 min ago" in text(pilot.app)


async def test_a_lost_link_is_said_in_the_bar_and_beside_the_log_with_its_age() -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime, (80, 24)) as pilot:
        runtime.monitors.link(Link.LOST, 12)
        await pilot.press("3")
        await settle(pilot)
        assert "lost 12 s ago" in lines(pilot.app)[0]
        assert "box/dokku lost 12 s ago" in lines(pilot.app)[-3]


async def test_releases_say_what_is_live_what_failed_and_what_a_restart_would_start() -> None:
    runtime = FakeRuntime()
    warned = main_releases(warning="The newest build was rejected; a restart would start it.")
    runtime.monitors.releases.publish(ReleasesSnapshot((warned, staging_releases())))
    async with open_console(runtime, (80, 24)) as pilot:
        await pilot.press("2")
        await settle(pilot)
        shown = text(pilot.app)
        assert "live 3f2a9c1  Move receipts to the new printing queue" in shown
        assert "since 11 min  git-sync  Dana Petrov" in shown
        assert "! The newest build was rejected; a restart would start it." in shown
        assert "x failed       27 h ago      38 s  unknown" in shown
        assert "2 Releases ! rejected" in lines(pilot.app)[1]


async def test_the_cursor_of_releases_stays_on_its_build_when_a_newer_one_comes() -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime) as pilot:
        await pilot.press("2", "down")
        pane = pilot.app.screen.query_one(ReleasesPane)
        assert pane.selected is not None
        chosen = pane.selected.build
        app = main_releases()
        from dataclasses import replace

        newer = replace(app.attempts[0], build="b10", live=False)
        runtime.monitors.releases.publish(ReleasesSnapshot((replace(app, attempts=(newer, *app.attempts)),)))
        await settle(pilot)
        assert pane.selected is not None
        assert pane.selected.build == chosen


async def test_enter_on_an_app_shows_its_log() -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime) as pilot:
        await pilot.press("down", "enter")
        await settle(pilot)
        assert pilot.app.screen.query_one(LogPane).app_name == "restant-staging"
        assert "restant-staging (2 of 2)" in text(pilot.app)
        await pilot.press("right_square_bracket")
        await settle(pilot)
        assert "restant-main (1 of 2)" in text(pilot.app)


async def test_the_log_pauses_when_scrolled_up_counts_what_comes_and_follows_again() -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime, (80, 24)) as pilot:
        await pilot.press("3", "up", "up")
        await settle(pilot)
        before = lines(pilot.app)[3:-3]
        assert "PAUSED  +0 lines" in text(pilot.app)
        runtime.monitors.logs["restant-main"].feed(b"2026-03-02T03:00:00.1Z app[web.1]: newest\n" * 1204)
        await until(lambda: "+1,204 lines" in text(pilot.app))
        assert lines(pilot.app)[3:-3] == before
        await pilot.press("space")
        await settle(pilot)
        assert "following" in text(pilot.app)
        assert "newest" in text(pilot.app)


async def test_the_log_can_be_searched_filtered_and_hopped_through_by_errors() -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime, (80, 24)) as pilot:
        await pilot.press("3", "slash", *"warning", "enter")
        await settle(pilot)
        assert 'find "warning"' in text(pilot.app)
        view = pilot.app.screen.query_one(LogPane).lines.view
        assert view is not None
        assert view.found is not None
        assert b"WARNING" in view.buffer.raw(view.found)
        await pilot.press("E")
        assert b"500 41" in view.buffer.raw(view.found)
        await pilot.press("ampersand", *"orders", "enter")
        await until(lambda: 'only "orders": 8 of 48' in text(pilot.app))
        assert "Printer.php" not in text(pilot.app)
        await pilot.press("escape", "escape")
        await settle(pilot)
        assert "only" not in text(pilot.app)


async def test_acknowledging_needs_an_open_alert_and_tells_the_book_who_did_it() -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime) as pilot:
        await pilot.press("4", "a")
        await until(lambda: runtime.alerts.feed.latest.open[0].acknowledged)
        await settle(pilot)
        assert runtime.alerts.feed.latest.open[0].acknowledged_by == "dev"
        assert "acknowledged by dev" in text(pilot.app)
        await pilot.press("a")
        await settle(pilot)
        assert "already acknowledged by dev" in [note.message for note in pilot.app._notifications]


async def test_an_alert_counts_down_until_it_is_overdue() -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime) as pilot:
        runtime.clock.advance(48)
        await settle(pilot)
        assert "ack in 4 min 12 s" in text(pilot.app)
        runtime.clock.advance(372)
        await settle(pilot)
        assert "overdue 2 min" in text(pilot.app)


async def test_no_alerts_is_said_in_words_with_the_age_of_what_was_looked_at() -> None:
    runtime = FakeRuntime()
    runtime.monitors.health.publish(HealthSnapshot((good_app(),)))
    async with open_console(runtime) as pilot:
        [line] = [line for line in lines(pilot.app) if "no alerts" in line]
        assert "2 s ago" in line


async def test_the_worst_app_gives_the_strip_its_word() -> None:
    runtime = FakeRuntime()
    runtime.monitors.health.publish(HealthSnapshot((good_app(), bad_app(status=Status.WARNING, reason="slow"))))
    async with open_console(runtime, (80, 24)) as pilot:
        assert "1 Health ! warning" in lines(pilot.app)[1]
        assert isinstance(pilot.app.screen, Dashboard)
        assert pilot.app.screen.query_one(AlertsPane).selected is None


@pytest.mark.parametrize("size", SIZES)
async def test_a_second_that_passes_repaints_single_lines_and_nothing_else(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime, size) as pilot:
        repainted: list[tuple[Widget, tuple[Region, ...]]] = []
        original = Widget.refresh

        def refresh(self: Widget, *regions: Region, **options: bool) -> Widget:
            repainted.append((self, regions))
            return original(self, *regions, **options)

        monkeypatch.setattr(Widget, "refresh", refresh)
        runtime.clock.advance(1)
        await settle(pilot)
        whole = {type(widget).__name__ for widget, regions in repainted if not regions}
        assert whole <= {"ContextBar"}
        assert all(region.height == 1 for _, regions in repainted for region in regions)


async def test_a_log_that_was_just_shown_is_not_drawn_again_until_more_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime) as pilot:
        pane = pilot.app.screen.query_one(LogPane)
        pane.show_log("restant-main", runtime.monitors.logs["restant-main"])
        drawn: list[object] = []
        monkeypatch.setattr(type(pane.lines), "refresh", lambda self, *regions, **_: drawn.append(self))
        pane.lines.pull()
        assert not drawn
        runtime.monitors.logs["restant-main"].feed(b"2026-03-02T03:00:00.1Z app[web.1]: newest\n")
        pane.lines.pull()
        assert drawn


async def test_a_run_under_way_is_said_in_the_bar() -> None:
    runtime = FakeRuntime()
    runtime.engine.active = (under_way(),)
    async with open_console(runtime, (80, 24)) as pilot:
        assert "a run under way" in lines(pilot.app)[0]
        assert lines(pilot.app)[0].endswith("UTC")


@pytest.mark.parametrize("size", [(60, 16), (40, 12), (20, 5)])
async def test_a_very_small_terminal_still_shows_one_pane(size: tuple[int, int]) -> None:
    runtime = FakeRuntime()
    runtime.outage()
    async with open_console(runtime, size) as pilot:
        for key in "1234":
            await pilot.press(key)
            await settle(pilot)
            assert all(cell_len(line) <= size[0] for line in lines(pilot.app))
        assert "Alerts" in text(pilot.app)


@pytest.mark.stock_wait
async def test_the_console_works_with_textuals_own_waiting_too() -> None:
    runtime = FakeRuntime()
    runtime.outage()
    app = console(runtime)
    async with app.run_test(size=(80, 24)) as pilot:
        await connected(app)
        await pilot.press("4")
        await pilot.pause()
        assert "restant-main answers 500" in text(app)
