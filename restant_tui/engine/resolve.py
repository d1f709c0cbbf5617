"""A step with every template filled in: exactly what would be sent, where, and what to say before it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from restant_tui.config.model import Danger, Environment, Identity, Target
from restant_tui.engine.scope import Place, Scope
from restant_tui.engine.state import CommandLine, GateKind
from restant_tui.errors import RunbookProblem, UsageProblem
from restant_tui.runbook.model import FollowStep, HttpStep, PollStep, RunStep, Step, TerminalStep, TransferStep
from restant_tui.runbook.parts import Blast, Confirm, Http, Probe
from restant_tui.text import parse_duration

if TYPE_CHECKING:
    from restant_tui.dokku.verbs import Verb

HERE = "here"
DEFAULT_TIMEOUT = "60s"
LOGIN_SHELL = "login-shell"
_SHORTEST_SECRET = 4
BY_HAND = "What is done by hand there is taken back by hand; nothing of it can be taken back from here."
"""The undo of every step that hands the terminal over."""

Sends = RunStep | HttpStep | FollowStep | PollStep | TransferStep | TerminalStep
"""The kinds of steps that send something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request, ready to be made."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One thing to send: an argument list to a target, a verb with its arguments, or a request."""

    target: Target = Target.LOCAL
    argv: tuple[str, ...] = ()
    verb: Verb | None = None
    request: Request | None = None
    timeout: float = 60.0
    commands: tuple[CommandLine, ...] = ()
    """The same in the words of a preview: every argument list it comes to, and to whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A step that changes or asks something, ready to be shown and to be sent."""

    order: Order
    danger: Danger
    ask: GateKind | None
    """The question to ask before it is sent; None for none."""
    phrase: str = ""
    says: str = ""
    blast: str = ""
    undo: str = ""
    stdin: str | None = None
    stdout_to: str | None = None
    environment: Environment | None = None
    host: str = ""


def resolve(step: Sends, scope: Scope) -> Resolved:
    """Fill in everything a step sends and says.

    Raises:
        TemplateProblem: a name is not defined, or a template cannot be worked out.
        UsageProblem: an argument cannot be sent to where it goes, or a verb does not fit.
    """
    place = scope.place
    order = _order(step, scope)
    declared = getattr(step, "danger", Danger.READ)
    danger = raised(declared, order.verb)
    confirm: Confirm | None = getattr(step, "confirm", None)
    blast: Blast | None = getattr(step, "blast", None)
    undo = getattr(step, "undo", None)
    ask = question_of(step, danger)
    undo_text = BY_HAND if isinstance(step, TerminalStep) else ""
    if undo is not None:
        undo_text = scope.render(undo.says) or f"It cannot be taken back: {scope.render(undo.none_because)}"
    stdin: str | None = getattr(step, "stdin", None)
    stdout_to: str | None = getattr(step, "stdout_to", None)
    return Resolved(
        order=order, danger=danger, ask=ask,
        phrase=_phrase(confirm, scope, place) if ask is GateKind.TYPE else "",
        says=scope.render(confirm.says) if confirm else "",
        blast=scope.render(blast.says) if blast else "",
        undo=undo_text,
        stdin=scope.render(stdin) if stdin else None,
        stdout_to=scope.render(stdout_to) if stdout_to else None,
        environment=place.environment, host=place.host,
    )  # fmt: skip


def raised(declared: Danger, verb: Verb | None) -> Danger:
    """Return the danger a step declares, or that of its verb when that is worse: nothing may lower it."""
    own = verb.danger if verb else Danger.READ
    return max(declared, own, key=lambda danger: danger.rank)


def question(danger: Danger, confirm: Confirm | None) -> GateKind | None:
    """Return what has to be asked: by danger, and stricter if the step says so; never less."""
    by_danger = {Danger.READ: None, Danger.CHANGE: GateKind.PRESS, Danger.DESTRUCTIVE: GateKind.TYPE}[danger]
    if confirm is None:
        return by_danger
    if by_danger is GateKind.TYPE or confirm.style == "type":
        return GateKind.TYPE
    return GateKind.PRESS


def question_of(step: Sends, danger: Danger) -> GateKind | None:
    """Return what has to be asked before a step of that danger.

    The terminal is never taken from under somebody's fingers, not even for a read: keys that were meant for something
    else would be typed there.
    """
    asked = question(danger, getattr(step, "confirm", None))
    return (asked or GateKind.PRESS) if isinstance(step, TerminalStep) else asked


def order_of(step: Sends, scope: Scope) -> Order:
    """Return only what a step sends, without what is said around it; raises as `resolve`."""
    return _order(step, scope)


def probe_order(probe: Probe, scope: Scope, extra: Mapping[str, object] | None = None) -> Order:
    """Return a probe ready to be made.

    Raises:
        TemplateProblem, UsageProblem: as `resolve`; also when its verb is not a read.
    """
    timeout = parse_duration(probe.timeout)
    if probe.http is not None:
        return _request_order(probe.http, scope, timeout, extra)
    argv = tuple(scope.render(part, extra) for part in probe.argv or ())
    order = _argv_order(argv, probe.target, scope, timeout)
    if order.verb is not None and raised(Danger.READ, order.verb) is not Danger.READ:
        raise RunbookProblem(f"{argv[0]} changes something; a probe may only read")
    return order


