"""How a verb that does more than pass a command on says what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from restant_tui.config.model import Identity
from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.dokku.verbs.model import VerbContext
from restant_tui.transport.outcome import Outcome, OutcomeKind

READ_SECONDS = 20.0
"""Longest wait for a question a verb asks before its main command."""


def document(data: Mapping[str, object], context: VerbContext, began: float, *, status: int = 0) -> Outcome:
    """Return (and show) one JSON object on a line as the answer of a verb that began at that monotonic moment."""
    return _json(data, context, began, status)


def rows(data: Sequence[Mapping[str, object]], context: VerbContext, began: float) -> Outcome:
    """Return (and show) one JSON list on a line as the answer of a verb that began at that monotonic moment."""
    return _json(data, context, began, 0)


def line(words: str, context: VerbContext, began: float, *, status: int = 0) -> Outcome:
    """Return (and show) one line of words as the answer of a verb that began at that monotonic moment."""
    data = words.encode() + b"\n"
    if context.on_output:
        context.on_output(data, False)
    seconds = context.clock.monotonic() - began
    return Outcome(kind=OutcomeKind.EXITED, exit_status=status, stdout=data, seconds=seconds)


def _json(data: object, context: VerbContext, began: float, status: int) -> Outcome:
    return line(json.dumps(data, ensure_ascii=False), context, began, status=status)


def with_note(outcome: Outcome, note: str, context: VerbContext, *, first: bool = False) -> Outcome:
    """Return the outcome with a sentence of ours in its output, and show that sentence."""
    text = f"restant: {note}\n".encode()
    if context.on_output:
        context.on_output(text, False)
    return replace(outcome, stdout=text + outcome.stdout if first else outcome.stdout + text)


def refused(reason: str, context: VerbContext, *, status: int = 1, seconds: float = 0.0) -> Outcome:
    """Return (and show) our own verdict that it did not work, though the far side may have said nothing wrong."""
    text = f"restant: {reason}\n".encode()
    if context.on_output:
        context.on_output(text, True)
    return Outcome(kind=OutcomeKind.EXITED, exit_status=status, stderr=text, reason=reason, seconds=seconds)


def no_outcome(problem: NoAnswer | ParseProblem) -> Outcome:
    """Return what becomes of a verb whose question was not answered, or not in words we understand."""
    if isinstance(problem, NoAnswer):
        return problem.outcome
    reason = f"The host's answer could not be understood: {problem}."
    return Outcome(kind=OutcomeKind.UNKNOWN, stdout=problem.raw.encode(), reason=reason)


def not_configured(identity: Identity) -> str:
    """Say that an identity is missing, and the way out."""
    return f"The {identity} identity is not configured for this host; add it to the configuration."


def read_limit(context: VerbContext) -> float:
    """Return the real seconds a question before the main command may take."""
    return min(READ_SECONDS, context.timeout)
