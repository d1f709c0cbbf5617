from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from time import perf_counter
from typing import Any

import pytest
from textual.pilot import Pilot

from restant_tui.config.model import Danger, Target
from restant_tui.engine.state import GateKind, Held, Move, RunState, RunStatus, StepStatus
from screens.abort import AbortScreen
from screens.confirm import ConfirmScreen
from screens.output import OutputScreen
from screens.teach import TeachScreen
from screens.wizard import WizardScreen
from tests.support.clock import START
from tests.support.console import FakeRuntime, lines, open_console, settle, text
from tests.support.waiting import until
from tests.support.walking import (
    FakeRun,
    Ticking,
    asking,
    ended,
    run_state,
    running,
    step,
    walking_runtime,
    with_step,
    wizard,
)
from widgets.faces.base import GRACE_SECONDS, GateFace
from widgets.hint_bar import HintBar
from widgets.step_card import StepCard
from widgets.step_list import SUMMARY, StepList

SIZES = [(80, 24), (120, 40)]
NARROW, WIDE = SIZES


class Bench:
    """A wizard on a fake run."""

    def __init__(self, pilot: Pilot[None], run: FakeRun, ticking: Ticking, runtime: FakeRuntime) -> None:
        self.pilot, self.run, self.ticking, self.runtime = pilot, run, ticking, runtime

    @property
    def shown(self) -> str:
        return text(self.pilot.app)

    async def press(self, *keys: str) -> None:
        """Press keys as a person does: what one does has been done before the next."""
        for key in keys:
            await self.pilot.press(key)
            if len(key) > 1:
                await settle(self.pilot)
        await settle(self.pilot)

    async def publish(self, state: RunState) -> None:
        self.run.feed.publish(state)
        await settle(self.pilot)


@asynccontextmanager
async def walking(
    state: RunState, size: tuple[int, int] = WIDE, *, armed: bool = True, read: bool = True
) -> AsyncIterator[Bench]:
    """The wizard on that state; with `read`, its question has been there long enough to be answered."""
    runtime = walking_runtime(armed=armed)
    run, ticking = FakeRun(state, runtime), Ticking()
    async with open_console(runtime, size) as pilot:
        bench = Bench(pilot, run, ticking, runtime)
        await pilot.app.push_screen(wizard(run, ticking))
        await settle(pilot)
        if state.gate is not None and state.gate.kind is GateKind.TYPE:
            await until(lambda: isinstance(pilot.app.screen, ConfirmScreen), what="the dialog")
            await settle(pilot)
        if read:
            ticking.seconds += GRACE_SECONDS
        yield bench


# -- what is shown ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_the_step_under_way_is_shown_in_full(size: tuple[int, int]) -> None:
    async with walking(running(), size) as bench:
        bench.run.say("rollback", "-----> Building restant-main from Dockerfile")
        await until(lambda: "Building restant-main" in bench.shown, what="the output")
        for words in (
            "Emergency rollback", "PRODUCTION on practice", "step 2/4", "Roll back to b81d002", "destructive",
            "usually 38-55 s, now 2 min", "running 2 min 10 s", "dokku@practice", "git:sync --build restant-main",
            "It brings back code", "ok 3 s",
        ):  # fmt: skip
            assert words in bench.shown


async def test_what_was_expected_and_whether_it_held_stands_in_the_card() -> None:
    state = with_step(
        running(), "rollback", status=StepStatus.FAILED, exit_status=1, reason="The rollback did not go through.",
        held=(Held(expected="exit 0", held=False, seen="1", says="What was serving still serves."),
              Held(expected="no error", held=True)),
    )  # fmt: skip
    async with walking(state) as bench:
        assert "x exit 0; saw 1" in bench.shown
        assert "What was serving still serves." in bench.shown
        assert "✔ no error" in bench.shown
        assert "x failed" in bench.shown


async def test_the_wizard_follows_the_run_until_somebody_looks_elsewhere() -> None:
    async with walking(running()) as bench:
        healthy = with_step(running(), "healthy", status=StepStatus.RUNNING, started_at=START)
        await bench.publish(healthy)
        assert bench.pilot.app.screen.query_one(StepCard).step == healthy.step("healthy")
        await bench.press("home")
        await bench.publish(replace(healthy, status=RunStatus.PAUSED))
        assert bench.pilot.app.screen.query_one(StepCard).step == healthy.step("before")
        await bench.press("f")
        assert bench.pilot.app.screen.query_one(StepCard).step == healthy.step("healthy")


