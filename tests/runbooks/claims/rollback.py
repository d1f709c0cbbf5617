"""What the practice host shows after rollbacks."""

from __future__ import annotations

from restant_tui.practice.world import Build
from tests.runbooks.claims import after, before
from tests.runbooks.stage import Stage, Walked


@before("rollback-auto", "ok", "what was before is bad too")
def a_deploy_has_just_failed(stage: Stage) -> None:
    now = stage.world.clock.now()
    build = Build(stage.world.build_id(now), "restant-main", "build", "git-hook", 4242, now)
    build.finish(now, 1)
    stage.main.builds.append(build)


@before("rollback-manual", "ok")
def somebody_chooses_an_older_release(stage: Stage) -> None:
    good = [commit for commit in stage.main.commits if commit.behaviour.value == "good"]
    stage.params["release"] = next(commit.sha for commit in good if commit.subject.startswith("Upgrade to Laravel"))


@after("rollback-emergency", "ok")
@after("rollback-manual", "ok")
def the_chosen_release_serves(walked: Walked) -> None:
    main = walked.stage.main
    assert main.serving is not None
    assert main.live is not None
    assert main.serving.sha == main.live.commit.sha == walked.state.params["release"]
    assert not walked.unchanged


@after("rollback-manual", "ok")
def the_team_reads_which_release_was_bad_and_why(walked: Walked) -> None:
    (sent,) = walked.stage.told.sent
    assert sent.channels == ("#deployments", "mail-deployments")
    assert "Receipts are not printed" in sent.message.text
    assert "Rollback Status: Manual" in sent.message.text
    assert walked.state.params["release"][:7] in sent.message.text


@after("rollback-auto", "what was before is bad too")
def a_good_release_serves(walked: Walked) -> None:
    serving = walked.stage.main.serving
    assert serving is not None
    assert serving.behaviour.value == "good"
