"""What a verb is: one intent, such as a rollback, and how it is carried out on this kind of host.

In a runbook a verb stands where a command would, with an @ in front: `@release.rollback`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from restant_tui.clock import Clock
from restant_tui.config.model import Danger, Identity
from restant_tui.transport.outcome import OnOutput, Outcome, OutcomeKind, Runner


@dataclass(frozen=True, slots=True)
class Call:
    """One command a verb will send; `when` says in words on what condition, empty for always."""

    identity: Identity
    argv: tuple[str, ...]
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerbContext:
    """What a verb needs to do its work.

    `runner` returns the session of an identity on the app's host, None where that identity is not configured.
    `timeout` is real seconds for the verb's main command. `clock` tells ages.
    """

    runner: Callable[[Identity], Runner | None]
    clock: Clock
    timeout: float
    on_output: OnOutput | None = None


Explain = Callable[[Sequence[str]], tuple[Call, ...]]
Perform = Callable[[Sequence[str], VerbContext], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One verb. `parameters` names its arguments in order; `identity` is the one its main command needs."""

    name: str
    danger: Danger
    identity: Identity
    parameters: tuple[str, ...]
    summary: str
    explain: Explain
    """The exact argument lists it will send, for a preview; raises UsageProblem for arguments that do not fit."""
    perform: Perform
    """Do it. Arguments that do not fit give an outcome with `sent=False`, never an exception."""


def not_sent(reason: str) -> Outcome:
    """Return the outcome of something we did not even send, so that nothing can have changed."""
    return Outcome(kind=OutcomeKind.UNKNOWN, sent=False, reason=reason)
