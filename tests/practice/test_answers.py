"""Shapes, streams and exit statuses, against what a real Dokku 0.38.27 printed."""

from __future__ import annotations

import json
import re

import pytest

from restant_tui.practice.host import PracticeHost
from tests.support.practicehost import Login

PS_FLAGS = (
    "--deployed, --processes, --ps-can-scale, --ps-computed-dockerfile-start-cmd, --ps-computed-procfile-path, "
    "--ps-computed-restart-policy, --ps-computed-skip-deploy, --ps-computed-start-cmd, "
    "--ps-computed-stop-timeout-seconds, --ps-dockerfile-start-cmd, --ps-global-procfile-path, "
    "--ps-global-restart-policy, --ps-global-skip-deploy, --ps-global-stop-timeout-seconds, --ps-procfile-path, "
    "--ps-restart-policy, --ps-skip-deploy, --ps-start-cmd, --ps-stop-timeout-seconds, --restore, --running"
)
MISSING = " !     App nope-app does not exist\n"
NO_APP = " !     Please specify an app to run the command on\n"


async def test_version(dokku: Login) -> None:
    answer = await dokku.run("version")
    assert (answer.status, answer.out, answer.err) == (0, "dokku version 0.38.27\n", "")


@pytest.mark.parametrize(
    ("command", "status", "out", "err"),
    [
        ("apps:exists restant-main", 0, "", ""),
        ("apps:exists nope-app", 20, "", MISSING),
        ("apps:report nope-app", 20, "", MISSING),
        ("ps:report nope-app --format json", 20, "", MISSING),
        ("logs nope-app", 20, "", MISSING),
        ("config:show nope-app", 20, "", MISSING),
        ("ps:inspect nope-app", 20, "", MISSING),
        ("ps:restart nope-app", 20, MISSING, ""),
        ("ps:restart", 1, "", NO_APP),
        ("logs", 1, "", NO_APP),
        ("ps:report restant-main --running", 0, "true\n", ""),
        ("ps:report restant-main --nope", 1, "", f" !     Invalid flag passed, valid flags: {PS_FLAGS}\n"),
        ("apps:locked restant-main", 1, "", " !     Deploy lock does not exist\n"),
        ("apps:unlock restant-main", 1, "", " !     Unable to remove deploy lock\n"),
        ("apps:lock restant-main", 0, "-----> Deploy lock created\n", ""),
        ("apps:list", 0, "=====> My Apps\nrestant-main\nrestant-staging\n", ""),
        ("--quiet apps:list", 0, "restant-main\nrestant-staging\n", ""),
        ("apps:list --format json", 0, '["restant-main","restant-staging"]\n', ""),
        ("ps:scale restant-main --format json", 0, '[{"process_type":"web","quantity":1},'
         '{"process_type":"worker","quantity":1}]\n', ""),
        ("ps:scale restant-main", 0, "-----> Scaling for restant-main\nproctype: qty\n--------: ---\n"
         "web:  1\nworker: 1\n", ""),
        ("config:get restant-main NOPE", 1, "", ""),
        ("config:keys restant-staging", 0, "APP_ENV\nAPP_KEY\nGIT_REV\n", ""),
        ("git:status restant-main", 128, "", "fatal: this operation must be run in a work tree\n"),
        ("mysql:list", 0, "=====> MySQL services\nrestant-db\n", ""),
        ("mysql:info restant-db --status", 0, "running\n", ""),
        ("mysql:info nope", 1, "", " !     MySQL service nope does not exist\n"),
        ("redis:info restant-db", 1, "", " !     Redis service restant-db does not exist\n"),
        ("redis:list", 0, "=====> Redis services\nrestant-cache\n", ""),
        ("logs:failed restant-main", 0, "=====> restant-main failed deploy logs\n",
         " !     No failed containers found\n"),
        ("builds:output restant-main current", 0, "-----> App not currently deploying\n", ""),
        ("run restant-main echo hi", 0, "hi\n", ""),
        ("run restant-main sh -c 'exit 3'", 3, "", ""),
        ("url restant-main", 0, "https://restant.example.com\n", ""),
        ("letsencrypt:active restant-main", 0, "true\n", ""),
        ("plugin:install x", 1, "", " !     This command must be run as root\n"),
    ],
)  # fmt: skip
async def test_answers_and_refusals(dokku: Login, command: str, status: int, out: str, err: str) -> None:
    answer = await dokku.run(command)
    assert (answer.status, answer.out, answer.err) == (status, out, err)


@pytest.mark.parametrize("command", ["frobnicate restant-main", "releases restant-main", "ps:rollback a", "bash -c id"])
async def test_what_dokku_does_not_know_it_says_so(dokku: Login, command: str) -> None:
    answer = await dokku.run(command)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.splitlines() == [
        f" !     `{command}` is not a dokku command.",
        " !     See `dokku help` for a list of available commands.",
    ]


async def test_no_command_lists_the_commands(dokku: Login) -> None:
    answer = await dokku.run("")
    assert answer.status == 0
    assert "    ps                       Manage app processes" in answer.lines


