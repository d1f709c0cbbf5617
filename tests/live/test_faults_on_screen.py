"""What the dashboard says while a real host fails, how soon, and that it comes back by itself and leaves nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from restant_tui.clock import SystemClock
from restant_tui.config.model import App, Config, Environment, Identity, Polling
from restant_tui.engine.runtime import Runtime
from restant_tui.monitors.snapshots import LinksSnapshot
from restant_tui.paths import Paths
from restant_tui.transport.link import Link
from restant_tui.transport.timing import Timing
from screens.app import RestantApp
from tests.support import dokku_answers as said
from tests.support.answers import Answers
from tests.support.badwire import BadWire
from tests.support.console import connected, text
from tests.support.room import Room
from tests.support.sshd import PROGRAM, Sshd, descendants, running
from tests.support.waiting import until
from tests.support.webserver import response, web_server

pytestmark = [
    pytest.mark.live,
    pytest.mark.timeout(120),
    pytest.mark.skipif(PROGRAM is None, reason="OpenSSH's sshd is not installed"),
    pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc to find what is left"),
]
APP = "restant-main"
QUICK = Timing(
    connect_timeout=2, login_timeout=2, retry_first=0.05, retry_cap=0.2, keepalive_interval=0.4, keepalive_count_max=3,
    close_grace=0.5, refused_retry=300,
)  # fmt: skip
SILENCE = 0.4 * 4
"""After that long without an answer a link is lost."""
SOON = 4.0
"""Within that a word must stand on the screen: the silence, the second of the console's clock, a loaded machine."""
POLLING = Polling(health="300ms", processes="300ms", releases="300ms", certificates="1h", stale_after="2s")


@dataclass
class Night:
    """A console on a real host that a test makes fail."""

    pilot: Pilot[None]
    app: RestantApp
    runtime: Runtime
    sshd: Sshd
    answers: Answers
    words: list[Link]
    """Every state the link was in, in order."""

    @property
    def shown(self) -> str:
        return text(self.app)

    @property
    def flat(self) -> str:
        return " ".join(self.shown.replace("│", " ").split())

    def log(self, words: str) -> None:
        """Have the app write a line."""
        now = datetime.now(UTC)
        self.answers.log(APP, "web.1", f"\x1b[36m{now:%Y-%m-%dT%H:%M:%S.%f}000Z app[web.1]:\x1b[0m {words}")

    async def sees(self, *words: str, within: float = SOON) -> None:
        """Wait until all of that stands on the screen."""
        await self._until(lambda: all(each in self.flat for each in words), within, " and ".join(words))

    async def is_well(self, within: float = 20) -> None:
        """Wait until everything is live again, the log is followed, and a new line of it is there."""
        await self._until(lambda: running(f"-f {self.answers.folder}/logs"), within, "a follow")
        self.log(mark := f"well {os.urandom(3).hex()}")
        await self._until(
            lambda: "link live" in self.shown and "lost" not in self.panes and "stale" not in self.panes,
            within,
            "everything live",
        )
        await self.sees(mark, "processes 1/1", "live 1f0c3e9", within=within)

    async def _until(self, condition: Callable[[], object], within: float, what: str) -> None:
        try:
            await until(condition, within)
        except AssertionError:
            raise AssertionError(f"{what}: not within {within} s on\n{self.shown}") from None

    @property
    def panes(self) -> str:
        """What Health and Releases say, without the log."""
        return "\n".join(line[:50] for line in self.shown.splitlines())

    def logged(self) -> list[str]:
        """Every line of the log in the buffer."""
        buffer = self.runtime.monitors.logs[APP]
        return [line.message for line in buffer.lines(0, buffer.total)]


