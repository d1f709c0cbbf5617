from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from restant_tui.config.model import Config, Host, Identity, Login
from restant_tui.errors import UsageProblem
from restant_tui.transport.link import Link, LinkStatus
from restant_tui.transport.links import Links
from restant_tui.transport.outcome import OutcomeKind
from restant_tui.transport.session import Session
from restant_tui.transport.timing import Timing
from tests.support.clock import ManualClock
from tests.support.sshserver import ScriptedServer
from tests.support.waiting import until
from tests.transport.test_session import opened, script


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ScriptedServer]:
    server = ScriptedServer(tmp_path, script)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def states(seen: list[LinkStatus]) -> list[Link]:
    return [status.state for status in seen]


async def resting(session: Session, clock: ManualClock) -> None:
    """Wait until the session has failed and sleeps until its next try."""
    await until(lambda: session.next_try > 0 and clock.sleepers)


async def test_while_the_host_is_down_commands_answer_at_once_and_do_not_knock(
    server: ScriptedServer, clock: ManualClock
) -> None:
    session = opened(server, clock)
    await server.stop()
    first = await session.run(["say", "x"], timeout=5)
    outcomes = [await session.run(["say", "x"], timeout=5) for _ in range(50)]
    assert session.attempts == 1
    assert not first.sent
    for outcome in outcomes:
        assert (outcome.kind, outcome.sent) == (OutcomeKind.UNKNOWN, False)
        assert "refuses connections" in outcome.reason
        assert "Next try in" in outcome.reason
    await session.close()


async def test_it_comes_back_by_itself_and_since_tells_when_it_was_lost(
    server: ScriptedServer, clock: ManualClock
) -> None:
    seen: list[LinkStatus] = []
    session = opened(server, clock, seen=seen)
    session.start()
    await until(lambda: session.status.state is Link.LIVE)
    clock.advance(60)
    lost_at = clock.now()
    await server.stop()
    await until(lambda: session.status.state is Link.LOST)
    for _ in range(8):
        before = session.attempts
        await resting(session, clock)
        clock.advance(31)
        await until(lambda before=before: session.attempts > before)  # type: ignore[misc]  # bound per turn
    await resting(session, clock)
    assert session.status.since == lost_at
    await server.start()
    clock.advance(31)
    await until(lambda: session.status.state is Link.LIVE)
    assert states(seen) == [Link.CONNECTING, Link.LIVE, Link.LOST, Link.LOST, Link.LIVE]
    await session.close()


async def test_an_hour_of_outage_is_no_storm_of_logins(server: ScriptedServer, clock: ManualClock) -> None:
    session = opened(server, clock)
    await server.stop()
    session.start()
    for _ in range(720):
        await resting(session, clock)
        clock.advance(5)
    assert 100 <= session.attempts <= 3600 / 22.5 + 10
    await session.close()


async def test_a_host_that_hangs_up_after_login_is_not_called_in_a_loop(
    server: ScriptedServer, clock: ManualClock
) -> None:
    session = opened(server, clock)
    session.start()
    for expected in range(1, 5):
        await until(lambda expected=expected: server.logins == expected)  # type: ignore[misc]  # bound per turn
        await until(lambda: session.status.state is Link.LIVE)
        server.cut()
        await until(lambda: session.status.state is Link.LOST)
        assert session.next_try >= 0.75 * 0.5 * 2 ** (expected - 1)
        await resting(session, clock)
        clock.advance(session.next_try)
    await session.close()


async def test_waking_tries_at_once(server: ScriptedServer, clock: ManualClock) -> None:
    session = opened(server, clock)
    session.start()
    await server.stop()
    await until(lambda: session.next_try > 0)
    await server.start()
    session.wake()
    await until(lambda: session.status.state is Link.LIVE)
    await session.close()


async def test_without_a_keeper_the_next_command_opens_the_link_again(
    server: ScriptedServer, clock: ManualClock
) -> None:
    session = opened(server, clock)
    assert (await session.run(["say", "x"], timeout=5)).succeeded
    server.cut()
    await until(lambda: session.status.state is Link.LOST)
    clock.advance(1)
    assert (await session.run(["say", "x"], timeout=5)).succeeded
    await session.close()


async def test_a_host_that_stops_answering_is_stale_then_live_again(server: ScriptedServer, clock: ManualClock) -> None:
    seen: list[LinkStatus] = []
    session = opened(server, clock, Timing(keepalive_interval=0.2, keepalive_count_max=50), seen)
    assert (await session.run(["say", "x"], timeout=5)).succeeded
    server.freeze()
    await until(lambda: session.status.state is Link.STALE)
    assert "stopped answering" in session.status.reason
    server.thaw()
    await until(lambda: session.status.state is Link.LIVE)
    assert states(seen) == [Link.CONNECTING, Link.LIVE, Link.STALE, Link.LIVE]
    await session.close()


async def test_a_host_that_never_answers_again_is_lost_and_the_command_unknown(
    server: ScriptedServer, clock: ManualClock
) -> None:
    session = opened(server, clock, Timing(keepalive_interval=0.1, keepalive_count_max=3))
    running = asyncio.create_task(session.run(["hang"], timeout=30))
    await until(lambda: "hang" in server.commands)
    server.freeze()
    outcome = await running
    assert (outcome.kind, outcome.sent) == (OutcomeKind.UNKNOWN, True)
    assert session.status.state is Link.LOST
    assert "has not answered for" in session.status.reason
    await session.close()


async def test_links_name_their_sessions_and_their_states(server: ScriptedServer, clock: ManualClock) -> None:
    seen: list[tuple[str, Link]] = []
    config = Config(hosts={"main": server.host()}, apps={})
    links = Links(config, clock=clock, on_status=lambda name, status: seen.append((name, status.state)))
    assert [name for name, _ in links.statuses()] == ["main/dokku", "main/admin"]
    assert (await links.session("main", Identity.ADMIN).run(["say", "x"], timeout=5)).succeeded
    assert seen == [("main/admin", Link.CONNECTING), ("main/admin", Link.LIVE)]
    assert links.session("main", Identity.ADMIN) is links.session("main", Identity.ADMIN)
    links.start()
    await until(lambda: all(status.state is Link.LIVE for _, status in links.statuses()))
    await links.close()
    assert all(status.state is Link.LOST for _, status in links.statuses())


async def test_links_say_what_is_not_configured(clock: ManualClock) -> None:
    host = Host(address="192.0.2.1", dokku=Login(user="dokku"))
    links = Links(Config(hosts={"main": host}, apps={}), clock=clock)
    with pytest.raises(UsageProblem, match="no `admin` login"):
        links.session("main", Identity.ADMIN)
    with pytest.raises(UsageProblem, match="no host `other`"):
        links.session("other", Identity.DOKKU)
    with pytest.raises(UsageProblem):
        Session(host, Identity.ADMIN, clock=clock, chance=random.Random(1))
    await links.close()
