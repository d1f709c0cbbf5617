from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request

from restant_tui.practice.behaviour import Behaviour
from restant_tui.practice.host import PracticeHost
from restant_tui.practice.world import Fault
from tests.support.practicehost import Login, main_app


async def health(host: PracticeHost, app: str = "restant-main") -> tuple[int, str]:
    url = host.config().apps[app].url

    def ask() -> tuple[int, str]:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    return await asyncio.to_thread(ask)


def good_one(host: PracticeHost) -> str:
    return main_app(host).reflog[-2].sha


async def sync(dokku: Login, sha: str, flag: str = "--build ") -> tuple[int | None, list[str]]:
    answer = await dokku.run(f"git:sync {flag}restant-main /home/dokku/restant-main {sha}")
    assert answer.err == ""
    return answer.status, answer.lines


async def test_the_world_opens_with_a_bad_release_on_production_and_a_good_one_on_staging(host: PracticeHost) -> None:
    status, body = await health(host)
    assert status == 500
    assert json.loads(body)["status"] == "error"
    status, body = await health(host, "restant-staging")
    assert status == 200
    assert json.loads(body) == {"status": "ok", "release": host.world.apps["restant-staging"].ref[:7]}


async def test_rolling_back_by_git_sync_heals_production(dokku: Login, host: PracticeHost) -> None:
    sha = good_one(host)
    before = {process.cid for process in main_app(host).processes}
    status, lines = await sync(dokku, sha)
    assert status == 0
    assert lines[0] == f"       Fetching remote code for restant-main from /home/dokku/restant-main#{sha}"
    steps = [
        "-----> Cleaning up...",
        "-----> Building restant-main from Dockerfile",
        "-----> Releasing restant-main...",
        "=====> Processing deployment checks",
        "-----> Deploying web (count=1)",
        "       All checks successful (web.1)",
        "-----> Deploying worker (count=1)",
        "-----> Renaming containers",
        "=====> Application deployed:",
    ]
    assert [line for line in lines if line in steps] == steps
    assert await health(host) == (200, json.dumps({"status": "ok", "release": sha[:7]}, separators=(",", ":")))
    report = json.loads((await dokku.run("apps:report restant-main --format json")).out)
    assert (report["deploy-source"], report["deploy-source-metadata"], report["locked"]) == (
        "git-sync",
        f"/home/dokku/restant-main#{sha}",
        "false",
    )
    assert (await dokku.run("git:report restant-main --git-sha")).out == f"{sha}\n"
    assert not before & {process.cid for process in main_app(host).processes}
    record = json.loads((await dokku.run("builds:list restant-main --format json")).out)[0]
    assert (record["source"], record["kind"], record["status"], record["exit_code"]) == (
        "git:sync",
        "build",
        "succeeded",
        0,
    )
    output = await dokku.run(f"builds:output restant-main {record['id']}")
    assert output.lines == lines


async def test_a_failed_check_leaves_the_old_release_serving_the_ref_moved_and_the_bad_image_latest(
    dokku: Login, host: PracticeHost
) -> None:
    bad = next(commit for commit in main_app(host).commits if commit.behaviour is Behaviour.FAILS_CHECK)
    live = main_app(host).live
    assert live is not None
    status, lines = await sync(dokku, bad.sha)
    assert status == 1
    assert " !     Could not start due to 1 failed checks (web.1)" in lines
    assert "parallel: This job failed:" in lines
    assert main_app(host).live == live
    assert json.loads((await health(host))[1])["release"] == live.commit.short
    assert (await dokku.run("git:report restant-main --git-sha")).out == f"{bad.sha}\n"
    assert (await dokku.run("apps:report restant-main --app-deploy-source-metadata")).out == f"{live.metadata}\n"
    assert (await dokku.run("builds:report restant-main --build-status")).out == "failed\n"
    restart = await dokku.run("ps:restart restant-main")
    assert restart.status == 1
    assert " !     Could not start due to 1 failed checks (web.1)" in restart.lines
    assert (await sync(dokku, good_one(host)))[0] == 0
    assert (await dokku.run("ps:restart restant-main")).status == 0


async def test_the_fault_makes_one_deploy_fail_and_its_image_stays_bad(dokku: Login, host: PracticeHost) -> None:
    host.world.faults.add(Fault.NEXT_DEPLOY_FAILS)
    assert (await sync(dokku, good_one(host)))[0] == 1
    assert Fault.NEXT_DEPLOY_FAILS not in host.world.faults
    assert (await dokku.run("ps:restart restant-main")).status == 1
    assert (await sync(dokku, good_one(host)))[0] == 0