async def test_an_unmatched_quote_is_complained_of_and_the_rest_runs(dokku: Login) -> None:
    answer = await dokku.run("config:set --no-restart restant-main D='x")
    assert answer.status == 1
    assert answer.err.splitlines() == [
        "xargs: unmatched single quote; by default quotes are special to xargs unless you use the -0 option",
        " !     At least one env pair must be given",
    ]


async def test_config_set_takes_values_without_a_shell(dokku: Login) -> None:
    answer = await dokku.run("config:set --no-restart restant-main 'A=b c' C=$HOME;id")
    assert answer.lines == ["-----> Setting config vars", "       A:  b c", "       C:  $HOME;id"]
    assert (await dokku.run("config:set --no-restart restant-main B=b c")).err == " !     Invalid env pair: c\n"
    assert (await dokku.run("config:set --no-restart restant-main -e X=1")).err == " !     Invalid env pair: \n"
    shown = await dokku.run("config:show restant-main")
    assert "A:             b c" in shown.lines
    assert shown.lines[0] == "=====> restant-main env vars"


async def test_ps_report_as_text_has_the_columns_of_the_real_one(dokku: Login) -> None:
    lines = (await dokku.run("ps:report restant-main")).lines
    assert lines[0] == "=====> restant-main ps information"
    assert lines[1] == "       Deployed:                         true"
    assert lines[4] == "       Ps computed dockerfile start cmd: "
    assert lines[6] == "       Ps computed restart policy:       on-failure:10"
    assert re.fullmatch(r"       Status web 1:                     running \(CID: [0-9a-f]{11}\)", lines[-2])
    assert re.fullmatch(r"       Status worker 1:                  running \(CID: [0-9a-f]{11}\)", lines[-1])


async def test_ps_report_as_json_has_short_and_long_keys_and_texts_only(dokku: Login) -> None:
    line = (await dokku.run("ps:report restant-main --format json")).out
    report = json.loads(line)
    assert line.startswith('{"can-scale":"true","computed-dockerfile-start-cmd":"",')
    assert report["ps-can-scale"] == report["can-scale"] == "true"
    assert (report["deployed"], report["running"], report["processes"], report["restore"]) == (
        "true",
        "true",
        "2",
        "true",
    )
    assert report["status-web.1"].startswith("running (CID: ")
    assert all(isinstance(value, str) for value in report.values())
    assert len(report) == 2 * 17 + 4 + 2


async def test_a_report_of_all_apps_is_one_json_object_a_line(dokku: Login) -> None:
    lines = (await dokku.run("apps:report --format json")).lines
    assert [json.loads(line)["dir"] for line in lines] == ["/home/dokku/restant-main", "/home/dokku/restant-staging"]


async def test_apps_report_names_what_is_live(dokku: Login, host: PracticeHost) -> None:
    app = host.world.apps["restant-main"]
    report = json.loads((await dokku.run("apps:report restant-main --format json")).out)
    assert (report["deploy-source"], report["deploy-source-metadata"]) == ("git-push", app.ref)
    assert report["app-locked"] == report["locked"] == "false"
    text = (await dokku.run("apps:report restant-main")).lines
    assert text[2] == "       App deploy source:               git-push"
    assert text[5] == "       App global disable autocreation: "


async def test_git_report_says_head_where_head_is_another_branch(dokku: Login, host: PracticeHost) -> None:
    report = json.loads((await dokku.run("git:report restant-main --format json")).out)
    assert (report["sha"], report["deploy-branch"]) == (host.world.apps["restant-main"].ref, "main")
    assert "git-sha" not in report
    assert (await dokku.run("git:report restant-staging --git-sha")).out == "HEAD\n"
    assert "       Git computed archive max files: 10000" in (await dokku.run("git:report restant-main")).lines


async def test_resource_report_names_only_what_is_set(dokku: Login) -> None:
    assert (await dokku.run("resource:report restant-main")).lines == [
        "=====> restant-main resource information",
        "       resource _default_ limit cpu:    2",
        "       resource _default_ limit memory: 2048m",
    ]
    assert (await dokku.run("resource:report restant-staging --format json")).out == "{}\n"
    assert json.loads((await dokku.run("resource:report restant-main --format json")).out)["_default_.limit.cpu"] == "2"


async def test_domains_checks_and_certificates_report(dokku: Login) -> None:
    assert "       Domains app enabled:           true" in (await dokku.run("domains:report restant-main")).lines
    assert "       Checks computed wait to retire: 60" in (await dokku.run("checks:report restant-main")).lines
    assert set(json.loads((await dokku.run("checks:report restant-main --format json")).out)) == {
        "computed-wait-to-retire", "disabled-list", "global-wait-to-retire", "skipped-list", "wait-to-retire",
    }  # fmt: skip
    certificate = json.loads((await dokku.run("certs:report restant-main --format json")).out)
    assert certificate["enabled"] == "true"
    assert re.fullmatch(r"[A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d \d{4} GMT", certificate["expires-at"])