@asynccontextmanager
async def night(folder: Path, server: Sshd, answers: Answers, *, port: int = 0) -> AsyncIterator[Night]:
    """A console that sees everything live; afterwards nothing of it may be left."""
    answers.say(f"builds:list {APP} --format json", said.builds_json(said.build("b2"), said.build("b1", after=-900)))
    answers.say(f"apps:report {APP} --format json", said.apps_json())
    for number in range(3):
        answers.log(APP, "web.1", f"\x1b[36m2026-03-02T02:00:0{number}.000000001Z app[web.1]:\x1b[0m before {number}")
    entry = msgspec.structs.replace(server.host(), admin=None, port=port or server.port, address=server.listen)
    words: list[Link] = []
    async with web_server(_well) as url:
        before_tasks, before_files = asyncio.all_tasks(), _files()
        config = Config(
            hosts={"box": entry},
            apps={APP: App(host="box", environment=Environment.PRODUCTION, url=f"{url}/health")},
            polling=POLLING,
            practice=False,
        )
        paths = Paths(config=folder / "config", data=folder / "data", state=folder / "state")
        runtimes: list[Runtime] = []

        async def open_runtime() -> Runtime:
            runtimes.append(
                Runtime.create(
                    config, clock=SystemClock(), paths=paths, actor="dev", rng=Random(1), environ={"PATH": "/usr/bin"},
                    timing=QUICK,
                )
            )  # fmt: skip
            return runtimes[0]

        app = RestantApp(open_runtime)
        async with app.run_test(size=(120, 40)) as pilot:
            await connected(app)
            noting = asyncio.create_task(_note(runtimes[0], words))
            here = Night(pilot, app, runtimes[0], server, answers, words)
            await here.is_well()
            yield here
            noting.cancel()
            await asyncio.gather(noting, return_exceptions=True)
        await until(lambda: _left(before_tasks) == [], what=f"the end of every task: {_left(before_tasks)}")
        await until(lambda: not server.pids, what="the end of every connection on the server")
        await until(lambda: not running(f"{answers.folder}/logs"), what="the end of every follow on the host")
        ours = [pid for pid in descendants(os.getpid()) if pid not in server.all_pids]
        assert ours == [], "processes of ours are left"
        await until(lambda: len(_files() - before_files) == 0, what=f"closed files: {_files() - before_files}")


async def _well(_head: bytes, _body: bytes) -> bytes:
    return response(200, b"well")


async def _note(runtime: Runtime, words: list[Link]) -> None:
    async for snapshot in runtime.monitors.links.follow():
        state = _state(snapshot)
        if not words or words[-1] is not state:
            words.append(state)


def _state(snapshot: LinksSnapshot) -> Link:
    return dict(snapshot.links)["box/dokku"].state


def _left(before: set[asyncio.Task[Any]]) -> list[str]:
    tasks = [task for task in asyncio.all_tasks() - before if not task.done()]
    return [str(task) for task in tasks if not any(ours in str(task.get_coro()) for ours in ("BadWire", "web_server"))]


def _files() -> set[str]:
    """The sockets, pipes and files this process holds open."""
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.add(f"{entry.name} {entry.readlink()}")
        except OSError:
            continue
    return {each for each in found if "/proc/" not in each}


@pytest.fixture
async def answers(tmp_path: Path) -> Answers:
    return Answers(tmp_path / "answers", "well")


@pytest.fixture
async def server(tmp_path: Path, answers: Answers) -> AsyncIterator[Sshd]:
    sshd = Sshd(tmp_path / "sshd", answers=answers)
    await sshd.start()
    yield sshd
    await sshd.stop()


@pytest.fixture
async def wire(server: Sshd) -> AsyncIterator[BadWire]:
    wire = BadWire(server.port)
    await wire.start()
    key = (server.folder / "host.pub").read_text()
    (server.folder / "known_hosts").write_text(f"[127.0.0.1]:{wire.port} {key}")
    yield wire
    await wire.stop()


async def test_a_killed_connection_is_back_at_once_and_the_log_says_that_nothing_is_missing(
    tmp_path: Path, server: Sshd, answers: Answers
) -> None:
    async with night(tmp_path, server, answers) as here:
        server.cut_sessions()
        here.log("while it was gone")
        await here.sees("while it was gone", "link lost for", "nothing is missing", within=10)
        await here.is_well()
        assert Link.LOST in here.words
        assert here.logged().count("while it was gone") == 1
        assert here.logged().count("before 2") == 1


async def test_a_stopped_host_is_lost_in_every_pane_and_comes_back_with_the_same_key(
    tmp_path: Path, server: Sshd, answers: Answers
) -> None:
    async with night(tmp_path, server, answers) as here:
        await server.stop()
        await here.sees("box/dokku lost", "processes 1/1 lost", "restant-main PRODUCTION lost")
        assert "✔ ok restant-main" not in here.flat, "nothing green is left of what cannot be seen"
        for number in range(150):
            here.log(f"unseen {number}")
        await server.start()
        await here.is_well()
        assert [line for line in here.logged() if "link lost for" in line and "nothing is missing" in line]
        assert [line for line in here.logged() if line.startswith("unseen")] == [f"unseen {n}" for n in range(150)]