def _order(step: Step, scope: Scope) -> Order:  # noqa: PLR0911 - one return a kind
    match step:
        case HttpStep():
            return _request_order(step.http, scope, parse_duration(step.timeout))
        case PollStep(http=Http() as http):
            return _request_order(http, scope, min(30.0, parse_duration(step.timeout)))
        case PollStep():
            argv = tuple(scope.render(part) for part in step.argv or ())
            return _argv_order(argv, step.target, scope, min(60.0, parse_duration(step.timeout)))
        case FollowStep():
            argv = tuple(scope.render(part) for part in step.argv)
            return _argv_order(argv, step.target, scope, parse_duration(step.for_))
        case RunStep(shell=str() as line):
            if step.target is Target.DOKKU:
                raise UsageProblem("The dokku identity has no shell; give an argument list, or use the admin target.")
            argv = ("sh", "-c", scope.render(line))
            return _argv_order(argv, step.target, scope, parse_duration(step.timeout or DEFAULT_TIMEOUT))
        case RunStep():
            argv = tuple(scope.render(part) for part in step.argv or ())
            return _argv_order(argv, step.target, scope, parse_duration(step.timeout or DEFAULT_TIMEOUT))
        case TransferStep():
            from restant_tui.engine.copying import copy_argv

            source, destination = scope.render(step.source), scope.render(step.destination)
            argv = copy_argv(source, destination, *scope.place.targets.copier(scope.place.host, step.target))
            return _argv_order(argv, Target.LOCAL, scope, parse_duration(step.timeout))
        case TerminalStep():
            argv = tuple(scope.render(part) for part in step.argv)
            return _terminal_order(argv, step.target, scope, parse_duration(step.timeout))
    raise AssertionError(f"{type(step).__name__} sends nothing")


def _argv_order(argv: tuple[str, ...], target: Target, scope: Scope, timeout: float) -> Order:
    _refuse_secrets(argv, scope)
    if argv and argv[0].startswith("@"):
        return _verb_order(argv, scope.place, timeout)
    if target is not Target.LOCAL:
        from restant_tui.transport.quoting import command_line

        command_line(argv, Identity(target.value))
    where = scope.place.targets.where(scope.place.host, target)
    return Order(target=target, argv=argv, timeout=timeout, commands=(CommandLine(where=where, argv=argv),))


def _terminal_order(argv: tuple[str, ...], target: Target, scope: Scope, timeout: float) -> Order:
    """Return the program of this machine that gets the terminal; a preview names what it opens, not the way there."""
    if argv and argv[0].startswith("@"):
        raise UsageProblem(f"{argv[0]} is worked out by the program and takes no terminal: name what is to be opened.")
    if target is Target.LOCAL:
        return _argv_order(argv, target, scope, timeout)
    from restant_tui.transport.quoting import command_line

    _refuse_secrets(argv, scope)
    if not argv and target is not Target.ADMIN:
        raise UsageProblem("The dokku identity has no shell: say what is to be opened, or use the admin target.")
    place = scope.place
    line = ("--", command_line(argv, Identity(target.value))) if argv else ()
    ssh = (*place.targets.terminal(place.host, target), *line)
    there = CommandLine(where=place.targets.where(place.host, target), argv=argv or (LOGIN_SHELL,))
    return Order(target=Target.LOCAL, argv=ssh, timeout=timeout, commands=(there,))


def _verb_order(argv: tuple[str, ...], place: Place, timeout: float) -> Order:
    from restant_tui.dokku.verbs import VERBS, verb_named

    verb = verb_named(argv[0])
    if verb is None:
        raise UsageProblem(f"There is no verb {argv[0]}; there are: {', '.join('@' + name for name in sorted(VERBS))}.")
    commands = tuple(
        CommandLine(where=_whose(place, call.target), argv=call.argv, when=call.when) for call in verb.explain(argv[1:])
    )
    return Order(target=verb.target, argv=argv, verb=verb, timeout=timeout, commands=commands)


def _whose(place: Place, target: Target) -> str:
    try:
        return place.targets.where(place.host, target)
    except UsageProblem:
        return f"{target} of {place.host} (not configured)"


def _request_order(http: Http, scope: Scope, timeout: float, extra: Mapping[str, object] | None = None) -> Order:
    url = scope.render(http.url, extra)
    if not url.startswith(("http://", "https://")):
        raise UsageProblem(f"{url!r} is not a web address: it begins with http:// or https://.")
    _refuse_secrets((url,), scope)
    headers = {name: scope.render(value, extra) for name, value in http.headers.items()}
    body: bytes | None = None
    if http.body is not None:
        text = http.body if isinstance(http.body, str) else json.dumps(http.body, ensure_ascii=False)
        body = scope.render(text, extra).encode()
    request = Request(method=http.method, url=url, headers=headers, body=body)
    return Order(request=request, timeout=timeout, commands=(CommandLine(where=HERE, argv=(http.method, url)),))


def _refuse_secrets(argv: tuple[str, ...], scope: Scope) -> None:
    for secret in scope.secrets:
        if len(secret) >= _SHORTEST_SECRET and any(secret in part for part in argv):
            raise UsageProblem(
                "A secret would become part of a command, where others can read it; hand it over on standard input "
                "or in a header."
            )


def _phrase(confirm: Confirm | None, scope: Scope, place: Place) -> str:
    phrase = scope.render(confirm.phrase).strip() if confirm and confirm.phrase else place.phrase
    if not phrase:
        raise UsageProblem("There is no name to type for this step: give `confirm.phrase` in the runbook.")
    return phrase
