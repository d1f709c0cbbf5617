from __future__ import annotations

import hashlib
import re
import shutil

import pytest

from restant_tui.practice.host import PracticeHost
from tests.support.practicehost import Login, main_app

APP = "/home/dokku/restant-main"
UPLOADS = "/var/lib/dokku/data/storage/restant-main"


async def test_an_archive_of_the_app_is_a_real_one(admin: Login, host: PracticeHost) -> None:
    await admin.run("mkdir -p backups")
    made = await admin.run(f"sudo -n tar -czf backups/app.tar.gz {APP}")
    assert made.status == 0
    assert "home/dokku/restant-main/HEAD" in (await admin.run("tar -tzf backups/app.tar.gz")).lines
    assert (await admin.run("gzip -t backups/app.tar.gz")).status == 0
    real = host.folder / "disk/home/admin/backups/app.tar.gz"
    digest = (await admin.run("sha256sum backups/app.tar.gz")).out.split()[0]
    assert digest == hashlib.sha256(real.read_bytes()).hexdigest()
    assert re.search(rf"\b{real.stat().st_size} .*app.tar.gz", (await admin.run("ls -l backups")).out)


async def test_what_belongs_to_dokku_is_closed_to_the_admin(admin: Login) -> None:
    refused = await admin.run(f"tar -czf - {APP}")
    assert (refused.status, "Permission denied" in refused.err) == (2, True)
    assert len((await admin.run(f"find {UPLOADS} -type f")).lines) == 12


@pytest.mark.parametrize("path", ["../../../../etc/passwd", "/etc/passwd", "/../../etc/passwd"])
async def test_the_disk_is_all_there_is(admin: Login, path: str) -> None:
    answer = await admin.run(f"sudo cat {path}")
    assert (answer.status, answer.out) == (1, "")
    assert "No such file" in answer.err


async def test_the_host_sees_its_own_pages(admin: Login, dokku: Login, host: PracticeHost) -> None:
    ask = "curl -sS -o /dev/null -w '%{http_code}' "
    assert (await admin.run(f"{ask} https://restant.example.com/health")).out == "500"
    assert (await admin.run(f"{ask} http://127.0.0.1:{host.ports['restant-staging']}/health")).out == "200"
    assert (await admin.run(f"{ask} -H 'Host: staging.restant.example.com' http://127.0.0.1/health")).out == "200"
    assert (await admin.run("curl -sSf https://restant.example.com/health")).status == 22
    assert (await admin.run("curl -sS https://example.org/")).status == 6
    await dokku.run("maintenance:enable restant-main")
    assert (await admin.run(f"{ask} https://restant.example.com/health")).out == "503"
    assert (await admin.run("dig +short restant.example.com @9.9.9.9")).out == "192.0.2.10\n"


async def test_a_held_lock_keeps_deploys_out(admin: Login, dokku: Login, host: PracticeHost) -> None:
    lock = "/home/dokku/restant-staging/.deploy.lock"
    holder = await admin.open(f"sudo -n -u dokku flock -n {lock} cat")
    holder.stdin.write(b"held\n")
    assert await holder.stdout.readline() == b"held\n"
    refused = await dokku.run("ps:rebuild restant-staging")
    assert (refused.status, "deploy lock in place" in refused.out) == (1, True)
    assert (await admin.run(f"sudo -n -u dokku flock -n -E 75 {lock} true")).status == 75
    holder.stdin.write_eof()
    await holder.wait()
    assert (await dokku.run("ps:rebuild restant-staging")).status == 0


async def test_a_unit_outlives_its_session(admin: Login, dokku: Login, host: PracticeHost) -> None:
    lock = "/home/dokku/restant-staging/.deploy.lock"
    started = await admin.run(f"sudo -n systemd-run --unit=freeze flock -n {lock} sleep 8h")
    assert (started.status, started.err) == (0, "Running as unit: freeze.service\n")
    assert (await admin.run("systemctl is-active freeze")).out == "active\n"
    assert (await dokku.run("ps:rebuild restant-staging")).status == 1
    assert (await admin.run("sudo -n systemctl stop freeze")).status == 0
    assert (await admin.run("systemctl is-active freeze")).status == 3
    assert (await dokku.run("ps:rebuild restant-staging")).status == 0


async def test_packages_are_listed_and_upgraded_by_root(admin: Login) -> None:
    listed = await admin.run("apt list --upgradable")
    assert [line.partition("/")[0] for line in listed.lines] == ["Listing...", "libssl3", "nginx", "openssh-server"]
    assert (await admin.run("apt update")).status == 100
    assert "3 packages can be upgraded" in (await admin.run("sudo -n apt update")).out
    await admin.run("sudo -n apt-get -y upgrade")
    assert (await admin.run("apt list --upgradable")).lines == ["Listing..."]


async def test_root_may_what_the_forced_command_may_not(admin: Login, dokku: Login) -> None:
    assert (await dokku.run("ssh-keys:remove ci")).status == 1
    assert (await admin.run("sudo -n dokku ssh-keys:remove ci")).status == 0
    assert 'NAME="ci"' not in (await dokku.run("ssh-keys:list")).out


async def test_rsync_is_the_real_one_or_says_that_there_is_none(admin: Login) -> None:
    answer = await admin.run(f"rsync --server --sender -logDtpre.iLsfxC . {UPLOADS}/")
    if shutil.which("rsync") is None:
        assert (answer.status, answer.err.startswith("sh: rsync not available")) == (127, True)
    else:
        assert answer.status != 127


async def test_a_bad_processor_limit_breaks_every_later_deploy(dokku: Login, host: PracticeHost) -> None:
    serving = main_app(host).processes[0].cid
    assert (await dokku.run("resource:limit --memory 2048m --cpu 2000m restant-main")).status == 0
    assert (await dokku.run("ps:rebuild restant-main")).status == 1
    assert main_app(host).processes[0].cid == serving
    await dokku.run("resource:limit --cpu 2 restant-main")
    assert (await dokku.run("ps:rebuild restant-main")).status == 0
