"""`@deploy.thaw APP`: let deploys of an app begin again; ends exactly the process that `@deploy.freeze` started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands, scripts
from restant_tui.dokku.freezes import Freeze, parse_freeze
from restant_tui.dokku.problems import ParseProblem, why
from restant_tui.dokku.verbs.answering import no_outcome, not_configured, refused, with_note
from restant_tui.dokku.verbs.arguments import one_app
from restant_tui.dokku.verbs.model import Call, Need, Verb, VerbContext, not_sent
from restant_tui.errors import UsageProblem
from restant_tui.transport.outcome import Outcome, OutcomeKind

_NAME = "deploy.thaw"


def _explain(args: Sequence[str]) -> tuple[Call, ...]:
    return (Call(Identity.ADMIN, commands.admin_thaw(one_app(_NAME, args))),)


async def _perform(args: Sequence[str], context: VerbContext) -> Outcome:
    try:
        app = one_app(_NAME, args)
    except UsageProblem as problem:
        return not_sent(str(problem))
    admin = context.runner(Identity.ADMIN)
    if admin is None:
        return not_sent(not_configured(Identity.ADMIN))
    outcome = await admin.run(commands.admin_thaw(app), timeout=context.timeout)
    if outcome.kind is not OutcomeKind.EXITED:
        return outcome
    if outcome.exit_status != 0:
        return refused(_why_not(app, outcome), context, status=outcome.exit_status or 1, seconds=outcome.seconds)
    try:
        freeze = parse_freeze(outcome.text)
    except ParseProblem as problem:
        return no_outcome(problem)
    return with_note(replace(outcome, stdout=b""), _said(app, freeze), context)


def _said(app: str, freeze: Freeze) -> str:
    match freeze.state:
        case "thawed":
            return f"deploys of {app} can begin again; they were frozen {freeze.told}."
        case "taken":
            return f"the freeze {freeze.told} has ended, and a deploy of {app} took the lock at once."
        case "ended":
            return f"the freeze of {app} {freeze.told} had ended by itself (a restart of the host?); the lock is free."
        case _:
            return f"deploys of {app} were not frozen; the lock is free."


def _why_not(app: str, outcome: Outcome) -> str:
    match outcome.exit_status:
        case scripts.BUSY:
            return (
                f"nothing was thawed: this admin did not freeze {app}, yet something holds its lock. A deploy is under "
                "way, or another admin froze it."
            )
        case scripts.CANNOT_END:
            return f"deploys of {app} are still frozen: the process that holds the lock could not be ended."
        case scripts.NO_SUCH_APP:
            return f"nothing was thawed: there is no app {app} on this host."
    return f"it is not known whether deploys of {app} are still frozen: {why(('the thaw',), outcome)}."


DEPLOY_THAW = Verb(
    name=_NAME,
    danger=Danger.CHANGE,
    identity=Identity.ADMIN,
    parameters=("app",),
    summary="End a freeze, so that pushes, syncs and rebuilds of an app can begin again.",
    explain=_explain,
    perform=_perform,
    needs=(Need("tool", "flock"), Need("tool", "sudo-dokku")),
)
