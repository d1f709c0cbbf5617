from __future__ import annotations

import json

import pytest

from restant_tui.config.model import Danger
from restant_tui.dokku import commands
from restant_tui.dokku.verbs import VERBS
from restant_tui.transport.outcome import Outcome
from tests.support.data_service import DataHost
from tests.support.scripted import Argv, ScriptedRunner, exited, lost, timed_out
from tests.support.verbs import perform

CONNECT, PING = commands.service_connect("mysql", "db"), commands.service_connect("redis", "cache")
DOCKER = commands.admin_mysql("db")
NO_TTY = exited("", 1, "the input device is not a TTY\n")
WARNING = "mysql: [Warning] Using a password on the command line interface can be insecure.\n"


async def check(
    service: str, answers: dict[Argv, Outcome], admin: ScriptedRunner | None = None
) -> tuple[Outcome, dict[str, object], DataHost]:
    host = DataHost(answers=answers)
    outcome, shown = await perform("db.check", [service], dokku=host, admin=admin)
    told = json.loads(outcome.stdout) if outcome.stdout.startswith(b"{") else {}
    assert not told or json.loads(shown) == told
    return outcome, told, host


async def test_mysql_is_asked_a_real_question_on_standard_input() -> None:
    outcome, told, host = await check("db", {CONNECT: exited("1\n1\n", 0, WARNING)})
    assert outcome.succeeded
    assert host.stdin[CONNECT] == b"SELECT 1;\n"
    assert told == {
        "service": "db",
        "kind": "mysql",
        "ok": True,
        "how": "mysql:connect",
        "says": "SELECT 1; was answered",
        "degraded": False,
    }


async def test_redis_is_asked_too() -> None:
    outcome, told, host = await check("cache", {PING: exited("PONG\n")})
    assert outcome.succeeded
    assert host.stdin[PING] == b"PING\n"
    assert (told["kind"], told["ok"]) == ("redis", True)


@pytest.mark.parametrize(
    ("service", "answer", "says"),
    [
        ("db", exited("", 1, "ERROR 2002 (HY000): Can't connect to local MySQL server\n"), "Can't connect"),
        ("db", exited("", 0), "answered by: nothing"),
        ("db", exited("1\n", 0), "answered by: 1"),
        ("db", exited("1\n1\nmore\n", 0), "answered by: 1"),
        ("db", exited("", 1, " !     Service is not running\n"), "Service is not running"),
        ("cache", exited("NOAUTH Authentication required.\n"), "NOAUTH"),
        ("cache", exited("LOADING Redis is loading the dataset in memory\n"), "LOADING"),
        ("cache", exited("", 1, "Could not connect to Redis at 127.0.0.1:6379\n"), "Could not connect"),
    ],
)
async def test_anything_but_the_right_answer_is_a_failure(service: str, answer: Outcome, says: str) -> None:
    outcome, told, _ = await check(service, {CONNECT: answer, PING: answer})
    assert outcome.exit_status == 1
    assert told["ok"] is False
    assert says in str(told["says"])


async def test_a_plugin_that_wants_a_terminal_is_gone_around_through_docker() -> None:
    admin = ScriptedRunner({DOCKER: exited("1\n1\n")})
    outcome, told, _ = await check("db", {CONNECT: NO_TTY}, admin)
    assert outcome.succeeded
    assert (told["how"], told["degraded"]) == ("docker exec", False)
    assert not any("password" in word.lower() and "$MYSQL_PASSWORD" not in word for word in DOCKER)


@pytest.mark.parametrize("admin", [None, ScriptedRunner(), ScriptedRunner({DOCKER: lost()})])
async def test_where_nothing_can_be_asked_the_state_is_read_and_called_that(admin: ScriptedRunner | None) -> None:
    status = commands.service_status("mysql", "db")
    outcome, told, _ = await check("db", {CONNECT: NO_TTY, status: exited("running\n")}, admin)
    assert outcome.succeeded
    assert (told["degraded"], told["ok"]) == (True, True)
    assert "whether the service answers was not tried" in str(told["says"])
    outcome, told, _ = await check("db", {CONNECT: NO_TTY, status: exited("exited\n")}, admin)
    assert (outcome.exit_status, told["ok"]) == (1, False)


@pytest.mark.parametrize("unsure", [lost(), timed_out()])
async def test_no_answer_is_neither_well_nor_ill(unsure: Outcome) -> None:
    outcome, told, _ = await check("db", {CONNECT: unsure})
    assert outcome is unsure
    assert told == {}


async def test_a_service_that_is_not_there_is_said() -> None:
    outcome, _, host = await check("nope", {})
    assert not outcome.sent
    assert "There is no mysql or redis service nope" in outcome.reason
    assert host.calls == [commands.service_exists("mysql", "nope"), commands.service_exists("redis", "nope")]


@pytest.mark.parametrize("args", [[], ["db", "x"], ["-x"], ["db;id"], ["d b"], ["db\n"], ["../db"], [""]])
async def test_arguments_that_do_not_fit_are_refused_before_anything_is_sent(args: list[str]) -> None:
    host = DataHost()
    outcome, _ = await perform("db.check", args, dokku=host)
    assert (outcome.sent, host.calls) == (False, [])
    assert outcome.reason.startswith("@db.check")


async def test_everything_it_may_send_is_explained_and_only_reads() -> None:
    explained = {call.argv for call in VERBS["db.check"].explain(["db"])}
    status = commands.service_status("mysql", "db")
    admin = ScriptedRunner()
    _, _, host = await check("db", {CONNECT: NO_TTY, status: exited("running\n")}, admin)
    assert {*host.calls, *admin.calls} <= explained
    assert VERBS["db.check"].danger is Danger.READ
