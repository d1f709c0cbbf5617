"""What can be done in the wizard besides answering its questions."""

from __future__ import annotations

from restant_tui.engine.state import RunState, RunStatus, StepState, StepStatus
from widgets.commands import Command


class LeaveWizard(Command):
    """Go back; the run goes on, and r or j leads here again."""

    key, hint, rank, in_palette = "escape", "Back", 18, False


class Pause(Command):
    """Pause before the next step; pressed again, choose whether to stop the run."""

    key, hint, rank, title, priority = "ctrl+c", "Pause", 12, "Pause or stop the run", True


class Continue(Command):
    """Go on after a pause."""

    key, title = "g", "Go on after a pause"


class Hurry(Command):
    """End a waiting time now."""

    key, title = "h", "Wait no longer"


class FollowRun(Command):
    """Look at the step that is under way, and follow the run again."""

    key, title = "f", "Follow the run"


class NextStep(Command):
    """Look at the next step."""

    key, in_palette = "right_square_bracket", False


class PreviousStep(Command):
    """Look at the step before."""

    key, in_palette = "left_square_bracket", False


class TeachStep(Command):
    """Explain the step: the document's line, each argument, what good and bad output look like."""

    key, hint, rank, title = "t", "Teach", 16, "Explain this step"


class ShowOutput(Command):
    """Show the step's output on the whole screen."""

    key, hint, rank, title = "o", "Output", 14, "Output on the whole screen"


class CopyCommand(Command):
    """Copy the step's command."""

    key, title = "y", "Copy the command"


def why_not(command: type[Command], state: RunState, step: StepState | None) -> str:
    """Return why a command cannot be used now, or an empty string.

    Args:
        command: one of those above.
        state: the run.
        step: the step that is looked at; None for the summary.
    """
    ended = "the run has ended" if state.status.ended else ""
    if command is Pause:
        return ended
    if command is Continue:
        paused = state.pausing or state.status is RunStatus.PAUSED
        return ended or ("" if paused else "the run is not paused")
    if command is Hurry:
        waits = any(one.kind == "wait" and one.status is StepStatus.RUNNING for one in state.steps)
        return ended or ("" if waits else "nothing is waited for that could end sooner")
    if command in (TeachStep, ShowOutput, CopyCommand):
        return "" if step is not None else "go to a step first"
    return ""