async def test_letsencrypt_lists_the_days_left(dokku: Login) -> None:
    lines = (await dokku.run("letsencrypt:list")).lines
    assert lines[0] == (
        "-----> App name           Certificate Expiry        Time before expiry        Time before renewal      "
    )
    row = r"{:<26}\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d       {}d, \d+h, \d+m, \d+s {{6,}}-?{}"
    assert re.match(row.format("restant-staging", 19, r"\d+d, \d+h, \d+m, \d+s ago"), lines[1])
    assert re.match(row.format("restant-main", 53, r"23d, \d+h, \d+m, \d+s"), lines[2])


async def test_letsencrypt_reports_expiry_as_unix_time(dokku: Login, host: PracticeHost) -> None:
    report = json.loads((await dokku.run("letsencrypt:report restant-main --format json")).out)
    days = (int(report["expiration"]) - host.clock.now().timestamp()) / 86400
    assert 52 < days < 54
    assert (report["active"], report["autorenew"], report["computed-graceperiod"]) == ("true", "true", "2592000")
    text = (await dokku.run("letsencrypt:report restant-main")).lines
    assert text[1] == "       Letsencrypt active:            true                     "


async def test_builds_tell_what_was_tried_and_not_which_commit(dokku: Login) -> None:
    records = json.loads((await dokku.run("builds:list restant-main --format json")).out)
    assert [record["status"] for record in records].count("failed") == 1
    assert len(records) == 8
    assert list(records[0]) == [
        "id", "app", "kind", "pid", "started_at", "finished_at", "status", "source", "exit_code", "display_status",
        "duration", "log_path",
    ]  # fmt: skip
    assert records == sorted(records, key=lambda record: str(record["started_at"]), reverse=True)
    text = (await dokku.run("builds:list restant-main")).lines
    assert re.fullmatch(r"Build ID        Kind   Status     PID    Source    Started               Duration", text[0])
    assert re.fullmatch(r"[0-9a-z]{14}  build  succeeded  \d+ +git-hook  \S{19}Z  \d\ds", text[1])
    failed = json.loads((await dokku.run("builds:list restant-main --status failed --format json")).out)
    assert [record["exit_code"] for record in failed] == [1]
    output = await dokku.run(f"builds:output restant-main {failed[0]['id']}")
    assert " !     Could not start due to 1 failed checks (web.1)" in output.lines
    none = await dokku.run("builds:list restant-main --status running")
    assert none.out == "No builds recorded for this app\n"


async def test_one_build_in_full_and_the_newest_in_a_report(dokku: Login, host: PracticeHost) -> None:
    build = host.world.apps["restant-main"].builds[-1]
    lines = (await dokku.run(f"builds:info restant-main {build.id}")).lines
    assert lines[0] == f"Build ID:   {build.id}"
    assert lines[3] == "Status:     succeeded"
    assert lines[-2] == "Exit Code:  0"
    report = json.loads((await dokku.run("builds:report restant-main --format json")).out)
    assert (report["build-id"], report["build-status"], report["computed-retention"]) == (build.id, "succeeded", "20")
    assert (await dokku.run("builds:report restant-main --build-status")).out == "succeeded\n"


async def test_inspect_hides_the_values_of_the_environment(dokku: Login) -> None:
    containers = json.loads((await dokku.run("ps:inspect restant-main")).out)
    assert [container["Name"] for container in containers] == ["/restant-main.web.1", "/restant-main.worker.1"]
    assert "APP_KEY=XXXXXX" in containers[0]["Config"]["Env"]
    assert containers[0]["State"]["Running"] is True
    assert containers[0]["RestartCount"] == 0


async def test_mysql_info_prints_its_password_as_the_real_one_does(dokku: Login) -> None:
    lines = (await dokku.run("mysql:info restant-db")).lines
    assert lines[0] == "=====> restant-db mysql service information"
    assert "       Links:               restant-main             " in lines
    assert any(line.startswith("       Dsn:                 mysql://mysql:") for line in lines)


async def test_artisan_knows_the_commands_of_the_procedures(dokku: Login) -> None:
    assert "Ran" in (await dokku.run("run restant-main php artisan migrate:status")).out
    unknown = await dokku.run("run restant-main php artisan make:coffee")
    assert unknown.status == 1
    assert 'Command "make:coffee" is not defined' in unknown.out


async def test_plugins_are_listed_with_versions(dokku: Login) -> None:
    assert "  letsencrypt          0.25.1 enabled    Automated" in (await dokku.run("plugin:list")).out
    plugins = json.loads((await dokku.run("plugin:list --format json")).out)
    assert {plugin["name"] for plugin in plugins if not plugin["core"]} == {
        "letsencrypt",
        "maintenance",
        "mysql",
        "redis",
    }


async def test_events_name_the_last_deploys(dokku: Login) -> None:
    lines = (await dokku.run("events")).lines
    assert any("INVOKED: post-deploy( restant-main )" in line for line in lines)
