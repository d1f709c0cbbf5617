"""`@release.rollback APP SHA`: build and deploy an earlier commit from the app's own repository.

Needs no clone and no credentials of a forge. When the deploy fails the old containers keep serving, but the deploy
branch has moved already; it is then set back, or the next push would be refused.

It also says what it cannot mend: that a restart starts the image built last, good or not, and that a pipeline may
deploy again what was just rolled back.
"""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.apps import parse_apps_report
from restant_tui.dokku.ask import ask
from restant_tui.dokku.builds import Build, BuildStatus, parse_builds_list
from restant_tui.dokku.git import parse_git_report
from restant_tui.dokku.problems import NoAnswer, ParseProblem, why
from restant_tui.dokku.releases import same_commit
from restant_tui.dokku.verbs.answering import not_configured, read_limit, with_note
from restant_tui.dokku.verbs.arguments import app_and_commit
from restant_tui.dokku.verbs.model import Call, Need, Verb, VerbContext, not_sent
from restant_tui.dokku.verbs.plugin_releases import WHERE, plugin_releases
from restant_tui.dokku.version import Feature, speaks
from restant_tui.errors import UsageProblem
from restant_tui.transport.outcome import Outcome, OutcomeKind, Runner

_NAME = "release.rollback"
_NO_SUCH_APP = 20
_LOCKED = b"deploy lock in place"
_STARTS = "a restart, a scale or a config change would start that image"
_AGAIN = (
    "The next run of the pipeline may deploy that commit again: revert it, stop the pipeline, or freeze deploys "
    "with @deploy.freeze."
)


def _explain(args: Sequence[str]) -> tuple[Call, ...]:
    app, commit = app_and_commit(_NAME, args)
    failed = "only if the deploy fails"
    return (
        Call(Identity.DOKKU, commands.apps_report(app), "to know the live commit"),
        Call(Identity.DOKKU, commands.builds_list(app), "to know whether the newest build was rejected"),
        Call(Identity.DOKKU, commands.plugin_releases(app), WHERE),
        Call(
            Identity.DOKKU,
            commands.plugin_rollback(app, "NUMBER"),
            f"{WHERE} whose list can be read and names the commit; then in place of git:sync",
        ),
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
        return not_sent(not_configured(Identity.DOKKU))
    live = await _live_sha(app, runner, context)
    notes = []
    bad = await _rejected(app, runner, context)
    if bad:
        notes.append(_warning(bad))
    numbers = await plugin_releases(app, runner, context)
    number = next((number for number, sha in numbers if same_commit(sha, commit)), None)
    argv = commands.plugin_rollback(app, number) if number else commands.git_sync(app, commit, build=True)
    outcome = await runner.run(argv, timeout=context.timeout, on_output=context.on_output)
    if outcome.kind is not OutcomeKind.EXITED or outcome.exit_status in (None, _NO_SUCH_APP):
        return outcome
    if outcome.succeeded:
        was = f"{live} was live before. " if live and not same_commit(live, commit) else ""
        notes.append(f"{was}{_AGAIN}")
    elif number:
        notes.append(f"the releases plugin did not go back to {number}; what is live now is not known.")
    else:
        # Only a failure the host itself reported is repaired: after a lost link the build may still be going on.
        after = None if _locked(outcome) else await _rejected(app, runner, context)
        notes.append(await _set_back(app, live, outcome, runner, context))
        if after and after != bad:
            notes.append(_warning(after))
    return with_note(outcome, " ".join(notes), context)


async def _set_back(app: str, live: str | None, failed: Outcome, runner: Runner, context: VerbContext) -> str:
    """Put the deploy branch back where it was, if it has to be; return one sentence on what was done."""
    if _locked(failed):
        return "another deploy holds the lock; nothing was changed."
    if live is None:
        return (
            "the deploy failed. Dokku leaves the old containers serving, but which commit is live could not be "
            "read, so the deploy branch was left as it is; check git:report."
        )
    try:
        argv = commands.git_report(app, json=_speaks(Feature.GIT_REPORT_JSON, context))
        report = parse_git_report(await ask(runner, argv, timeout=read_limit(context)))
        moved = not same_commit(report.sha, live)
    except (NoAnswer, ParseProblem):
        moved = True
    if not moved:
        return f"the deploy failed. Dokku leaves the old containers serving and the deploy branch is still at {live}."
    argv = commands.git_sync(app, live, build=False)
    repair = await runner.run(argv, timeout=read_limit(context), on_output=context.on_output)
    if repair.succeeded:
        return (
            f"the deploy failed. Dokku leaves the old containers serving and the deploy branch was set back to {live}."
        )
    return (
        "the deploy failed. Dokku leaves the old containers serving, but setting the deploy branch back did not work "
        f"({why(argv, repair)}). Run: {' '.join(argv)}"
    )


async def _live_sha(app: str, runner: Runner, context: VerbContext) -> str | None:
    argv = commands.apps_report(app, json=_speaks(Feature.REPORT_JSON, context))
    try:
        return parse_apps_report(await ask(runner, argv, timeout=read_limit(context))).live_sha
    except (NoAnswer, ParseProblem):
        return None


async def _rejected(app: str, runner: Runner, context: VerbContext) -> Build | None:
    """Return the newest finished build if it failed; None also where that cannot be known."""
    if not _speaks(Feature.BUILDS, context):
        return None
    try:
        builds = parse_builds_list(await ask(runner, commands.builds_list(app), timeout=read_limit(context)))
    except (NoAnswer, ParseProblem):
        return None
    ended = [build for build in builds if build.status in (BuildStatus.FAILED, BuildStatus.SUCCEEDED)]
    newest = max(ended, key=lambda build: (build.started_at, build.id), default=None)
    return newest if newest and newest.status is BuildStatus.FAILED else None


def _locked(failed: Outcome) -> bool:
    return _LOCKED in failed.stdout or _LOCKED in failed.stderr


def _warning(bad: Build) -> str:
    return f"The newest finished build ({bad.id}, {bad.source}) was rejected: until a deploy succeeds, {_STARTS}."


def _speaks(feature: Feature, context: VerbContext) -> bool:
    return speaks(context.capabilities.version if context.capabilities else None, feature)


RELEASE_ROLLBACK = Verb(
    name=_NAME,
    danger=Danger.DESTRUCTIVE,
    identity=Identity.DOKKU,
    parameters=("app", "commit"),
    summary="Build and deploy an earlier commit of an app; if that fails, set the deploy branch back.",
    explain=_explain,
    perform=_perform,
    needs=(
        Need("feature", Feature.GIT_SYNC_BUILD),
        Need("feature", Feature.BUILDS, "it cannot be told whether the newest build was rejected"),
    ),
)
