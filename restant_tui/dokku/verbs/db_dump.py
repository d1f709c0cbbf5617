"""`@db.dump SERVICE PATH`: a verified dump of a mysql service in a file on this machine, mode 0600.

The file gets its name only once it is whole: the export ended well, its last line is the one mysqldump writes last,
and it is on the disk. A file of that name is never replaced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.dumpfile import DumpProblem, NewDump
from restant_tui.dokku.problems import why
from restant_tui.dokku.verbs.answering import document, not_configured, refused
from restant_tui.dokku.verbs.arguments import service_and_file
from restant_tui.dokku.verbs.db_kind import NoService, mysql_only
from restant_tui.dokku.verbs.model import Call, Need, Verb, VerbContext, not_sent
from restant_tui.errors import UsageProblem
from restant_tui.text import one_line
from restant_tui.transport.outcome import Outcome, OutcomeKind, Runner

_NAME = "db.dump"
_KEPT = 64 * 1024
_LISTED = 200


def _explain(args: Sequence[str]) -> tuple[Call, ...]:
    service, path = service_and_file(_NAME, args)
    return (
        Call(Identity.DOKKU, commands.service_exists("mysql", service), "to know that it is a mysql service"),
        Call(Identity.DOKKU, commands.service_export("mysql", service)),
        Call(None, ("write", str(path)), "once the dump is whole; a file of that name is never replaced"),
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
        await mysql_only("dumped", service, runner, context)
        dump = await asyncio.to_thread(NewDump, path)
    except NoService as problem:
        return problem.outcome
    except DumpProblem as problem:
        return not_sent(f"No dump was made: {problem}.")
    try:
        return await _export(service, path, dump, runner, context)
    finally:
        dump.close()


async def _export(service: str, path: Path, dump: NewDump, runner: Runner, context: VerbContext) -> Outcome:
    began = context.clock.monotonic()
    argv = commands.service_export("mysql", service)

    def take(data: bytes, is_error: bool) -> None:
        if not is_error:
            dump.write(data)

    try:
        outcome = await runner.run(argv, timeout=context.timeout, on_output=take, cap=_KEPT)
        if outcome.kind is not OutcomeKind.EXITED:
            return outcome
        if not outcome.succeeded:
            status = outcome.exit_status or 1
            return refused(f"no dump was made: {why(argv, outcome)}.", context, status=status, seconds=outcome.seconds)
        sha256, facts = await asyncio.to_thread(dump.finish)
    except DumpProblem as problem:
        return refused(f"no dump was kept: {problem}.", context)
    except OSError as problem:
        return refused(f"the dump could not be kept in {path.parent}: {problem.strerror or problem}.", context)
    return document(
        {
            "service": service,
            "path": str(path),
            "bytes": dump.size,
            "sha256": sha256,
            "tables": [one_line(name, 80) for name in facts.tables[:_LISTED]],
            "table_count": len(facts.tables),
            "definers": facts.definers,
            "made_at": context.clock.now().isoformat(),
        },
        context,
        began,
    )


DB_DUMP = Verb(
    name=_NAME,
    danger=Danger.READ,
    identity=Identity.DOKKU,
    parameters=("service", "file"),
    summary="Save a mysql service as a verified dump in a file on this machine.",
    explain=_explain,
    perform=_perform,
    needs=(Need("plugin", "mysql"),),
)
