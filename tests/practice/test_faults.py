from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import httpx
import pytest

from restant_tui.practice.faults import Fault
from restant_tui.practice.host import PracticeHost
from tests.support.practicehost import Login, logged_in, main_app, make
from tests.support.waiting import until


async def health(host: PracticeHost, app: str = "restant-main") -> tuple[int, dict[str, object]]:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{host.ports[app]}/health")
    is_json = answer.headers["content-type"] == "application/json"
    return answer.status_code, json.loads(answer.text) if is_json else {}


@pytest.fixture
async def calm(tmp_path: Path) -> AsyncIterator[PracticeHost]:
    async with make(tmp_path / "calm", calm=True) as running:
        yield running


async def test_a_bad_release_can_happen_later(calm: PracticeHost) -> None:
    assert (await health(calm))[0] == 200
    good = main_app(calm).ref
    calm.strike(Fault.BAD_RELEASE)
    assert (await health(calm))[0] == 500
    assert main_app(calm).builds[-1].shown == "succeeded"
    async with logged_in(calm) as dokku:
        await dokku.run(f"git:sync --build restant-main /home/dokku/restant-main {good}")
    assert await health(calm) == (200, {"status": "ok", "release": good[:7]})


async def test_a_rollback_over_a_dropped_column_does_not_heal(calm: PracticeHost) -> None:
    good = main_app(calm).ref
    async with logged_in(calm) as dokku:
        dump = (await dokku.run("mysql:export restant-db")).out
        calm.strike(Fault.BAD_MIGRATION)
        await dokku.run(f"git:sync --build restant-main /home/dokku/restant-main {good}")
        status, body = await health(calm)
        assert (status, "Unknown column" in json.dumps(body)) == (500, True)
        await dokku.run("mysql:import restant-db", stdin=dump)
        assert (await health(calm))[0] == 200


async def test_with_a_full_disk_builds_fail_and_logs_stop_until_the_cleanup(calm: PracticeHost) -> None:
    calm.strike(Fault.DISK_FULL)
    async with logged_in(calm) as dokku, logged_in(calm, "admin") as admin:
        assert " 97% /" in (await admin.run("df -P")).out
        failed = await dokku.run("ps:rebuild restant-main")
        assert (failed.status, "no space left on device" in failed.out) == (1, True)
        last = (await dokku.run("logs restant-main --num 1 -p web")).out
        await calm.clock.sleep(60)
        assert (await dokku.run("logs restant-main --num 1 -p web")).out == last
        await dokku.run("cleanup")
        assert " 97% /" not in (await admin.run("df -P")).out
        assert (await dokku.run("ps:rebuild restant-main")).status == 0
        assert (await health(calm))[0] == 200


async def test_an_expiring_certificate_renews_once_the_unknown_name_is_gone(calm: PracticeHost) -> None:
    calm.strike(Fault.CERTIFICATE_EXPIRING)
    async with logged_in(calm) as dokku:
        assert "restant-main              " in (await dokku.run("letsencrypt:list")).out
        failed = await dokku.run("letsencrypt:auto-renew")
        assert (failed.status, "NXDOMAIN looking up A for till.restant.example.com" in failed.err) == (1, True)
        await dokku.run("domains:remove restant-main till.restant.example.com")
        assert (await dokku.run("letsencrypt:auto-renew restant-main")).status == 0
    until = main_app(calm).certificate_until
    assert until is not None
    assert (until - calm.clock.now()).days >= 89


async def test_a_stopped_database_is_a_500_until_it_starts(calm: PracticeHost) -> None:
    calm.strike(Fault.MYSQL_STOPPED)
    status, body = await health(calm)
    assert (status, "Connection refused" in json.dumps(body)) == (500, True)
    assert (await health(calm, "restant-staging"))[0] == 200
    async with logged_in(calm) as dokku:
        await dokku.run("mysql:start restant-db")
    assert (await health(calm))[0] == 200


async def test_a_full_cache_is_slow_until_it_is_cleared(tmp_path: Path) -> None:
    host = PracticeHost(speed=100, seed=7, calm=True, folder=tmp_path / "slow", latency=1)
    async with host:
        host.strike(Fault.REDIS_FULL)
        began = host.clock.monotonic()
        assert (await health(host))[0] == 200
        assert host.clock.monotonic() - began > 3
        async with logged_in(host) as dokku:
            await dokku.run("run restant-main php artisan cache:clear")
        assert not host.world.services["restant-cache"].full


