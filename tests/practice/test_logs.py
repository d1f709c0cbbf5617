from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta

import pytest

from restant_tui.practice.host import PracticeHost
from tests.support.practicehost import Login
from tests.support.waiting import until

LINE = re.compile(r"\x1b\[(\d+)m(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{9}Z app\[([^\]]+)\]:\x1b\[0m (.*)")


def parsed(lines: list[str]) -> list[tuple[str, ...]]:
    found = [LINE.fullmatch(line) for line in lines]
    assert all(found), lines
    return [match.groups() for match in found if match]


async def test_lines_come_in_one_block_a_container_with_stamp_tag_and_colour(dokku: Login, host: PracticeHost) -> None:
    asked_at = host.clock.now()
    answer = await dokku.run("logs restant-main --num 5")
    rows = parsed(answer.lines)
    assert [row[2] for row in rows] == ["worker.1"] * 5 + ["web.1"] * 5
    assert {row[2]: row[0] for row in rows} == {"web.1": "36", "worker.1": "33"}
    newest = datetime.fromisoformat(rows[-1][1] + "+00:00")
    assert asked_at - timedelta(seconds=10) < newest <= host.clock.now()


async def test_a_bad_release_fills_the_log_with_errors_and_a_good_one_does_not(dokku: Login) -> None:
    assert "production.ERROR: Connection refused" in (await dokku.run("logs restant-main")).out
    staging = (await dokku.run("logs restant-staging")).out
    assert "staging.INFO: " in staging
    assert "ERROR" not in staging


async def test_the_short_form_of_num_is_eaten_on_the_way(dokku: Login, admin: Login) -> None:
    assert len((await dokku.run("logs restant-staging -n 5")).lines) == 100
    assert len((await admin.run("dokku logs restant-staging -n 5")).lines) == 5


async def test_process_and_quiet(dokku: Login) -> None:
    assert {row[2] for row in parsed((await dokku.run("logs restant-main -p web")).lines)} == {"web.1"}
    for unknown in ("nope", "web.1"):
        answer = await dokku.run(f"logs restant-main -p {unknown}")
        assert (answer.status, answer.out) == (0, "")
    assert "app[" not in (await dokku.run("logs restant-main -q --num 3")).out


@pytest.mark.parametrize(
    ("flag", "says"),
    [
        (
            "--tail=100",
            'invalid argument "100" for "-t, --tail" flag: strconv.ParseBool: parsing "100": invalid syntax',
        ),
        ("--tail -f", "unknown shorthand flag: 'f' in -f"),
    ],
)
async def test_bad_flags_are_told_twice_and_end_with_2(dokku: Login, flag: str, says: str) -> None:
    answer = await dokku.run(f"logs restant-main {flag}")
    assert (answer.status, answer.lines) == (2, [says])
    assert answer.err.splitlines()[:2] == [says, "Usage of logs:"]


async def test_tail_with_a_number_still_follows(dokku: Login) -> None:
    follow = await dokku.open("logs restant-staging --tail 2", pty=True)
    lines = [await follow.stdout.readline() for _ in range(130)]
    assert all(line.endswith(b"\n") for line in lines)
    follow.close()


async def test_a_follower_on_a_terminal_ends_at_once_when_it_is_closed(dokku: Login) -> None:
    follow = await dokku.open("logs restant-staging -t", pty=True)
    assert await follow.stdout.readline()
    follow.close()
    await follow.wait_closed()
    await until(lambda: not _running(), what="the end of the follower")


async def test_control_c_on_a_terminal_ends_a_follower_with_1(dokku: Login) -> None:
    follow = await dokku.open("logs restant-staging -t", pty=True)
    assert await follow.stdout.readline()
    follow.stdin.write(b"\x03")
    await follow.stdout.read()
    assert follow.exit_status == 1


async def test_a_follower_without_a_terminal_lives_on_for_a_while_after_its_client(
    dokku: Login, host: PracticeHost
) -> None:
    follow = await dokku.open("logs restant-staging -t")
    assert await follow.stdout.readline()
    left_at = host.clock.now()
    follow.close()
    await until(lambda: not _running(), what="the end of the follower")
    assert host.clock.now() - left_at > timedelta(seconds=20)


async def test_followers_end_with_the_host(dokku: Login, host: PracticeHost) -> None:
    follow = await dokku.open("logs restant-staging -t")
    assert await follow.stdout.readline()
    await host.stop()
    assert not _running()


async def test_a_follower_ends_when_its_containers_are_replaced(dokku: Login) -> None:
    follow = await dokku.open("logs restant-staging -t", pty=True)
    assert await follow.stdout.readline()
    assert (await dokku.run("ps:restart restant-staging")).status == 0
    async with asyncio.timeout(5):
        await follow.stdout.read()
    assert follow.exit_status == 0


async def test_a_stopped_app_keeps_its_last_lines_and_follows_nothing(dokku: Login) -> None:
    await dokku.run("ps:stop restant-staging")
    first = await dokku.run("logs restant-staging -t")
    assert first.status == 0
    assert (await dokku.run("logs restant-staging")).out == first.out


def _running() -> bool:
    """Whether a follower still runs on the host, which lives in this process."""
    return any(task.get_name().startswith("practice dokku: logs") for task in asyncio.all_tasks())
