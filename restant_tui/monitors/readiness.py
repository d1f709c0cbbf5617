"""What a runbook needs, read from its steps, and whether a host has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from restant_tui.config.model import Danger, Target
from restant_tui.dokku.capabilities import Capabilities
from restant_tui.dokku.readiness import Needed, Readiness, judge
from restant_tui.runbook.danger import every_step
from restant_tui.runbook.model import (
    FollowStep,
    IncludeStep,
    PollStep,
    Runbook,
    RunStep,
    Step,
    TerminalStep,
    TransferStep,
)
from restant_tui.runbook.parts import Blast, Probe, Reconcile

Lookup = Callable[[str], Runbook | None]
"""Finds an included runbook by its id; None if there is none."""

_HANDED_OVER = ("ssh", "-t")
"""What a step sends that hands the terminal over, besides what it opens."""

_Sent = tuple[tuple[str, ...], Target, Danger]


def readiness(runbook: Runbook, known: Capabilities, lookup: Lookup | None = None) -> Readiness:
    """Return how far a host can carry out a runbook, with those it includes.

    Args:
        runbook: the runbook.
        known: what was found on the host.
        lookup: finds the runbooks it includes; they do not count if not given.
    """
    return judge(runbook.requires, needs(runbook, lookup), known)


def needs(runbook: Runbook, lookup: Lookup | None = None) -> Needed:
    """Return what the steps of a runbook use; branches, undo steps and included runbooks count as if they ran."""
    verbs: set[str] = set()
    commands: set[str] = set()
    local: set[str] = set()
    targets: dict[Target, Danger] = {}
    root = terminal = False
    for argv, target, danger in _everything(runbook, lookup, set()):
        if argv == _HANDED_OVER:
            terminal = True
            continue
        first = argv[0] if argv else ""
        if first.startswith("@"):
            verbs.add(first.removeprefix("@"))
            continue
        if danger.rank >= targets.get(target, Danger.READ).rank:
            targets[target] = danger
        if "{{" in first or not first:
            continue
        if target is Target.DOKKU:
            commands.add(first)
        elif target is Target.LOCAL:
            local.add(first)
        root = root or (target is Target.ADMIN and first == "sudo")
    return Needed(
        verbs=frozenset(verbs), targets=targets, commands=frozenset(commands), local=frozenset(local), root=root,
        terminal=terminal,
    )  # fmt: skip


def _everything(runbook: Runbook, lookup: Lookup | None, seen: set[str]) -> Iterator[_Sent]:
    seen.add(runbook.id)
    for param in runbook.params:
        if param.choices_from:
            yield from _probe(param.choices_from.probe)
    for step in every_step((*runbook.steps, *runbook.finally_)):
        yield from _step(step)
        if isinstance(step, IncludeStep) and lookup and step.runbook not in seen:
            included = lookup(step.runbook)
            if included is not None:
                yield from _everything(included, lookup, seen)


def _step(step: Step) -> Iterator[_Sent]:
    match step:
        case RunStep(shell=str()):
            yield ("sh",), step.target, step.danger
        case RunStep():
            yield step.argv or (), step.target, step.danger
        case FollowStep():
            yield step.argv, step.target, Danger.READ
        case PollStep(argv=tuple()):
            yield step.argv or (), step.target, Danger.READ
        case TransferStep():
            yield ("rsync",), Target.LOCAL, step.danger
            yield ("rsync",), step.target, step.danger
        case TerminalStep():
            yield step.argv, step.target, step.danger
            if step.target is not Target.LOCAL:
                yield _HANDED_OVER, Target.LOCAL, Danger.READ
        case _:
            pass
    blast: Blast | None = getattr(step, "blast", None)
    reconcile: Reconcile | None = getattr(step, "reconcile", None)
    for probe in (blast.probe if blast else None, reconcile.probe if reconcile else None):
        if probe is not None:
            yield from _probe(probe)
    undo = getattr(step, "undo", None)
    if undo is not None:
        for inner in every_step(undo.steps):
            yield from _step(inner)


def _probe(probe: Probe) -> Iterator[_Sent]:
    if probe.argv:
        yield probe.argv, probe.target, Danger.READ
