"""The texts of a run's runbooks, as they were when it started: what is edited later does not change a run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from restant_tui.engine.scope import Scope, TemplateProblem
from restant_tui.engine.state import StepState
from restant_tui.errors import RunbookProblem
from restant_tui.runbook.danger import every_step
from restant_tui.runbook.model import IncludeStep, Runbook
from restant_tui.runbook.parts import OnFailure

if TYPE_CHECKING:
    from restant_tui.runbook.loader import LoadedRunbook

_BRACES = re.compile(r"\{\{\s*(.*?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Sources:
    """Every runbook a run may need, by id."""

    texts: Mapping[str, str]
    _runbooks: dict[str, Runbook] = field(default_factory=dict)

    @classmethod
    def of(cls, loaded: LoadedRunbook, get: Callable[[str], LoadedRunbook]) -> Sources:
        """Collect a runbook and all that it includes, or may run when a step fails.

        Raises:
            UsageProblem: one of them does not exist.
        """
        found: dict[str, LoadedRunbook] = {}
        waiting = [loaded]
        while waiting:
            one = waiting.pop()
            found[one.runbook.id] = one
            waiting.extend(get(name) for name in _named(one.runbook) if name not in found)
        return cls(
            {name: one.source for name, one in found.items()}, {name: one.runbook for name, one in found.items()}
        )

    @classmethod
    def from_texts(cls, texts: Mapping[str, str], main: str, sha256: str) -> Sources:
        """Read the runbooks a run was started with.

        Raises:
            RunbookProblem: the text is not the one the run was started with, or cannot be read any more.
        """
        from restant_tui.runbook.loader import load_text

        if hashlib.sha256(texts.get(main, "").encode()).hexdigest() != sha256:
            raise RunbookProblem(f"the journal's copy of `{main}` is not the one this run was started with")
        return cls(texts, {name: load_text(text, name).runbook for name, text in texts.items()})

    def runbook(self, name: str) -> Runbook:
        """Return one of them; raises RunbookProblem for one that was not there at the start."""
        if name not in self._runbooks:
            raise RunbookProblem(f"`{name}` was not among the runbooks when this run started")
        return self._runbooks[name]


def titled(steps: tuple[StepState, ...], scope: Scope) -> tuple[StepState, ...]:
    """Return the steps with their words filled in as far as it is known already."""
    return tuple(
        replace(one, title=so_far(one.title, scope), why=so_far(one.why, scope), undo=so_far(one.undo, scope))
        for one in steps
    )


def so_far(text: str, scope: Scope) -> str:
    """Return a text with its templates filled in; what is not known yet stands as `<name>`."""
    if "{{" not in text:
        return text
    try:
        return scope.render(text)
    except TemplateProblem:
        return _BRACES.sub(lambda match: _one(match, scope), text)


def _one(match: re.Match[str], scope: Scope) -> str:
    try:
        return scope.render(match.group(0))
    except TemplateProblem:
        return f"<{match.group(1)}>"


def _named(runbook: Runbook) -> list[str]:
    names: list[str] = []
    for step in every_step((*runbook.steps, *runbook.finally_)):
        if isinstance(step, IncludeStep):
            names.append(step.runbook)
        rule = step.on_failure or OnFailure()
        if rule.run:
            names.append(rule.run)
    return names