async def test_an_unknown_commit_changes_nothing_but_leaves_an_unfinished_record(
    dokku: Login, host: PracticeHost
) -> None:
    before = main_app(host).ref, main_app(host).live, main_app(host).latest
    status, lines = await sync(dokku, "1234567890123456789012345678901234567890")
    assert status == 128
    assert lines[-1] == "fatal: 1234567890123456789012345678901234567890^{commit}: not a valid SHA1"
    assert (main_app(host).ref, main_app(host).live, main_app(host).latest) == before
    assert (await dokku.run("builds:report restant-main --build-status")).out == "abandoned\n"
    await dokku.run("ps:rebuild restant-main")
    assert [build.shown for build in main_app(host).builds[-2:]] == ["failed", "succeeded"]


async def test_sync_without_build_moves_only_the_ref(dokku: Login, host: PracticeHost) -> None:
    serving, sha = main_app(host).serving, good_one(host)
    status, lines = await sync(dokku, sha, flag="")
    assert (status, len(lines)) == (0, 1)
    assert main_app(host).ref == main_app(host).reflog[-1].sha == sha
    assert main_app(host).serving is serving


async def test_the_same_commit_again_is_built_again(dokku: Login, host: PracticeHost) -> None:
    moves, builds = len(main_app(host).reflog), len(main_app(host).builds)
    assert (await sync(dokku, main_app(host).ref[:9]))[0] == 0
    assert (len(main_app(host).reflog), len(main_app(host).builds)) == (moves, builds + 1)


async def test_a_lock_file_holds_no_deploy_back_and_is_gone_after_it(dokku: Login) -> None:
    await dokku.run("apps:lock restant-main")
    assert (await dokku.run("ps:rebuild restant-main")).status == 0
    assert (await dokku.run("apps:locked restant-main")).status == 1


async def test_stop_answers_502_and_start_releases_latest_again(dokku: Login, host: PracticeHost) -> None:
    await sync(dokku, good_one(host))
    stopped = await dokku.run("ps:stop restant-main")
    assert (stopped.status, stopped.out) == (0, "-----> Stopping restant-main\n")
    assert (await health(host))[0] == 502
    report = json.loads((await dokku.run("ps:report restant-main --format json")).out)
    assert (report["running"], report["restore"]) == ("false", "false")
    assert report["status-web.1"].startswith("exited (CID: ")
    started = await dokku.run("ps:start restant-main")
    assert (started.status, started.err) == (0, " !     App has been detected as not running, releasing\n")
    assert "=====> Application deployed:" in started.lines
    assert (await health(host))[0] == 200
    again = await dokku.run("ps:start restant-main")
    assert (again.status, again.err) == (0, " !     App restant-main already running\n")


async def test_scaling_deploys_what_changed(dokku: Login, host: PracticeHost) -> None:
    await sync(dokku, good_one(host))
    scaled = await dokku.run("ps:scale restant-main web=2")
    assert scaled.status == 0
    assert scaled.lines[:2] == ["-----> Scaling restant-main processes: web=2", "-----> Deploying web (count=2)"]
    assert [process.name for process in main_app(host).processes] == ["web.1", "web.2", "worker.1"]
    assert (await dokku.run("ps:report restant-main --processes")).out == "3\n"


async def test_an_image_of_a_known_commit_can_be_deployed_once(dokku: Login, host: PracticeHost) -> None:
    image = f"restant/app:{good_one(host)[:7]}"
    answer = await dokku.run(f"git:from-image restant-main {image}")
    assert answer.status == 0
    assert answer.lines[:2] == ["-----> Generating build context", "-----> Image exists on host, skipping pull"]
    report = json.loads((await dokku.run("apps:report restant-main --format json")).out)
    assert (report["deploy-source"], report["deploy-source-metadata"]) == ("docker-image", image)
    again = await dokku.run(f"git:from-image restant-main {image}")
    assert (again.status, again.err) == (1, "")
    assert " !     No changes detected, skipping git commit" in again.lines
    gone = await dokku.run("git:from-image restant-main restant/app:nope")
    assert (gone.status, gone.lines[-1]) == (1, " !     Failed to pull image: restant/app:nope")


async def test_config_set_deploys_again_and_a_failure_of_that_is_only_a_warning(
    dokku: Login, host: PracticeHost
) -> None:
    host.world.faults.add(Fault.NEXT_DEPLOY_FAILS)
    answer = await dokku.run("config:set restant-main GREETING=hello")
    assert answer.status == 0
    assert " !     Failure while restarting app" in answer.lines
    assert main_app(host).builds[-1].shown == "failed"
