"""Rules of safety: what changes something can be confirmed, bounded, found out about and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from restant_tui.runbook.rules.node import Node, Place, every_place
from restant_tui.runbook.shape import Finding
from restant_tui.runbook.templates import TemplateProblem, Templates
from restant_tui.text import parse_duration

_SECRET = re.compile(r"(?:^|_)(?:password|passwd|secret|token|dsn|api_?key|private_key|credentials?)(?:_|$)")
_ASKS = ("manual", "confirm", "input", "approve", "notify", "branch", "loop", "include", "parallel", "terminal")


def check(runbook: Node) -> Iterator[Finding]:
    """Check the safety of every step."""
    secrets = {param["name"].text for param in runbook["params"].each if param["type"].text == "secret"}
    for param in runbook["params"].each:
        yield from _secret_default(param)
    for place in every_place(runbook):
        if place.kind in ("run", "http", "transfer"):
            yield from _change(place)
        if place.kind == "terminal" and place.danger == "destructive":
            yield from _confirmed(place)
        yield from _ends(place)
        if place.step["detached"].value is True:
            yield from _detached(place)
        if "parallel" in place.inside:
            yield from _alone(place)
        for capture in place.step["capture"].each:
            name = capture["name"].text
            if _SECRET.search(name) and capture["secret"].value is not True:
                said = f"`{name}` looks like a secret; add `secret: true`, so that it is never shown"
                yield Finding(capture["name"].path, "RB310", said)
            if capture["secret"].value is True:
                secrets.add(capture["name"].text)
        for param in place.step["fields"].each:
            yield from _secret_default(param)
            if param["type"].text == "secret":
                secrets.add(param["name"].text)
        if secrets:
            yield from _shown_secrets(place, secrets)


def _change(place: Place) -> Iterator[Finding]:
    step, danger = place.step, place.danger
    if danger not in ("change", "destructive"):
        return
    at = step["danger"].path if step["danger"].given else step.path
    if place.kind == "run" and not step["timeout"].given:
        yield Finding(at, "RB301", f"a {danger} step needs a `timeout`")
    undo = step["undo"]
    if not undo.given:
        yield Finding(at, "RB302", f"a {danger} step needs an `undo`: steps, or `none_because`")
    elif undo.value == {} or not any(undo[key].value for key in ("says", "steps", "none_because")):
        yield Finding(undo.path, "RB302", "this `undo` says nothing; give `steps`, `says` or `none_because`")
    elif undo["none_because"].value and undo["steps"].value:
        yield Finding(undo["none_because"].path, "RB302", "an undo either has steps or a reason why there is none")
    if step["retry"].given and step["idempotent"].value is not True:
        said = (
            "a change is retried by itself only if it may safely happen twice; say `idempotent: true` or drop `retry`"
        )
        yield Finding(step["retry"].path, "RB307", said, on_key=True)
    if danger != "destructive":
        return
    yield from _confirmed(place)
    if not step["reconcile"].given:
        yield Finding(at, "RB305", "a destructive step needs `reconcile`: how to find out later whether it happened")


def _confirmed(place: Place) -> Iterator[Finding]:
    """Check that a destructive step says what it hits and has a name typed; what is typed by hand needs no more."""
    step = place.step
    at = step["danger"].path if step["danger"].given else step.path
    confirm = step["confirm"]
    if not confirm.given:
        yield Finding(at, "RB303", "a destructive step needs `confirm: {style: type, phrase: …}`")
    elif confirm["style"].text == "press":
        yield Finding(confirm["style"].path, "RB303", "a destructive step is confirmed by typing: `style: type`")
    elif not confirm["phrase"].value:
        said = "say which name must be typed: `phrase:` with the app or service, as in `{{ app }}`"
        yield Finding(confirm.path, "RB303", said)
    if not step["blast"].given:
        yield Finding(at, "RB304", "a destructive step needs `blast`: what it will hit")


def _ends(place: Place) -> Iterator[Finding]:
    step = place.step
    if place.kind == "run" and step["shell"].given and not step["shell_because"].text.strip():
        yield Finding(step["shell"].path, "RB306", "a shell line needs `shell_because`; better is an argument list")
    lengths: dict[str, float] = {}
    for key in ("timeout", "interval", "for"):
        if step[key].text:
            try:
                lengths[key] = parse_duration(step[key].text)
            except ValueError:
                continue  # the shape has reported it
    for key, seconds in lengths.items():
        if seconds == 0:
            yield Finding(step[key].path, "RB309", f"a `{key}` of nothing at all is no {key}")
    if place.kind == "poll" and 0 < lengths.get("timeout", 0) < lengths.get("interval", 0):
        yield Finding(step["interval"].path, "RB309", "the interval is longer than the timeout, so it asks only once")
    times = step["times"].value
    interval, timeout = lengths.get("interval", 0), lengths.get("timeout", 0)
    if place.kind == "poll" and isinstance(times, int) and 0 < interval <= timeout < (times - 1) * interval:
        said = f"{times} good answers in a row take longer than the timeout of {step['timeout'].text}"
        yield Finding(step["times"].path, "RB309", said)


def _detached(place: Place) -> Iterator[Finding]:
    step, at = place.step, place.step["detached"].path
    if (step["target"].text or "dokku") != "admin":
        yield Finding(at, "RB313", "only a command of the admin's can outlive the link: `target: admin`", on_key=True)
    if place.danger == "read":
        yield Finding(at, "RB313", "a read need not outlive the link: it is simply made again", on_key=True)
    if step["argv"].each and step["argv"].each[0].text.startswith("@"):
        said = "a verb is several commands, and cannot outlive the link as one"
        yield Finding(step["argv"].each[0].path, "RB313", said)
    for key in ("stdin", "stdout_to"):
        if step[key].given:
            said = f"what outlives the link has no `{key}` here: it reads nothing, and writes to a file on the host"
            yield Finding(step[key].path, "RB313", said, on_key=True)
    for expectation in step["expect"].each:
        if expectation["stderr_not_matches"].given:
            said = "what outlives the link writes both streams to one file: `stdout_not_matches` sees them"
            yield Finding(expectation["stderr_not_matches"].path, "RB119", said, on_key=True)
    for capture in step["capture"].each:
        if capture["from"].text == "stderr":
            said = "what outlives the link writes both streams to one file: capture from `stdout`"
            yield Finding(capture["from"].path, "RB119", said)


def _alone(place: Place) -> Iterator[Finding]:
    if "undo" in place.inside:
        return
    if place.danger != "read":
        path = place.step["danger"].path if place.step["danger"].given else place.step["kind"].path
        yield Finding(path, "RB308", "only steps that change nothing may run at the same time")
    elif place.kind in _ASKS:
        said = f"a `{place.kind}` step cannot run at the same time as others; put it before or after"
        yield Finding(place.step["kind"].path, "RB308", said)


def _secret_default(param: Node) -> Iterator[Finding]:
    if param["type"].text == "secret" and param["default"].given:
        said = "a secret has no default; it is kept in the keyring under its `secret_name`"
        yield Finding(param["default"].path, "RB311", said)


def _shown_secrets(place: Place, secrets: set[str]) -> Iterator[Finding]:
    step = place.step
    shown = [step[key] for key in ("title", "why", "shell", "says", "text", "phrase", "stdout_to", "source")]
    shown += [*step["argv"].each, step["http"]["url"], step["blast"]["says"], step["undo"]["says"]]
    shown += [item["text"] for item in step["items"].each]
    for node in shown:
        if "{" not in node.text:
            continue
        try:
            names = {name.partition(".")[0].partition("[")[0] for name in Templates().names_in(node.text)}
        except TemplateProblem:
            continue  # the naming rules report it
        for name in sorted(names & secrets):
            said = f"the secret `{name}` would be shown and recorded here; send it by `stdin` or an HTTP header"
            yield Finding(node.path, "RB311", said)
