"""Ask a host for everything that makes up an app's releases, and merge it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from restant_tui.dokku import commands
from restant_tui.dokku.apps import AppReport, parse_apps_report
from restant_tui.dokku.ask import ask, read
from restant_tui.dokku.builds import Build, parse_builds_list
from restant_tui.dokku.git import Commit, parse_deploy_branch, parse_log, parse_reflog
from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.dokku.releases import Release, commit_named, from_moves, merge
from restant_tui.dokku.version import Feature, Version, speaks
from restant_tui.transport.outcome import OutcomeKind, Runner

Clone = Callable[[str | None], Awaitable[tuple[Commit, ...]]]
"""Gives the commits of an app from a clone of its repository; it is told which one has to be among them."""


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
    clone: Clone | None = None,
) -> History:
    """Read the releases of an app.

    Without the admin identity, or where it may not read the repository, which build made which commit is known only
    as far as the live one and the ledger tell, and what those commits are from a clone.

    Args:
        app: the app.
        dokku: the identity that may run Dokku's commands.
        admin: the identity with a shell, for the reflog.
        timeout: real seconds for each command.
        ledger: commits noted before, by build.
        version: which Dokku it is. Before 0.38 there are no build records: what is listed then are the moves of the
            deploy branch, whose outcome nobody recorded; None is taken for a current one.
        clone: asked where the admin identity tells of no commits.

    Raises:
        NoAnswer: Dokku did not answer.
        ParseProblem: Dokku answered something we do not understand.
    """
    records = speaks(version, Feature.BUILDS)
    builds, moves_and_commits = await asyncio.gather(
        read(dokku, commands.builds_list(app), parse_builds_list, timeout=timeout) if records else _none(),
        _commits(app, dokku, admin, timeout, version),
    )
    # After the builds, not beside them: a release that ends in between is then still seen as running.
    argv = commands.apps_report(app, json=speaks(version, Feature.REPORT_JSON))
    report = await read(dokku, argv, parse_apps_report, timeout=timeout)
    moves, commits = moves_and_commits or ((), ())
    if moves_and_commits is not None and not commits and clone is not None:
        commits = await clone(report.live_sha)
    if records:
        releases = merge(builds, report.live_sha, moves=moves, commits=commits, ledger=ledger)
    else:
        releases = from_moves(moves, report.live_sha)
    live = commit_named(report.live_sha, (*moves, *commits))
    # Of an app from an image only its name is known; git:report names the newest, which may have been rejected.
    subject = live.subject if live else report.live_image
    return History(report, live.sha if live else report.live_sha, subject, releases)


async def _commits(
    app: str, dokku: Runner, admin: Runner | None, timeout: float, version: Version | None
) -> tuple[tuple[Commit, ...], tuple[Commit, ...]] | None:
    """Return the moves of the deploy branch and its commits; both empty where the admin may not read them.

    None where the admin could not be asked just now.
    """
    if admin is None:
        return (), ()
    try:
        argv = commands.git_report(app, json=speaks(version, Feature.GIT_REPORT_JSON))
        branch = await read(dokku, argv, parse_deploy_branch, timeout=timeout)
    except (NoAnswer, ParseProblem):
        return None
    try:
        moves, commits = await asyncio.gather(
            _allowed(admin, commands.admin_reflog(app, branch), timeout),
            _allowed(admin, commands.admin_log(app, branch), timeout),
        )
        return parse_reflog(moves), parse_log(commits)
    except NoAnswer:
        return None
    except ParseProblem:
        return (), ()


async def _allowed(runner: Runner, argv: commands.Argv, timeout: float) -> str:
    """Return an answer, an empty one where the host would not give it; raises NoAnswer where it was not reached."""
    try:
        return await ask(runner, argv, timeout=timeout)
    except NoAnswer as problem:
        if problem.outcome.kind is not OutcomeKind.EXITED:
            raise
        return ""


async def _none() -> tuple[Build, ...]:
    return ()
