from __future__ import annotations

from datetime import UTC, datetime

import pytest

from restant_tui.dokku.apps import parse_apps_list, parse_apps_report, sha_in
from restant_tui.dokku.builds import BuildStatus, parse_builds_list
from restant_tui.dokku.certs import parse_certs_report, parse_letsencrypt_list, parse_letsencrypt_report
from restant_tui.dokku.git import parse_git_report, parse_reflog
from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.ps import Process, Running, parse_ps_report, parse_running
from restant_tui.dokku.services import ServiceStatus, parse_service_status
from restant_tui.dokku.version import Feature, parse_version, supports
from tests.support import dokku_answers as said


def test_processes_are_read_from_text_with_blanks_and_from_json_with_dots() -> None:
    from_text = parse_ps_report(said.PS_TEXT)
    from_json = parse_ps_report(said.ps_json(running="mixed", web_1="running", **{"queue-worker_1": "exited"}))
    assert from_text.running is from_json.running is Running.MIXED
    assert from_text.deployed
    assert from_text.processes[0] == Process("web.1", "running", "ab12cd34ef5")
    assert from_json.processes[1].name == "queue-worker.1"
    assert [process.state for process in from_text.processes] == ["running", "exited"]


def test_keys_of_an_older_dokku_carry_the_plugin_in_front() -> None:
    old = '{"ps-restart-policy":"","deployed":"true","ps-processes":"1","running":"true","status-web.1":"running"}'
    assert parse_ps_report(old).scale == 1


def test_an_app_that_was_never_deployed_has_no_processes() -> None:
    report = parse_ps_report('{"deployed":"false","processes":"0","running":"false"}')
    assert (report.deployed, report.running, report.processes) == (False, Running.NONE, ())


@pytest.mark.parametrize("word", ["true", "false", "mixed"])
def test_the_running_flag_is_one_of_three_words(word: str) -> None:
    assert parse_running(f"{word}\n").value == word


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "maybe\n",
        "true",
        "true\nfalse\n",
        " !     App nope does not exist\n",
    ],
)
def test_anything_else_is_no_running_flag(answer: str) -> None:
    with pytest.raises(ParseProblem) as caught:
        parse_running(answer)
    assert caught.value.raw == answer


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "[]",
        '{"deployed":"true","processes":"1","running":"yes"}',
        '{"deployed":"","processes":"1","running":"true"}',
        '{"deployed":"true","processes":"many","running":"true"}',
        '{"deployed":"true","processes":"1","running":"true","status-web.1":"no idea (what)"}',
        '{"deployed":true,"processes":"1","running":"true"}',
        " !     App nope does not exist\n",
    ],
)
def test_a_process_report_without_its_meaning_is_a_problem(answer: str) -> None:
    with pytest.raises(ParseProblem):
        parse_ps_report(answer)


def test_a_text_report_that_lost_its_last_line_is_a_problem() -> None:
    cut = "".join(said.PS_TEXT.splitlines(keepends=True)[:-1])
    with pytest.raises(ParseProblem, match="2 processes are announced, 1 are listed"):
        parse_ps_report(cut)


@pytest.mark.parametrize("answer", [said.APPS_TEXT, said.apps_json()])
def test_the_live_commit_is_read_from_both_forms(answer: str) -> None:
    report = parse_apps_report(answer)
    assert report.live_sha == said.GOOD
    assert report.deploy_source == "git-sync"
    assert not report.locked
    assert report.created_at == datetime.fromtimestamp(1772400000, UTC)


@pytest.mark.parametrize(
    ("metadata", "sha"),
    [
        (f"/home/dokku/shop#{said.GOOD}", said.GOOD),
        (said.GOOD, said.GOOD),
        ("https://git.example/shop.git#1f0c3e9", "1f0c3e9"),
        ("https://git.example/shop.git#main", None),
        ("registry.example/shop:3", None),
        ("shop@sha256:0123456789abcdef", None),
        ("", None),
    ],
)
def test_a_commit_is_found_only_where_there_is_one(metadata: str, sha: str | None) -> None:
    assert sha_in(metadata) == sha


def test_an_image_named_like_a_commit_is_not_one() -> None:
    assert parse_apps_report(said.apps_json(source="docker-image", metadata="deadbeef")).live_sha is None


@pytest.mark.parametrize("answer", ["=====> My Apps\nshop\ntill\n", '["shop","till"]\n'])
def test_apps_are_listed_from_both_forms(answer: str) -> None:
    assert parse_apps_list(answer) == ("shop", "till")


def test_no_apps_is_an_answer_and_no_answer_is_none() -> None:
    assert parse_apps_list("=====> My Apps\n") == ()
    with pytest.raises(ParseProblem):
        parse_apps_list("")


