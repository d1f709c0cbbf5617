from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands, scripts
from restant_tui.dokku.verbs import VERBS
from restant_tui.transport.outcome import Outcome
from tests.support.frozen import FreezingMachine
from tests.support.scripted import ScriptedRunner, exited, lost, timed_out
from tests.support.verbs import perform

pytestmark = pytest.mark.skipif(
    not (shutil.which("flock") and shutil.which("setsid") and Path("/proc/self/fd").exists()),
    reason="needs flock, setsid and /proc",
)


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[FreezingMachine]:
    made = FreezingMachine(tmp_path)
    yield made
    await perform("deploy.thaw", ["shop"], admin=made)


async def freeze(machine: FreezingMachine, *who: str) -> tuple[Outcome, str]:
    return await perform("deploy.freeze", ["shop", *who], admin=machine)


async def thaw(machine: FreezingMachine) -> tuple[Outcome, str]:
    return await perform("deploy.thaw", ["shop"], admin=machine)


def holder(machine: FreezingMachine) -> int:
    kept = Path(machine.env["HOME"]) / ".local/state/restant-tui/freezes/shop"
    return int(kept.read_text().splitlines()[0])


def holds_a_lock(process: int) -> bool:
    return Path(f"/proc/{process}/fd/8").exists()


async def test_a_freeze_keeps_deploys_out_until_it_is_thawed(machine: FreezingMachine) -> None:
    assert await machine.deploys() == [True, True]
    outcome, shown = await freeze(machine, "Asha")
    assert outcome.succeeded
    assert re.search(r"deploys of shop are frozen by Asha since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\.", shown)
    assert await machine.deploys() == [False, False]
    outcome, shown = await thaw(machine)
    assert outcome.succeeded
    assert "can begin again; they were frozen by Asha since" in shown
    assert await machine.deploys() == [True, True]


async def test_it_stops_deploys_wherever_this_dokku_keeps_its_lock(tmp_path: Path) -> None:
    machine = FreezingMachine(tmp_path)
    shutil.rmtree(machine.folders[1])
    assert (await freeze(machine))[0].succeeded
    machine.folders[1].mkdir()
    assert await machine.deploys() == [False, True]
    assert (await thaw(machine))[0].succeeded


async def test_without_a_name_it_says_who_logged_in_from_where(machine: FreezingMachine) -> None:
    _, shown = await freeze(machine)
    assert re.search(r"frozen by \S+ from 192\.0\.2\.7 since", shown)


async def test_a_second_freeze_names_the_first_and_changes_nothing(machine: FreezingMachine) -> None:
    await freeze(machine, "Asha")
    first = holder(machine)
    outcome, shown = await freeze(machine, "Ben")
    assert outcome.succeeded
    assert "already frozen by Asha" in shown
    assert holder(machine) == first


async def test_a_thaw_from_another_console_ends_exactly_that_process(machine: FreezingMachine) -> None:
    await freeze(machine, "Asha")
    process = holder(machine)
    assert holds_a_lock(process)
    assert os.getsid(process) != os.getsid(0)
    assert (await thaw(machine))[0].succeeded
    assert not holds_a_lock(process)


async def test_a_freeze_whose_lock_file_was_removed_is_made_anew(machine: FreezingMachine) -> None:
    await freeze(machine, "Asha")
    first = holder(machine)
    for folder in machine.folders:
        (folder / ".deploy.lock").unlink()
    assert await machine.deploys() == [True, True]
    outcome, shown = await freeze(machine, "Ben")
    assert outcome.succeeded
    assert "are frozen by Ben" in shown
    assert await machine.deploys() == [False, False]
    assert holder(machine) != first


async def test_during_a_deploy_nothing_is_frozen_and_nothing_thawed(machine: FreezingMachine) -> None:
    deploy = await machine.hold()
    try:
        outcome, _ = await freeze(machine)
        assert outcome.exit_status == scripts.BUSY
        assert "something else holds the lock" in outcome.reason
        outcome, _ = await thaw(machine)
        assert outcome.exit_status == scripts.BUSY
        assert "nothing was thawed" in outcome.reason
        assert deploy.returncode is None
    finally:
        deploy.kill()
        await deploy.wait()


async def test_a_pid_that_now_belongs_to_another_process_is_left_alone(machine: FreezingMachine) -> None:
    await freeze(machine, "Asha")
    real = holder(machine)
    kept = Path(machine.env["HOME"]) / ".local/state/restant-tui/freezes/shop"
    saved = kept.read_text()
    kept.write_text(saved.replace(str(real), str(os.getpid()), 1))
    outcome, _ = await thaw(machine)
    assert outcome.exit_status == 0
    assert "took the lock at once" in outcome.text
    kept.write_text(saved)


