"""Go on with a run that was cut short, from where its journal says it was."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from restant_tui.cli.options import Options
from restant_tui.cli.run import add_answers, walk
from restant_tui.errors import UsageProblem

if TYPE_CHECKING:
    from restant_tui.engine.run import Run
    from restant_tui.engine.runtime import Runtime


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument(
        "run", nargs="?", metavar="RUN", help="its id or beginning; the only unfinished one if not given"
    )
    add_answers(parser)


def main(parsed: argparse.Namespace) -> int:
    """Walk the run to its end and return how it ended."""

    async def start(runtime: Runtime) -> Run:
        run = parsed.run or _only(runtime)
        return await runtime.engine.resume(run, by=runtime.actor)

    return asyncio.run(walk(Options.of(parsed), parsed, start))


def _only(runtime: Runtime) -> str:
    unfinished = runtime.journal.unfinished()
    if not unfinished:
        raise UsageProblem("there is no unfinished run; restant-tui runs lists them all")
    if len(unfinished) > 1:
        names = ", ".join(record.id for record in unfinished[:4])
        raise UsageProblem(f"there are {len(unfinished)} unfinished runs ({names}): name one")
    return unfinished[0].id
