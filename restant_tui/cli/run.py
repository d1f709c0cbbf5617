"""Walk a runbook line by line; without a terminal only --confirm and --answers answer.

Exit status: 0 ok, 1 failed or partial, 2 usage, 3 unknown, 4 declined or aborted.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from restant_tui.cli.options import Options
from restant_tui.errors import UsageProblem

if TYPE_CHECKING:
    from restant_tui.engine.plan import Plan
    from restant_tui.engine.run import Run
    from restant_tui.engine.runtime import Runtime

Start = Callable[["Runtime"], Awaitable["Run"]]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("id", metavar="ID", help="the runbook")
    add_parameters(parser)
    parser.add_argument("--plan", type=Path, metavar="FILE", help="carry out exactly this plan, or nothing")
    add_answers(parser)


def add_parameters(parser: argparse.ArgumentParser) -> None:
    """Add `-p name=value`."""
    parser.add_argument(
        "-p", "--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter; may be repeated"
    )


def add_answers(parser: argparse.ArgumentParser) -> None:
    """Add what answers a run's questions, and how it is told."""
    parser.add_argument(
        "--confirm", action="append", default=[], metavar="NAME", help="say yes to what asks for this name; repeatable"
    )
    parser.add_argument("--answers", type=Path, metavar="FILE", help="answers by step, as YAML")
    parser.add_argument("--json", action="store_true", help="print one JSON object an event, and one at the end")


def parameters(pairs: Sequence[str]) -> Mapping[str, str]:
    """Return `name=value` pairs as a mapping.

    Raises:
        UsageProblem: one is no pair, or a name is given twice.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageProblem(f"{pair!r} is not a parameter; write it like -p app=restant-main")
        if name in found:
            raise UsageProblem(f"the parameter `{name}` is given twice")
        found[name] = value
    return found


def refuse_secrets(runtime: Runtime, runbook: str, given: Mapping[str, str]) -> None:
    """Make sure that no secret was given on the command line; `env:NAME` says where one is, and is none.

    Raises:
        UsageProblem: one was; or there is no such runbook.
    """
    for param in runtime.catalogue.get(runbook).runbook.params:
        if param.type == "secret" and not given.get(param.name, "env:").startswith("env:"):
            keep = f"keep it with restant-tui secret set {param.secret_name} and " if param.secret_name else ""
            raise UsageProblem(
                f"the secret `{param.name}` does not belong on the command line, where others can read it: {keep}leave "
                f"it out, or write -p {param.name}=env:NAME for an environment variable"
            )


def main(parsed: argparse.Namespace) -> int:
    """Walk the runbook and return how it ended."""
    given = parameters(parsed.param)
    plan = _kept(parsed.plan) if parsed.plan else None

    async def start(runtime: Runtime) -> Run:
        refuse_secrets(runtime, parsed.id, given)
        params = given or (plan.params if plan else {})
        return await runtime.engine.start(parsed.id, params, by=runtime.actor, plan=plan)

    return asyncio.run(walk(Options.of(parsed), parsed, start))


def _kept(path: Path) -> Plan:
    from restant_tui.engine.plan import Plan

    try:
        return Plan.from_json(path.read_bytes())
    except OSError as error:
        raise UsageProblem(f"the plan {path} cannot be read: {error.strerror or error}") from error


async def walk(options: Options, parsed: argparse.Namespace, start: Start) -> int:
    """Open the runtime, start a run and walk it to its end.

    Args:
        options: what to open.
        parsed: `confirm`, `answers` and `json`.
        start: starts or resumes the run.

    Raises:
        UsageProblem: it cannot be started as asked.
        Unreachable: a host that has to be asked first does not answer.
    """
    from restant_tui.cli import answers, opening
    from restant_tui.cli.asking import Person
    from restant_tui.cli.keyboard import Keyboard
    from restant_tui.cli.lending import Lending
    from restant_tui.cli.marks import Marks
    from restant_tui.cli.posting import delivering
    from restant_tui.cli.progress import Progress
    from restant_tui.cli.replies import Replies
    from restant_tui.cli.walking import Events, Lines, Teller, Walking
    from restant_tui.engine.unattended import Answers

    prepared = answers.load(parsed.answers) if parsed.answers else {}
    marks = Marks.of(options)
    with ExitStack() as stack:
        keyboard = None
        if opening.at_terminal() and not parsed.json:
            keyboard = Keyboard()
            stack.callback(keyboard.close)
        person = Person(keyboard) if keyboard else None
        async with opening.running(options, monitors=False, person=person) as runtime, delivering(runtime):
            run = await start(runtime)
            lending = Lending(keyboard, _line) if keyboard else None
            if lending is not None:
                runtime.terminal.lent_by(lending)
            unattended = Answers(confirm=parsed.confirm, answers=prepared, by=runtime.actor)
            replies = Replies(unattended, runtime, keyboard=keyboard, marks=marks, out=None if parsed.json else _line)
            lines = Lines(Progress(run.output, marks, _line))
            teller: Teller = Events(runtime.journal, _line) if parsed.json else lines
            return await Walking(run, runtime, teller, replies.respond, keyboard, lending).to_the_end()


def _line(text: str) -> None:
    print(text, flush=True)
