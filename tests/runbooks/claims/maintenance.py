"""What is left after maintenance."""

from __future__ import annotations

from tests.runbooks.claims import after, before
from tests.runbooks.stage import Stage, Walked


@before("dependency-update", "ok", "staging is not well")
def a_clean_clone(stage: Stage) -> None:
    stage.repository()
    (stage.folder / ".git" / "info" / "exclude").write_text(".*\n")


@before("dependency-update", "staging is not well")
def the_update_breaks_staging(stage: Stage) -> None:
    for process in stage.staging.processes:
        process.stopped_at = stage.world.clock.now()


@before("dependency-update", "changes that are not committed")
def somebody_was_working(stage: Stage) -> None:
    stage.repository()
    (stage.folder / "composer.json").write_text("{}\n")


@after("dependency-update", "ok")
def the_update_has_a_branch_of_its_own(walked: Walked) -> None:
    assert walked.stage.git("branch", "--show-current") == "update-dependencies"
    assert any("audit" in call for call in walked.stage.calls("composer"))


@after("dependency-update", "staging is not well")
def the_clone_is_where_it_was(walked: Walked) -> None:
    assert walked.stage.git("branch", "--show-current") == "main"
