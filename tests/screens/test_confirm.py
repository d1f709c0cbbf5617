from __future__ import annotations

from textual import events
from textual.widgets import Button, Input

from restant_tui.engine.state import GateKind, Move
from screens.confirm import ConfirmScreen
from screens.wizard import WizardScreen
from tests.screens.test_wizard import NARROW, SIZES, WIDE, walking
from tests.support.console import settle
from tests.support.waiting import until
from tests.support.walking import asking, running
from widgets.faces.base import GRACE_SECONDS

import pytest  # isort: skip

NAME = "restant-main"


@pytest.mark.parametrize("size", SIZES)
async def test_the_dialog_shows_what_it_hits_and_stands_on_cancel(size: tuple[int, int]) -> None:
    async with walking(asking(GateKind.TYPE), size) as bench:
        for words in (
            "destructive", "PRODUCTION", "on practice", "git:sync --build restant-main", "b81d002",
            "Replaces every container of restant-main.", "Deploys what was live before.", f"Type {NAME}",
        ):  # fmt: skip
            assert words in bench.shown
        focused = bench.pilot.app.screen.focused
        assert focused is not None
        assert focused.id == "cancel"
        assert bench.pilot.app.screen.query_one("#phrase", Input).value == ""


async def test_the_exact_name_opens_proceed_which_is_then_pressed_on_its_own() -> None:
    async with walking(asking(GateKind.TYPE)) as bench:
        await bench.press("tab", *NAME)
        proceed = bench.pilot.app.screen.query_one("#proceed", Button)
        assert not proceed.disabled
        await bench.press("enter", "enter")
        assert bench.run.answers == []
        assert "Go to Proceed with Tab" in bench.shown
        await bench.press("tab", "enter")
        [answer] = bench.run.answers
        assert (answer.move, answer.phrase, answer.by) == (Move.PROCEED, NAME, "dev")
        await until(lambda: isinstance(bench.pilot.app.screen, WizardScreen))


async def test_what_is_typed_on_cancel_goes_into_the_line() -> None:
    async with walking(asking(GateKind.TYPE)) as bench:
        await bench.press(*NAME)
        assert bench.pilot.app.screen.query_one("#phrase", Input).value == NAME


async def test_no_letter_is_lost_while_the_focus_moves_into_the_line() -> None:
    async with walking(asking(GateKind.TYPE)) as bench:
        cancel = bench.pilot.app.screen.query_one("#cancel", Button)
        line = bench.pilot.app.screen.query_one("#phrase", Input)
        await bench.press("r")
        await until(lambda: line.has_focus)
        # Typed fast, the second key was on its way by the button before the first one moved the focus.
        cancel._forward_event(events.Key("e", "e"))
        await until(lambda: line.value == "re", what="both letters")


@pytest.mark.parametrize("typed", ["restant-man", "RESTANT-MAIN", "yes", NAME + " "])
async def test_a_wrong_name_explains_itself_and_sends_nothing(typed: str) -> None:
    async with walking(asking(GateKind.TYPE)) as bench:
        await bench.press("tab", *("space" if key == " " else key for key in typed), "enter")
        assert bench.pilot.app.screen.query_one("#proceed", Button).disabled
        assert f"is not {NAME}. Nothing was sent." in bench.shown
        assert bench.run.answers == []


async def test_a_pasted_name_is_not_taken() -> None:
    async with walking(asking(GateKind.TYPE)) as bench:
        await bench.press("tab")
        line = bench.pilot.app.screen.query_one("#phrase", Input)
        line.post_message(events.Paste(NAME))
        bench.pilot.app.copy_to_clipboard(NAME)
        await bench.press("ctrl+v")
        assert line.value == ""


async def test_nothing_can_be_typed_or_pressed_before_it_can_have_been_read() -> None:
    async with walking(asking(GateKind.TYPE), read=False) as bench:
        await bench.press("enter", *NAME, "escape")
        assert isinstance(bench.pilot.app.screen, ConfirmScreen)
        assert bench.pilot.app.screen.query_one("#phrase", Input).value == ""
        bench.ticking.seconds += GRACE_SECONDS
        await bench.press("escape")
        await until(lambda: isinstance(bench.pilot.app.screen, WizardScreen))


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_cancel_goes_back_and_the_question_stays_open(key: str) -> None:
    async with walking(asking(GateKind.TYPE), NARROW) as bench:
        await bench.press(key)
        await until(lambda: isinstance(bench.pilot.app.screen, WizardScreen))
        await settle(bench.pilot)
        assert bench.run.answers == []
        assert "Nothing is sent until it is confirmed." in bench.shown
        await bench.press("c")
        await until(lambda: isinstance(bench.pilot.app.screen, ConfirmScreen))


async def test_no_declines_from_the_dialog() -> None:
    async with walking(asking(GateKind.TYPE)) as bench:
        await bench.press("shift+tab", "enter")
        assert [answer.move for answer in bench.run.answers] == [Move.DECLINE]


async def test_unarmed_production_takes_no_name_until_w_arms_it() -> None:
    async with walking(asking(GateKind.TYPE), WIDE, armed=False) as bench:
        assert "production is read-only. Press w to arm it" in bench.shown
        await bench.press(*"restant")
        assert bench.pilot.app.screen.query_one("#phrase", Input).value == ""
        await bench.press("w")
        assert bench.runtime.arming.armed_until is not None
        await bench.press(*NAME, "tab", "enter")
        assert [answer.move for answer in bench.run.answers] == [Move.PROCEED]


async def test_the_dialog_goes_when_its_question_is_no_longer_open() -> None:
    async with walking(asking(GateKind.TYPE)) as bench:
        await bench.publish(running())
        await until(lambda: isinstance(bench.pilot.app.screen, WizardScreen))
