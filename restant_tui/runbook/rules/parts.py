"""Rules between the fields of one part: exactly one of these, this only with that, everything that is named exists."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

from restant_tui.runbook.rules.node import Node, Place, every_place, probes
from restant_tui.runbook.shape import Finding
from restant_tui.runbook.templates import nearest

_CHECKS = (
    "exit", "stdout_matches", "stdout_not_matches", "stderr_not_matches", "http_status", "latency_ms", "cert_days",
    "json", "expr",
)  # fmt: skip
_OF_COMMANDS = frozenset({"exit", "stderr_not_matches"})
_OF_HTTP = frozenset({"http_status", "latency_ms", "cert_days"})
_PATTERNS = ("filter", "until", "fail_on")


def check(runbook: Node, known: Collection[str] | None) -> Iterator[Finding]:
    """Check every part; `known` are the ids of all runbooks, or None when they are not known."""
    places = tuple(every_place(runbook))
    yield from _once(runbook["params"].each, "name", "RB114", "parameter")
    for param in runbook["params"].each:
        yield from _param(param)
    yield from _once([place.step for place in places], "id", "RB113", "step")
    ids = {place.step["id"].text for place in places}
    for place in places:
        yield from _step(place, ids)
    yield from _named_runbooks(runbook, places, known)
    yield from _dates(runbook)


def _step(place: Place, ids: set[str]) -> Iterator[Finding]:
    step = place.step
    if place.kind == "run":
        yield from _exactly_one(step, ("argv", "shell"), "RB110", "a run step")
    if place.kind == "terminal":
        yield from _opened(step)
    if place.kind == "poll":
        yield from _exactly_one(step, ("argv", "http"), "RB112", "a poll step")
    for probe in probes(place):
        yield from _exactly_one(probe, ("argv", "http"), "RB112", "a probe")
    for expectation in step["expect"].each:
        yield from _expectation(expectation, place)
    for capture in step["capture"].each:
        yield from _capture(capture)
    for key in _PATTERNS:
        if place.kind != "loop":
            yield from _pattern(step[key])
    yield from _once(step["items"].each, "id", "RB114", "item")
    yield from _once(step["fields"].each, "name", "RB114", "field")
    for field in step["fields"].each:
        yield from _param(field)
    for target in (step["on_failure"]["goto"], *(case["goto"] for case in step["cases"].each)):
        if target.text and target.text not in ids:
            yield Finding(target.path, "RB115", f"there is no step `{target.text}`{nearest(target.text, ids)}")
    failure = step["on_failure"]
    for move in ("goto", "run"):
        wanted = failure["default"].text == move or move in [offer.text for offer in failure["offer"].each]
        if wanted and not failure[move].given:
            yield Finding(failure.path, "RB118", f"`{move}` is offered, but `{move}:` does not say where to go")
    for case in step["cases"].each:
        if case["goto"].given and case["steps"].given:
            yield Finding(case.path, "RB118", "a case has either `goto` or `steps`, not both")


def _opened(step: Node) -> Iterator[Finding]:
    """Check that there is something to hand the terminal to."""
    argv = step["argv"].each
    if not argv and step["target"].text != "admin":
        said = "without `argv` it is a login shell, and only the admin identity has one: say what is opened"
        yield Finding(step["kind"].path, "RB122", said)
    if argv and argv[0].text.startswith("@"):
        yield Finding(argv[0].path, "RB123", f"`{argv[0].text}` is worked out by the program and takes no terminal")


def _expectation(expectation: Node, place: Place) -> Iterator[Finding]:
    if not isinstance(expectation.value, dict):
        return
    given = [name for name in _CHECKS if expectation[name].given]
    if len(given) != 1:
        what = "none is given" if not given else f"here are {', '.join(given)}"
        yield Finding(expectation.path, "RB111", f"an expectation has exactly one check; {what}")
    for name in ("stdout_matches", "stdout_not_matches", "stderr_not_matches"):
        yield from _pattern(expectation[name])
    asks_http = place.kind == "http" or (place.kind == "poll" and place.step["http"].given)
    for name in given:
        if name in _OF_COMMANDS and asks_http:
            yield Finding(expectation[name].path, "RB119", f"`{name}` is for commands; this step makes an HTTP request")
        if name in _OF_HTTP and not asks_http:
            yield Finding(expectation[name].path, "RB119", f"`{name}` is for HTTP requests; this step runs a command")
    check = expectation["json"]
    if check["op"].text == "exists" and check["value"].given:
        yield Finding(check["value"].path, "RB118", "`exists` takes no value")
    if check.given and check["op"].text not in ("exists", "") and not check["value"].given:
        yield Finding(check.path, "RB118", f"`{check['op'].text}` needs a `value` to compare with")


def _capture(capture: Node) -> Iterator[Finding]:
    kind = capture["from"].text or "stdout"
    if kind == "regex" and not capture["pattern"].given:
        yield Finding(capture.path, "RB118", "`from: regex` needs a `pattern`")
    if kind != "regex" and capture["pattern"].given:
        yield Finding(capture["pattern"].path, "RB118", "a `pattern` needs `from: regex`", on_key=True)
    if kind not in ("json", "table") and capture["path"].given:
        yield Finding(capture["path"].path, "RB118", "a `path` needs `from: json` or `from: table`", on_key=True)
    yield from _pattern(capture["pattern"])


def _param(param: Node) -> Iterator[Finding]:
    kind = param["type"].text or "string"
    choices = [choice.text for choice in param["choices"].each]
    if param["choices"].given and param["choices_from"].given:
        yield Finding(param["choices_from"].path, "RB118", "give `choices` or `choices_from`, not both", on_key=True)
    if kind == "enum" and not choices and not param["choices_from"].given:
        yield Finding(param.path, "RB118", "an `enum` needs `choices`")
    if param["default_choice"].given and not param["choices_from"].given:
        yield Finding(param["default_choice"].path, "RB118", "`default_choice` needs `choices_from`", on_key=True)
    default = param["default"]
    if default.given and choices and str(default.value) not in choices:
        yield Finding(default.path, "RB118", f"the default is not one of the choices{nearest(default.text, choices)}")
    if default.given and default.value in [other.value for other in param["must_not_equal"].each]:
        yield Finding(default.path, "RB118", "the default is a value that must not be taken")
    least, most = param["min"].value, param["max"].value
    if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
        yield Finding(param["min"].path, "RB118", "`min` is greater than `max`")
    yield from _pattern(param["pattern"])
    source = param["choices_from"]
    if source.given:
        yield from _exactly_one(source["probe"], ("argv", "http"), "RB112", "a probe")


def _exactly_one(node: Node, keys: tuple[str, str], code: str, called: str) -> Iterator[Finding]:
    if not isinstance(node.value, dict):
        return
    given = [key for key in keys if node[key].given]
    if len(given) != 1:
        seen = "here are both" if given else "here is neither"
        yield Finding(node.path, code, f"{called} has exactly one of `{keys[0]}` and `{keys[1]}`; {seen}")


def _once(nodes: Collection[Node], key: str, code: str, called: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for node in nodes:
        name = node[key].text
        if name and name in seen:
            yield Finding(node[key].path, code, f"another {called} is already called `{name}`")
        seen.add(name)


def _pattern(node: Node) -> Iterator[Finding]:
    if not node.text:
        return
    try:
        re.compile(node.text)
    except (re.error, OverflowError, RecursionError) as error:
        yield Finding(node.path, "RB117", f"this is not a regular expression: {error}")


def _named_runbooks(runbook: Node, places: Collection[Place], known: Collection[str] | None) -> Iterator[Finding]:
    if known is None:
        return
    named = [*runbook["related"].each]
    for place in places:
        named += [place.step["on_failure"]["run"], *([place.step["runbook"]] if place.kind == "include" else [])]
    for node in named:
        if node.text and node.text not in known:
            yield Finding(node.path, "RB116", f"there is no runbook `{node.text}`{nearest(node.text, known)}")
    own = runbook["id"].text
    for place in places:
        target = place.step["runbook"]
        if place.kind == "include" and target.text and target.text == own:
            yield Finding(target.path, "RB118", "a runbook cannot include itself")


def _dates(runbook: Node) -> Iterator[Finding]:
    reviewed = runbook["reviewed"]
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", reviewed.text):
        try:
            date.fromisoformat(reviewed.text)
        except ValueError:
            yield Finding(reviewed.path, "RB121", f"the date {reviewed.text} does not exist")
    cadence = runbook["cadence"]
    if cadence["rrule"].text or cadence["tz"].text:
        from restant_tui.runbook.cadence import problem_of

        for key in ("rrule", "tz"):
            if cadence[key].text and (reason := problem_of(key, cadence[key].text)):
                yield Finding(cadence[key].path, "RB120", reason)
