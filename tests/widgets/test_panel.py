from __future__ import annotations

from collections.abc import Iterable

from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Region

from widgets.panel import Panel, Row, _difference


class Listing(Panel):
    NUMBER, TITLE = 1, "Things"

    def __init__(self) -> None:
        super().__init__()
        self.things: list[tuple[str, str]] = [(str(n), f"thing {n}  1 s ago") for n in range(8)]
        self.repainted: list[tuple[Region, ...]] = []

    def rows(self, width: int) -> Iterable[Row]:
        return [Row(name, (Content(line),)) for name, line in self.things]

    def refresh(self, *regions: Region, **options: bool) -> Listing:
        self.repainted.append(regions)
        return super().refresh(*regions, **options)


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield Listing()


async def test_only_the_cells_that_changed_are_painted_again() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        pane = app.query_one(Listing)
        await pilot.pause()
        pane.repainted.clear()
        pane.redraw()
        assert pane.repainted == []
        pane.things[2] = ("2", "thing 2  2 s ago")
        pane.redraw()
        assert pane.repainted == [(Region(9, 2, 1, 1),)]


async def test_the_cursor_stays_on_the_thing_when_others_come_and_go() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        pane = app.query_one(Listing)
        pane.focus()
        await pilot.press("down", "down", "down")
        assert pane.cursor_id == "3"
        pane.things.insert(0, ("new", "new"))
        pane.redraw()
        assert pane.cursor_id == "3"
        pane.things = [thing for thing in pane.things if thing[0] != "3"]
        pane.redraw()
        assert pane.cursor_id == "4"
        pane.things = []
        pane.redraw()
        assert pane.cursor_id == ""


async def test_until_somebody_looks_the_cursor_stands_on_what_is_on_top() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        pane = app.query_one(Listing)
        app.screen.set_focus(None)
        await pilot.pause()
        pane.things.insert(0, ("worse", "worse"))
        pane.redraw()
        assert pane.cursor_id == "worse"
        pane.focus()
        await pilot.pause()
        pane.things.insert(0, ("worst", "worst"))
        pane.redraw()
        assert pane.cursor_id == "worse"


async def test_the_cursor_is_kept_in_view() -> None:
    app = Host()
    async with app.run_test(size=(60, 6)) as pilot:
        pane = app.query_one(Listing)
        pane.focus()
        await pilot.press("end")
        await pilot.pause()
        assert pane.scroll_offset.y == 4
        await pilot.press("home")
        await pilot.pause()
        assert pane.scroll_offset.y == 0


async def test_a_click_puts_the_cursor_on_the_row() -> None:
    app = Host()
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.click(Listing, offset=(4, 5))
        assert app.query_one(Listing).cursor_id == "4"


def test_a_difference_is_measured_in_cells() -> None:
    assert _difference(Content("日本 1 s"), Content("日本 1 s")) is None
    assert _difference(Content("日本 1 s"), Content("日本 2 s")) == (5, 6)
    assert _difference(Content("9 s"), Content("10 s")) == (0, 4)
