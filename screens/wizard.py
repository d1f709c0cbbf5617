"""The wizard: one run, step by step. It follows the run; the run does not depend on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.getters import query_one
from textual.reactive import Reactive, reactive
from textual.screen import Screen

from restant_tui.clock import SystemClock
from restant_tui.engine.state import Gate, GateKind, RunState, RunStatus, StepState, StepStatus
from restant_tui.errors import RestantError, UsageProblem
from screens import definition
from screens.confirm import ConfirmScreen
from screens.wizard_commands import (
    Continue,
    CopyCommand,
    FollowRun,
    Hurry,
    LeaveWizard,
    NextStep,
    Pause,
    PreviousStep,
    ShowOutput,
    TeachStep,
    why_not,
)
from widgets import commands, commands_shown
from widgets.commands import Command
from widgets.context_bar import ContextBar
from widgets.faces.base import Asked, GateFace
from widgets.faces.kinds import face_for
from widgets.faces.press import TypeFace
from widgets.hint_bar import HintBar
from widgets.output_pane import OutputPane
from widgets.run_heading import RunHeading
from widgets.step_card import StepCard
from widgets.step_list import SUMMARY, StepList
from widgets.summary import Summary

if TYPE_CHECKING:
    from restant_tui.engine.run import Run
    from restant_tui.engine.runtime import Runtime
    from restant_tui.runbook.model import Runbook, Step


class WizardScreen(Screen[None]):
    """The steps at the left, the one that is looked at on the right, and the open question below it."""

    CSS_PATH = "wizard.tcss"
    TITLE = "Wizard"
    DOES = (LeaveWizard, Pause, Continue, Hurry, FollowRun, NextStep, PreviousStep, TeachStep, ShowOutput, CopyCommand)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]
    AUTO_FOCUS = "StepList"

    state: Reactive[RunState | None] = reactive(None, repaint=False)
    now: Reactive[datetime | None] = reactive(None, repaint=False)
    looked_at: Reactive[str] = reactive("", repaint=False)
    """The path of the step on the right."""

    heading = query_one(RunHeading)
    steps = query_one(StepList)
    card = query_one(StepCard)
    output = query_one(OutputPane)
    summary = query_one(Summary)

    def __init__(self, run: Run, *, monotonic: Callable[[], float] | None = None) -> None:
        """Make the wizard of a run.

        Args:
            run: may be under way or ended.
            monotonic: measures the grace of its questions, in real seconds.
        """
        super().__init__()
        self._run = run
        self._monotonic = monotonic or SystemClock().monotonic
        self._following = True
        self._dialog: ConfirmScreen | None = None
        self._runbook: Runbook | None = None
        self._gate = ""
        self._dialog_due = False

    # -- life ------------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Lay out the run."""
        yield ContextBar()
        yield RunHeading()
        with Container(id="wizard"):
            yield StepList(id="steps")
            with Vertical(id="step"):
                yield StepCard(id="card")
                yield OutputPane(id="output")
                yield Summary(id="summary")
                yield Container(id="face")
        yield HintBar()

    def on_mount(self) -> None:
        """Begin to follow the run and the App's state."""
        for name, take in (("now", self._take_now), ("armed_until", self._take_armed)):
            if hasattr(self.app, name):
                self.watch(self.app, name, take)
        self._read_runbook()
        self._follow()

    @work(group="run", exclusive=True, exit_on_error=False)
    async def _follow(self) -> None:
        async for state in self._run.feed.follow():
            self.state = state

    @work(group="runbook", exclusive=True, exit_on_error=False)
    async def _read_runbook(self) -> None:
        state = self._run.feed.latest
        try:
            loaded = await asyncio.to_thread(self._runtime.catalogue.get, state.runbook)
        except RestantError:
            return
        # A file that was edited since says nothing about this run.
        if state.runbook_sha256 in ("", loaded.sha256):
            self._runbook = loaded.runbook
            self._show_step()

    def on_screen_resume(self) -> None:
        """Give what came up behind another screen its time to be read; open the dialog that was due."""
        for face in self.query(GateFace):
            face.come_into_view()
        self.call_after_refresh(self._open_dialog_once)

    # -- state in --------------------------------------------------------------------------------------------------

    def _take_now(self, now: datetime | None) -> None:
        self.now = now
        self.heading.now = self.steps.now = self.card.now = now
        for face in self.query(GateFace):
            face.now = now
        if self._dialog is not None:
            self._dialog.now = now

    def _take_armed(self, _: object) -> None:
        for face in self.query(GateFace):
            face.armed = self._armed(face.gate)
        if self._dialog is not None and self.state is not None and self.state.gate is not None:
            self._dialog.armed = self._armed(self.state.gate)

    def watch_state(self, state: RunState | None) -> None:
        """Show the run as it is now."""
        if state is None or not self.is_mounted:
            return
        self.heading.state = self.steps.state = self.summary.state = state
        gate = state.gate.id if state.gate else ""
        if gate != self._gate:
            self._gate = gate
            self._following = self._following or bool(gate)
            self._show_gate(state.gate)
        if state.status.ended and not self.summary.display:
            self.summary.notes = self._notes(state)
            self.call_after_refresh(self.summary.focus)
        if self._following:
            self._look_at_current(state)
        self._show_step()
        self.refresh_bindings()

    def _look_at_current(self, state: RunState) -> None:
        path = SUMMARY if state.status.ended else (state.gate.step if state.gate and state.gate.step else state.current)
        if not path and state.steps:
            path = state.steps[0].path
        self.steps.look_at(path)
        self.looked_at = path

    @on(StepList.StepLookedAt)
    def look_at(self, event: StepList.StepLookedAt) -> None:
        """Show another step; the run goes on meanwhile."""
        self.looked_at = event.path
        state = self.state
        self._following = state is not None and event.path in (SUMMARY, state.current)
        self._show_step()

    def watch_looked_at(self) -> None:
        """Show the output of the step that is looked at."""
        if self.is_mounted and self.looked_at not in ("", SUMMARY):
            path = self.looked_at
            self.output.show(lambda: self._run.output(path))

    def _show_step(self) -> None:
        step = self._step()
        ended = self.looked_at == SUMMARY
        self.summary.display = ended
        self.card.display = not ended
        self.output.display = not ended and step is not None and step.kind not in _SILENT
        if step is None or self.state is None:
            return
        self.card.terse = self.has_class("-narrow") or self.size.width < 120
        asked = self.state.gate is not None and self.state.gate.step == step.path
        if asked and not self._run.output(step.path).total:
            self.output.display = False
        self.card.background, self.card.step = definition.for_card(self._definition(step.path), step, self.state)
        self.output.lines.empty = "no output yet" if step.status in _AHEAD else "nothing was printed"

    def on_resize(self) -> None:
        """Say more or less about the step."""
        self._show_step()

    def _step(self) -> StepState | None:
        steps = self.state.steps if self.state is not None else ()
        return next((step for step in steps if step.path == self.looked_at), None)

    def _definition(self, path: str) -> Step | None:
        if self._runbook is None:
            return None
        try:
            return definition.find(self._runbook, path, lambda name: self._runtime.catalogue.get(name).runbook)
        except RestantError:
            return None

    def _notes(self, state: RunState) -> tuple[str, ...]:
        done = [step for step in state.steps if step.kind == "note" and step.status is StepStatus.OK]
        return tuple("\n".join(self._run.output(step.path).lines()) for step in done)

    # -- questions -------------------------------------------------------------------------------------------------

    def _show_gate(self, gate: Gate | None) -> None:
        if self._dialog is not None and self._dialog.is_current:
            self._dialog.dismiss(False)
        self.query(GateFace).remove()
        self.set_class(gate is not None, "-asking")
        self.set_class(gate is not None and gate.kind in (GateKind.FORM, GateKind.ITEMS), "-form")
        if gate is None:
            self.steps.focus()
            return
        face = face_for(Asked(gate=gate, by=self._runtime.actor, monotonic=self._monotonic))
        face.now = self.now
        face.set_reactive(GateFace.armed, self._armed(gate))
        self.query_one("#face").mount(face)
        self._dialog_due = gate.kind is GateKind.TYPE
        self.call_after_refresh(self._open_dialog_once)

    def _open_dialog_once(self) -> None:
        if self._dialog_due and self.is_current:
            self._dialog_due = False
            self.open_dialog()

    @on(TypeFace.ConfirmationRequested)
    def open_dialog(self) -> None:
        """Open the dialog for the name that has to be typed."""
        state = self.state
        if state is None or state.gate is None or self._dialog is not None:
            return
        dialog = ConfirmScreen(
            state.gate, by=self._runtime.actor, submit=self._run.answer, arm=self._arm, monotonic=self._monotonic
        )
        dialog.set_reactive(ConfirmScreen.now, self.now)
        dialog.set_reactive(ConfirmScreen.armed, self._armed(state.gate))
        self._dialog = dialog
        self.app.push_screen(dialog, self._dialog_closed)

    def _dialog_closed(self, _: bool | None) -> None:
        self._dialog = None

    @on(GateFace.Answered)
    def take_answer(self, event: GateFace.Answered) -> None:
        """Hand an answer to the run; if it is not accepted, the question says why and stays."""
        event.stop()
        try:
            self._run.answer(event.answer)
        except UsageProblem as problem:
            self.query_one(GateFace).refused(str(problem))

    def _armed(self, gate: Gate) -> bool:
        return self._runtime.arming.allows(gate.environment)

    def _arm(self) -> None:
        self._runtime.arming.arm(self._runtime.actor)
        self._take_armed(None)

    # -- keys ------------------------------------------------------------------------------------------------------

    def unavailable(self, command: type[Command]) -> str:
        """Return why a command cannot be used now."""
        return why_not(command, self.state, self._step()) if self.state is not None else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action) if self.is_mounted else True

    def action_leave_wizard(self) -> None:
        """Step back inside the screen first; then leave."""
        faces = list(self.query(GateFace))
        if faces and faces[0].step_back():
            return
        if self.output.has_focus_within and self.output.step_back():
            return
        self.dismiss(None)

    def action_pause(self) -> None:
        """Pause; with a pause asked for already, ask whether to stop."""
        state = self.state
        if state is None or state.status.ended:
            return
        if state.pausing or state.status is RunStatus.PAUSED:
            self._ask_abort()
        else:
            self._run.pause(self._runtime.actor)
            self._tell("the run pauses before its next step; ctrl+c again to stop it, g to go on")

    @work(group="dialog", exit_on_error=False)
    async def _ask_abort(self) -> None:
        from screens.abort import AbortScreen

        state = self._run.feed.latest
        if isinstance(self.app.screen, AbortScreen):
            return
        if await self.app.push_screen_wait(AbortScreen(state, self.now, monotonic=self._monotonic)):
            await self._run.abort(self._runtime.actor)

    def action_continue(self) -> None:
        """Go on."""
        self._run.resume(self._runtime.actor)

    def action_hurry(self) -> None:
        """Wait no longer."""
        self._run.hurry()

    def action_follow_run(self) -> None:
        """Follow again."""
        self._following = True
        if self.state is not None:
            self._look_at_current(self.state)
            self._show_step()

    def action_next_step(self) -> None:
        """Look at the next step."""
        self.steps.action_cursor(1)

    def action_previous_step(self) -> None:
        """Look at the step before."""
        self.steps.action_cursor(-1)

    def action_teach_step(self) -> None:
        """Open the explanation."""
        from screens.teach import TeachScreen

        step = self._step()
        if step is not None and self.state is not None:
            found = self._definition(step.path)
            self.app.push_screen(TeachScreen(step, found, definition.background(found, step, self.state), self.state))

    def action_show_output(self) -> None:
        """Open the output."""
        from screens.output import OutputScreen

        step = self._step()
        if step is not None and self.state is not None:
            path = step.path
            self.app.push_screen(OutputScreen(step.title, self.state, lambda: self._run.output(path)))

    def action_copy_command(self) -> None:
        """Copy the command; while a question is open the key belongs to it."""
        step, state = self._step(), self.state
        if step is None or state is None:
            return
        if state.gate is not None:
            self.query_one(GateFace).take_focus()
            self._tell("a question is open: the key is its answer, and nothing was copied")
            return
        planned = definition.background(self._definition(step.path), step, state).planned
        text = commands_shown.pasteable(step.commands or planned)
        if text:
            self.app.copy_to_clipboard(text)
        self._tell(f"copied {len(text)} characters" if text else "this step sends no command")

    # -- the App ---------------------------------------------------------------------------------------------------

    @property
    def _runtime(self) -> Runtime:
        found: Runtime | None = getattr(self.app, "runtime", None)
        assert found is not None, "a run cannot be open before the runtime is"
        return found

    def _tell(self, sentence: str) -> None:
        self.app.notify(sentence, markup=False)


_AHEAD = frozenset({StepStatus.PENDING, StepStatus.RUNNING, StepStatus.WAITING})
_SILENT = frozenset({"confirm", "manual", "input", "approve", "branch", "parallel", "loop", "include", "wait"})