async def test_leaving_and_coming_back_loses_nothing_and_stops_nothing() -> None:
    async with walking(running()) as bench:
        bench.run.say("rollback", "first line")
        await bench.press("escape")
        assert not isinstance(bench.pilot.app.screen, WizardScreen)
        bench.run.say("rollback", "second line")
        await bench.publish(with_step(running(), "rollback", progress="still building"))
        await bench.pilot.app.push_screen(wizard(bench.run, bench.ticking))
        await until(lambda: "second line" in bench.shown)
        assert "first line" in bench.shown
        await until(lambda: "still building" in bench.shown)
        assert bench.run.calls == []


async def test_a_thousand_steps_scroll_within_a_frame_a_key() -> None:
    steps = tuple(step(f"step-{number}", f"Step number {number}") for number in range(1000))
    async with walking(run_state(steps=steps, current="step-0")) as bench:
        began = perf_counter()
        for _ in range(100):
            bench.pilot.app.screen.query_one(StepList).action_cursor(1)
        took = (perf_counter() - began) / 100
        await settle(bench.pilot)
        assert "Step number 100 " in bench.shown
        assert took < 0.033
        await bench.press("end")
        assert "Step number 999" in bench.shown


@pytest.mark.parametrize("size", SIZES)
async def test_text_from_outside_is_drawn_as_it_is_and_never_as_markup(size: tuple[int, int]) -> None:
    state = with_step(running(), "rollback", title="Roll [/x] back", reason="\x1b]52;c;aGk=\x07[bold]no[/bold]")
    async with walking(state, size) as bench:
        bench.run.say("rollback", "\x1b[31mapp[web.1]: [/nope]\x1b[0m")
        await until(lambda: "app[web.1]: [/nope]" in bench.shown)
        assert "Roll [/x] back" in bench.shown
        assert "[bold]no[/bold]" in bench.shown
        assert "\x1b" not in bench.shown


async def test_the_footer_has_whole_hints_and_help_first_at_80_columns() -> None:
    async with walking(asking(GateKind.PRESS), NARROW) as bench:
        hints = [hint.plain for _, hint in bench.pilot.app.screen.query_one(HintBar).hints(78)]
        assert hints[:4] == ["? Help", "y Go on", "n No", "s Leave out"]
        assert len(hints) <= 6
        assert lines(bench.pilot.app)[-1].strip() == "  ".join(hints)


@pytest.mark.parametrize("kind", list(GateKind))
async def test_every_question_fits_on_80_by_24_and_says_how_long_it_is_open(kind: GateKind) -> None:
    async with walking(asking(kind), NARROW) as bench:
        assert "open for 30 min more" in bench.shown
        bench.runtime.clock.advance(29 * 60)
        await settle(bench.pilot)
        assert "open for 1 min more" in bench.shown
        assert "PRODUCTION" in bench.shown
        frame = [line for line in lines(bench.pilot.app) if "╰" in line]
        assert all("╯" in line for line in frame)
        assert frame


# -- yes and no ---------------------------------------------------------------------------------------------------


async def test_y_goes_on_and_says_who_did_it() -> None:
    async with walking(asking(GateKind.PRESS)) as bench:
        await bench.press("y")
        [answer] = bench.run.answers
        assert (answer.move, answer.by) == (Move.PROCEED, "dev")
        await until(lambda: not bench.pilot.app.screen.query(GateFace))


@pytest.mark.parametrize("kind", [GateKind.PRESS, GateKind.MESSAGE, GateKind.TYPE])
async def test_enter_never_goes_on(kind: GateKind) -> None:
    async with walking(asking(kind)) as bench:
        await bench.press(*["enter"] * 5)
        assert [answer for answer in bench.run.answers if answer.move is Move.PROCEED] == []


async def test_keys_typed_before_the_question_can_have_been_read_answer_nothing() -> None:
    async with walking(asking(GateKind.PRESS), read=False) as bench:
        await bench.press("y", "n")
        bench.ticking.seconds += GRACE_SECONDS - 0.01
        await bench.press("y", "n")
        assert bench.run.answers == []
        bench.ticking.seconds += 0.01
        await bench.press("y")
        assert [answer.move for answer in bench.run.answers] == [Move.PROCEED]


