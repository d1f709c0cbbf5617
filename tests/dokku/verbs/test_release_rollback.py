from __future__ import annotations

from collections.abc import Sequence

import pytest

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.verbs import VERBS, VerbContext
from restant_tui.transport.outcome import Outcome, OutcomeKind
from tests.support import dokku_answers as said
from tests.support.clock import ManualClock
from tests.support.dokku_answers import BAD, GOOD, OLD
from tests.support.scripted import ScriptedRunner, exited, lost, timed_out

ROLLBACK = VERBS["release.rollback"]
SYNC = commands.git_sync("shop", GOOD, build=True)
REPAIR = commands.git_sync("shop", BAD, build=False)


def host(sync: Outcome, *, branch_now: str = GOOD) -> ScriptedRunner:
    return ScriptedRunner(
        {
            commands.apps_report("shop"): exited(said.apps_json(BAD)),
            commands.git_report("shop"): exited(said.git_json(branch_now)),
            SYNC: sync,
            REPAIR: exited("       Fetching remote code\n"),
        }
    )


async def roll_back(runner: ScriptedRunner | None, args: Sequence[str] = ("shop", GOOD)) -> tuple[Outcome, bytes]:
    shown = bytearray()
    context = VerbContext(
        runner=lambda identity: runner if identity is Identity.DOKKU else None,
        clock=ManualClock(),
        timeout=60,
        on_output=lambda data, _: shown.extend(data),
    )
    return await ROLLBACK.perform(args, context), bytes(shown)


async def test_a_rollback_builds_the_commit_from_the_apps_own_repository() -> None:
    runner = host(exited("=====> Application deployed:\n"))
    outcome, shown = await roll_back(runner)
    assert outcome.succeeded
    assert shown == b"=====> Application deployed:\n"
    assert runner.calls[-1] == ("git:sync", "--build", "shop", "/home/dokku/shop", GOOD)
    assert ROLLBACK.danger is Danger.DESTRUCTIVE


async def test_a_failed_rollback_sets_the_branch_back_and_says_so() -> None:
    runner = host(exited("checks failed\n", 137))
    outcome, shown = await roll_back(runner)
    assert outcome.exit_status == 137
    assert runner.calls[-1] == ("git:sync", "shop", "/home/dokku/shop", BAD)
    assert f"set back to {BAD}" in outcome.text
    assert f"set back to {BAD}".encode() in shown


async def test_a_branch_that_did_not_move_is_left_alone() -> None:
    runner = host(exited("fatal: not a valid SHA1\n", 128), branch_now=BAD)
    outcome, _ = await roll_back(runner)
    assert REPAIR not in runner.calls
    assert f"still at {BAD}" in outcome.text


async def test_a_missing_app_is_just_what_dokku_says() -> None:
    missing = exited("", 20, " !     App shop does not exist\n")
    runner = host(missing)
    assert (await roll_back(runner))[0] is missing
    assert runner.calls[-1] == SYNC


async def test_another_deploy_is_not_disturbed() -> None:
    runner = host(exited(" !     shop currently has a deploy lock in place. Exiting...\n", 1))
    outcome, _ = await roll_back(runner)
    assert runner.calls[-1] == SYNC
    assert "another deploy holds the lock" in outcome.text


@pytest.mark.parametrize("unsure", [lost(), timed_out()])
async def test_what_may_still_be_going_on_is_never_repaired(unsure: Outcome) -> None:
    runner = host(unsure)
    outcome, _ = await roll_back(runner)
    assert outcome is unsure
    assert runner.calls[-1] == SYNC


async def test_a_signal_is_not_repaired_either() -> None:
    killed = Outcome(kind=OutcomeKind.EXITED, exit_signal="KILL")
    runner = host(killed)
    assert (await roll_back(runner))[0] is killed
    assert REPAIR not in runner.calls


async def test_without_knowing_what_is_live_nothing_is_set_back() -> None:
    runner = host(exited("", 1))
    runner.answers[commands.apps_report("shop")] = exited("", 1)
    outcome, _ = await roll_back(runner)
    assert not any(call[0] == "git:sync" and "--build" not in call for call in runner.calls)
    assert "left as it is" in outcome.text


async def test_a_repair_that_fails_names_the_command_to_run() -> None:
    runner = host(exited("", 1))
    runner.answers[REPAIR] = lost()
    outcome, _ = await roll_back(runner)
    assert outcome.exit_status == 1
    assert f"Run: git:sync shop /home/dokku/shop {BAD}" in outcome.text


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["shop"],
        ["shop", OLD, "more"],
        ["shop", "main"],
        ["shop", OLD[:6]],
        ["shop", OLD + "0"],
        ["shop", OLD.upper()],
        ["shop", f"{OLD}\n"],
        ["shop", "--build"],
        ["-x", OLD],
        ["shop\n", OLD],
        ["shop; id", OLD],
    ],
)
async def test_arguments_that_do_not_fit_are_refused_before_anything_is_sent(args: list[str]) -> None:
    runner = host(exited())
    outcome, _ = await roll_back(runner, args)
    assert not outcome.sent
    assert not outcome.succeeded
    assert outcome.reason.startswith("@release.rollback")
    assert runner.calls == []


async def test_without_the_dokku_identity_nothing_is_sent() -> None:
    outcome, _ = await roll_back(None)
    assert not outcome.sent


def test_the_preview_names_the_exact_command_and_its_repair() -> None:
    calls = ROLLBACK.explain(["shop", GOOD])
    assert [call.argv for call in calls if not call.when] == [SYNC]
    assert "only if the deploy fails" in calls[-1].when
    assert all(call.identity is Identity.DOKKU for call in calls)
