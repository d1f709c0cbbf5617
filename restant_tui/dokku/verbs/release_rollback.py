"""`@release.rollback APP SHA`: build and deploy an earlier commit from the app's own repository.

Needs no clone and no credentials of a forge. When the deploy fails the old containers keep serving, but the deploy
branch has moved already; it is then set back, or the next push would be refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.apps import parse_apps_report
from restant_tui.dokku.ask import ask
from restant_tui.dokku.git import parse_git_report
from restant_tui.dokku.problems import NoAnswer, ParseProblem, why
from restant_tui.dokku.releases import same_commit
from restant_tui.dokku.verbs.arguments import app_and_commit
from restant_tui.dokku.verbs.model import Call, Verb, VerbContext, not_sent
from restant_tui.errors import UsageProblem
from restant_tui.transport.outcome import Outcome, OutcomeKind, Runner

_NAME = "release.rollback"
_READ_SECONDS = 20.0
_NO_SUCH_APP = 20
_LOCKED = b"deploy lock in place"


def _explain(args: Sequence[str]) -> tuple[Call, ...]:
    app, commit = app_and_commit(_NAME, args)
    failed = "only if the deploy fails"
    return (
        Call(Identity.DOKKU, commands.apps_report(app), "to know the live commit"),
        Call(Identity.DOKKU, commands.git_sync(app, commit, build=True)),
        Call(Identity.DOKKU, commands.git_report(app), failed),
        Call(
            Identity.DOKKU,
            commands.git_sync(app, "LIVE", build=False),
            f"{failed} and moved the branch; LIVE is the commit that was live before",
        ),
    )


async def _perform(args: Sequence[str], context: VerbContext) -> Outcome:
    try:
        app, commit = app_and_commit(_NAME, args)
    except UsageProblem as problem:
        return not_sent(str(problem))
    runner = context.runner(Identity.DOKKU)
    if runner is None:
        return not_sent("The dokku identity is not configured for this host; add it to the configuration.")
    live = await _live_sha(app, runner, context)
    outcome = await runner.run(
        commands.git_sync(app, commit, build=True), timeout=context.timeout, on_output=context.on_output
    )
    # Only a failure the host itself reported is repaired: after a lost link the build may still be going on.
    if outcome.kind is not OutcomeKind.EXITED or outcome.exit_status in (0, None, _NO_SUCH_APP):
        return outcome
    note = await _set_back(app, live, outcome, runner, context)
    text = f"restant: {note}\n".encode()
    if context.on_output:
        context.on_output(text, False)
    return replace(outcome, stdout=outcome.stdout + text)


async def _set_back(app: str, live: str | None, failed: Outcome, runner: Runner, context: VerbContext) -> str:
    """Put the deploy branch back where it was, if it has to be; return one sentence on what was done."""
    if _LOCKED in failed.stdout or _LOCKED in failed.stderr:
        return "another deploy holds the lock; nothing was changed."
    if live is None:
        return (
            "the deploy failed. Dokku leaves the old containers serving, but which commit is live could not be "
            "read, so the deploy branch was left as it is; check git:report."
        )
    try:
        report = parse_git_report(await ask(runner, commands.git_report(app), timeout=_limit(context)))
        moved = not same_commit(report.sha, live)
    except (NoAnswer, ParseProblem):
        moved = True
    if not moved:
        return f"the deploy failed. Dokku leaves the old containers serving and the deploy branch is still at {live}."
    argv = commands.git_sync(app, live, build=False)
    repair = await runner.run(argv, timeout=_limit(context), on_output=context.on_output)
    if repair.succeeded:
        return (
            f"the deploy failed. Dokku leaves the old containers serving and the deploy branch was set back to {live}."
        )
    return (
        "the deploy failed. Dokku leaves the old containers serving, but setting the deploy branch back did not work "
        f"({why(argv, repair)}). Run: {' '.join(argv)}"
    )


async def _live_sha(app: str, runner: Runner, context: VerbContext) -> str | None:
    try:
        return parse_apps_report(await ask(runner, commands.apps_report(app), timeout=_limit(context))).live_sha
    except (NoAnswer, ParseProblem):
        return None


def _limit(context: VerbContext) -> float:
    return min(_READ_SECONDS, context.timeout)


RELEASE_ROLLBACK = Verb(
    name=_NAME,
    danger=Danger.DESTRUCTIVE,
    identity=Identity.DOKKU,
    parameters=("app", "commit"),
    summary="Build and deploy an earlier commit of an app; if that fails, set the deploy branch back.",
    explain=_explain,
    perform=_perform,
)
