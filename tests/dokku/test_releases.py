from __future__ import annotations

from collections.abc import Mapping

from restant_tui.dokku.builds import parse_builds_list
from restant_tui.dokku.git import parse_log, parse_reflog
from restant_tui.dokku.releases import Release, merge, rejected, same_commit
from tests.support import dokku_answers as said
from tests.support.dokku_answers import BAD, GOOD, OLD, build, move


def history(
    *records: dict[str, object],
    live: str | None = GOOD,
    reflog: str = "",
    ledger: Mapping[str, str] | None = None,
) -> dict[str, Release]:
    builds = parse_builds_list(said.builds_json(*records))
    releases = merge(builds, live, moves=parse_reflog(reflog), ledger=ledger)
    return {release.build.id: release for release in releases}


def test_newest_comes_first_whatever_the_order_of_the_records() -> None:
    assert list(history(build("b1"), build("b3", after=200), build("b2", after=100))) == ["b3", "b2", "b1"]


def test_a_push_moves_the_branch_at_its_end_and_a_sync_at_its_start() -> None:
    found = history(
        build("b2", after=100, source="git:sync", seconds=30),
        build("b1", after=0, source="git-hook", seconds=30),
        reflog=move(GOOD, 100) + move(OLD, 30),
    )
    assert (found["b1"].sha, found["b2"].sha) == (OLD, GOOD)
    assert found["b2"].live
    assert not found["b1"].live


def test_a_push_and_a_rollback_right_behind_it_are_told_apart() -> None:
    found = history(
        build("b2", after=32, source="git:sync", seconds=30),
        build("b1", after=0, source="git-hook", seconds=30),
        reflog=move(GOOD, 33) + move(BAD, 30),
    )
    assert (found["b1"].sha, found["b2"].sha) == (BAD, GOOD)


def test_a_rebuild_builds_what_the_branch_stood_at() -> None:
    found = history(
        build("b3", after=300, source="ps:restart", kind="deploy"),
        build("b2", after=200, source="ps:rebuild"),
        build("b1", after=0, source="git-hook", seconds=30),
        reflog=move(GOOD, 30),
    )
    assert {release.sha for release in found.values()} == {GOOD}
    assert found["b3"].live
    assert not found["b1"].live


def test_a_failed_push_left_no_trace_of_its_commit() -> None:
    found = history(
        build("b2", after=100, source="git-hook", status="failed"),
        build("b1", after=0, source="git-hook"),
        reflog=move(GOOD, 30),
    )
    assert found["b2"].sha is None
    assert found["b1"].live


def test_a_failed_sync_moved_the_branch_and_the_repair_is_not_its_commit() -> None:
    found = history(
        build("b2", after=100, source="git:sync", status="failed", seconds=30),
        build("b1", after=0, source="git-hook", seconds=30),
        reflog=move(GOOD, 131) + move(BAD, 100) + move(GOOD, 30),
    )
    assert found["b2"].sha == BAD
    assert found["b1"].live


def test_a_running_sync_is_not_given_the_commit_before_it() -> None:
    found = history(
        build("b2", after=100, source="git:sync", status="running", seconds=3),
        build("b1", after=0, source="git-hook", seconds=30),
        reflog=move(GOOD, 30),
    )
    assert found["b2"].sha is None


def test_without_a_reflog_only_the_newest_success_is_known() -> None:
    found = history(build("b3", after=200, status="failed"), build("b2", after=100), build("b1"))
    assert (found["b3"].sha, found["b2"].sha, found["b1"].sha) == (None, GOOD, None)
    assert found["b2"].live


def test_while_a_release_is_just_ending_nothing_is_guessed() -> None:
    found = history(build("b2", after=100, status="running"), build("b1"))
    assert found["b1"].sha is None
    assert not any(release.live for release in found.values())


def test_what_was_noted_before_counts_more_than_time() -> None:
    found = history(build("b1", source="git-hook"), reflog=move(GOOD, 30), ledger={"b1": OLD}, live=OLD)
    assert found["b1"].sha == OLD
    assert found["b1"].live


def test_a_short_live_commit_is_recognised_and_completed() -> None:
    found = history(build("b1", source="git-hook"), reflog=move(GOOD, 30, "Fix till"), live=GOOD[:9])
    assert found["b1"].live
    assert (found["b1"].sha, found["b1"].subject, found["b1"].author) == (GOOD, "Fix till", "Asha")


def test_an_app_from_an_image_has_no_live_commit() -> None:
    assert not any(release.live for release in history(build("b1"), live=None).values())


def test_subjects_come_from_the_log_too() -> None:
    log = parse_log(f"{GOOD}\x1f1772400000\x1fBina\x1fPrint receipts\n")
    (release,) = merge(parse_builds_list(said.builds_json(build("b1"))), GOOD, commits=log)
    assert (release.author, release.subject) == ("Bina", "Print receipts")


def test_the_newest_finished_build_decides_whether_a_restart_is_safe() -> None:
    def bad(*records: dict[str, object]) -> str | None:
        found = rejected(tuple(history(*records).values()))
        return found.build.id if found else None

    good = build("b1")
    assert bad(build("b2", after=100, status="failed"), good) == "b2"
    assert bad(build("b3", after=200), build("b2", after=100, status="failed"), good) is None
    assert bad(build("b3", after=200, status="running"), build("b2", after=100, status="failed"), good) == "b2"
    # A deploy that was refused for a lock leaves such a record; it built nothing.
    assert bad(build("b2", after=100, status="abandoned"), good) is None
    assert bad() is None


def test_what_a_real_dokku_listed_after_bad_deploys_is_judged_by_its_newest_end() -> None:
    row = "mws{:02}  {}  {}  {}  {}  2026-11-23T06:{:02}:00Z  43s\n"
    head = "Build ID  Kind  Status  PID  Source  Started  Duration\n"
    rows = [
        row.format(5, "deploy", "abandoned", 7087, "ps:restart", 38),
        row.format(4, "build", "abandoned", 6292, "ps:rebuild", 37),
        row.format(3, "build", "failed", 24553, "git:from-image", 30),
        row.format(2, "build", "succeeded", 18245, "git:from-image", 29),
    ]

    def bad(*, good_after: str = "") -> str | None:
        found = rejected(merge(parse_builds_list(head + good_after + "".join(rows)), None))
        return found.build.id if found else None

    assert bad() == "mws03"
    assert bad(good_after=row.format(6, "build", "canceled", 1, "ps:rebuild", 39)) == "mws03"
    assert bad(good_after=row.format(6, "build", "running", 1, "git:from-image", 39)) == "mws03"
    assert bad(good_after=row.format(6, "build", "succeeded", 1, "git:from-image", 39)) is None
    # Dokku keeps 20 records: of what is older nobody knows, and nothing is made up.
    failed = "".join(row.format(number, "build", "failed", 1, "git-hook", number) for number in range(30, 10, -1))
    assert rejected(merge(parse_builds_list(head + failed), None)).build.id == "mws30"  # type: ignore[union-attr]  # it is there


def test_commits_are_the_same_only_if_at_least_seven_digits_agree() -> None:
    assert same_commit(GOOD, GOOD[:7])
    assert not same_commit(GOOD, GOOD[:6])
    assert not same_commit(GOOD, BAD)
    assert not same_commit(None, None)
