"""`@db.import SERVICE PATH`: replace what a mysql service holds by a dump file from this machine.

The whole file is looked at first, and what was looked at is what is sent (see `dumpfile.HeldDump`). Dokku asks
nothing, imports as root, and stops at the first error with everything before it already replaced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.dumpfile import DumpProblem, DumpReport, HeldDump
from restant_tui.dokku.verbs.answering import not_configured, with_note
from restant_tui.dokku.verbs.arguments import service_and_file
from restant_tui.dokku.verbs.db_kind import NoService, mysql_only
from restant_tui.dokku.verbs.model import Call, Need, Verb, VerbContext, not_sent
from restant_tui.errors import UsageProblem
from restant_tui.transport.outcome import Outcome, OutcomeKind, Runner

_NAME = "db.import"


def _explain(args: Sequence[str]) -> tuple[Call, ...]:
    service, path = service_and_file(_NAME, args)
    return (
        Call(None, ("scan", str(path)), "first; a file that is cut or names a database is refused"),
        Call(Identity.DOKKU, commands.service_exists("mysql", service), "to know that it is a mysql service"),
        Call(Identity.DOKKU, commands.service_import("mysql", service), "with the file on standard input"),
    )


async def _perform(args: Sequence[str], context: VerbContext) -> Outcome:
    try:
        service, path = service_and_file(_NAME, args)
    except UsageProblem as problem:
        return not_sent(str(problem))
    runner = context.runner(Identity.DOKKU)
    if runner is None:
        return not_sent(not_configured(Identity.DOKKU))
    try:
        dump = await asyncio.to_thread(HeldDump, path)
    except DumpProblem as problem:
        return not_sent(f"Nothing was imported: {problem}.")
    try:
        if objection := dump.report.objection():
            return not_sent(f"Nothing was imported: {objection}.")
        await mysql_only("imported", service, runner, context)
        return await _import(service, dump, runner, context)
    except NoService as problem:
        return problem.outcome
    finally:
        dump.close()


async def _import(service: str, dump: HeldDump, runner: Runner, context: VerbContext) -> Outcome:
    report = dump.report
    notes = [_warning(report.facts.definers)] if report.facts.definers else []
    outcome = await runner.run(
        commands.service_import("mysql", service),
        timeout=context.timeout,
        stdin=dump.sql(),
        on_output=context.on_output,
    )
    if outcome.kind is not OutcomeKind.EXITED or outcome.exit_status is None:
        if outcome.sent:
            said = f"It is not known how much of the dump {service} took; look at its tables before you repeat it."
            outcome = replace(outcome, reason=f"{outcome.reason} {said}".strip())
        return outcome
    notes.append(_sent(service, report) if outcome.succeeded else _stopped(service))
    return with_note(outcome, " ".join(notes), context)


def _sent(service: str, report: DumpReport) -> str:
    tables = len(report.facts.tables)
    return f"{service} took {report.facts.sql_bytes} bytes of SQL with {tables} tables (file sha256 {report.sha256})."


def _stopped(service: str) -> str:
    return (
        f"the import stopped at an error. Tables of {service} before it are replaced, those after it are not: "
        "import the safety dump, or mend the file and import it again."
    )


def _warning(definers: int) -> str:
    return (
        f"{definers} views, triggers or routines of the dump belong to a named account (DEFINER): they fail when used "
        "unless that account exists here too."
    )


DB_IMPORT = Verb(
    name=_NAME,
    danger=Danger.DESTRUCTIVE,
    identity=Identity.DOKKU,
    parameters=("service", "file"),
    summary="Replace what a mysql service holds by a dump file, after looking through the whole file.",
    explain=_explain,
    perform=_perform,
    needs=(Need("plugin", "mysql"),),
)
