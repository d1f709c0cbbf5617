"""`@host.figures`: disk, memory, load and processor of the host, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.ask import ask
from restant_tui.dokku.figures import parse_figures
from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.dokku.verbs.answering import document, no_outcome, not_configured
from restant_tui.dokku.verbs.arguments import nothing
from restant_tui.dokku.verbs.model import Call, Verb, VerbContext, not_sent
from restant_tui.errors import UsageProblem
from restant_tui.transport.outcome import Outcome

_NAME = "host.figures"


def _explain(args: Sequence[str]) -> tuple[Call, ...]:
    nothing(_NAME, args)
    return (Call(Identity.ADMIN, commands.admin_figures()),)


async def _perform(args: Sequence[str], context: VerbContext) -> Outcome:
    try:
        nothing(_NAME, args)
    except UsageProblem as problem:
        return not_sent(str(problem))
    admin = context.runner(Identity.ADMIN)
    if admin is None:
        return not_sent(not_configured(Identity.ADMIN))
    began = context.clock.monotonic()
    try:
        figures = parse_figures(await ask(admin, commands.admin_figures(), timeout=context.timeout))
    except (NoAnswer, ParseProblem) as problem:
        return no_outcome(problem)
    return document(asdict(figures), context, began)


HOST_FIGURES = Verb(
    name=_NAME,
    danger=Danger.READ,
    identity=Identity.ADMIN,
    parameters=(),
    summary="Look at the host's disk, memory, load and processor (the latter over one second).",
    explain=_explain,
    perform=_perform,
)
