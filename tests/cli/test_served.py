from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from restant_tui.cli import served
from restant_tui.clock import SystemClock
from restant_tui.config.load import load
from restant_tui.errors import UsageProblem
from restant_tui.practice.host import PracticeHost


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[PracticeHost]:
    async with PracticeHost(speed=50, folder=tmp_path / "served", latency=0) as made:
        yield made


async def test_another_terminal_finds_the_host_and_its_time(host: PracticeHost) -> None:
    config = served.announce(host, host.folder)
    assert load(config) == host.config()
    clock = served.clock_beside(config)
    # Half a real second of slack, at fifty times.
    assert abs((clock.now() - host.clock.now()).total_seconds()) < 25


async def test_a_faster_clock_does_not_make_every_reading_stale(host: PracticeHost) -> None:
    polling = host.config().polling
    assert int(polling.stale_after.removesuffix("s")) > 15 * 50


async def test_a_second_host_from_one_folder_is_refused_while_the_first_lives(host: PracticeHost) -> None:
    served.announce(host, host.folder)
    state = host.folder / served.STATE_NAME
    plain = json.loads(state.read_text())
    alive, gone = 1, 2**30
    state.write_text(json.dumps({**plain, "pid": alive}))
    with pytest.raises(UsageProblem, match="served already"):
        served.refuse_second(host.folder)
    state.write_text(json.dumps({**plain, "pid": gone}))
    served.refuse_second(host.folder)


async def test_a_host_that_ended_leaves_its_ports_for_the_next(host: PracticeHost) -> None:
    served.announce(host, host.folder)
    served.withdraw(host.folder)
    kept = served.read(host.folder)
    assert kept is not None
    assert kept.pid == 0
    assert kept.ports == dict(host.ports)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_state_file_that_means_nothing_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / served.STATE_NAME).write_text(text)
    assert served.read(tmp_path) is None
    served.refuse_second(tmp_path)
    assert isinstance(served.clock_beside(tmp_path / "config.yaml"), SystemClock)


def test_the_practice_clock_runs_on_from_where_it_was_opened(tmp_path: Path) -> None:
    opened = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    started = datetime.now(UTC) - timedelta(minutes=1)
    state = served.Served(os.getpid(), {}, 10.0, started.isoformat(), opened.isoformat())
    (tmp_path / served.STATE_NAME).write_text(
        json.dumps({name: getattr(state, name) for name in ("pid", "ports", "speed", "started_at", "opened_at")})
    )
    shown = served.clock_beside(tmp_path / "config.yaml").now() - opened
    assert timedelta(minutes=10) <= shown < timedelta(minutes=11)
