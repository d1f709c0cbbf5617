"""Commits through the forced command: a real git, over a real ssh, from the practice host."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from restant_tui.monitors.commits import Clones
from restant_tui.practice.host import PracticeHost
from restant_tui.practice.working_copy import ssh_command
from restant_tui.transport.local import LocalShell
from restant_tui.transport.outcome import OnOutput, Outcome
from tests.support.clock import ManualClock
from tests.support.practicehost import SPEED, main_app
from tests.support.scripted import ScriptedRunner

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or shutil.which("ssh") is None, reason="git and ssh are not installed"
)
NEVER = "f" * 40


class Counted:
    """This machine, with every git command counted by its name."""

    def __init__(self, folder: Path) -> None:
        self._shell = LocalShell(folder, {"PATH": os.environ["PATH"], "HOME": str(folder)})
        self.fetches = 0

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = 4 * 1024 * 1024,
    ) -> Outcome:
        self.fetches += "fetch" in argv
        return await self._shell.run(argv, timeout=timeout, stdin=stdin, on_output=on_output, cap=cap)

    async def follow(self, argv: Sequence[str], on_data: object) -> Outcome:
        raise AssertionError("git is not followed")


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[PracticeHost]:
    async with PracticeHost(speed=SPEED, folder=tmp_path / "host") as host:
        yield host


def clones(host: PracticeHost, folder: Path, local: Counted, clock: ManualClock) -> Clones:
    ssh = (*shlex.split(ssh_command(host.folder)), "-p", str(host.ports["ssh"]))
    return Clones(folder=folder, local=local, way=lambda _host: ("dokku@127.0.0.1", ssh), clock=clock)


async def test_subjects_and_authors_come_without_a_shell_on_the_host(host: PracticeHost, tmp_path: Path) -> None:
    local, clock = Counted(tmp_path), ManualClock()
    known = clones(host, tmp_path / "commits", local, clock)
    wanted = main_app(host).commits[-1]
    found = await known.commits("practice", "restant-main", wanted.sha)
    assert [(one.sha, one.author, one.subject) for one in found] == [
        (one.sha, one.author, one.subject) for one in reversed(main_app(host).commits)
    ]
    assert await known.commits("practice", "restant-main", wanted.sha[:7]) == found
    assert local.fetches == 1, "what is known is not asked for again"
    afresh = clones(host, tmp_path / "commits", local, clock)
    assert await afresh.commits("practice", "restant-main", wanted.sha) == found
    assert (tmp_path / "commits").stat().st_mode & 0o777 == 0o700, "others have no business with an app's source"
    assert local.fetches == 1, "what an earlier start has fetched is still here"


async def test_a_commit_nobody_has_costs_one_login_in_a_quarter_of_an_hour(host: PracticeHost, tmp_path: Path) -> None:
    local, clock = Counted(tmp_path), ManualClock()
    known = clones(host, tmp_path / "commits", local, clock)
    for _ in range(20):
        assert await known.commits("practice", "restant-main", NEVER)
    assert local.fetches == 1
    clock.advance(901)
    await known.commits("practice", "restant-main", NEVER)
    assert local.fetches == 2


async def test_a_host_that_lets_nobody_fetch_is_no_trouble(host: PracticeHost, tmp_path: Path) -> None:
    local = Counted(tmp_path)
    known = clones(host, tmp_path / "commits", local, ManualClock())
    assert await known.commits("practice", "no-such-app", NEVER) == ()
    assert await known.commits("practice", "restant-main", None) == ()
    assert local.fetches == 1


async def test_a_name_that_is_no_apps_name_is_never_given_to_git(tmp_path: Path) -> None:
    local = ScriptedRunner()
    known = Clones(folder=tmp_path, local=local, way=lambda _host: ("dokku@127.0.0.1", ("ssh",)), clock=ManualClock())
    for name in ("--upload-pack=touch x", "../elsewhere", "a b", ""):
        assert await known.commits("practice", name, NEVER) == ()
    assert local.calls == []
