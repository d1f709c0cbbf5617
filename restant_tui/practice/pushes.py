"""What a push means: which commits came with it, how they behave, and the deploy of the deploy branch."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from restant_tui.practice import repositories
from restant_tui.practice.behaviour import Behaviour
from restant_tui.practice.io import Io
from restant_tui.practice.pipes import plain_environment
from restant_tui.practice.receive_pack import ZERO
from restant_tui.practice.records import Commit
from restant_tui.practice.registry import Refused
from restant_tui.practice.releases import Ended, deploy_commit
from restant_tui.practice.world import App, World


async def push(world: World, app: App, ref: str, new: str, io: Io) -> str:
    """Deploy what was pushed to the deploy branch; keep what was pushed elsewhere.

    Returns:
        Why the push is refused, or empty text.
    """
    path = repositories.place(world, app)
    branch = ref.removeprefix("refs/heads/")
    if new == ZERO:
        if branch == app.branch:
            return "deletion of the deploy branch prohibited"
        repositories.set_ref(path, branch, "")
        return ""
    if not app.ref and "git.deploy-branch" not in app.settings:
        app.branch = branch
        app.settings["git.deploy-branch"] = branch
        io.out(f"-----> Set {branch} as deploy-branch")
    if branch != app.branch:
        io.problem(f"deploy did not complete, you must push to {app.branch}.")
        io.problem(f"for example, try 'git push <dokku> {branch}:{app.branch}'")
        repositories.set_ref(path, branch, new)
        return ""
    commit = await learn(app, path, new)
    if commit is None:
        return "missing necessary objects"
    try:
        await deploy_commit(world, app, io, commit, source="git-hook", made_by="git-push", metadata=commit.sha)
    except (Refused, Ended) as refused:
        if isinstance(refused, Refused) and refused.message:
            io.problem(refused.message)
        return "pre-receive hook declined"
    app.move_ref(commit.sha, world.clock.now(), "push")
    repositories.set_ref(path, app.branch, commit.sha)
    return ""


async def learn(app: App, path: Path, sha: str) -> Commit | None:
    """Add the commits up to that one which the app does not know yet; return the one.

    A commit with the files of a known one behaves like it, so that a revert heals; otherwise a file `BEHAVIOUR` with
    the word good, slow, broken or fails-check decides, and without one it is good.
    """
    form = "%H%x1f%T%x1f%an%x1f%ct%x1f%s"
    rows = [line.split("\x1f") for line in await git(path, "log", "--reverse", "-n", "500", f"--format={form}", sha)]
    known = {commit.sha: commit for commit in app.commits}
    by_tree = {row[1]: known[row[0]] for row in rows if row[0] in known}
    for found, tree, author, at, subject in (row for row in rows if len(row) == 5 and row[0] not in known):
        twin = by_tree.get(tree)
        behaviour = twin.behaviour if twin else await _behaviour(path, found)
        names = await git(path, "ls-tree", "--name-only", f"{found}:database/migrations")
        migrations = tuple(sorted(name.removesuffix(".php") for name in names))
        when = datetime.fromtimestamp(int(at), UTC)
        app.commits.append(Commit(found, author, subject, when, behaviour, migrations))
    return next((commit for commit in app.commits if commit.sha == sha), None)


async def _behaviour(path: Path, sha: str) -> Behaviour:
    words = " ".join(await git(path, "show", f"{sha}:BEHAVIOUR")).split()
    return Behaviour(words[0]) if words and words[0] in set(Behaviour) else Behaviour.GOOD


async def git(path: Path, *args: str) -> list[str]:
    """Return the lines a git command prints in a bare repository; none if it fails."""
    process = await asyncio.create_subprocess_exec(
        *("git", "--git-dir", str(path), *args),
        env=plain_environment(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return printed.decode("utf-8", "replace").splitlines() if process.returncode == 0 else []
