"""The program without a terminal, as scripts and pipes use it: a process of its own, real SSH and HTTP."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import headless
from tests.support.terminal import ROOT, command, environment

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]
FAST = ("--practice", "--practice-speed", "20")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[headless.Served]:
    with headless.served(tmp_path_factory.mktemp("served"), "--practice-speed", "20") as made:
        yield made


def test_status_of_a_bad_release_is_critical_and_says_why(tmp_path: Path) -> None:
    done = headless.run(*FAST, "status", home=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "PRACTICE" in done.stdout
    assert "answers 500" in done.stdout
    assert "restant-main" in done.stdout
    assert "restant-staging" in done.stdout
    assert "\x1b" not in done.stdout


def test_status_of_a_calm_world_warns_of_the_staging_certificate_alone(tmp_path: Path) -> None:
    done = headless.run(*FAST, "--practice-calm", "status", "--json", home=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    apps = {app["app"]: app for app in json.loads(done.stdout)["apps"]}
    assert apps["restant-main"]["status"] == "ok"
    assert apps["restant-staging"]["status"] == "warning"
    assert "certificate" in apps["restant-staging"]["reason"]


def test_status_of_a_host_that_is_not_there_is_unknown_and_says_so(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    (tmp_path / "known_hosts").touch()
    config.write_text(
        "hosts:\n"
        f"  gone: {{address: 127.0.0.1, port: 1, known_hosts: {tmp_path}/known_hosts, dokku: {{user: dokku}}}}\n"
        "apps: {shop: {host: gone, environment: staging, url: 'http://127.0.0.1:1/health'}}\n"
    )
    done = headless.run("--config", str(config), "status", home=tmp_path)
    assert done.returncode in (2, 3), done.stdout + done.stderr
    assert "lost" in done.stdout
    assert "Traceback" not in done.stderr
    asked = headless.run("--config", str(config), "doctor", home=tmp_path)
    assert asked.returncode == 3
    assert "gone/dokku" in asked.stdout


def test_the_console_without_a_terminal_is_a_snapshot_and_how_to_open_it(tmp_path: Path) -> None:
    done = headless.run(*FAST, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "HEALTH" in done.stdout
    assert "run this in a terminal" in done.stdout
    assert "\x1b" not in done.stdout


def test_doctor_reaches_every_identity(tmp_path: Path) -> None:
    done = headless.run(*FAST, "doctor", "--json", home=tmp_path)
    found = json.loads(done.stdout)
    # What this machine lacks (php, rsync …) is a finding, but no link may be lost.
    assert done.returncode == {"ok": 0, "warning": 1, "critical": 2}[found["status"]], done.stdout + done.stderr
    links = {one["link"]: one for one in found["links"]}
    assert set(links) == {"practice/dokku", "practice/admin"}
    assert all(one["reached"] for one in links.values())
    assert "0.38" in links["practice/dokku"]["says"]
    assert found["hosts"][0]["dokku"].startswith("0.38")
    assert "rollback-emergency" in {one["id"] for one in found["runbooks"] if one["readiness"] == "ready"}


def test_a_rollback_nobody_confirms_is_declined_and_changes_nothing(host: headless.Served, tmp_path: Path) -> None:
    before = host.ask("apps:report", "restant-main", "--app-deploy-source-metadata")
    done = headless.run("--config", str(host.config), "run", "rollback-emergency", home=tmp_path)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "nobody to ask" in done.stdout
    assert host.ask("apps:report", "restant-main", "--app-deploy-source-metadata") == before
    assert "running" not in host.ask("builds:list", "restant-main")


def test_a_confirmed_rollback_is_live_on_the_host_and_in_the_journal(tmp_path: Path) -> None:
    with headless.served(tmp_path, "--practice-speed", "20") as host:
        before = host.ask("apps:report", "restant-main", "--app-deploy-source-metadata").strip()
        practice = ("--config", str(host.config))
        done = headless.run(*practice, "run", "rollback-emergency", "--confirm", "restant-main", home=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        after = host.ask("apps:report", "restant-main", "--app-deploy-source-metadata").strip()
        assert after != before
        status = headless.run(*practice, "status", "--json", home=tmp_path)
        apps = {app["app"]: app for app in json.loads(status.stdout)["apps"]}
        assert apps["restant-main"]["health"]["http_status"] == 200

        listed = headless.run(*practice, "runs", "--json", "--verify", home=tmp_path)
        assert listed.returncode == 0
        plain = json.loads(listed.stdout)
        assert (plain["runs"][0]["runbook"], plain["runs"][0]["status"]) == ("rollback-emergency", "ok")
        assert plain["breaches"] == []
        record = headless.run(*practice, "export", plain["runs"][0]["id"], home=tmp_path)
        assert record.returncode == 0
        assert "Emergency rollback" in record.stdout
        assert after.rpartition("#")[2] in record.stdout


def test_the_practice_journal_outlives_the_practice_host(tmp_path: Path) -> None:
    done = headless.run(*FAST, "run", "first-look", "--json", home=tmp_path)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["kind"] == "summary"
    assert all(json.loads(line)["run"] == last["run"] for line in done.stdout.splitlines())
    listed = headless.run("--practice", "runs", home=tmp_path)
    assert last["run"] in listed.stdout
    assert "no runs yet" in headless.run("runs", home=tmp_path).stdout


def test_answers_from_a_file_are_enough(host: headless.Served, tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("rollback: {move: decline, reason: only a rehearsal}\n")
    done = headless.run(
        "--config", str(host.config), "run", "rollback-emergency", "--answers", str(answers), home=tmp_path
    )
    assert done.returncode == 4, done.stdout + done.stderr
    assert "only a rehearsal" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "rollback-emergancy"), "did you mean `rollback-emergency`?"),
        (("run", "rollback-emergency", "-p", "ap=x"), "has no parameter `ap`"),
        (("run", "rollback-emergency", "-p", "app=nope"), "restant-main, restant-staging"),
        (("run", "rollback-emergency", "-p", "release=0000000"), "is not one of the choices"),
        (("resume",), "there is no unfinished run"),
        (("resume", "r-1999"), "there is no run"),
    ],
)
def test_what_cannot_be_run_is_one_sentence_with_the_way_out(
    host: headless.Served, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = headless.run("--config", str(host.config), *arguments, home=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_plan_shows_the_commands_and_runs_none_of_them(host: headless.Served, tmp_path: Path) -> None:
    before = host.ask("builds:list", "restant-main")
    done = headless.run("--config", str(host.config), "plan", "rollback-emergency", home=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "git:sync" in done.stdout
    assert "restant-main" in done.stdout
    assert host.ask("builds:list", "restant-main").count("\n") == before.count("\n")


def test_an_interrupted_run_says_what_is_known_and_leaves_no_process(tmp_path: Path) -> None:
    program = subprocess.Popen(
        command("--practice", "run", "rollback-emergency", "--confirm", "restant-main"), env=environment(tmp_path),
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdout is not None
    said = ""
    for line in program.stdout:
        said += line
        if "Roll back" in line:
            program.send_signal(signal.SIGINT)
            break
    rest, errors = program.communicate(timeout=60)
    assert program.returncode in (3, 4), said + rest + errors
    assert "export" in rest
    assert "Traceback" not in errors


def test_a_run_killed_in_mid_deploy_asks_the_host_before_it_goes_on(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("rollback: {move: retry}\n")
    with headless.served(tmp_path, "--practice-speed", "10") as host:
        practice = ("--config", str(host.config))
        confirm = ("--confirm", "restant-main")
        before = host.ask("apps:report", "restant-main", "--app-deploy-source-metadata")
        program = subprocess.Popen(
            command(*practice, "run", "rollback-emergency", *confirm), env=environment(tmp_path), cwd=ROOT,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert program.stdout is not None
        assert any("Building restant-main" in line for line in program.stdout)
        program.kill()
        program.wait()
        program.stdout.close()
        done = headless.run(*practice, "resume", *confirm, "--answers", str(answers), home=tmp_path)
        assert "it did not happen" in done.stdout
        assert done.returncode == 0, done.stdout + done.stderr
        assert host.ask("apps:report", "restant-main", "--app-deploy-source-metadata") != before
        assert "running" not in headless.run(*practice, "runs", home=tmp_path).stdout


def test_serving_twice_from_one_place_is_refused(host: headless.Served) -> None:
    done = headless.run("practice", "--serve", home=host.home)
    assert done.returncode == 2
    assert "is served already" in done.stderr


def test_ctrl_c_ends_a_served_host_cleanly_and_it_comes_back_on_the_same_ports(tmp_path: Path) -> None:
    with headless.served(tmp_path) as first:
        before = first.config.read_text()
        assert "restant-main" in first.ask("apps:list")
        assert first.end() == 0
        assert "practice host ended" in first.said
    with headless.served(tmp_path) as second:
        assert second.config.read_text() == before
        assert "restant-main" in second.ask("apps:list")
