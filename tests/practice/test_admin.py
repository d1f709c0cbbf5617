from __future__ import annotations

import re

import pytest

from restant_tui.practice.host import PracticeHost
from tests.support.practicehost import Login

GIT = "sudo -n -u dokku git -C /home/dokku/restant-main"
REFLOG = "log -g --date=unix --format=%H%x1f%gd%x1f%an%x1f%s -n 5 main"


async def test_the_reflog_of_the_deploy_branch_is_the_list_of_releases(admin: Login, host: PracticeHost) -> None:
    app = host.world.apps["restant-main"]
    rows = [line.split("\x1f") for line in (await admin.run(f"{GIT} {REFLOG}")).lines]
    assert [row[0] for row in rows] == [move.sha for move in reversed(app.reflog)][:5]
    assert rows[0][2:] == ["Tom Akerman", "Move receipts to the new printing queue"]
    assert rows[0][1] == f"main@{{{int(app.reflog[-1].at.timestamp())}}}"


async def test_every_move_of_the_ref_is_in_the_reflog(admin: Login, dokku: Login, host: PracticeHost) -> None:
    sha = host.world.apps["restant-main"].reflog[-2].sha
    await dokku.run(f"git:sync --build restant-main /home/dokku/restant-main {sha}")
    assert (await admin.run(f"{GIT} {REFLOG}")).lines[0].startswith(sha)
    short = await admin.run(f"{GIT} reflog -n 2 main")
    assert short.lines[0] == f"{sha[:7]} main@{{0}}: fetch"


async def test_the_log_starts_at_the_branch_and_goes_back(admin: Login, dokku: Login, host: PracticeHost) -> None:
    app = host.world.apps["restant-main"]
    form = "--format=%H%x1f%ct%x1f%an%x1f%s"
    rows = [line.split("\x1f") for line in (await admin.run(f"{GIT} log {form} -n 3 main")).lines]
    assert [row[0] for row in rows] == [commit.sha for commit in reversed(app.commits)][:3]
    assert rows[0][1] == str(int(app.commits[-1].at.timestamp()))
    await dokku.run(f"git:sync restant-main /home/dokku/restant-main {app.commits[2].sha}")
    assert len((await admin.run(f"{GIT} log {form} -n 50 main")).lines) == 3


@pytest.mark.parametrize(
    ("command", "status", "says"),
    [
        (f"{GIT} log -n 1 nope", 128, "fatal: ambiguous argument 'nope'"),
        ("sudo -n -u dokku git -C /home/dokku/nope log", 128, "fatal: cannot change to '/home/dokku/nope'"),
        ("git -C /home/dokku/restant-main log", 128, "fatal: detected dubious ownership"),
        ("ls | wc -l", 127, "sh: pipes not available on the practice host"),
        ("echo $HOME", 127, "sh: variables not available on the practice host"),
        ('echo "$(id)"', 127, "sh: variables not available on the practice host"),
        ("id; id", 127, "sh: lists of commands not available on the practice host"),
        ("shutdown now", 127, "sh: shutdown not available on the practice host"),
        ("echo 'open", 2, "sh: 1: Syntax error: Unterminated quoted string"),
    ],
)
async def test_what_it_cannot_do_it_says(admin: Login, command: str, status: int, says: str) -> None:
    answer = await admin.run(command)
    assert (answer.status, answer.out) == (status, "")
    assert answer.err.startswith(says)


async def test_signs_inside_quotes_are_only_text(admin: Login) -> None:
    answer = await admin.run("dokku config:set --no-restart restant-main 'A=b | c; $d'")
    assert answer.lines == ["-----> Setting config vars", "       A:  b | c; $d"]


async def test_the_machine_tells_its_figures(admin: Login) -> None:
    assert (await admin.run("nproc")).out == "2\n"
    assert re.fullmatch(r"\d\.\d\d \d\.\d\d \d\.\d\d 1/\d+ \d+\n", (await admin.run("cat /proc/loadavg")).out)
    disk = (await admin.run("df -P")).lines
    assert disk[0].split()[:2] == ["Filesystem", "1024-blocks"]
    size, used, left = (int(figure) for figure in disk[1].split()[1:4])
    assert size == used + left
    memory = (await admin.run("free -m")).lines[1].split()
    assert int(memory[1]) == int(memory[2]) + int(memory[6])
    assert "load average:" in (await admin.run("uptime")).out
    assert (await admin.run("sudo -n -u dokku id")).out.startswith("uid=1001(dokku)")
    assert (await admin.run("true")).status == 0
    assert (await admin.run("false")).status == 1
    assert (await admin.run("hostname")).out == "practice\n"


async def test_dokku_on_the_box_behaves_as_over_ssh_but_keeps_every_word(admin: Login) -> None:
    assert (await admin.run("dokku apps:exists nope-app")).status == 20
    assert (await admin.run("sudo dokku version")).out == "dokku version 0.38.27\n"


async def test_there_is_no_interactive_shell(admin: Login) -> None:
    answer = await admin.run("")
    assert (answer.status, answer.err) == (127, "sh: an interactive shell not available on the practice host\n")
