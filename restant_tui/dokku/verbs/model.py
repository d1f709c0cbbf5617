"""What a verb is: one intent, such as a rollback, and how it is carried out on this kind of host.

In a runbook a verb stands where a command would, with an @ in front: `@release.rollback`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from restant_tui.clock import Clock
from restant_tui.config.model import Danger, Identity, Target
from restant_tui.transport.outcome import OnOutput, Outcome, OutcomeKind, Runner

if TYPE_CHECKING:
    from restant_tui.dokku.capabilities import Capabilities


@dataclass(frozen=True, slots=True)
class Call:
    """One command a verb will send; `when` says in words on what condition, empty for always.

    `identity` is None for something the verb does on this machine, and `argv` then only says what.
    """

    identity: Identity | None
    argv: tuple[str, ...]
    when: str = ""

    @property
    def target(self) -> Target:
        """Where it goes."""
        return target_of(self.identity)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerbContext:
    """What a verb needs to do its work.

    `runner` returns the session of an identity on the app's host, None where that identity is not configured.
    `timeout` is real seconds for the verb's main command. `clock` tells ages. `capabilities` is what is known of the
    host; None if nothing is, and it is then taken for a current one without extra plugins.
    """

    runner: Callable[[Identity], Runner | None]
    clock: Clock
    timeout: float
    on_output: OnOutput | None = None
    capabilities: Capabilities | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Something a verb needs beyond its identity; `instead` says what it does without, empty if it cannot run then.

    `name` is an identity, a `Feature`, a plugin (`mysql|redis` for either) or a program of the admin's.
    """

    kind: Literal["identity", "feature", "plugin", "tool"]
    name: str
    instead: str = ""


Explain = Callable[[Sequence[str]], tuple[Call, ...]]
Perform = Callable[[Sequence[str], VerbContext], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One verb. `parameters` names its arguments in order; one that ends in `?` may be left out.

    `identity` is the one its main command needs, None for a verb that only looks at this machine.
    """

    name: str
    danger: Danger
    identity: Identity | None
    parameters: tuple[str, ...]
    summary: str
    explain: Explain
    """The exact argument lists it will send, for a preview; raises UsageProblem for arguments that do not fit."""
    perform: Perform
    """Do it. Arguments that do not fit give an outcome with `sent=False`, never an exception."""
    needs: tuple[Need, ...] = ()

    @property
    def target(self) -> Target:
        """Where its main command goes."""
        return target_of(self.identity)


def target_of(identity: Identity | None) -> Target:
    """Return the target an identity is, this machine for None."""
    return Target.LOCAL if identity is None else Target(identity.value)


def not_sent(reason: str) -> Outcome:
    """Return the outcome of something we did not even send, so that nothing can have changed."""
    return Outcome(kind=OutcomeKind.UNKNOWN, sent=False, reason=reason)
