"""The names that templates of one runbook see during a run: its parameters, what was captured, and the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from restant_tui.config.model import Environment
from restant_tui.engine.ports import Targets
from restant_tui.runbook.templates import TemplateProblem, Templates

__all__ = ["Place", "Scope", "TemplateProblem"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which host a runbook's steps go to, what that is for, and the one name a person has to type there."""

    host: str
    environment: Environment
    phrase: str
    targets: Targets


@dataclass(slots=True)
class Scope:
    """One runbook's names. An included runbook has a scope of its own: it sees nothing it was not given.

    `path` is where the runbook stands in the run: empty for the run's own, the include step's path otherwise.
    """

    path: str
    runbook: str
    templates: Templates
    place: Place
    facts: Mapping[str, object]
    values: dict[str, object] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    """The values, not the names, that may never become part of a command."""

    def names(self, extra: Mapping[str, object] | None = None) -> dict[str, object]:
        """Return every name and its value; `extra` wins."""
        return {**self.facts, **self.values, **(extra or {})}

    def render(self, text: str, extra: Mapping[str, object] | None = None) -> str:
        """Return the text with its templates filled in; raises TemplateProblem."""
        return self.templates.render(text, self.names(extra))

    def holds(self, expression: str, extra: Mapping[str, object] | None = None) -> bool:
        """Return whether an expression is true; raises TemplateProblem."""
        return self.templates.holds(expression, self.names(extra))

    def evaluate(self, expression: str, extra: Mapping[str, object] | None = None) -> object:
        """Return the value of an expression; raises TemplateProblem."""
        return self.templates.evaluate(expression, self.names(extra))

    def with_item(self, item: object) -> Scope:
        """Return a view of this scope in which `item` is this element; captures still go to the same place."""
        return Scope(
            path=self.path, runbook=self.runbook, templates=self.templates, place=self.place,
            facts={**self.facts, "item": item}, values=self.values, secrets=self.secrets,
        )  # fmt: skip