async def test_more_lines_than_can_be_read_leave_a_line_with_from_and_to(
    tmp_path: Path, server: Sshd, answers: Answers
) -> None:
    async with night(tmp_path, server, answers) as here:
        await server.stop()
        await here.sees("box/dokku lost")
        start = datetime(2027, 1, 1, 2, 0, tzinfo=UTC)
        stamps = (start + timedelta(milliseconds=number) for number in range(10_500))
        answers.log(APP, "web.1", *(f"{at:%Y-%m-%dT%H:%M:%S.%f}000Z app[web.1]: flood" for at in stamps))
        await server.start()
        await here.is_well()
        (gap,) = [line for line in here.logged() if "are missing" in line]
        assert "lines of web.1 from" in gap
        assert "2027-01-01 02:00:00" in gap
        assert 9_900 < here.logged().count("flood") <= 10_000


async def test_a_frozen_host_is_stale_then_lost_and_live_again_when_it_thaws(
    tmp_path: Path, server: Sshd, answers: Answers
) -> None:
    async with night(tmp_path, server, answers) as here:
        server.freeze(server=True)
        began = asyncio.get_running_loop().time()
        await until(lambda: Link.STALE in here.words, 2)
        await until(lambda: Link.LOST in here.words, SILENCE + 1)
        await here.sees("box/dokku lost", "processes 1/1 lost", "restant-main PRODUCTION lost")
        assert asyncio.get_running_loop().time() - began < SILENCE + SOON + 1
        assert "✔ ok restant-main" not in here.flat
        here.log("said while frozen")
        server.thaw()
        await here.is_well()
        assert here.words[-1] is Link.LIVE
        assert here.logged().count("said while frozen") == 1


async def test_a_wire_of_a_kilobyte_a_second_is_slow_but_never_called_lost(
    tmp_path: Path, server: Sshd, answers: Answers, wire: BadWire
) -> None:
    async with night(tmp_path, server, answers, port=wire.port) as here:
        del here.words[:]
        wire.rate = 1024
        here.log("comes slowly")
        await here.sees("comes slowly", within=10)
        assert Link.LOST not in here.words
        # What is asked more often than the wire can carry grows old, and says so.
        await here.sees("ago", within=10)
        wire.rate = 0
        await here.is_well()


async def test_a_reset_while_channels_open_is_mended_without_a_word_too_many(
    tmp_path: Path, server: Sshd, answers: Answers, wire: BadWire
) -> None:
    async with night(tmp_path, server, answers, port=wire.port) as here:
        session = here.runtime.links.session("box", Identity.DOKKU)
        wire.swallow = 0
        await until(lambda: session.in_use > 0, what="a channel that opens")
        wire.reset()
        wire.swallow = None
        here.log("after the reset")
        await here.sees("after the reset", within=10)
        await here.is_well()
        assert here.logged().count("after the reset") == 1


async def test_a_host_with_another_key_is_refused_until_a_person_acts(
    tmp_path: Path, server: Sshd, answers: Answers
) -> None:
    async with night(tmp_path, server, answers) as here:
        await server.stop()
        server.new_host_key()
        await server.start()
        await here.sees("box/dokku refused", "processes 1/1 lost", str(server.folder / "known_hosts"))
        asked = len(answers.asked)
        session = here.runtime.links.session("box", Identity.DOKKU)
        attempts, now = session.attempts, datetime.now(UTC)
        # Ten times as long as it takes to connect again.
        await until(lambda: here.app.now and here.app.now - now > timedelta(seconds=2))
        assert session.attempts == attempts
        assert len(answers.asked) == asked, "nothing may be sent to a host that is not the one we know"
        await here.pilot.press("escape")
        await here.sees("box/dokku is refused: The host key of 127.0.0.1 has CHANGED", "ctrl+r tries again")
        assert "✔ ok restant-main" not in here.flat
        server.learn_host_key()
        await here.pilot.press("ctrl+r")
        await here.is_well()


async def test_a_half_open_link_is_lost_in_time_and_comes_back_with_the_cable(
    tmp_path: Path, answers: Answers, room: Room
) -> None:
    server = Sshd(tmp_path / "sshd", listen=room.address, inside=("ip", "netns", "exec", room.name), answers=answers)
    public = (server.folder / "host.pub").read_text()
    (server.folder / "known_hosts").write_text(f"[{room.address}]:{server.port} {public}")
    await server.start()
    try:
        async with night(tmp_path, server, answers) as here:
            room.cable("down")
            await here.sees("box/dokku lost", "processes 1/1 lost", within=SILENCE + SOON)
            here.log("said to nobody")
            room.cable("up")
            await here.is_well()
            assert here.logged().count("said to nobody") == 1
    finally:
        await server.stop()
