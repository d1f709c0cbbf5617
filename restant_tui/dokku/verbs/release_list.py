"""`@release.list APP`: the releases of an app, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.history import read_history
from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.dokku.releases import Release
from restant_tui.dokku.verbs.arguments import one_app
from restant_tui.dokku.verbs.model import Call, Verb, VerbContext, not_sent
from restant_tui.errors import UsageProblem
from restant_tui.transport.outcome import Outcome, OutcomeKind

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
    )


async def _perform(args: Sequence[str], context: VerbContext) -> Outcome:
    try:
        app = one_app(_NAME, args)
    except UsageProblem as problem:
        return not_sent(str(problem))
    dokku = context.runner(Identity.DOKKU)
    if dokku is None:
        return not_sent("The dokku identity is not configured for this host; add it to the configuration.")
    began = context.clock.monotonic()
    try:
        history = await read_history(app, dokku, context.runner(Identity.ADMIN), timeout=context.timeout)
    except NoAnswer as problem:
        return problem.outcome
    except ParseProblem as problem:
        return Outcome(
            kind=OutcomeKind.UNKNOWN,
            stdout=problem.raw.encode(),
            reason=f"The host's answer could not be understood: {problem}.",
        )
    now = context.clock.now()
    rows = [as_json(release, now, history.live_sha) for release in history.releases]
    document = json.dumps(rows, ensure_ascii=False)
    data = document.encode() + b"\n"
    if context.on_output:
        context.on_output(data, False)
    return Outcome(kind=OutcomeKind.EXITED, exit_status=0, stdout=data, seconds=context.clock.monotonic() - began)


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
)
