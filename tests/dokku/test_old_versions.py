"""What a Dokku from before JSON answers, in the words of its own time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from restant_tui.dokku.apps import parse_apps_report
from restant_tui.dokku.git import parse_deploy_branch, parse_git_report
from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.ps import Running, parse_ps_report
from restant_tui.dokku.version import Feature, parse_version, since, speaks
from tests.support.dokku_answers import GOOD

PS_0_19 = """\
=====> shop ps information
       Processes:                     2
       Deployed:                      true
       Running:                       mixed
       Restore:                       true
       Restart policy:                on-failure:10
       Ps can scale:                  true
       Status web.1:                  running    (CID: ab12cd34ef56)
       Status worker.1:               exited     (CID: bc23de45fa67)
"""
APPS_0_19 = """\
=====> shop app information
       App dir:                       /home/dokku/shop
       Git sha:                       1f0c3e9
       Deploy source:                 git
       Locked:                        false
"""
APPS_0_26 = f"""\
=====> shop app information
       App deploy source:             git-sync
       App deploy source metadata:    /home/dokku/shop#{GOOD}
       App dir:                       /home/dokku/shop
       App locked:                    true
"""
GIT_0_19 = """\
=====> shop git information
       Git deploy branch:             master
       Git global deploy branch:      master
       Git keep git dir:              false
       Git rev env var:               GIT_REV
"""
GIT_0_25 = (
    GIT_0_19 + "       Git sha:                       1f0c3e9\n       Git last updated at:           1772400027\n"
)


def test_processes_of_0_19_are_understood() -> None:
    report = parse_ps_report(PS_0_19)
    assert (report.deployed, report.running, report.scale) == (True, Running.MIXED, 2)
    assert [(process.name, process.state) for process in report.processes] == [
        ("web.1", "running"),
        ("worker.1", "exited"),
    ]


def test_before_0_26_nobody_knows_which_commit_is_live() -> None:
    report = parse_apps_report(APPS_0_19)
    assert (report.deploy_source, report.locked) == ("git", False)
    assert (report.created_at, report.live_sha) == (None, None)


def test_the_first_version_that_tells_the_live_commit_is_understood() -> None:
    report = parse_apps_report(APPS_0_26)
    assert (report.created_at, report.live_sha, report.locked) == (None, GOOD, True)


def test_a_new_report_without_its_metadata_is_still_refused() -> None:
    with pytest.raises(ParseProblem):
        parse_apps_report(APPS_0_19 + "       App created at:                1772400000\n")


def test_the_branch_is_known_even_where_the_commit_is_short_or_missing() -> None:
    assert parse_deploy_branch(GIT_0_19) == "master"
    with pytest.raises(ParseProblem):
        parse_git_report(GIT_0_19)
    report = parse_git_report(GIT_0_25)
    assert (report.branch, report.sha) == ("master", "1f0c3e9")
    assert report.last_updated_at == datetime.fromtimestamp(1772400027, UTC)


def test_what_a_version_speaks_is_known_and_an_unknown_one_is_current() -> None:
    old = parse_version("dokku version 0.19.11\n")
    assert not any(speaks(old, feature) for feature in Feature)
    assert all(speaks(None, feature) for feature in Feature)
    assert speaks((0, 23, 1), Feature.REPORT_JSON)
    assert not speaks((0, 37, 9), Feature.GIT_REPORT_JSON)
    assert since(Feature.BUILDS) == "0.38.0"