async def test_a_question_that_came_up_behind_another_screen_gets_its_time_to_be_read() -> None:
    async with walking(running()) as bench:
        await bench.press("t")
        await bench.publish(asking(GateKind.PRESS))
        bench.ticking.seconds += 60
        await bench.press("t", "y")
        assert bench.run.answers == []
        bench.ticking.seconds += GRACE_SECONDS
        await bench.press("y")
        assert [answer.move for answer in bench.run.answers] == [Move.PROCEED]


async def test_n_declines() -> None:
    async with walking(asking(GateKind.PRESS)) as bench:
        await bench.press("n")
        assert [answer.move for answer in bench.run.answers] == [Move.DECLINE]


async def test_leaving_a_step_out_wants_a_reason_and_escape_takes_it_back() -> None:
    async with walking(asking(GateKind.PRESS)) as bench:
        await bench.press("s", "enter")
        assert bench.run.answers == []
        assert "write one sentence" in bench.shown
        await bench.press("escape")
        assert isinstance(bench.pilot.app.screen, WizardScreen)
        await bench.press("s", *"done by hand", "enter")
        [answer] = bench.run.answers
        assert (answer.move, answer.reason) == (Move.SKIP, "done by hand")


async def test_a_change_to_unarmed_production_says_so_and_goes_on_once_armed() -> None:
    async with walking(asking(GateKind.PRESS), armed=False) as bench:
        await bench.press("y")
        assert bench.run.answers == []
        assert "production is read-only; w arms it" in bench.shown
        bench.runtime.arming.arm("dev")
        bench.pilot.app.clear_notifications()
        await settle(bench.pilot)
        assert "read-only; w arms it" not in bench.shown
        await bench.press("y")
        assert [answer.move for answer in bench.run.answers] == [Move.PROCEED]


async def test_y_elsewhere_in_the_wizard_copies_nothing_while_a_question_is_open() -> None:
    async with walking(asking(GateKind.PRESS)) as bench:
        bench.pilot.app.screen.query_one(StepList).focus()
        await bench.press("y")
        assert bench.run.answers == []
        assert bench.pilot.app.clipboard == ""
        await bench.press("y")
        assert [answer.move for answer in bench.run.answers] == [Move.PROCEED]


# -- lists --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "keys", "move", "target"),
    [
        (GateKind.CHOICE, ["enter"], Move.DECLINE, ""),
        (GateKind.CHOICE, ["down", "down", "enter"], Move.PROCEED, "harm"),
        (GateKind.FAILURE, ["enter"], Move.ABORT, ""),
        (GateKind.FAILURE, ["down", "enter"], Move.RETRY, ""),
        (GateKind.FAILURE, ["down", "down", "enter"], Move.UNDO, ""),
        (GateKind.UNSURE, ["down", "enter"], Move.WAIT, ""),
        (GateKind.LOCK, ["enter"], Move.ABORT, ""),
    ],
)
async def test_a_list_begins_on_the_safe_answer_and_takes_the_marked_one(
    kind: GateKind, keys: list[str], move: Move, target: str
) -> None:
    async with walking(asking(kind), NARROW) as bench:
        await bench.press(*keys)
        [answer] = bench.run.answers
        assert (answer.move, answer.target) == (move, target)


@pytest.mark.parametrize(
    ("kind", "downs", "move"),
    [
        (GateKind.FAILURE, 3, Move.SKIP),
        (GateKind.UNSURE, 2, Move.MARK_DONE),
        (GateKind.UNSURE, 3, Move.MARK_NOT_DONE),
        (GateKind.LOCK, 2, Move.TAKE_OVER),
        (GateKind.APPROVE, 2, Move.CONTINUE),
    ],
)
async def test_an_answer_that_needs_a_reason_asks_for_it(kind: GateKind, downs: int, move: Move) -> None:
    async with walking(asking(kind), NARROW) as bench:
        await bench.press(*["down"] * downs, "enter")
        assert bench.run.answers == []
        await bench.press(*"I saw it", "enter")
        [answer] = bench.run.answers
        assert (answer.move, answer.reason) == (move, "I saw it")


