"""What the practice host shows after tuning."""

from __future__ import annotations

from restant_tui.practice.world import Build
from tests.runbooks.claims import after, before
from tests.runbooks.stage import Stage, Walked


@before("perf-application", "the newest build was rejected")
def a_build_was_rejected(stage: Stage) -> None:
    now = stage.world.clock.now()
    build = Build(stage.world.build_id(now), "restant-main", "build", "git-hook", 4242, now)
    build.finish(now, 1)
    stage.main.builds.append(build)


@after("perf-application", "ok")
def opcache_is_on_in_new_containers(walked: Walked) -> None:
    assert walked.stage.main.config["PHP_OPCACHE_ENABLE"] == "1"
    assert walked.stage.main.builds[-1].source == "config-redeploy"


@before("perf-infrastructure", "HSTS was off")
def somebody_switched_it_off(stage: Stage) -> None:
    stage.main.settings["nginx.hsts"] = "false"


@after("perf-infrastructure", "ok")
def the_limits_count_and_a_later_deploy_works(walked: Walked) -> None:
    main = walked.stage.main
    assert main.resources["_default_.limit.cpu"] == "1.5"
    assert main.resources["_default_.limit.memory"] == "1024m"
    assert main.builds[-1].source == "ps:rebuild"
    assert main.builds[-1].exit_code == 0


@after("perf-infrastructure", "HSTS was off")
def it_is_on(walked: Walked) -> None:
    assert walked.stage.main.settings["nginx.hsts"] == "true"


@after("perf-infrastructure", "the build fails")
def the_limits_are_those_from_before(walked: Walked) -> None:
    assert walked.stage.main.resources["_default_.limit.cpu"] == "2"
    assert walked.stage.main.serving is not None


@before("perf-infrastructure", "no limits were set before")
def nobody_set_limits(stage: Stage) -> None:
    stage.main.resources.clear()


@after("perf-infrastructure", "no limits were set before")
def there_is_no_limit_again(walked: Walked) -> None:
    assert set(walked.stage.main.resources.values()) == {"0"}