async def test_a_hanging_deploy_holds_the_lock_until_it_is_cancelled(calm: PracticeHost) -> None:
    calm.strike(Fault.DEPLOY_HANGS)
    async with logged_in(calm) as dokku:
        blocked = await dokku.run("ps:rebuild restant-main")
        assert (blocked.status, "deploy lock in place" in blocked.out) == (1, True)
        assert "running" in (await dokku.run("builds:list restant-main --status running")).out
        await dokku.run("apps:unlock restant-main")
        assert (await dokku.run("ps:rebuild restant-main")).status == 1
        await dokku.run("builds:cancel restant-main")
        assert (await dokku.run("ps:rebuild restant-main")).status == 0


async def test_the_link_breaks_in_an_import_which_goes_on_without_it(calm: PracticeHost) -> None:
    async with logged_in(calm) as dokku:
        dump = (await dokku.run("mysql:export restant-db")).out
    orders = calm.world.services["restant-db"].tables["orders"]
    kept = len(orders.rows)
    orders.rows.clear()
    calm.strike(Fault.SSH_DROPS)
    with pytest.raises((asyncssh.Error, OSError)):
        async with logged_in(calm) as dokku:
            answer = await dokku.run("mysql:import restant-db", stdin=dump)
            assert answer.status is None
            raise ConnectionResetError
    tables = calm.world.services["restant-db"].tables
    await until(lambda: "users" in tables and len(tables["orders"].rows) == kept, what="the rest of the import")
    assert Fault.SSH_DROPS not in calm.world.faults


async def test_another_machine_at_the_address_is_not_believed(calm: PracticeHost) -> None:
    calm.strike(Fault.WRONG_HOST)
    with pytest.raises(asyncssh.HostKeyNotVerifiable):
        async with logged_in(calm):
            pass


async def test_a_login_attack_shows_in_both_logs_and_ends_at_the_firewall(calm: PracticeHost) -> None:
    calm.strike(Fault.LOGIN_ATTACK)
    async with logged_in(calm) as dokku, logged_in(calm, "admin") as admin:
        await calm.clock.sleep(120)
        assert "Authentication failed" in (await dokku.run("logs restant-main --num 200 -p web")).out
        failed = "sudo grep -c 'Failed password.*203.0.113.77' /var/log/auth.log"
        first = int((await admin.run(failed)).out)
        assert first >= 200
        assert "Accepted publickey for admin from 203.0.113.12" in (await admin.run("journalctl -u ssh")).out
        assert (await admin.run("ufw deny from 203.0.113.77")).status == 1
        assert (await admin.run("sudo -n ufw insert 1 deny from 203.0.113.77")).status == 0
        blocked = int((await admin.run(failed)).out)
        await calm.clock.sleep(300)
        assert int((await admin.run(failed)).out) == blocked


async def test_a_failing_backup_works_again_with_its_bucket(calm: PracticeHost) -> None:
    calm.strike(Fault.BACKUP_FAILS)
    async with logged_in(calm) as dokku, logged_in(calm, "admin") as admin:
        assert (await dokku.run("mysql:backup restant-db restant-backups")).status == 1
        assert (await admin.run("aws s3 ls s3://restant-backups/")).status == 254
        await admin.run("aws s3 mb s3://restant-backups")
        assert (await dokku.run("mysql:backup restant-db restant-backups")).status == 0
        assert len((await admin.run("aws s3 ls s3://restant-backups/")).lines) == 1


@pytest.mark.parametrize("fault", list(Fault))
async def test_every_fault_can_strike_a_world(calm: PracticeHost, fault: Fault) -> None:
    calm.strike(fault)
    calm.strike(fault)
    assert fault in calm.world.faults


async def test_a_deploy_over_a_link_that_breaks_ends_failed(dokku: Login, host: PracticeHost) -> None:
    host.strike(Fault.SSH_DROPS)
    answer = await dokku.run("ps:rebuild restant-staging")
    assert answer.status is None
    await until(lambda: host.world.apps["restant-staging"].busy is None, what="the end of the build")
    assert host.world.apps["restant-staging"].builds[-1].shown == "failed"
