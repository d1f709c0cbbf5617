"""The real git against the practice host, and the forge beside it."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from restant_tui.practice.faults import Fault
from restant_tui.practice.host import PracticeHost
from restant_tui.practice.working_copy import ssh_command
from tests.support.practicehost import Login, main_app
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or shutil.which("ssh") is None, reason="git and ssh are not installed"
)


@dataclass(frozen=True, slots=True)
class Git:
    """git in one folder, with nothing of the person's own settings."""

    folder: Path
    ssh: str

    async def run(self, *args: str) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *("git", *args),
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_SSH_COMMAND": self.ssh,
                **{f"GIT_{who}_{what}": "Nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()

    async def ok(self, *args: str) -> str:
        status, said = await self.run(*args)
        assert status == 0, said
        return said


def address(host: PracticeHost, app: str) -> str:
    return f"ssh://dokku@127.0.0.1:{host.ports['ssh']}/{app}"


@pytest.fixture
async def clone(host: PracticeHost, tmp_path: Path) -> Git:
    git = Git(tmp_path, ssh_command(host.folder))
    await git.ok("clone", "-q", address(host, "restant-main"), "work")
    return Git(tmp_path / "work", git.ssh)


async def test_the_clone_has_the_commits_of_the_world(clone: Git, host: PracticeHost) -> None:
    log = (await clone.ok("log", "--format=%H %an %s")).splitlines()
    assert log == [f"{c.sha} {c.author} {c.subject}" for c in reversed(main_app(host).commits)]
    await clone.ok("fsck", "--strict")
    listed = await clone.ok("ls-remote", "origin")
    assert f"{main_app(host).ref}\trefs/heads/main" in listed


async def test_a_pushed_revert_is_deployed_and_heals(clone: Git, host: PracticeHost, dokku: Login) -> None:
    await clone.ok("revert", "--no-edit", "HEAD")
    sha = (await clone.ok("rev-parse", "HEAD")).strip()
    said = await clone.ok("push", "origin", "main")
    assert "remote: =====> Application deployed:" in said
    app = main_app(host)
    assert app.serving is not None
    assert (app.serving.sha, app.serving.behaviour, app.ref) == (sha, "good", sha)
    assert (await dokku.run("apps:report restant-main --app-deploy-source-metadata")).out == f"{sha}\n"
    assert app.builds[-1].source == "git-hook"
    assert app.reflog[-1].message == "push"
    assert "Everything up-to-date" in await clone.ok("push", "origin", "main")


async def test_a_push_that_fails_its_checks_is_rejected(clone: Git, host: PracticeHost) -> None:
    before = main_app(host).ref
    (clone.folder / "BEHAVIOUR").write_text("fails-check\n")
    await clone.ok("add", ".")
    await clone.ok("commit", "-q", "-m", "Break it")
    status, said = await clone.run("push", "origin", "main")
    assert status == 1
    assert "! [remote rejected] main -> main (pre-receive hook declined)" in said
    assert main_app(host).ref == before
    assert before in await clone.ok("ls-remote", "origin", "main")


async def test_an_older_commit_can_be_pushed_by_force(clone: Git, host: PracticeHost) -> None:
    good = main_app(host).reflog[-2].sha
    await clone.ok("push", "-f", "origin", f"{good}:refs/heads/main")
    assert main_app(host).serving == main_app(host).find(good)


async def test_another_branch_is_kept_and_not_deployed(clone: Git, host: PracticeHost) -> None:
    builds = len(main_app(host).builds)
    said = await clone.ok("push", "origin", "main:feature")
    assert "deploy did not complete, you must push to main." in said
    assert len(main_app(host).builds) == builds


async def test_a_feature_app_is_made_by_the_documents_steps(clone: Git, host: PracticeHost, dokku: Login) -> None:
    await dokku.run("apps:create restant-feature-xyz")
    await dokku.run("domains:add restant-feature-xyz restant.feature-xyz.restant.example.com")
    await dokku.run("mysql:clone restant-db feature-db")
    await dokku.run("mysql:link feature-db restant-feature-xyz")
    await dokku.run("config:set restant-feature-xyz APP_ENV=staging APP_DEBUG=true")
    good = main_app(host).reflog[-2].sha
    said = await clone.ok("push", address(host, "restant-feature-xyz"), f"{good}:refs/heads/main")
    assert "Set main as deploy-branch" in said
    assert (await dokku.run("letsencrypt:enable restant-feature-xyz")).status == 0
    async with httpx.AsyncClient(trust_env=False) as client:
        page = await client.get(host.config().apps["restant-feature-xyz"].url)
        by_name = await client.get(
            f"http://127.0.0.1:{host.ports['proxy']}/health",
            headers={"Host": "restant.feature-xyz.restant.example.com"},
        )
    assert page.json() == by_name.json() == {"status": "ok", "release": good[:7]}
    assert (await dokku.run("apps:destroy restant-feature-xyz", stdin="restant-feature-xyz\n")).status == 0
    assert "feature" not in host.config().apps


async def test_a_push_to_the_forge_runs_the_pipeline(host: PracticeHost) -> None:
    work = Git(await host.working_copy(), ssh_command(host.folder))
    host.strike(Fault.BAD_RELEASE)
    await work.ok("revert", "--no-edit", "HEAD")
    sha = (await work.ok("rev-parse", "HEAD")).strip()
    await work.ok("push", "origin", "main")
    api = f"http://127.0.0.1:{host.ports['desk']}/repos/restant/app/actions"
    await until(lambda: host.forge.runs[-1].conclusion is not None, what="the end of the pipeline")
    async with httpx.AsyncClient(trust_env=False) as client:
        runs = (await client.get(f"{api}/runs", params={"branch": "main", "head_sha": sha})).json()
        run = runs["workflow_runs"][0]
        jobs = (await client.get(f"{api}/runs/{run['id']}/jobs")).json()["jobs"]
    assert (runs["total_count"], run["status"], run["conclusion"]) == (1, "completed", "success")
    assert [step["conclusion"] for step in jobs[0]["steps"]] == ["success"] * 4
    assert main_app(host).ref == sha
    assert host.world.received.on("forge", "main")[0].text == f"push main {sha[:7]}"


async def test_a_disabled_workflow_deploys_nothing(host: PracticeHost) -> None:
    work = Git(await host.working_copy(), ssh_command(host.folder))
    before = len(host.forge.runs)
    async with httpx.AsyncClient(trust_env=False) as client:
        api = f"http://127.0.0.1:{host.ports['desk']}/repos/restant/app/actions"
        await client.put(f"{api}/workflows/deploy.yml/disable")
    await work.ok("revert", "--no-edit", "HEAD")
    await work.ok("push", "origin", "main")
    assert len(host.forge.runs) == before


async def test_a_world_that_goes_on_is_in_the_forge_too(host: PracticeHost) -> None:
    work = Git(await host.working_copy(), ssh_command(host.folder))
    host.world.apps["restant-main"].processes = [
        host.world.start_process(main_app(host), "web.1", main_app(host).commits[-2], host.clock.now())
    ]
    host.strike(Fault.BAD_RELEASE)
    await work.ok("pull", "-q", "origin", "main")
    assert (await work.ok("rev-parse", "HEAD")).strip() == main_app(host).ref
