"""What the runbook's file says about a step of a run."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from restant_tui.config.model import Target
from restant_tui.engine.flatten import FINALLY, UNDO, undo_of
from restant_tui.engine.resolve import LOGIN_SHELL
from restant_tui.engine.state import CommandLine, GateKind, RunState, StepState
from restant_tui.runbook.danger import inner_steps
from restant_tui.runbook.model import FollowStep, HttpStep, IncludeStep, PollStep, Runbook, RunStep, Step, TerminalStep
from widgets.step_card import Background

_TURN = re.compile(r"\[\d+\]$")


def find(runbook: Runbook, path: str, get: Callable[[str], Runbook]) -> Step | None:
    """Return the step at a run's path; None where the file has none there (it may have been edited since)."""
    names = path.split("/")
    steps: tuple[Step, ...] = runbook.steps
    if names[0] == FINALLY:
        steps, names = runbook.finally_, names[1:]
    found: Step | None = None
    for name in names:
        if name == UNDO and found is not None:
            undo = undo_of(found)
            steps = undo.steps if undo else ()
            continue
        if name == FINALLY and isinstance(found, IncludeStep):
            steps = get(found.runbook).finally_
            continue
        wanted = _TURN.sub("", name)
        found = next((step for step in steps if step.id == wanted), None)
        if found is None:
            return None
        steps = get(found.runbook).steps if isinstance(found, IncludeStep) else inner_steps(found)
    return found


def background(step: Step | None, state: StepState, run: RunState) -> Background:
    """Return what the card shows of it: what will be sent, and why the document's line is not run as written."""
    if step is None:
        return Background()
    return Background(planned=_planned(step, state, run), instead=step.instead)


def for_card(step: Step | None, state: StepState, run: RunState) -> tuple[Background, StepState]:
    """Return what the card shows; what an open question says itself does not stand twice."""
    shown = background(step, state, run)
    gate = run.gate
    if gate is None or gate.step != state.path:
        return shown, state
    planned = shown.planned if gate.kind is GateKind.TYPE else ()
    said = replace(state, why="" if gate.says == state.why else state.why, undo="" if gate.undo else state.undo)
    return replace(shown, instead="", planned=planned), said


def seed_lines(step: Step) -> tuple[str, ...]:
    """Return the lines of the operations document that the step carries out."""
    return (step.seed,) if isinstance(step.seed, str) else step.seed


def _planned(step: Step, state: StepState, run: RunState) -> tuple[CommandLine, ...]:
    """Return what will be sent; the command at an open question is exact, before that it is as in the file."""
    if run.gate is not None and run.gate.step == state.path and run.gate.commands:
        return run.gate.commands
    match step:
        case RunStep(shell=str(shell)):
            return (CommandLine(where=_where(step.target, run), argv=(shell,)),)
        case TerminalStep(argv=()):
            return (CommandLine(where=_where(step.target, run), argv=(LOGIN_SHELL,)),)
        case RunStep(argv=argv) | FollowStep(argv=argv) | PollStep(argv=argv) | TerminalStep(argv=argv) if argv:
            return (CommandLine(where=_where(step.target, run), argv=_filled(argv, run)),)
        case HttpStep() | PollStep() if step.http is not None:
            return (CommandLine(where="here", argv=_filled((step.http.method, step.http.url), run)),)
        case _:
            return ()


def _where(target: Target, run: RunState) -> str:
    return "here" if target is Target.LOCAL else f"{target.value}@{run.host}"


def _filled(argv: tuple[str, ...], run: RunState) -> tuple[str, ...]:
    """Return the arguments with the parameters put in where they stand alone; what else is computed stays."""
    values = {name: str(value) for name, value in run.params.items()}
    return tuple(_put(word, values) for word in argv)


def _put(word: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        word = re.sub(r"\{\{\s*" + re.escape(name) + r"\s*\}\}", value.replace("\\", r"\\"), word)
    return word
