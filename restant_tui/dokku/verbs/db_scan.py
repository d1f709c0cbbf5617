"""`@db.scan PATH`: what a dump file on this machine holds, as JSON; nothing is sent anywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from restant_tui.config.model import Danger
from restant_tui.dokku.dumpfile import DumpProblem, scan_dump
from restant_tui.dokku.verbs.answering import document, refused
from restant_tui.dokku.verbs.arguments import one_file
from restant_tui.dokku.verbs.model import Call, Verb, VerbContext, not_sent
from restant_tui.errors import UsageProblem
from restant_tui.transport.outcome import Outcome

_NAME = "db.scan"


def _explain(args: Sequence[str]) -> tuple[Call, ...]:
    return (Call(None, ("scan", str(one_file(_NAME, args))), "the whole file is read here; nothing is sent"),)


async def _perform(args: Sequence[str], context: VerbContext) -> Outcome:
    try:
        path = one_file(_NAME, args)
    except UsageProblem as problem:
        return not_sent(str(problem))
    began = context.clock.monotonic()
    try:
        report = await asyncio.to_thread(scan_dump, path)
    except DumpProblem as problem:
        return refused(f"{problem}.", context, seconds=context.clock.monotonic() - began)
    return document(report.as_json(context.clock.now()), context, began)


DB_SCAN = Verb(
    name=_NAME,
    danger=Danger.READ,
    identity=None,
    parameters=("file",),
    summary="Look through a dump file here: is it whole, how old, which tables, does it name a database.",
    explain=_explain,
    perform=_perform,
)
