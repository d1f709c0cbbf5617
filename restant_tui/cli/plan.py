"""Say what a run would do: every step resolved, nothing but reads made."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from restant_tui.cli.marks import Marks
from restant_tui.cli.options import Options
from restant_tui.cli.run import add_parameters, parameters, refuse_secrets
from restant_tui.cli.words import written
from restant_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from restant_tui.engine.plan import Plan, PlannedStep


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("id", metavar="ID", help="the runbook")
    add_parameters(parser)
    parser.add_argument("--json", action="store_true", help="print the plan as JSON, for `run --plan FILE`")


def main(parsed: argparse.Namespace) -> int:
    """Print the plan; return 1 if it could not be run like this."""
    options = Options.of(parsed)
    plan = asyncio.run(_plan(options, parsed.id, parameters(parsed.param), as_json=parsed.json))
    if parsed.json:
        print(plan.to_json())
    else:
        marks = Marks.of(options)
        for line in _lines(plan, marks):
            print(marks.plain(line))
    return int(bool(plan.problems))


async def _plan(options: Options, runbook: str, given: Mapping[str, str], *, as_json: bool) -> Plan:
    from restant_tui.cli.opening import running, whom_to_ask

    async with running(options, monitors=False, person=whom_to_ask(as_json=as_json)) as runtime:
        refuse_secrets(runtime, runbook, given)
        return await runtime.engine.plan(runbook, given)


def _lines(plan: Plan, marks: Marks) -> Iterator[str]:
    environment = marks.paint(plan.environment.value, plan.environment.value)
    yield f"{plan.title} on {plan.host} ({environment}): {plan.danger.value}; nothing is changed by this plan"
    for name, value in plan.params.items():
        yield f"  {name} = {one_line(value)}"
    top = 0
    for step in plan.steps:
        top += step.depth == 0
        yield from _step(step, f"{top}." if step.depth == 0 else "-")
    for problem in plan.problems:
        yield f"{marks.state('warning')}: {one_line(problem, 400)}"


def _step(step: PlannedStep, number: str) -> Iterator[str]:
    indent = "   " * step.depth
    danger = "" if step.danger.value == "read" else f" [{step.danger.value}]"
    yield f"{indent}{number} {one_line(step.title)}{danger}"
    inner = f"{indent}     "
    if step.when:
        yield f"{inner}only if: {one_line(step.when)}"
    for command in step.commands:
        yield f"{inner}{written(command)}"
    if step.asks:
        asks = f"the name {step.phrase} to be typed" if step.phrase else step.asks.value
        yield f"{inner}asks for: {asks}"
    if step.blast:
        yield f"{inner}hits: {one_line(step.blast, 400)}"
    if step.undo:
        yield f"{inner}undo: {one_line(step.undo, 400)}"
    if not step.resolved:
        yield f"{inner}what is not known yet stands in < >"
