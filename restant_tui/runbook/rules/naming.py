"""Rules of names: every name in a template or expression is defined where it stands, and everything defined is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from restant_tui.runbook.names import ANSWER, BUILT_IN, ITEM, KEYED, LINE, RESERVED, SENT_AT
from restant_tui.runbook.rules.node import Node, inner_lists
from restant_tui.runbook.shape import Finding
from restant_tui.runbook.templates import TemplateProblem, Templates, nearest

_TEMPLATES = ("title", "why", "shell", "stdin", "stdout_to", "says", "phrase", "text", "source", "destination")


def check(runbook: Node) -> Iterator[Finding]:
    """Check the names of a whole runbook."""
    names = _Names()
    names.params(runbook["params"])
    names.templates(*runbook["locks"].each)
    names.steps(runbook["steps"])
    names.steps(runbook["finally"])
    yield from names.found
    for name, path, code, what in names.defined:
        if name not in names.used:
            yield Finding(path, code, f"{what} `{name}` is never used")


@dataclass(slots=True)
class _Names:
    """What is defined so far and what has been used; filled while the steps are walked in order."""

    templates_of: Templates = field(default_factory=Templates)
    known: set[str] = field(default_factory=lambda: set(BUILT_IN))
    used: set[str] = field(default_factory=set)
    defined: list[tuple[str, str, str, str]] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)

    def params(self, params: Node) -> None:
        for param in params.each:
            source = param["choices_from"]
            self.probe(source["probe"])
            self.choices(source)
            self.define(param["name"], "RB203", "the parameter")

    def choices(self, source: Node) -> None:
        """A row's fields are not known before it is read, so any name may stand there."""
        only = {LINE} if source["parse"].text == "lines" else None
        self.expressions(source["where"], extra=only or (), any_name=only is None)
        self.templates(source["label"], extra=only or (), any_name=only is None)

    def steps(self, steps: Node) -> None:
        for step in steps.each:
            self.step(step)

    def step(self, step: Node) -> None:
        self.expressions(step["when"])
        self.templates(*(step[key] for key in _TEMPLATES), *step["argv"].each)
        self.http(step["http"])
        self.templates(*(item["text"] for item in step["items"].each))
        self.templates(*(case["label"] for case in step["cases"].each))
        self.templates(*step["with"].texts())
        self.templates(step["confirm"]["says"], step["confirm"]["phrase"], step["blast"]["says"])
        self.probe(step["blast"]["probe"])
        self.expressions(*(case["when"] for case in step["cases"].each))
        before = set(self.known)
        for capture in step["capture"].each:
            self.define(capture["name"], "RB204", "the capture")
        for expectation in step["expect"].each:
            self.expressions(expectation["expr"], extra=ANSWER)
            self.templates(expectation["says"], expectation["json"]["value"], extra=ANSWER)
        self.undo(step)
        match step["kind"].text:
            case "input":
                self.params(step["fields"])
            case "parallel":
                self.parallel(step)
            case "loop":
                self.loop(step, before)
            case _:
                for inner, around in inner_lists(step):
                    if around != "undo":
                        self.steps(inner)

    def undo(self, step: Node) -> None:
        reconcile, undo = step["reconcile"], step["undo"]
        self.probe(reconcile["probe"], extra=(SENT_AT,))
        self.expressions(*(reconcile[rule] for rule in ("done_if", "not_done_if", "running_if")), extra=ANSWER)
        self.templates(undo["says"], undo["none_because"])
        after = set(self.known)
        self.steps(undo["steps"])
        self.known = after

    def parallel(self, step: Node) -> None:
        """Steps that run at the same time cannot see each other's captures; those after them see all."""
        before = set(self.known)
        together: set[str] = set()
        for inner in step["steps"].each:
            self.known = set(before)
            self.step(inner)
            together |= self.known
        self.known |= together

    def loop(self, step: Node, before: set[str]) -> None:
        self.expressions(step["over"])
        if step["over"].given:
            self.known.add(ITEM)
        self.steps(step["steps"])
        self.expressions(step["until"])
        if ITEM not in before:
            self.known.discard(ITEM)

    def http(self, http: Node, extra: tuple[str, ...] = ()) -> None:
        texts = (http["url"], *(header for _, header in http["headers"].pairs), *http["body"].texts())
        self.templates(*texts, extra=extra)

    def probe(self, probe: Node, extra: tuple[str, ...] = ()) -> None:
        self.templates(*probe["argv"].each, extra=extra)
        self.http(probe["http"], extra)

    def define(self, name: Node, code: str, what: str) -> None:
        if not name.text:
            return
        if name.text in RESERVED:
            self.found.append(
                Finding(name.path, "RB205", f"`{name.text}` has a meaning of its own; choose another name")
            )
            return
        if name.text in self.known and code == "RB204" and self.is_param(name.text):
            self.found.append(Finding(name.path, "RB205", f"`{name.text}` is already a parameter; choose another"))
        self.known.add(name.text)
        self.defined.append((name.text, name.path, code, what))

    def is_param(self, name: str) -> bool:
        return any(known == name and code == "RB203" for known, _, code, _ in self.defined)

    def templates(self, *nodes: Node, extra: tuple[str, ...] | set[str] = (), any_name: bool = False) -> None:
        for node in nodes:
            if "{" in node.text:
                self.check(node, expression=False, extra=extra, any_name=any_name)

    def expressions(self, *nodes: Node, extra: tuple[str, ...] | set[str] = (), any_name: bool = False) -> None:
        for node in nodes:
            if node.text:
                self.check(node, expression=True, extra=extra, any_name=any_name)

    def check(self, node: Node, *, expression: bool, extra: tuple[str, ...] | set[str], any_name: bool) -> None:
        language = self.templates_of
        try:
            names = language.names_in_expression(node.text) if expression else language.names_in(node.text)
        except TemplateProblem as problem:
            self.found.append(Finding(node.path, "RB202", str(problem)))
            return
        for dotted in sorted(names):
            name, _, rest = dotted.replace("[", ".[").partition(".")
            self.used.add(name)
            if any_name:
                continue
            if name not in self.known and name not in extra:
                missing = f"`{name}` is not defined here{nearest(name, self.known.union(extra))}"
                self.found.append(Finding(node.path, "RB201", missing))
            elif name in BUILT_IN:
                self.built_in(node, name, rest)

    def built_in(self, node: Node, name: str, rest: str) -> None:
        parts = rest.split(".") if rest else []
        fields = BUILT_IN[name]
        if name in KEYED:
            # The first part is the looked-up name, written `[]` or, for a name without a hyphen, `.name`.
            parts = parts[1:]
        if parts and parts[0] not in fields and parts[0] != "[]":
            said = f"`{name}` has no `{parts[0]}`; it has {', '.join(fields)}"
            self.found.append(Finding(node.path, "RB201", said + nearest(parts[0], fields)))
