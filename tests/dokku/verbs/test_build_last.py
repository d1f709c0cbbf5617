from __future__ import annotations

import json

import pytest

from restant_tui.dokku import commands
from restant_tui.dokku.verbs import VERBS
from restant_tui.transport.outcome import OutcomeKind
from tests.support import dokku_answers as said
from tests.support.dokku_answers import BAD, GOOD
from tests.support.scripted import ScriptedRunner, exited, lost
from tests.support.verbs import perform


def host(*builds: dict[str, object], live: str = GOOD) -> ScriptedRunner:
    return ScriptedRunner(
        {
            commands.builds_list("shop"): exited(json.dumps(list(builds))),
            commands.apps_report("shop"): exited(said.apps_json(live)),
        }
    )


def record(
    ident: str, at: str, status: str = "succeeded", shown: str = "", exit_code: int | None = None
) -> dict[str, object]:
    ended = status != "running"
    return {
        "id": ident, "app": "shop", "kind": "build", "source": "git:sync", "status": status,
        "display_status": shown or status, "started_at": f"2026-03-02T{at}Z", "duration": "16s",
        "finished_at": f"2026-03-02T{at[:6]}59Z" if ended else None, "exit_code": exit_code, "pid": 7,
    }  # fmt: skip


async def outcome(runner: ScriptedRunner, since: str | None = "2026-03-02T03:00:00+00:00") -> str:
    result, shown = await perform("build.last", ["shop", *([since] if since else [])], dokku=runner)
    assert result.succeeded, result.reason
    assert result.text == shown
    return shown.strip()


@pytest.mark.parametrize(
    ("builds", "begins", "ends"),
    [
        ([record("b1", "03:00:10")], "succeeded: b1 (git:sync)", f"live: {GOOD}"),
        ([record("b1", "03:00:10", "failed", exit_code=137)], "failed: b1 (git:sync)", f"exit 137; live: {GOOD}"),
        ([record("b1", "03:00:10", "canceled")], "failed: b1", f"was canceled; live: {GOOD}"),
        ([record("b1", "03:00:10", "running", "abandoned")], "failed: b1", f"its process is gone; live: {GOOD}"),
        ([record("b1", "03:00:10", "running")], "running: b1", f"live: {GOOD}"),
        ([record("b0", "02:10:00")], "none: no build or deploy was begun since", f"live: {GOOD}"),
        ([], "none:", f"live: {GOOD}"),
        # Whoever began it and when: while one runs, nothing may be repeated.
        ([record("b1", "03:00:10"), record("b0", "02:50:00", "running")], "running: b0", f"live: {GOOD}"),
        # A second try that met the lock leaves an abandoned record behind.
        ([record("b2", "03:00:20", "running", "abandoned"), record("b1", "03:00:10")], "succeeded: b1", GOOD),
        ([record("b1", "03:00:10"), record("b2", "03:01:00", "failed")], "failed: b2", f"live: {GOOD}"),
        # The two clocks need not agree to the second.
        ([record("b1", "02:59:58")], "succeeded: b1", f"live: {GOOD}"),
    ],
)  # fmt: skip
async def test_the_line_begins_with_what_became_of_it_and_ends_with_what_is_live(
    builds: list[dict[str, object]], begins: str, ends: str
) -> None:
    line = await outcome(host(*builds))
    assert line.startswith(begins)
    assert line.endswith(ends)
    assert sum(word in line for word in ("running:", "succeeded:", "failed:", "none:")) == 1


async def test_without_a_moment_the_newest_of_all_counts() -> None:
    assert (await outcome(host(record("b0", "02:10:00")), None)).startswith("succeeded: b0")


async def test_it_only_reads_and_says_beforehand_what() -> None:
    runner = host(live=BAD)
    await outcome(runner)
    assert runner.calls == [call.argv for call in VERBS["build.last"].explain(["shop", "2026-03-02T03:00:00+00:00"])]


async def test_an_answer_that_did_not_come_or_makes_no_sense_is_never_an_outcome() -> None:
    for answer in (lost(), exited("gibberish")):
        runner = host()
        runner.answers[commands.builds_list("shop")] = answer
        result, _ = await perform("build.last", ["shop"], dokku=runner)
        assert result.kind is not OutcomeKind.EXITED
        assert not result.succeeded


@pytest.mark.parametrize(
    "args", [[], ["no/app"], ["shop", "yesterday"], ["shop", "2026-03-02T03:00:00"], ["a", "b", "c"]]
)
async def test_arguments_that_do_not_fit_are_not_sent(args: list[str]) -> None:
    runner = host()
    result, _ = await perform("build.last", args, dokku=runner)
    assert not result.sent
    assert runner.calls == []
