"""Plain data with its path, read without fear of wrong types, and a walk over all steps of a runbook.

Rules read data rather than the model, so that a mistake in one step does not hide those in the next. What is missing
or of the wrong type reads as empty: `runbook.shape` has already reported it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_WITH_DANGER = ("run", "http", "transfer", "terminal")
"""Kinds of steps that say themselves how dangerous they are."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file and where it stands: `$.steps[2].argv`."""

    value: Any
    path: str = "$"

    def __getitem__(self, key: str) -> Node:
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(value, f"{self.path}.{key}")

    @property
    def given(self) -> bool:
        """Whether there is a value at all."""
        return self.value is not None

    @property
    def text(self) -> str:
        """The value if it is text, else an empty text."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def each(self) -> tuple[Node, ...]:
        """The elements if it is a list, else none."""
        if not isinstance(self.value, list):
            return ()
        return tuple(Node(element, f"{self.path}[{index}]") for index, element in enumerate(self.value))

    @property
    def pairs(self) -> tuple[tuple[str, Node], ...]:
        """Keys and values if it is a mapping, else none."""
        if not isinstance(self.value, dict):
            return ()
        return tuple((key, Node(value, f"{self.path}.{key}")) for key, value in self.value.items())

    def texts(self) -> Iterator[Node]:
        """Yield every text in it, at any depth."""
        if isinstance(self.value, str):
            yield self
        for element in self.each:
            yield from element.texts()
        for _, element in self.pairs:
            yield from element.texts()


@dataclass(frozen=True, slots=True)
class Place:
    """One step and what it stands in: `inside` holds the kinds of the steps around it, outermost first."""

    step: Node
    kind: str
    inside: tuple[str, ...] = ()

    @property
    def danger(self) -> str:
        """What the step itself can do, as the file says, or as its kind implies."""
        if self.kind == "notify":
            return "change"
        default = "change" if self.kind == "transfer" else "read"
        return (self.step["danger"].text or default) if self.kind in _WITH_DANGER else "read"


def every_place(runbook: Node) -> Iterator[Place]:
    """Yield every step of a runbook in the order of the file: undo steps (inside `undo`) and `finally` included."""
    yield from _places(runbook["steps"], ())
    yield from _places(runbook["finally"], ())


def _places(steps: Node, inside: tuple[str, ...]) -> Iterator[Place]:
    for step in steps.each:
        kind = step["kind"].text
        yield Place(step, kind, inside)
        for inner, around in inner_lists(step):
            yield from _places(inner, (*inside, around))


def inner_lists(step: Node) -> Iterator[tuple[Node, str]]:
    """Yield each list of steps inside this step, with the word for what it stands in."""
    kind = step["kind"].text
    if kind in ("parallel", "loop"):
        yield step["steps"], kind
    if kind == "branch":
        for case in step["cases"].each:
            yield case["steps"], kind
    if step["undo"].given:
        yield step["undo"]["steps"], "undo"


def probes(place: Place) -> Iterator[Node]:
    """Yield every probe of a step: each is made without asking."""
    for holder in (place.step["blast"], place.step["reconcile"]):
        if holder["probe"].given:
            yield holder["probe"]
    for field in place.step["fields"].each:
        if field["choices_from"]["probe"].given:
            yield field["choices_from"]["probe"]
