"""A runbook as a document: Markdown that a wiki takes, for whoever has only a browser and a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

from restant_tui.runbook.danger import danger_of, inner_steps
from restant_tui.runbook.loader import LoadedRunbook
from restant_tui.runbook.model import (
    BranchStep,
    ConfirmStep,
    FollowStep,
    HttpStep,
    IncludeStep,
    ManualStep,
    NoteStep,
    NotifyStep,
    ParallelStep,
    PollStep,
    Runbook,
    RunStep,
    Step,
    TerminalStep,
    TransferStep,
    Undo,
    WaitStep,
)
from restant_tui.runbook.parts import Expectation, Http, Param
from restant_tui.text import duration, parse_duration

_TEMPLATE = re.compile(r"(\{\{.*?\}\})")
_MARKUP = str.maketrans({character: "\\" + character for character in "\\`*_[]<>#|"})


def markdown(loaded: LoadedRunbook) -> str:
    """Return the whole runbook as Markdown; templates stay as they are, for the reader to fill in."""
    runbook = loaded.runbook
    blocks = [f"# {_plain(runbook.title)}", *_heading(runbook)]
    if runbook.params:
        blocks += ["## What you need to know first", "\n".join(_param(param) for param in runbook.params)]
    blocks.append("## Steps")
    blocks += _steps(runbook.steps, "")
    if runbook.finally_:
        blocks.append("## At the end, whatever happened")
        blocks += _steps(runbook.finally_, "")
    if any(block.startswith("```\n@") for block in blocks):
        blocks.append(
            f"Commands that begin with `@` differ by host; `restant-tui plan {runbook.id}` shows what they send."
        )
    blocks.append(f"---\n\n`{runbook.id}`, format {runbook.format}, SHA-256 `{loaded.sha256}`")
    return "\n\n".join(blocks) + "\n"


def _heading(runbook: Runbook) -> Iterator[str]:
    yield f"**When:** {_plain(runbook.when_to_use)}"
    if runbook.not_when:
        yield f"**Not when:** {_plain(runbook.not_when)}"
    facts = [
        f"Danger: {danger_of(runbook).value}",
        f"Usually takes {_length(runbook.estimate.typical)}, at most {_length(runbook.estimate.max)}",
        f"Owner: {_plain(runbook.owner)}, reviewed {runbook.reviewed}",
    ]
    if runbook.cadence is not None:
        facts.append(f"Due: `{runbook.cadence.rrule}` ({_plain(runbook.cadence.tz)})")
    if runbook.document:
        facts.append(f"Carries out: {_plain(runbook.document)}")
    if runbook.related:
        facts.append("See also: " + ", ".join(f"`{other}`" for other in runbook.related))
    yield "\n".join(f"- {fact}" for fact in facts)


def _param(param: Param) -> str:
    default = f", `{param.default}` if not given" if param.default is not None else ""
    more = f": {_plain(param.help)}" if param.help else ""
    return f"- `{param.name}`: {_plain(param.title or param.type)}{default}{more}"


def _steps(steps: Iterable[Step], number: str) -> Iterator[str]:
    for index, step in enumerate(steps, start=1):
        own = f"{number}{index}"
        yield f"{'#' * min(6, 3 + own.count('.'))} {own}. {_plain(step.title)}{_badge(step)}"
        yield from _step(step)
        if isinstance(step, BranchStep):
            for case in step.cases:
                where = f": {_code(case.when)}" if case.when else ""
                on = f", go on at `{case.goto}`" if case.goto else ""
                yield f"- **{_plain(case.label)}**{where}{on}"
        yield from _steps(inner_steps(step), f"{own}.")


def _badge(step: Step) -> str:
    danger = danger_of(step).value
    return "" if danger == "read" else f" ({danger})"


def _step(step: Step) -> Iterator[str]:
    if step.when:
        yield f"Only if {_code(step.when)}."
    if step.why:
        yield _plain(step.why)
    yield from _what(step)
    if isinstance(step, RunStep | HttpStep | PollStep | TransferStep) and step.expect:
        yield "\n".join(["Expect:", "", *(_expectation(expectation) for expectation in step.expect)])
    if isinstance(step, RunStep | HttpStep | TransferStep):
        if step.blast is not None:
            yield f"**Hits:** {_plain(step.blast.says)}"
        if step.undo is not None:
            yield _undo(step.undo)
    if isinstance(step, TerminalStep) and step.blast is not None:
        yield f"**Hits:** {_plain(step.blast.says)}"
    lines = (step.seed,) if isinstance(step.seed, str) else step.seed
    if lines:
        because = f"\n\n{_plain(step.instead)}" if step.instead else ""
        yield "The operations document says:\n\n" + _block("\n".join(lines)) + because


def _what(step: Step) -> Iterator[str]:
    match step:
        case RunStep(argv=None, shell=shell):
            yield _block(shell or "")
            yield f"A shell line, because {_plain(step.shell_because)}"
        case RunStep(argv=argv, target=target) | FollowStep(argv=argv, target=target):
            yield _block(_command(argv or (), target.value))
            if isinstance(step, FollowStep):
                yield f"Watch for {_length(step.for_)}."
        case PollStep():
            ask = _command(step.argv, step.target.value) if step.argv else _request(step.http)
            yield _block(ask)
            times = f", {step.times} times in a row" if step.times > 1 else ""
            yield f"Every {_length(step.interval)} until it is well{times}, for at most {_length(step.timeout)}."
        case HttpStep():
            yield _block(_request(step.http))
        case WaitStep():
            yield f"Wait {_length(step.for_)}."
        case ManualStep():
            yield "\n".join(
                f"- [ ] {_plain(item.text)}{' **(never miss)**' if item.killer else ''}" for item in step.items
            )
        case ConfirmStep():
            yield _plain(step.says or "Confirm before you go on.")
        case NoteStep():
            yield step.text.strip()
        case ParallelStep():
            yield "At the same time:"
        case IncludeStep():
            yield f"Walk through `{step.runbook}`."
        case NotifyStep():
            yield f"Tell {', '.join(map(_plain, step.channels))} (template `{step.template}`)."
        case TransferStep():
            yield f"Copy {_code(step.source)} to {_code(step.destination)}."
        case TerminalStep():
            if step.argv:
                yield _block(_command(step.argv, step.target.value))
            where = "" if step.argv else f" in a shell as {step.target.value}"
            yield f"Work by hand{where}, for at most {_length(step.timeout)}; note what you did."


def _command(argv: Iterable[str], target: str) -> str:
    words = tuple(argv)
    # Templates are left unquoted, or nobody could read the line.
    line = " ".join(word if "{{" in word else shlex.quote(word) for word in words)
    return f"dokku {line}" if target == "dokku" and not line.startswith("@") else line


def _request(http: Http | None) -> str:
    return f"{http.method} {http.url}" if http is not None else ""


def _expectation(expectation: Expectation) -> str:
    match expectation:
        case Expectation(exit=status) if status is not None:
            said = f"exit status {status}"
        case Expectation(http_status=status) if status is not None:
            said = f"HTTP status {status}"
        case Expectation(stdout_matches=str(pattern)):
            said = f"output matches {_code(pattern)}"
        case Expectation(stdout_not_matches=str(pattern)):
            said = f"output does not match {_code(pattern)}"
        case Expectation(stderr_not_matches=str(pattern)):
            said = f"errors do not match {_code(pattern)}"
        case Expectation(latency_ms=limits) if limits is not None:
            said = f"answered in ms {_limits(limits)}"
        case Expectation(cert_days=limits) if limits is not None:
            said = f"days left of the certificate {_limits(limits)}"
        case Expectation(json=check) if check is not None:
            said = f"{_code(check.path)} {check.op} {'' if check.value is None else _code(str(check.value))}".strip()
        case _:
            said = _code(expectation.expr or "")
    otherwise = f"; otherwise: {_plain(expectation.says)}" if expectation.says else ""
    return f"- {said}{' (warning only)' if expectation.level == 'warn' else ''}{otherwise}"


def _limits(compare: object) -> str:
    signs = {"lt": "<", "le": "≤", "gt": ">", "ge": "≥", "eq": "="}
    given = ((sign, getattr(compare, key)) for key, sign in signs.items())
    return " and ".join(f"{sign} {limit:g}" for sign, limit in given if limit is not None)


def _undo(undo: Undo) -> str:
    if undo.none_because:
        return f"**Undo:** none. {_plain(undo.none_because)}"
    steps = [_command(step.argv, step.target.value) for step in undo.steps if isinstance(step, RunStep) and step.argv]
    return f"**Undo:** {_plain(undo.says)}" + (f"\n\n{_block(chr(10).join(steps))}" if steps else "")


def _plain(text: str) -> str:
    """Return text that Markdown takes as it is, on one line, with its templates as code."""
    pieces = _TEMPLATE.split(" ".join(text.split()))
    return "".join(_code(piece) if index % 2 else piece.translate(_MARKUP) for index, piece in enumerate(pieces))


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{' '.join(text.split())}{fence}"


def _block(text: str) -> str:
    fence = "````" if "```" in text else "```"
    return f"{fence}\n{text.rstrip()}\n{fence}"


def _length(text: str) -> str:
    return duration(parse_duration(text))
