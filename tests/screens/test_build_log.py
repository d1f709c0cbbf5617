"""Each attempt's log is one key away from the Releases pane."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from restant_tui.dokku import commands
from restant_tui.monitors.snapshots import AttemptStatus, ReleasesSnapshot
from restant_tui.transport.outcome import Outcome
from screens.build_log import BuildLogScreen
from screens.dashboard import Dashboard
from tests.support.console import FakeRuntime, attempt, main_releases, open_console, settle, staging_releases, text
from tests.support.scripted import exited
from tests.support.waiting import until

FAILED = b"""-----> Deploying restant-main via the docker-local scheduler...
=====> Start of restant-main container output (ab12cd34ef5 web.1)
       Target class [printer] does not exist. [/x]
=====> End of restant-main container output (ab12cd34ef5 web.1)
 !     Could not start due to 1 failed checks (web.1)
"""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("key", ["enter", "o"])
async def test_the_log_of_a_failed_attempt_shows_what_its_container_said(size: tuple[int, int], key: str) -> None:
    runtime = FakeRuntime()
    runtime.outage()
    runtime.monitors.dokku.answers[commands.builds_output("restant-main", "b7")] = exited(FAILED)
    async with open_console(runtime, size) as pilot:
        await pilot.press("2", "down", "down", key)
        await until(lambda: isinstance(pilot.app.screen, BuildLogScreen))
        await until(lambda: "Could not start due to 1 failed checks" in text(pilot.app))
        await until(lambda: "whole" in text(pilot.app))
        shown = text(pilot.app)
        assert "restant-main" in shown
        assert "log of b7" in shown
        assert "failed" in shown
        assert "[/x]" in shown
        await pilot.press("slash", *"printer", "enter")
        await until(lambda: 'find "printer"' in text(pilot.app))
        await pilot.press("escape", "escape", "escape")
        assert isinstance(pilot.app.screen, Dashboard)


async def test_a_record_that_is_gone_leaves_a_sentence_and_not_an_empty_screen() -> None:
    runtime = FakeRuntime()
    runtime.outage()
    runtime.monitors.dokku.answers[commands.builds_output("restant-main", "b9")] = exited("")
    async with open_console(runtime, (80, 24)) as pilot:
        await pilot.press("2", "enter")
        await until(lambda: "The host has no log of this attempt" in text(pilot.app))
        assert "retention 100 keeps more" in text(pilot.app)


async def test_a_running_attempt_is_followed_until_it_ends_and_left_without_a_trace() -> None:
    runtime = FakeRuntime()
    argv = commands.builds_output("restant-main", "b10")
    going, left = asyncio.Event(), asyncio.Event()

    async def follow(on_data: Callable[[bytes], None]) -> Outcome:
        try:
            on_data(b"-----> Building\n")
            await going.wait()
            on_data(b"-----> Deploying\n")
            await asyncio.Event().wait()
        finally:
            left.set()
        raise AssertionError

    runtime.monitors.dokku.follows = [follow]
    runtime.monitors.dokku.answers[argv] = exited(b"-----> Building\n-----> Deploying\n=====> Application deployed:\n")
    running = attempt(10, AttemptStatus.RUNNING, 0.01, None, "")
    before = main_releases()
    under_way = replace(before, attempts=(running, *before.attempts))
    runtime.monitors.releases.publish(ReleasesSnapshot((under_way, staging_releases())))
    async with open_console(runtime) as pilot:
        await pilot.press("2", "enter")
        await until(lambda: "-----> Building" in text(pilot.app))
        assert "following" in text(pilot.app)
        going.set()
        await until(lambda: "-----> Deploying" in text(pilot.app))
        assert not left.is_set()
        done = replace(running, status=AttemptStatus.SUCCEEDED)
        runtime.monitors.releases.publish(
            ReleasesSnapshot((replace(under_way, attempts=(done, *before.attempts)), staging_releases()))
        )
        await until(lambda: "Application deployed" in text(pilot.app))
        await until(lambda: "whole" in text(pilot.app))
        assert left.is_set()
        assert text(pilot.app).count("-----> Building") == 1


async def test_leaving_the_screen_closes_the_follow() -> None:
    runtime = FakeRuntime()
    left = asyncio.Event()

    async def follow(on_data: Callable[[bytes], None]) -> Outcome:
        try:
            await asyncio.Event().wait()
        finally:
            left.set()
        raise AssertionError

    runtime.monitors.dokku.follows = [follow]
    before = main_releases()
    running = attempt(10, AttemptStatus.RUNNING, 0.01, None, "")
    runtime.monitors.releases.publish(ReleasesSnapshot((replace(before, attempts=(running, *before.attempts)),)))
    async with open_console(runtime) as pilot:
        await pilot.press("2", "enter")
        await until(lambda: runtime.monitors.dokku.followed == 1)
        await pilot.press("escape")
        await until(left.is_set)
        assert isinstance(pilot.app.screen, Dashboard)
        await settle(pilot)
        assert runtime.monitors.dokku.calls.count(commands.builds_output("restant-main", "b10")) == 1


async def test_with_no_attempt_under_the_cursor_the_key_says_why() -> None:
    runtime = FakeRuntime()
    async with open_console(runtime) as pilot:
        await pilot.press("2", "enter")
        await settle(pilot)
        assert "no release is selected" in text(pilot.app)


async def test_an_app_from_an_image_says_which_one_is_live() -> None:
    runtime = FakeRuntime()
    imaged = replace(main_releases(), live_sha=None, live_source="docker-image", live_subject="lab/restant:3")
    runtime.monitors.releases.publish(ReleasesSnapshot((imaged,)))
    async with open_console(runtime) as pilot:
        await settle(pilot)
        assert "live lab/restant:3  docker-image" in text(pilot.app)
