"""`git:…`: what the repository on the host says, and deploys from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from restant_tui.practice.answers import Report, report
from restant_tui.practice.io import Io
from restant_tui.practice.registry import Refused, command, the_app
from restant_tui.practice.releases import abandon, begin, build_image, deploy_commit, recorded, release_image
from restant_tui.practice.repository_files import plan_commit
from restant_tui.practice.world import App, Commit, Release, World


@command("git:report", seconds=0.26)
async def git_report(world: World, args: Sequence[str], io: Io) -> int:
    """Report the repository; the sha is the literal `HEAD` where HEAD names another branch, as with Dokku."""
    return await report(world, args, io, Report("git", "git-", _values))


def _values(app: App) -> dict[str, str]:
    return {
        "git-computed-archive-max-files": "10000",
        "git-computed-archive-max-size": "1073741824",
        "git-computed-deploy-branch": app.branch,
        "git-computed-keep-git-dir": "false",
        "git-deploy-branch": app.branch if app.commits else app.settings.get("git.deploy-branch", ""),
        "git-global-archive-max-files": "",
        "git-global-archive-max-size": "",
        "git-global-deploy-branch": "",
        "git-global-keep-git-dir": "",
        "git-keep-git-dir": "",
        "git-last-updated-at": str(int(app.reflog[-1].at.timestamp())) if app.reflog else "",
        "git-rev-env-var": "GIT_REV",
        "git-sha": app.ref if app.ref and app.head_branch == app.branch else "HEAD",
        "git-source-image": app.source_image,
    }


@command("git:sync", seconds=0.6, folded=True)
async def git_sync(world: World, args: Sequence[str], io: Io) -> int:
    """Move the deploy branch to a commit, and with `--build` deploy it; the branch stays moved if that fails.

    There is a build record from the start, and without a deploy nobody finishes it.
    """
    words = [word for word in args if not word.startswith("-")]
    app = the_app(world, words)
    if len(words) < 2:
        raise Refused("Please specify a git remote")
    begin(world, app, io, kind="build", source="git:sync")
    try:
        return await _sync(world, app, words[1], words[2] if len(words) > 2 else "", args, io)
    finally:
        abandon(io)


async def _sync(world: World, app: App, remote: str, rev: str, args: Sequence[str], io: Io) -> int:
    io.out(f"       Fetching remote code for {app.name} from {remote}{'#' + rev if rev else ''}")
    await world.dawdle(0.5)
    if remote.startswith("/") and remote.rstrip("/") != app.directory:
        raise Refused(f"fatal: '{remote}' does not appear to be a git repository", 128, raw=True)
    commit = app.find(rev) if rev else app.commits[-1] if app.commits else None
    if commit is None:
        raise Refused(f"fatal: {rev}^{{commit}}: not a valid SHA1", 128, raw=True)
    changed = commit.sha != app.ref
    app.move_ref(commit.sha, world.clock.now(), "fetch")
    if "--build" in args or ("--build-if-changes" in args and changed):
        metadata = f"{remote}#{rev}" if rev else remote
        await deploy_commit(world, app, io, commit, source="git:sync", made_by="git-sync", metadata=metadata)
    return 0


@command("git:from-image", seconds=0.5, folded=True)
async def git_from_image(world: World, args: Sequence[str], io: Io) -> int:
    """Deploy an image `restant/app:<sha>` of a commit this host knows; it adds a commit of its own."""
    words = [word for word in args if not word.startswith("-")]
    app = the_app(world, words)
    if len(words) < 2:
        raise Refused("Please specify an image")
    image = words[1]
    io.out("-----> Generating build context")
    source = app.find(image.rpartition(":")[2])
    if source is None:
        io.out("-----> Pulling image")
        io.out(f"Error response from daemon: manifest for {image} not found: manifest unknown: manifest unknown")
        raise Refused(f"Failed to pull image: {image}")
    io.out("-----> Image exists on host, skipping pull")
    io.out("-----> Updating git repository with specified build context")
    if app.source_image == image:
        io.problem("No changes detected, skipping git commit")
        raise Refused("Call 'ps:rebuild' on app to rebuild the app from existing source")
    before, now = app.ref, world.clock.now()
    commit = Commit("", "Dokku", f"Initial commit from {image}", now, source.behaviour, source.migrations)
    commit = replace(commit, sha=plan_commit(world, app, commit))
    async with recorded(world, app, io, kind="build", source="git:from-image", locked=True):
        app.commits.append(commit)
        app.source_image = image
        app.move_ref(commit.sha, now, "fetch")
        io.out(f"   {before[:7]}..{commit.short}  {app.branch} -> {app.branch}")
        try:
            await build_image(world, app, io, commit)
            await release_image(world, app, io)
        except Refused:
            app.move_ref(before, world.clock.now(), "reset")
            raise
        app.live = Release(app.latest, "docker-image", image, world.clock.now())
    return 0


@command("git:status", seconds=0.27)
async def git_status(world: World, args: Sequence[str], io: Io) -> int:
    """Fail as git does in a bare repository."""
    the_app(world, args)
    raise Refused("fatal: this operation must be run in a work tree", 128, raw=True)
