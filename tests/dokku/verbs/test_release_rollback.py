from __future__ import annotations

from collections.abc import Sequence

import pytest

from restant_tui.config.model import Danger, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.verbs import VERBS, VerbContext
from restant_tui.transport.outcome import Outcome, OutcomeKind
from tests.support import dokku_answers as said
from tests.support.capabilities import known
from tests.support.clock import ManualClock
from tests.support.dokku_answers import BAD, GOOD, OLD
from tests.support.scripted import ScriptedRunner, exited, lost, timed_out
from tests.support.verbs import perform

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
    assert shown.startswith(b"=====> Application deployed:\n")
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


BUILDS = commands.builds_list("shop")
REJECTED = exited(said.builds_json(said.build("b2", after=60, status="failed"), said.build("b1")))


async def test_it_warns_that_a_restart_would_start_a_rejected_image() -> None:
    runner = host(exited("=====> Application deployed:\n"))
    runner.answers[BUILDS] = REJECTED
    outcome, shown = await roll_back(runner)
    assert outcome.succeeded
    assert b"newest finished build (b2, git:sync) was rejected: until a deploy succeeds, a restart" in shown


async def test_it_warns_that_the_pipeline_may_deploy_the_bad_commit_again() -> None:
    _, shown = await roll_back(host(exited("=====> Application deployed:\n")))
    assert f"{BAD} was live before. The next run of the pipeline may deploy that commit again".encode() in shown
    assert b"was rejected" not in shown


async def test_a_failed_rollback_is_itself_a_rejected_build() -> None:
    def after(_argv: tuple[str, ...]) -> Outcome:
        return REJECTED if SYNC in runner.calls else exited(said.builds_json(said.build("b1")))

    runner = host(exited("checks failed\n", 137))
    runner.answers[BUILDS] = after
    outcome, _ = await roll_back(runner)
    assert f"set back to {BAD}" in outcome.text
    assert "newest finished build (b2, git:sync) was rejected" in outcome.text


async def test_an_older_dokku_is_asked_in_words_it_knows() -> None:
    runner = host(exited("", 1))
    runner.answers[commands.apps_report("shop", json=False)] = exited(said.APPS_TEXT.replace(GOOD, BAD))
    runner.answers[commands.git_report("shop", json=False)] = exited(said.GIT_TEXT)
    outcome, _ = await perform("release.rollback", ["shop", GOOD], dokku=runner, capabilities=known(version=(0, 23, 0)))
    assert f"set back to {BAD}" in outcome.text
    assert not any("json" in call for call in runner.calls)
    assert BUILDS not in runner.calls


LISTED = commands.plugin_releases("shop")
WITH_PLUGIN = known(plugins={"releases": "0.1.0"})


async def test_a_releases_plugin_is_used_where_it_knows_the_commit() -> None:
    back = commands.plugin_rollback("shop", "11")
    runner = host(exited("", 99))
    runner.answers |= {LISTED: exited(f"v12 {BAD}\nv11 {GOOD}\n"), back: exited("rolled back\n")}
    outcome, _ = await perform("release.rollback", ["shop", GOOD], dokku=runner, capabilities=WITH_PLUGIN)
    assert outcome.succeeded
    assert SYNC not in runner.calls
    assert {LISTED, back} <= set(runner.calls)
    assert commands.plugin_rollback("shop", "NUMBER") in [call.argv for call in ROLLBACK.explain(["shop", GOOD])]


@pytest.mark.parametrize("listed", ["what a nice day\n", f"v12 {BAD}\n", ""])
async def test_a_releases_plugin_that_is_not_understood_is_left_alone(listed: str) -> None:
    runner = host(exited("=====> Application deployed:\n"))
    runner.answers[LISTED] = exited(listed)
    outcome, _ = await perform("release.rollback", ["shop", GOOD], dokku=runner, capabilities=WITH_PLUGIN)
    assert outcome.succeeded
    assert SYNC in runner.calls
    assert not any(call[0] == "releases:rollback" for call in runner.calls)


async def test_a_plugin_that_fails_is_not_repaired_with_git() -> None:
    runner = host(exited())
    runner.answers |= {
        LISTED: exited(f"v11 {GOOD}\n"),
        commands.plugin_rollback("shop", "11"): exited("no\n", 1),
    }
    outcome, _ = await perform("release.rollback", ["shop", GOOD], dokku=runner, capabilities=WITH_PLUGIN)
    assert outcome.exit_status == 1
    assert "what is live now is not known" in outcome.text
    assert not any(call[0] == "git:sync" for call in runner.calls)
