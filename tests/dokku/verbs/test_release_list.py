from __future__ import annotations

import json
from typing import Any

import pytest

from restant_tui.config.model import Identity
from restant_tui.dokku import commands
from restant_tui.dokku.verbs import VERBS, Call, VerbContext, verb_named
from restant_tui.errors import UsageProblem
from restant_tui.transport.outcome import Outcome, OutcomeKind, Runner
from tests.support import dokku_answers as said
from tests.support.capabilities import known
from tests.support.clock import ManualClock
from tests.support.dokku_answers import BAD, GOOD, OLD, move
from tests.support.scripted import ScriptedRunner, exited, lost
from tests.support.verbs import perform as carry_out

LIST = VERBS["release.list"]


def dokku() -> ScriptedRunner:
    return ScriptedRunner(
        {
            commands.builds_list("shop"): exited(
                said.builds_json(said.build("b2", after=100, source="git-hook"), said.build("b1", source="git-hook"))
            ),
            commands.apps_report("shop"): exited(said.apps_json(BAD)),
            commands.git_report("shop"): exited(said.git_json(BAD)),
        }
    )


def admin() -> ScriptedRunner:
    return ScriptedRunner(
        {
            commands.admin_reflog("shop", "main"): exited(
                said.move(BAD, 130, "Move receipts", "Bina") + said.move(GOOD, 30, "Fix tax", "Asha")
            ),
            commands.admin_log("shop", "main"): exited(""),
        }
    )


async def perform(args: list[str], **runners: Runner) -> Outcome:
    context = VerbContext(runner=lambda identity: runners.get(identity.value), clock=ManualClock(), timeout=5)
    return await LIST.perform(args, context)


def rows(outcome: Outcome) -> list[dict[str, Any]]:
    assert outcome.succeeded
    found = json.loads(outcome.stdout)
    assert isinstance(found, list)
    return found


async def test_releases_come_with_commit_author_age_and_what_is_live() -> None:
    newest, before = rows(await perform(["shop"], dokku=dokku(), admin=admin()))
    assert (newest["build"], newest["sha"], newest["subject"], newest["author"]) == ("b2", BAD, "Move receipts", "Bina")
    assert (newest["live"], before["live"]) == (True, False)
    assert (before["sha"], before["status"]) == (GOOD, "succeeded")
    # The clock shows 03:00; the build ended at 02:00:30.
    assert before["age_s"] == pytest.approx(3569.6, abs=0.1)
    assert before["seconds"] == 30
    assert before["finished_at"].startswith("2026-03-02T02:00:30")


async def test_without_the_admin_identity_only_the_live_commit_is_known() -> None:
    newest, before = rows(await perform(["shop"], dokku=dokku()))
    assert (newest["sha"], newest["live"]) == (BAD, True)
    assert before["sha"] is None


async def test_an_admin_who_may_not_read_the_repository_is_no_hindrance() -> None:
    newest, _ = rows(await perform(["shop"], dokku=dokku(), admin=ScriptedRunner()))
    assert newest["sha"] == BAD


async def test_a_lost_link_stays_unknown() -> None:
    runner = dokku()
    runner.answers[commands.apps_report("shop")] = lost()
    outcome = await perform(["shop"], dokku=runner)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert not outcome.succeeded


async def test_a_missing_app_is_what_dokku_says() -> None:
    runner = dokku()
    runner.answers[commands.builds_list("shop")] = exited("", 20, " !     App shop does not exist\n")
    outcome = await perform(["shop"], dokku=runner)
    assert (outcome.exit_status, outcome.error_text) == (20, " !     App shop does not exist\n")


async def test_an_answer_not_understood_is_unknown_and_says_so() -> None:
    runner = dokku()
    runner.answers[commands.builds_list("shop")] = exited("something else\n")
    outcome = await perform(["shop"], dokku=runner)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert "could not be understood" in outcome.reason


@pytest.mark.parametrize("args", [[], ["shop", "till"], ["Shop; id"], ["--all"]])
async def test_arguments_that_do_not_fit_are_not_sent(args: list[str]) -> None:
    runner = dokku()
    outcome = await perform(args, dokku=runner)
    assert not outcome.sent
    assert "@release.list" in outcome.reason
    assert runner.calls == []
    with pytest.raises(UsageProblem):
        LIST.explain(args)


async def test_without_the_dokku_identity_nothing_is_sent() -> None:
    outcome = await perform(["shop"])
    assert not outcome.sent
    assert "not configured" in outcome.reason


async def test_what_is_sent_is_what_was_explained() -> None:
    runners = {"dokku": dokku(), "admin": admin()}
    await perform(["shop"], **runners)
    sent = {("dokku", argv) for argv in runners["dokku"].calls} | {("admin", argv) for argv in runners["admin"].calls}
    explained = {
        (call.target.value, tuple(part.replace("BRANCH", "main") for part in call.argv))
        for call in LIST.explain(["shop"])
        if "releases plugin" not in call.when
    }
    assert sent == explained


def test_verbs_are_found_by_the_word_in_a_runbook() -> None:
    assert verb_named("@release.list") is LIST
    assert verb_named("release.list") is None
    assert verb_named("@release.lists") is None
    assert LIST.danger == "read"
    assert LIST.explain(["shop"])[0] == Call(Identity.DOKKU, commands.builds_list("shop"))


async def test_the_number_a_releases_plugin_gives_is_told() -> None:
    runner = dokku()
    runner.answers[commands.plugin_releases("shop")] = exited(f"v12 {BAD}\nv11 {GOOD}\n")
    outcome, _ = await carry_out(
        "release.list", ["shop"], dokku=runner, admin=admin(), capabilities=known(plugins={"releases": "1"})
    )
    told = {row["sha"]: row["number"] for row in json.loads(outcome.stdout)}
    assert told[GOOD] == "11"


async def test_a_dokku_without_records_lists_the_moves_of_the_branch() -> None:
    runner = ScriptedRunner(
        {
            commands.git_report("shop", json=False): exited(said.GIT_TEXT),
            commands.apps_report("shop"): exited(said.apps_json(GOOD)),
        }
    )
    moves = ScriptedRunner(
        {
            commands.admin_reflog("shop", "main"): exited(move(BAD, 200) + move(GOOD, 100) + move(OLD, 0)),
            commands.admin_log("shop", "main"): exited(""),
        }
    )
    outcome, _ = await carry_out(
        "release.list", ["shop"], dokku=runner, admin=moves, capabilities=known(version=(0, 30, 0))
    )
    rows = json.loads(outcome.stdout)
    assert [(row["sha"], row["status"], row["live"]) for row in rows] == [
        (BAD, "unknown", False),
        (GOOD, "succeeded", True),
        (OLD, "unknown", False),
    ]