async def test_a_failure_shows_what_was_seen() -> None:
    async with walking(asking(GateKind.FAILURE), NARROW) as bench:
        assert "The rollback did not go through." in bench.shown
        assert "expected exit 0, saw 1" in bench.shown
        assert "!     Build failed" in bench.shown


async def test_an_approval_is_given_in_the_name_of_the_one_who_gives_it() -> None:
    async with walking(asking(GateKind.APPROVE), NARROW) as bench:
        await bench.press("down", "enter", *"marta", "enter")
        [answer] = bench.run.answers
        assert (answer.move, answer.by) == (Move.PROCEED, "marta")


async def test_enter_on_a_list_that_has_just_opened_takes_nothing() -> None:
    async with walking(asking(GateKind.FAILURE), read=False) as bench:
        await bench.press("enter")
        assert bench.run.answers == []


# -- forms --------------------------------------------------------------------------------------------------------


async def test_a_form_is_filled_in_and_sent_by_keys_alone() -> None:
    async with walking(asking(GateKind.FORM), NARROW) as bench:
        await bench.press(*"all guests", "enter", "up", "enter", "enter")
        [answer] = bench.run.answers
        assert answer.move is Move.PROCEED
        assert answer.values == {"impact": "all guests", "level": "low"}


async def test_a_form_keeps_its_default_choice() -> None:
    async with walking(asking(GateKind.FORM)) as bench:
        await bench.press(*"all", "enter", "enter", "enter")
        assert bench.run.answers[0].values["level"] == "high"


async def test_a_checklist_wants_what_was_seen_and_says_what_is_missing() -> None:
    async with walking(asking(GateKind.ITEMS), NARROW) as bench:
        await bench.press("enter", "down", "enter", "enter")
        assert bench.run.answers == []
        assert "a tick is not evidence" in bench.shown
        await bench.press("shift+tab", "shift+tab", *"412 MB, 02:10", "enter", "enter", "enter")
        [answer] = bench.run.answers
        assert answer.values == {"backup": "412 MB, 02:10", "told": "done"}


# -- pausing and stopping -----------------------------------------------------------------------------------------


async def test_ctrl_c_pauses_first_and_g_goes_on() -> None:
    async with walking(running()) as bench:
        await bench.press("ctrl+c")
        assert bench.run.calls == ["pause"]
        assert "pauses after this step" in bench.shown
        await bench.press("g")
        assert bench.run.calls == ["pause", "resume"]


@pytest.mark.parametrize("key", ["t", "o"])
async def test_ctrl_c_in_front_of_the_wizard_leads_back_to_where_it_pauses(key: str) -> None:
    async with walking(running()) as bench:
        await bench.press(key, "ctrl+c", "ctrl+c")
        assert bench.run.calls == ["pause"]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"handle": "r-1-1-0a", "target": Target.ADMIN}, "It goes on by itself there as r-1-1-0a"),
        ({"target": Target.ADMIN, "danger": Danger.READ}, "Stopping ends it there too"),
        ({"target": Target.LOCAL}, "Stopping ends it on this machine"),
    ],
)
async def test_before_a_run_is_stopped_it_says_what_that_means_for_what_runs(step: dict[str, Any], words: str) -> None:
    async with walking(with_step(running(), "rollback", **step), NARROW) as bench:
        await bench.press("ctrl+c", "ctrl+c")
        await until(lambda: isinstance(bench.pilot.app.screen, AbortScreen))
        await settle(bench.pilot)
        assert words in bench.shown


async def test_a_second_ctrl_c_says_what_runs_where_and_stops_only_on_y() -> None:
    done = with_step(running(), "before", danger=Danger.CHANGE, undoable=True, undo="Puts it back.", attempts=1)
    state = with_step(done, "rollback", undo="Deploys what was live before.")
    async with walking(state, NARROW) as bench:
        await bench.press("ctrl+c", "ctrl+c")
        await until(lambda: isinstance(bench.pilot.app.screen, AbortScreen))
        await settle(bench.pilot)
        for words in ("PRODUCTION on practice", "Roll back to b81d002", "for 2 min 10 s", "dokku@practice",
                      "Nothing has been signalled", "Record the state before: Puts it back."):  # fmt: skip
            assert words in bench.shown
        await bench.press("enter")
        assert "abort" not in bench.run.calls
        await bench.press("ctrl+c")
        await until(lambda: isinstance(bench.pilot.app.screen, AbortScreen))
        await bench.press("y")
        assert "abort" not in bench.run.calls, "the grace has not passed"
        bench.ticking.seconds += GRACE_SECONDS
        await bench.press("y")
        await until(lambda: "abort" in bench.run.calls)


