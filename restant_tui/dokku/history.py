"""Ask a host for everything that makes up an app's releases, and merge it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from restant_tui.dokku import commands
from restant_tui.dokku.apps import AppReport, parse_apps_report
from restant_tui.dokku.ask import ask
from restant_tui.dokku.builds import parse_builds_list
from restant_tui.dokku.git import Commit, parse_deploy_branch, parse_log, parse_reflog
from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.dokku.releases import Release, commit_named, from_moves, merge
from restant_tui.dokku.version import Feature, Version, speaks
from restant_tui.transport.outcome import Runner


@dataclass(frozen=True, slots=True)
class History:
    """What is live on an app and what was tried, newest first; the subject of an image is its name."""

    report: AppReport
    live_sha: str | None
    live_subject: str
    releases: tuple[Release, ...]


async def read_history(
    app: str,
    dokku: Runner,
    admin: Runner | None,
    *,
    timeout: float,
    ledger: Mapping[str, str] | None = None,
    version: Version | None = None,
) -> History:
    """Read the releases of an app.

    Without the admin identity, or where it may not read the repository, commits are known only as far as the live
    one and the ledger tell.

    Args:
        app: the app.
        dokku: the identity that may run Dokku's commands.
        admin: the identity with a shell, for the reflog.
        timeout: real seconds for each command.
        ledger: commits noted before, by build.
        version: which Dokku it is. Before 0.38 there are no build records: what is listed then are the moves of the
            deploy branch, whose outcome nobody recorded; None is taken for a current one.

    Raises:
        NoAnswer: Dokku did not answer.
        ParseProblem: Dokku answered something we do not understand.
    """
    records = speaks(version, Feature.BUILDS)
    builds_text, moves_and_commits = await asyncio.gather(
        ask(dokku, commands.builds_list(app), timeout=timeout) if records else _nothing(),
        _commits(app, dokku, admin, timeout, version),
    )
    # After the builds, not beside them: a release that ends in between is then still seen as running.
    argv = commands.apps_report(app, json=speaks(version, Feature.REPORT_JSON))
    report = parse_apps_report(await ask(dokku, argv, timeout=timeout))
    moves, commits = moves_and_commits
    if records:
        releases = merge(parse_builds_list(builds_text), report.live_sha, moves=moves, commits=commits, ledger=ledger)
    else:
        releases = from_moves(moves, report.live_sha)
    live = commit_named(report.live_sha, (*moves, *commits))
    # Of an app from an image only its name is known; git:report names the newest, which may have been rejected.
    subject = live.subject if live else report.live_image
    return History(report, live.sha if live else report.live_sha, subject, releases)


async def _commits(
    app: str, dokku: Runner, admin: Runner | None, timeout: float, version: Version | None
) -> tuple[tuple[Commit, ...], tuple[Commit, ...]]:
    """Return the moves of the deploy branch and its commits; both empty where they cannot be read."""
    if admin is None:
        return (), ()
    try:
        argv = commands.git_report(app, json=speaks(version, Feature.GIT_REPORT_JSON))
        branch = parse_deploy_branch(await ask(dokku, argv, timeout=timeout))
    except (NoAnswer, ParseProblem):
        return (), ()
    moves, commits = await asyncio.gather(
        _optional(admin, commands.admin_reflog(app, branch), timeout),
        _optional(admin, commands.admin_log(app, branch), timeout),
    )
    try:
        return parse_reflog(moves), parse_log(commits)
    except ParseProblem:
        return (), ()


async def _optional(runner: Runner, argv: commands.Argv, timeout: float) -> str:
    try:
        return await ask(runner, argv, timeout=timeout)
    except (NoAnswer, ParseProblem):
        return ""


async def _nothing() -> str:
    return ""
