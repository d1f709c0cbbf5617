"""`@build.last APP SINCE`: what became of the newest build or deploy since a moment, and which commit is live.

As `dokku` nothing can outlive the link, and a deploy that lost it is still a record: this is how it is found again.
It prints one line that begins with `running:`, `succeeded:`, `failed:` or `none:`, and ends with the live commit. Only
what ran to its end and said so has succeeded; a record whose process is gone (abandoned), or that somebody cancelled,
counts as failed: the containers from before go on serving.

A build that runs counts whenever it began: nothing may be repeated while one does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.apps import parse_apps_report
from restant_tui.dokku.ask import ask
from restant_tui.dokku.builds import Build, BuildStatus, parse_builds_list
from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.dokku.verbs.answering import line, no_outcome, not_configured, read_limit
from restant_tui.dokku.verbs.arguments import app_and_since
from restant_tui.dokku.verbs.model import Call, Need, Verb, VerbContext, not_sent
from restant_tui.dokku.version import Feature, speaks
from restant_tui.errors import UsageProblem
from restant_tui.transport.outcome import Outcome

_NAME = "build.last"
_DIFFER = timedelta(seconds=5)
"""How far the clocks of two machines that both keep time may differ."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC) + _DIFFER


def _explain(args: Sequence[str]) -> tuple[Call, ...]:
    app, _ = app_and_since(_NAME, args)
    return (
        Call(Identity.DOKKU, commands.builds_list(app)),
        Call(Identity.DOKKU, commands.apps_report(app), "to know the live commit"),
    )


async def _perform(args: Sequence[str], context: VerbContext) -> Outcome:
    try:
        app, since = app_and_since(_NAME, args)
    except UsageProblem as problem:
        return not_sent(str(problem))
    runner = context.runner(Identity.DOKKU)
    if runner is None:
        return not_sent(not_configured(Identity.DOKKU))
    began, limit = context.clock.monotonic(), read_limit(context)
    version = context.capabilities.version if context.capabilities else None
    try:
        builds = parse_builds_list(await ask(runner, commands.builds_list(app), timeout=limit))
        argv = commands.apps_report(app, json=speaks(version, Feature.REPORT_JSON))
        live = parse_apps_report(await ask(runner, argv, timeout=limit)).live_sha
    except (NoAnswer, ParseProblem) as problem:
        return no_outcome(problem)
    found = _the_one(builds, (since or _LONG_AGO) - _DIFFER)
    return line(f"{_said(found)}; live: {live or 'no commit that is known'}", context, began)


def _the_one(builds: Sequence[Build], since: datetime) -> Build | None:
    """Return the build that matters: one that runs, or else the newest."""
    running = [build for build in builds if build.status is BuildStatus.RUNNING]
    newer = [build for build in builds if build.started_at >= since]
    # A second try that met the lock leaves an abandoned record behind, newer than the deploy that it met.
    ended = [build for build in newer if build.status is not BuildStatus.ABANDONED]
    return max(running or ended or newer, key=lambda build: (build.started_at, build.id), default=None)


def _said(build: Build | None) -> str:
    if build is None:
        return "none: no build or deploy was begun since"
    record = f"{build.id} ({build.source}), begun {build.started_at:%Y-%m-%d %H:%M:%S} UTC"
    match build.status:
        case BuildStatus.RUNNING | BuildStatus.SUCCEEDED as status:
            return f"{status}: {record}"
        case BuildStatus.FAILED:
            return f"failed: {record}" + (f", exit {build.exit_code}" if build.exit_code is not None else "")
        case BuildStatus.ABANDONED:
            return f"failed: {record}, was abandoned: its process is gone"
        case status:
            return f"failed: {record}, was {status}"


BUILD_LAST = Verb(
    name=_NAME,
    danger=Danger.READ,
    identity=Identity.DOKKU,
    parameters=("app", "since?"),
    summary="Say what became of the newest build or deploy of an app, and which commit is live.",
    explain=_explain,
    perform=_perform,
    needs=(Need("feature", Feature.BUILDS),),
)
