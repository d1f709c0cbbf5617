"""`@deploy.freeze APP [WHO]`: keep deploys of an app from beginning, until it is thawed.

Dokku's own `apps:lock` stops no deploy. This holds the lock a deploy takes, so that a push, a sync or a rebuild ends
at once with "deploy lock in place". A restart, a scale or a config change takes no lock and is not stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands, scripts
from restant_tui.dokku.freezes import parse_freeze
from restant_tui.dokku.problems import ParseProblem, why
from restant_tui.dokku.verbs.answering import no_outcome, not_configured, refused, with_note
from restant_tui.dokku.verbs.arguments import app_and_who
from restant_tui.dokku.verbs.model import Call, Need, Verb, VerbContext, not_sent
from restant_tui.errors import UsageProblem
from restant_tui.transport.outcome import Outcome, OutcomeKind

_NAME = "deploy.freeze"


def _explain(args: Sequence[str]) -> tuple[Call, ...]:
    return (Call(Identity.ADMIN, commands.admin_freeze(*app_and_who(_NAME, args))),)


async def _perform(args: Sequence[str], context: VerbContext) -> Outcome:
    try:
        app, who = app_and_who(_NAME, args)
    except UsageProblem as problem:
        return not_sent(str(problem))
    admin = context.runner(Identity.ADMIN)
    if admin is None:
        return not_sent(not_configured(Identity.ADMIN))
    argv = commands.admin_freeze(app, who)
    outcome = await admin.run(argv, timeout=context.timeout)
    if outcome.kind is not OutcomeKind.EXITED:
        return outcome
    if outcome.exit_status != 0:
        return refused(_why_not(app, outcome), context, status=outcome.exit_status or 1, seconds=outcome.seconds)
    try:
        freeze = parse_freeze(outcome.text)
    except ParseProblem as problem:
        return no_outcome(problem)
    again = "already " if freeze.state == "already" else ""
    return with_note(
        replace(outcome, stdout=b""),
        f"deploys of {app} are {again}frozen {freeze.told}. The lock is held, and a try to take it failed as it "
        "should. Restarts, scaling and config changes are not stopped. @deploy.thaw ends it.",
        context,
    )


def _why_not(app: str, outcome: Outcome) -> str:
    match outcome.exit_status:
        case scripts.BUSY:
            return (
                f"deploys of {app} are not frozen: something else holds the lock. A deploy is under way, or another "
                "admin froze it; try again when it has ended."
            )
        case scripts.UNPROVEN:
            return (
                f"deploys of {app} are NOT frozen: the lock was taken, but a try to take it again succeeded. It was "
                "let go again; stop the pipeline that deploys instead."
            )
        case scripts.NO_SUCH_APP:
            return f"nothing was frozen: there is no app {app} on this host."
    return f"deploys of {app} are not frozen: {why(('the freeze',), outcome)}."


DEPLOY_FREEZE = Verb(
    name=_NAME,
    danger=Danger.CHANGE,
    identity=Identity.ADMIN,
    parameters=("app", "who?"),
    summary="Keep pushes, syncs and rebuilds of an app from beginning, by holding the lock they take; roll back first.",
    explain=_explain,
    perform=_perform,
    needs=(Need("tool", "flock"), Need("tool", "setsid"), Need("tool", "sudo-dokku")),
)
