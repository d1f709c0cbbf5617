"""What serves after deploys."""

from __future__ import annotations

from restant_tui.practice.world import Service
from tests.runbooks.claims import after, before
from tests.runbooks.claims.backup import dump_of
from tests.runbooks.forging import ask_the_forge, commit, in_forge, open_clone
from tests.runbooks.stage import Stage, Walked

FEATURE = "restant-feature-plan"


@before("deploy-production", "ok", "staging is not well", "the pipeline fails", "the build fails")
async def a_commit_waits(stage: Stage) -> None:
    await open_clone(stage)
    commit(stage, "app/Menu.php", "<?php // lunch\n", "Show the lunch menu until three")


@before("deploy-production", "ok", "the pipeline fails")
def the_forge_can_be_asked(stage: Stage) -> None:
    ask_the_forge(stage)


@before("deploy-production", "staging is not well")
def staging_has_stopped(stage: Stage) -> None:
    for process in stage.staging.processes:
        process.stopped_at = stage.world.clock.now()


@before("deploy-production", "a migration drops a column")
async def a_migration_waits(stage: Stage) -> None:
    await open_clone(stage)
    text = "<?php\nreturn fn ($table) =>\n    $table->dropColumn('printer_id');\n"
    commit(stage, "database/migrations/2026_11_21_170000_drop_printer.php", text, "Drop the printer column")


@before("deploy-production", "nothing is new")
async def everything_is_live(stage: Stage) -> None:
    await open_clone(stage)


@after("deploy-production", "ok")
@after("deploy-hotfix", "ok")
def the_newest_commit_of_main_serves(walked: Walked) -> None:
    stage = walked.stage
    pushed = in_forge(stage, "rev-parse", "main")
    assert stage.main.serving is not None
    assert stage.main.live is not None
    assert stage.main.serving.sha == stage.main.live.commit.sha == pushed
    assert pushed[:7] in stage.told.sent[0].message.text


@after("deploy-production", "ok")
def one_real_job_was_worked_off(walked: Walked) -> None:
    assert walked.stage.main.jobs == 2


@after("deploy-production", "the pipeline fails", "the build fails")
def what_was_before_serves(walked: Walked) -> None:
    main = walked.stage.main
    assert main.serving is not None
    assert main.builds[-1].exit_code
    assert main.live is not None
    assert main.serving.sha == main.live.commit.sha != in_forge(walked.stage, "rev-parse", "main")
    (sent,) = walked.stage.told.sent
    assert "The checks failed" in sent.message.text
    assert f"Live is {main.live.commit.short}." in sent.message.text


@before("deploy-staging", "ok")
async def main_is_ahead(stage: Stage) -> None:
    await open_clone(stage)
    commit(stage, "app/Menu.php", "<?php // lunch\n", "Show the lunch menu until three")


@before("deploy-staging", "they do not merge")
async def both_changed_the_same_line(stage: Stage) -> None:
    await open_clone(stage)
    clone = str(stage.folder / "app")
    commit(stage, "CHANGES", "something\n", "Say something")
    stage.git("-C", clone, "checkout", "--quiet", "staging")
    commit(stage, "CHANGES", "something else\n", "Say something else")
    stage.git("-C", clone, "checkout", "--quiet", "main")


@after("deploy-staging", "ok")
@after("deploy-hotfix", "ok")
def staging_has_what_main_has(walked: Walked) -> None:
    stage = walked.stage
    assert stage.staging.serving is not None
    assert stage.staging.serving.sha == in_forge(stage, "rev-parse", "staging")
    assert in_forge(stage, "log", "--oneline", "staging..main") == ""


@before("deploy-hotfix", "ok", "the tests fail", "nobody else agrees")
async def somebody_mends_it(stage: Stage) -> None:
    await open_clone(stage)
    # The person's editor: the file has changed by the time the tests run.
    stage.program("npm", "12 passed")
    stage.program("php", "148 passed")
    php = stage.folder / ".bin" / "php"
    php.write_text(php.read_text().replace("#!/bin/sh\n", f"#!/bin/sh\necho mended >> '{stage.folder}/app/CHANGES'\n"))