def test_builds_are_read_from_the_table() -> None:
    abandoned, failed, good = parse_builds_list(said.BUILDS_TEXT)
    assert (abandoned.status, abandoned.finished_at) == (BuildStatus.ABANDONED, None)
    assert abandoned.seconds == 44 * 3600 + 11 * 60 + 19
    assert (failed.status, failed.seconds, failed.source) == (BuildStatus.FAILED, 120, "git-hook")
    assert good.finished_at == datetime(2026, 2, 28, 13, 51, 14, tzinfo=UTC)


def test_builds_are_read_from_json_with_nanoseconds() -> None:
    good, running = parse_builds_list(
        said.builds_json(said.build("b2"), said.build("b1", status="running", seconds=62))
    )
    assert good.started_at == datetime(2026, 3, 2, 2, 0, 0, 368087, tzinfo=UTC)
    assert (good.seconds, good.exit_code) == (30, 0)
    assert (running.status, running.finished_at, running.seconds) == (BuildStatus.RUNNING, None, 62)


def test_the_shown_status_counts_for_a_build_that_died() -> None:
    (only,) = parse_builds_list(said.builds_json(said.build("b1", status="abandoned")))
    assert only.status is BuildStatus.ABANDONED


@pytest.mark.parametrize("answer", ["[]", "No builds recorded for this app\n"])
def test_no_builds_is_an_answer(answer: str) -> None:
    assert parse_builds_list(answer) == ()


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{}",
        "[1]",
        '[{"id":"b1"}]',
        "Usage: dokku builds[:COMMAND]\n",
        said.builds_json(said.build("b1")).replace("succeeded", "splendid"),
        said.builds_json(said.build("b1")).replace("2026-03-02T02", "yesterday"),
        said.BUILDS_TEXT.replace("2m0s", "2 minutes"),
    ],
)
def test_builds_without_their_meaning_are_a_problem(answer: str) -> None:
    with pytest.raises(ParseProblem):
        parse_builds_list(answer)


@pytest.mark.parametrize("answer", [said.GIT_TEXT, said.git_json()])
def test_the_deploy_branch_is_read_from_both_forms(answer: str) -> None:
    report = parse_git_report(answer)
    assert (report.branch, report.sha) == ("main", said.GOOD)


def test_the_word_head_is_not_a_commit() -> None:
    assert parse_git_report(said.git_json("HEAD")).sha is None


def test_a_reflog_gives_the_time_the_branch_moved() -> None:
    newest, first = parse_reflog(
        said.move(said.BAD, 60, "Move \x1b[31mred\x1b[0m things | \x1f odd") + said.move(said.GOOD, 0)
    )
    assert newest.at == datetime(2026, 3, 2, 2, 1, tzinfo=UTC)
    assert newest.subject.startswith("Move red things")
    assert first.sha == said.GOOD


@pytest.mark.parametrize(
    "answer",
    ["fatal: not a git repository\n", said.move(said.GOOD, 0)[1:], said.move(said.GOOD, 0).replace("@", "#")],
)
def test_what_is_not_a_reflog_is_a_problem(answer: str) -> None:
    with pytest.raises(ParseProblem):
        parse_reflog(answer)


def test_the_certificate_of_the_plugin_ends_at_a_unix_time() -> None:
    assert parse_letsencrypt_report(said.certificate_json()).expires_at == datetime.fromtimestamp(1799999999, UTC)
    assert parse_letsencrypt_report(said.certificate_json("", active="false")).expires_at is None
    with pytest.raises(ParseProblem):
        parse_letsencrypt_report(said.certificate_json(""))


def test_the_list_of_certificates_holds_each_app() -> None:
    found = parse_letsencrypt_list(said.LETSENCRYPT_TEXT)
    assert found["till"] == datetime(2026, 3, 20, 8, 12, 44, tzinfo=UTC)
    assert list(found) == ["shop", "till"]


def test_the_certificate_dokku_serves_ends_at_an_openssl_time() -> None:
    assert parse_certs_report(said.CERTS_TEXT).expires_at == datetime(2027, 1, 5, 8, 12, 44, tzinfo=UTC)
    none = '{"dir":"","enabled":"false","expires-at":"","hostnames":""}'
    assert not parse_certs_report(none).active
    with pytest.raises(ParseProblem):
        parse_certs_report(said.CERTS_TEXT.replace("Jan", "Foo"))


def test_the_state_of_a_service_is_a_word_we_know() -> None:
    assert parse_service_status("running\n") is ServiceStatus.RUNNING
    for answer in ("", "fine\n", "running", "=====> shop-db mysql service information\n"):
        with pytest.raises(ParseProblem):
            parse_service_status(answer)


def test_features_are_known_by_version() -> None:
    version = parse_version("dokku version 0.38.20\n")
    assert version == (0, 38, 20)
    assert supports(version, Feature.BUILDS)
    assert not supports(version, Feature.APPS_LIST_JSON)
    with pytest.raises(ParseProblem):
        parse_version("dokku version master\n")