async def test_what_can_be_taken_back_after_an_abort_stands_once_with_both_answers_in_view() -> None:
    back = "\n".join(f"Step {number}: {'Puts it back as it was before. ' * 3}" for number in range(3))
    state = asking(GateKind.FAILURE, step="", title="Take back what was done?", evidence=back, undo=back)
    async with walking(state, NARROW) as bench:
        bench.run.say("rollback", *(f"line {number}" for number in range(40)))
        await settle(bench.pilot)
        assert bench.shown.count("Step 0: Puts it back") == 1
        for offer in ("Stop the run here", "Go on without it", "open for 30 min more"):
            assert offer in bench.shown


async def test_h_ends_a_waiting_time() -> None:
    state = run_state(steps=(step("pause", "Let it settle", "wait", status=StepStatus.RUNNING),), current="pause")
    async with walking(state) as bench:
        await bench.press("h")
        assert bench.run.calls == ["hurry"]


# -- looking closer -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_t_explains_the_step_with_the_documents_line_and_why_it_is_not_run(size: tuple[int, int]) -> None:
    async with walking(running(), size) as bench:
        await until(lambda: bench.pilot.app.screen.query_one(StepCard).background.instead)
        await bench.press("t")
        assert isinstance(bench.pilot.app.screen, TeachScreen)
        assert "dokku releases:rollback restant-main 1" in bench.shown
        assert "Why it is not run as written" in bench.shown
        assert "PRODUCTION" in bench.shown
        await bench.press("t")
        assert not isinstance(bench.pilot.app.screen, TeachScreen)


async def test_o_shows_the_output_on_the_whole_screen_with_search() -> None:
    async with walking(running(), NARROW) as bench:
        bench.run.say("rollback", *(f"line {number}" for number in range(3000)))
        await bench.press("o")
        assert isinstance(bench.pilot.app.screen, OutputScreen)
        await until(lambda: "line 2999" in bench.shown)
        assert "1,000 oldest lines stand in the record only" in bench.shown
        await bench.press("slash", *"2500", "enter")
        await until(lambda: "line 2500" in bench.shown)
        assert "PAUSED" in bench.shown
        await bench.press("escape", "escape", "escape")
        assert not isinstance(bench.pilot.app.screen, OutputScreen)


async def test_y_copies_the_command_and_says_how_much() -> None:
    async with walking(running()) as bench:
        await bench.press("y")
        assert bench.pilot.app.clipboard.startswith("dokku git:sync --build restant-main")
        copied = len(bench.pilot.app.clipboard)
        assert f"copied {copied} characters" in [note.message for note in bench.pilot.app._notifications]


# -- the end ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
async def test_the_summary_says_how_it_ended_what_changed_and_what_is_left(size: tuple[int, int]) -> None:
    async with walking(running(), size) as bench:
        bench.run.say("afterwards", "1. Revert the bad commit.")
        await bench.publish(ended())
        assert bench.pilot.app.screen.query_one(StepList).cursor_id == SUMMARY
        for words in ("✔ ok  in 12 s", "✔ 6 ok", "What changed", "undo: Deploys what was live before.",
                      "1. Revert the bad commit."):  # fmt: skip
            assert words in bench.shown
        await bench.press("end")
        assert "restant-tui export r-20260302-0300-k7" in bench.shown
        await bench.press("escape")
        assert not isinstance(bench.pilot.app.screen, WizardScreen)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (RunStatus.PARTIAL, "something was left out or overridden"),
        (RunStatus.FAILED, "it did not reach its end"),
        (RunStatus.UNKNOWN, "nobody knows whether a change happened"),
        (RunStatus.DECLINED, "somebody said no"),
    ],
)
async def test_an_end_that_is_not_ok_is_never_called_ok(status: RunStatus, words: str) -> None:
    async with walking(ended(status, "Roll back: it broke")) as bench:
        assert words in bench.shown
        assert "Roll back: it broke" in bench.shown
        assert "✔ ok  in" not in bench.shown
