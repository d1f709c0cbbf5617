"""A person at a terminal of the practice host: keys, lines, prompts, and ways to leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import asyncssh
import pytest

from restant_tui.practice.host import PracticeHost
from restant_tui.practice.line_editor import LineEditor
from tests.support.practicehost import connect


class Seat:
    """One terminal on the host, with everything it has shown."""

    def __init__(self, process: asyncssh.SSHClientProcess[bytes]) -> None:
        self.process = process
        self.shown = ""

    def type(self, keys: str) -> None:
        self.process.stdin.write(keys.encode())

    async def sees(self, text: str) -> None:
        """Wait until that is shown, after what was seen before."""
        async with asyncio.timeout(10):
            while text not in self.shown:
                data = await self.process.stdout.read(4096)
                assert data, f"{text!r} was never shown: {self.shown!r}"
                self.shown += data.decode()
        self.shown = self.shown.partition(text)[2]

    async def left(self) -> int | None:
        async with asyncio.timeout(10):
            while data := await self.process.stdout.read(4096):
                self.shown += data.decode()
            await self.process.wait_closed()
        return self.process.exit_status


Sit = Callable[..., "asyncio.Future[Seat]"]


@pytest.fixture
async def sit(host: PracticeHost) -> AsyncIterator[Sit]:
    connections: list[asyncssh.SSHClientConnection] = []

    async def open_seat(command: str | None = None, user: str = "dokku") -> Seat:
        connection = await connect(host, user)
        connections.append(connection)
        return Seat(await connection.create_process(command, encoding=None, term_type="xterm"))

    yield lambda *given, **named: asyncio.ensure_future(open_seat(*given, **named))
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("way_out", ["exit\r", "quit;\r", "\\q\r", "\x04"])
async def test_a_database_answers_statements_in_frames_until_one_leaves(sit: Sit, way_out: str) -> None:
    seat = await sit("mysql:connect restant-db")
    await seat.sees("mysql> ")
    seat.type("select 1,\r")
    await seat.sees("    -> ")
    seat.type("'a';\r")
    await seat.sees("+---+-----+\r\n| 1 | 'a' |\r\n+---+-----+\r\n| 1 | 'a' |\r\n+---+-----+\r\n1 row in set")
    await seat.sees("mysql> ")
    seat.type("drop everything;\r")
    await seat.sees("ERROR 1064 (42000): You have an error in your SQL syntax")
    await seat.sees("mysql> ")
    seat.type(way_out)
    assert await seat.left() == 0


async def test_a_statement_that_was_begun_is_forgotten_by_ctrl_c(sit: Sit) -> None:
    seat = await sit("mysql:connect restant-db")
    await seat.sees("mysql> ")
    seat.type("select\r")
    await seat.sees("    -> ")
    seat.type("nonsen\x03")
    await seat.sees("^C\r\nmysql> ")
    seat.type("show processlist;\r")
    await seat.sees("SHOW PROCESSLIST")


async def test_redis_answers_at_its_prompt(sit: Sit) -> None:
    seat = await sit("redis:connect restant-cache")
    await seat.sees(":6379> ")
    seat.type("PING\r")
    await seat.sees("PONG\r\n")
    seat.type("exit\r")
    assert await seat.left() == 0


async def test_a_shell_of_the_admin_runs_one_command_a_line_and_leaves_with_the_last_status(sit: Sit) -> None:
    seat = await sit(user="admin")
    await seat.sees("admin@practice:~$ ")
    seat.type("df -h\r")
    await seat.sees("Filesystem")
    await seat.sees("$ ")
    seat.type("ls | wc\r")
    await seat.sees("not available on the practice host")
    await seat.sees("$ ")
    seat.type("help\r")
    await seat.sees("sudo")
    seat.type("\x04")
    assert await seat.left() == 0


async def test_ctrl_c_in_a_shell_ends_what_runs_there_and_not_the_shell_or_the_host(sit: Sit) -> None:
    seat = await sit(user="admin")
    await seat.sees("$ ")
    seat.type("sleep infinity\r")
    await seat.sees("sleep infinity\r\n")
    seat.type("\x03")
    await seat.sees("^C\r\n")
    await seat.sees("$ ")
    seat.type("whoami\r")
    await seat.sees("admin")
    seat.type("exit 3\r")
    assert await seat.left() == 3


async def test_ctrl_d_ends_what_reads_first_and_then_the_shell(sit: Sit) -> None:
    seat = await sit(user="admin")
    await seat.sees("$ ")
    seat.type("cat\r")
    await seat.sees("cat\r\n")
    seat.type("back\r")
    await seat.sees("back\r\nback\n")
    seat.type("\x04")
    await seat.sees("$ ")
    seat.type("\x04")
    assert await seat.left() == 0


async def test_whoever_hangs_up_at_a_prompt_leaves_nothing_running(sit: Sit, host: PracticeHost) -> None:
    from tests.support.waiting import until

    seat = await sit("mysql:connect restant-db")
    await seat.sees("mysql> ")
    assert host._sessions is not None
    assert len(host._sessions.tasks) == 1
    seat.process.close()
    await until(lambda: host._sessions is not None and not host._sessions.tasks)


def typed(keys: bytes, *, echo: bool = True) -> tuple[list[bytes], bytes]:
    """What comes of keys: the lines (`end` and `stop` as they come), and what is shown."""
    got: list[bytes] = []
    shown = bytearray()
    editor = LineEditor(
        got.append, lambda: got.append(b"end"), lambda: got.append(b"stop"), shown.extend if echo else None
    )
    for key in keys:
        editor.take(bytes([key]))
    return got, bytes(shown)


@pytest.mark.parametrize(
    ("keys", "lines"),
    [
        ("abc\r", [b"abc\n"]),
        ("abx\x7fc\n", [b"abc\n"]),
        ("gone\x15kept\r", [b"kept\n"]),
        ("one two \x17three\r", [b"one three\n"]),
        ("\x17\x7fa\r", [b"a\n"]),
        ("a\x1b[A\x1b[1;5D\x1bOPb\r", [b"ab\n"]),
        ("übel\x7f\x7f\x7f\x7fé\r", ["é\n".encode()]),
        ("\x04", [b"end"]),
        ("a\x04\r", [b"a\n"]),
        ("a\x03b\r", [b"stop", b"b\n"]),
        ("\r", [b"\n"]),
    ],
)
def test_keys_become_lines(keys: str, lines: list[bytes]) -> None:
    assert typed(keys.encode())[0] == lines


def test_keys_are_shown_as_they_are_typed_and_not_at_all_where_that_is_switched_off() -> None:
    assert typed(b"ab\x7f\r")[1] == b"ab\b \b\r\n"
    assert typed(b"ab\r", echo=False) == ([b"ab\n"], b"")