@before("deploy-hotfix", "the tests fail")
def a_test_fails(stage: Stage) -> None:
    stage.program("npm", "1 failed", 1)


@after("deploy-hotfix", "the tests fail")
def nothing_left_this_machine(walked: Walked) -> None:
    stage = walked.stage
    assert "hotfix" not in in_forge(stage, "branch", "--list")
    assert stage.git("-C", str(stage.folder / "app"), "branch", "--show-current") == "main"


@after("deploy-freeze", "ok")
def a_deploy_is_refused(walked: Walked) -> None:
    assert walked.stage.world.machine.frozen == {"restant-main": 1}
    assert walked.stage.world.machine.freezes["restant-main"][0] == "mira"


@before("deploy-freeze", "thawed again")
def it_was_frozen(stage: Stage) -> None:
    stage.world.machine.frozen["restant-main"] = 1
    stage.world.machine.freezes["restant-main"] = ("noor", "2026-11-23T12:00:00Z")


@after("deploy-freeze", "thawed again")
def a_deploy_can_begin(walked: Walked) -> None:
    assert walked.stage.world.machine.frozen == {}


@before("deploy-feature", "ok", "with the real data", "it does not build")
async def a_branch_is_ready(stage: Stage) -> None:
    await open_clone(stage)
    stage.git("-C", str(stage.folder / "app"), "checkout", "--quiet", "-b", "table-plan")
    commit(stage, "app/Plan.php", "<?php // plan\n", "Draw the tables as they stand")


@after("deploy-feature", "ok")
def the_branch_serves_with_data_of_its_own(walked: Walked) -> None:
    world = walked.stage.world
    app = world.apps[FEATURE]
    assert app.serving is not None
    assert app.serving.subject == "Draw the tables as they stand"
    assert app.certificate_until is not None
    assert app.config["APP_DEBUG"] == "false"
    assert world.services["restant-db"].links == ["restant-main"]
    assert world.services["restant-cache"].links == ["restant-main"]
    assert FEATURE + "-db" in app.config["DATABASE_URL"]
    assert len(world.services[FEATURE + "-db"].tables) == len(world.services["restant-db"].tables)


@after("deploy-feature", "it does not build", "with the real data")
def production_is_not_linked(walked: Walked) -> None:
    assert walked.stage.database.links == ["restant-main"]


@after("deploy-feature", "it does not build")
def nothing_of_it_is_left(walked: Walked) -> None:
    assert FEATURE not in walked.stage.world.apps
    assert FEATURE + "-db" not in walked.stage.world.services


@before("feature-teardown", "ok", "who made it says no")
async def a_feature_app_is_there(stage: Stage) -> None:
    from restant_tui.practice.commands.app_life import create_app
    from restant_tui.practice.io import Io

    await create_app(stage.world, FEATURE, Io(lambda data, to_err: None))
    for name, kind in ((FEATURE + "-db", "mysql"), (FEATURE + "-cache", "redis")):
        stage.world.services[name] = Service(name, kind, "0" * 64, f"{kind}:8", [FEATURE])
    stage.world.services[FEATURE + "-db"].tables = dict(stage.database.tables)


@after("feature-teardown", "ok")
def only_a_dump_is_left(walked: Walked) -> None:
    world = walked.stage.world
    assert sorted(world.apps) == ["restant-main", "restant-staging"]
    assert sorted(world.services) == ["restant-cache", "restant-db"]
    assert dump_of(walked.stage.folder / "backups").stat().st_size > 1000


@before("deploy-feature", "the name is taken")
async def there_is_one_already(stage: Stage) -> None:
    from restant_tui.practice.commands.app_life import create_app
    from restant_tui.practice.io import Io

    await create_app(stage.world, "restant-feature-old", Io(lambda data, to_err: None))