async def test_thawing_what_is_not_frozen_says_so(machine: FreezingMachine) -> None:
    outcome, shown = await thaw(machine)
    assert outcome.succeeded
    assert "were not frozen" in shown


async def test_a_mark_of_apps_lock_is_not_taken_for_a_freeze(machine: FreezingMachine) -> None:
    mark = machine.folders[1] / ".deploy.lock"
    mark.touch()
    await thaw(machine)
    assert mark.exists()


async def test_an_app_that_is_not_there_cannot_be_frozen(tmp_path: Path) -> None:
    machine = FreezingMachine(tmp_path)
    for folder in machine.folders:
        folder.rmdir()
    outcome, _ = await freeze(machine)
    assert "there is no app shop" in outcome.reason
    assert "there is no app shop" in (await thaw(machine))[0].reason


async def test_an_admin_who_may_not_act_as_dokku_freezes_nothing(tmp_path: Path) -> None:
    machine = FreezingMachine(tmp_path, sudo="#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n")
    outcome, _ = await freeze(machine)
    assert not outcome.succeeded
    assert "sudo: a password is required" in outcome.reason
    assert await machine.deploys() == [True, True]


async def test_a_freeze_that_cannot_be_proven_is_a_failure(tmp_path: Path) -> None:
    machine = FreezingMachine(tmp_path)
    # A flock that always gets what it asks for proves nothing.
    (tmp_path / "bin" / "flock").write_text('#!/bin/sh\nwhile [ "$#" -gt 0 ]; do shift; done\nexit 0\n')
    (tmp_path / "bin" / "flock").chmod(0o755)
    outcome, _ = await freeze(machine)
    assert outcome.exit_status == scripts.UNPROVEN
    assert "NOT frozen" in outcome.reason
    assert not (tmp_path / ".local/state/restant-tui/freezes/shop").exists()


@pytest.mark.parametrize("unsure", [lost(), timed_out()])
@pytest.mark.parametrize("name", ["deploy.freeze", "deploy.thaw"])
async def test_what_is_not_known_stays_unknown(name: str, unsure: Outcome) -> None:
    argv = VERBS[name].explain(["shop"])[0].argv
    outcome, _ = await perform(name, ["shop"], admin=ScriptedRunner({argv: unsure}))
    assert outcome is unsure


@pytest.mark.parametrize("answer", ["", "frozen", "frozen\tx\tnow\t1\n", "melted\ta\tb\t1\n", "a\nb\n"])
async def test_an_answer_that_is_not_understood_is_no_success(answer: str) -> None:
    argv = commands.admin_freeze("shop", "")
    outcome, _ = await perform("deploy.freeze", ["shop"], admin=ScriptedRunner({argv: exited(answer)}))
    assert not outcome.succeeded
    assert "could not be understood" in outcome.reason


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["shop", "a", "b"],
        ["Shop"],
        ["../shop"],
        ["shop/../till"],
        ["."],
        ["-x"],
        ["shop; id"],
        ["$(id)"],
        ["shop\n"],
        ["shop", "a\nb"],
        ["shop", "\x1b[2J"],
        ["shop", "x" * 81],
    ],
)
async def test_arguments_that_do_not_fit_are_refused_before_anything_is_sent(args: list[str]) -> None:
    for name in ("deploy.freeze", "deploy.thaw"):
        admin = ScriptedRunner()
        outcome, _ = await perform(name, args, admin=admin)
        assert not outcome.sent
        assert outcome.reason.startswith(f"@{name}")
        assert admin.calls == []


@pytest.mark.parametrize("who", ["$(touch /tmp/x)", "'; id; '", '"', "`id`", "a b\\", "-n", "%s%n"])
async def test_whatever_the_name_it_is_only_a_name(machine: FreezingMachine, who: str) -> None:
    outcome, shown = await freeze(machine, who)
    assert outcome.succeeded
    assert f"frozen by {who} since" in shown


async def test_only_the_admin_freezes_and_sends_what_was_explained(machine: FreezingMachine) -> None:
    assert not (await perform("deploy.freeze", ["shop"]))[0].sent
    await freeze(machine, "Asha")
    await thaw(machine)
    explained = [*VERBS["deploy.freeze"].explain(["shop", "Asha"]), *VERBS["deploy.thaw"].explain(["shop"])]
    assert [call.argv for call in explained] == machine.calls
    assert all(call.identity is Identity.ADMIN for call in explained)
    assert VERBS["deploy.freeze"].danger is VERBS["deploy.thaw"].danger is Danger.CHANGE


def test_no_value_is_ever_part_of_a_script() -> None:
    one, other = commands.admin_freeze("shop", "Asha"), commands.admin_freeze("till", "Ben")
    assert one[:4] == other[:4] == ("sh", "-c", scripts.FREEZE, "_")
    assert one[4:] == ("shop", "/home/dokku/shop", "/var/lib/dokku/data/apps/shop", "Asha")
