from __future__ import annotations

import json

import pytest

from restant_tui.practice.host import PracticeHost
from tests.support.practicehost import Login, main_app

DB = "restant-db"


async def count(dokku: Login, service: str, table: str = "orders") -> int:
    answer = await dokku.run(f"mysql:connect {service}", stdin=f"SELECT COUNT(*) FROM {table};\n")
    assert answer.status == 0, answer.err
    return int(answer.lines[1])


async def test_a_dump_restores_into_another_service_row_for_row(dokku: Login) -> None:
    dump = (await dokku.run(f"mysql:export {DB}")).out
    assert dump.splitlines()[-1].startswith("-- Dump completed on ")
    await dokku.run("mysql:create test-db")
    done = await dokku.run("mysql:import test-db", stdin=dump)
    assert (done.status, done.out) == (0, "")
    for table in ("orders", "users", "migrations"):
        assert await count(dokku, "test-db", table) == await count(dokku, DB, table)


async def test_an_import_replaces_what_was_there(dokku: Login, host: PracticeHost) -> None:
    dump = (await dokku.run(f"mysql:export {DB}")).out
    before = await count(dokku, DB)
    host.world.services[DB].tables["orders"].rows.append("9999,1,100,'open','2026-01-01 00:00:00'")
    assert await count(dokku, DB) == before + 1
    await dokku.run(f"mysql:import {DB}", stdin=dump)
    assert await count(dokku, DB) == before


async def test_a_dump_that_is_cut_off_fails_and_leaves_half_of_it(dokku: Login) -> None:
    dump = (await dokku.run(f"mysql:export {DB}")).out
    cut = dump[: dump.index("INSERT INTO `orders`") + 300]
    answer = await dokku.run(f"mysql:import {DB}", stdin=cut)
    assert answer.status == 1
    assert "ERROR 1064 (42000) at line" in answer.err
    assert await count(dokku, DB, "orders") == 0


async def test_a_compressed_dump_is_no_dump(dokku: Login) -> None:
    answer = await dokku.run(f"mysql:import {DB}", stdin=b"\x1f\x8b\x08\x00 not sql")
    assert answer.status == 1
    assert answer.err.splitlines()[-1].startswith("ERROR: ASCII")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select 1;", "1\n1\n"),
        ("SELECT COUNT(*) FROM `dishes`", "COUNT(*)\n10\n"),
        ("select count(*) as n from orders where state = 'nothing'", "n\n0\n"),
        ("show tables;", "Tables_in_restant_db\ndishes\nmigrations\norders\ntables\nusers\n"),
        ("SHOW STATUS LIKE 'Threads_connected'", "Variable_name\tValue\nThreads_connected\t10\n"),
        ("check table orders", "Table\tOp\tMsg_type\tMsg_text\nrestant_db.orders\tcheck\tstatus\tOK\n"),
    ],
)
async def test_queries_are_answered_in_columns(dokku: Login, query: str, says: str) -> None:
    answer = await dokku.run(f"mysql:connect {DB}", stdin=query)
    assert (answer.status, answer.out) == (0, says)


@pytest.mark.parametrize(
    ("query", "says"), [("select count(*) from nope", "ERROR 1146 (42S02)"), ("drop everything", "ERROR 1064 (42000)")]
)
async def test_what_the_database_does_not_know_it_refuses(dokku: Login, query: str, says: str) -> None:
    answer = await dokku.run(f"mysql:connect {DB}", stdin=query)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.splitlines()[-1].startswith(says)


async def test_redis_answers_and_forgets(dokku: Login) -> None:
    assert (await dokku.run("redis:connect restant-cache", stdin="PING\nDBSIZE\n")).out == "PONG\n183\n"
    kept = (await dokku.run("redis:export restant-cache")).out
    assert (await dokku.run("redis:connect restant-cache", stdin="FLUSHDB\nDBSIZE\n")).out == "OK\n0\n"
    assert (await dokku.run("redis:import restant-cache", stdin=kept)).status == 0
    assert (await dokku.run("redis:connect restant-cache", stdin="DBSIZE\n")).out == "183\n"


async def test_a_link_sets_the_address_and_deploys_again(dokku: Login, host: PracticeHost) -> None:
    before = main_app(host).processes[0].cid
    await dokku.run("mysql:clone restant-db other-db")
    answer = await dokku.run("mysql:link other-db restant-main")
    assert "-----> Restarting app restant-main" in answer.lines
    assert main_app(host).processes[0].cid != before
    assert host.world.services["other-db"].variables == {"restant-main": "DOKKU_MYSQL_AQUA_URL"}
    await dokku.run("mysql:promote other-db restant-main")
    assert "dokku-mysql-other-db" in main_app(host).config["DATABASE_URL"]
    assert "dokku-mysql-restant-db" in main_app(host).config["DOKKU_MYSQL_AQUA_URL"]
    await dokku.run("mysql:unlink other-db restant-main")
    assert "DATABASE_URL" not in main_app(host).config


async def test_a_backup_lands_in_its_bucket(dokku: Login, host: PracticeHost) -> None:
    before = len(host.world.buckets["restant-backups"])
    answer = await dokku.run("mysql:backup restant-db restant-backups")
    stored = host.world.buckets["restant-backups"]
    assert (answer.status, len(stored)) == (0, before + 1)
    assert 0.7 < stored[-1].size / stored[-2].size < 1.3
    assert stored[-1].key in answer.out
    gone = await dokku.run("mysql:backup restant-db nowhere")
    assert (gone.status, "NoSuchBucket" in gone.err) == (1, True)


async def test_a_schedule_is_stored_and_shown(dokku: Login) -> None:
    await dokku.run("mysql:create new-db")
    assert (await dokku.run("mysql:backup-schedule new-db '30 4 * * *' restant-backups")).status == 0
    shown = await dokku.run("mysql:backup-schedule-cat new-db")
    assert shown.out == "30 4 * * * dokku /usr/bin/dokku mysql:backup new-db restant-backups\n"
    await dokku.run("mysql:backup-unschedule new-db")
    assert (await dokku.run("mysql:backup-schedule-cat new-db")).status == 1


async def test_a_service_is_destroyed_only_by_its_typed_name(dokku: Login) -> None:
    await dokku.run("mysql:create new-db")
    assert (await dokku.run("mysql:destroy new-db", stdin="new\n")).status == 1
    assert (await dokku.run("mysql:exists new-db")).status == 0
    assert (await dokku.run("mysql:destroy new-db", stdin="new-db\n")).status == 0
    assert (await dokku.run("mysql:exists new-db")).status == 1


async def test_a_stopped_service_says_so_and_starts_again(dokku: Login) -> None:
    await dokku.run("mysql:stop restant-db")
    assert (await dokku.run("mysql:info restant-db --status")).out == "exited\n"
    assert (await dokku.run("mysql:export restant-db")).status == 1
    pending = await dokku.run("run restant-main php artisan migrate:status")
    assert (pending.status, "Connection refused" in pending.out) == (1, True)
    await dokku.run("mysql:start restant-db")
    assert (await dokku.run("mysql:info restant-db --status")).out == "running\n"


async def test_a_config_backup_can_be_read_back(dokku: Login, host: PracticeHost) -> None:
    kept = json.loads((await dokku.run("config:export --format json restant-main")).out)
    assert kept == main_app(host).config
    await dokku.run("config:unset --no-restart restant-main APP_KEY")
    assert "APP_KEY" not in (await dokku.run("config:keys restant-main")).lines
