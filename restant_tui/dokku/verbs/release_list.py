"""`@release.list APP`: the releases of an app, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.history import read_history
from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.dokku.releases import Release, same_commit
from restant_tui.dokku.verbs.answering import no_outcome, not_configured, rows
from restant_tui.dokku.verbs.arguments import one_app
from restant_tui.dokku.verbs.model import Call, Need, Verb, VerbContext, not_sent
from restant_tui.dokku.verbs.plugin_releases import WHERE, PluginReleases, plugin_releases
from restant_tui.dokku.version import Feature
from restant_tui.errors import UsageProblem
from restant_tui.transport.outcome import Outcome

_NAME = "release.list"


def _explain(args: Sequence[str]) -> tuple[Call, ...]:
    app = one_app(_NAME, args)
    with_admin = "if the admin identity is configured"
    return (
        Call(Identity.DOKKU, commands.builds_list(app)),
        Call(Identity.DOKKU, commands.git_report(app), with_admin),
        Call(Identity.ADMIN, commands.admin_reflog(app, "BRANCH"), with_admin),
        Call(Identity.ADMIN, commands.admin_log(app, "BRANCH"), with_admin),
        Call(Identity.DOKKU, commands.apps_report(app)),
        Call(Identity.DOKKU, commands.plugin_releases(app), f"{WHERE}, for the numbers of the releases"),
    )


async def _perform(args: Sequence[str], context: VerbContext) -> Outcome:
    try:
        app = one_app(_NAME, args)
    except UsageProblem as problem:
        return not_sent(str(problem))
    dokku = context.runner(Identity.DOKKU)
    if dokku is None:
        return not_sent(not_configured(Identity.DOKKU))
    began = context.clock.monotonic()
    known = context.capabilities
    try:
        history = await read_history(
            app,
            dokku,
            context.runner(Identity.ADMIN),
            timeout=context.timeout,
            version=known.version if known else None,
        )
        numbers = await plugin_releases(app, dokku, context)
    except (NoAnswer, ParseProblem) as problem:
        return no_outcome(problem)
    now = context.clock.now()
    listed = [
        {**as_json(release, now, history.live_sha), "number": _number(release, numbers)} for release in history.releases
    ]
    return rows(listed, context, began)


def _number(release: Release, numbers: PluginReleases) -> str | None:
    """Return the number a releases plugin gives to the commit; the last one it was given."""
    return next((number for number, sha in numbers if same_commit(sha, release.sha)), None)


def as_json(release: Release, now: datetime, live_sha: str | None) -> dict[str, object]:
    """Return one release as the object that `@release.list` prints; times in UTC, ages in seconds.

    `live_sha` is the same in every row, so that a row can be told from older builds of the commit that is live.
    """
    build = release.build
    return {
        "build": build.id,
        "kind": build.kind,
        "status": build.status.value,
        "source": build.source,
        "sha": release.sha,
        "subject": release.subject,
        "author": release.author,
        "live": release.live,
        "live_sha": live_sha,
        "started_at": build.started_at.isoformat(),
        "finished_at": build.finished_at.isoformat() if build.finished_at else None,
        "seconds": build.seconds,
        "age_s": max(0.0, (now - (build.finished_at or build.started_at)).total_seconds()),
        "exit_code": build.exit_code,
    }


RELEASE_LIST = Verb(
    name=_NAME,
    danger=Danger.READ,
    identity=Identity.DOKKU,
    parameters=("app",),
    summary="List what was released to an app: commit, author, time, outcome, and which one is live.",
    explain=_explain,
    perform=_perform,
    needs=(
        Need("feature", Feature.BUILDS, "the moves of the deploy branch; only the live one is known to be good"),
        Need("identity", Identity.ADMIN, "only the live release and those noted before have a commit"),
    ),
)
