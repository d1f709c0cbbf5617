"""A program that has a real terminal, and the terminal after it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, environment

pytestmark = pytest.mark.timeout(60)

DRIVER = """
import asyncio, os, sys, termios
from pathlib import Path
from restant_tui.transport.foreground import Foreground

async def main():
    loop, ticks = asyncio.get_running_loop(), []
    loop.add_signal_handler(2, print, "interrupted us")
    async def tick():
        while True:
            ticks.append(1)
            await asyncio.sleep(0.001)
    ticking = asyncio.ensure_future(tick())
    before = termios.tcgetattr(0)
    out = await Foreground(Path(sys.argv[1]), dict(os.environ), grace=0.3).run(sys.argv[3:], float(sys.argv[2]))
    ticking.cancel()
    print("because", out.reason)
    settings, front = termios.tcgetattr(0) == before, os.tcgetpgrp(0) == os.getpgrp()
    print("settings", settings, "in front", front, "alive", len(ticks) > 1)
    print("ended", out.kind, out.exit_status, out.exit_signal, out.sent, flush=True)
    sys.stdin.readline()

asyncio.run(main())
"""


@contextmanager
def program(folder: Path, *argv: str, limit: float = 30.0, path: str = "") -> Iterator[Terminal]:
    """Give a terminal to that program, from another one that tells afterwards how it was."""
    env = environment(folder)
    if path:
        env["PATH"] = f"{path}:{env['PATH']}"
    made = Terminal(
        [sys.executable, "-c", DRIVER, str(folder), str(limit), *argv], columns=160, rows=40, env=env, cwd=folder
    )
    try:
        yield made
    finally:
        made.close()


def whole(screen: Terminal) -> None:
    """Wait until the terminal is back, and look whether it is as it was."""
    screen.wait_for("ended ")
    assert "settings True in front True" in screen.text
    assert screen.screen.cursor.hidden is False
    screen.type("x")
    screen.wait_until(lambda: screen.lines[screen.screen.cursor.y].startswith("x"), "what is typed to be shown")
    screen.press("enter")
    assert screen.wait_end() == 0
    assert screen.left_behind() == []


def test_keys_go_to_the_program_and_its_exit_status_comes_back(tmp_path: Path) -> None:
    with program(tmp_path, "sh", "-c", "printf name:; read name; echo hello $name; exit 3") as screen:
        screen.wait_for("name:")
        screen.type("mira")
        screen.press("enter")
        screen.wait_for("hello mira", "ended exited 3 None True", "alive True")
        whole(screen)


def test_a_program_that_is_killed_in_the_middle_leaves_nothing_of_its_own_behind(tmp_path: Path) -> None:
    spoilt = r"stty raw -echo; printf '\033[?1049h\033[?1000h\033[?25l\033[3;5r\033[31mred'; kill -9 $$"
    with program(tmp_path, "sh", "-c", spoilt) as screen:
        screen.wait_for("ended unknown None KILL True", "It was ended by the signal KILL")
        last = screen.received.rindex
        for on, off in ((b"?1049h", b"?1047l"), (b"?1000h", b"?1000l"), (b"?25l", b"?25h"), (b"[31m", b"[0m")):
            assert last(off) > last(on)
        assert screen.screen.margins in (None, (0, 39))
        whole(screen)


def test_ctrl_c_is_the_programs_own(tmp_path: Path) -> None:
    # Whoever has read a line from the terminal has it.
    asking = "trap 'echo caught' INT; echo go?; read; echo ready; while :; do read line && break; done; echo $line"
    with program(tmp_path, "bash", "-c", asking) as screen:
        screen.wait_for("go?")
        screen.press("enter")
        screen.wait_for("ready")
        screen.press("ctrl+c")
        screen.wait_for("caught")
        screen.type("on")
        screen.press("enter")
        screen.wait_for("ended exited 0")
        assert "interrupted us" not in screen.text
        whole(screen)


def test_ctrl_z_does_not_leave_a_stopped_program_that_nobody_can_wake(tmp_path: Path) -> None:
    with program(tmp_path, "sh", "-c", "echo ready; read line; echo got $line") as screen:
        screen.wait_for("ready")
        screen.press("\x1a")
        screen.type("on")
        screen.press("enter")
        screen.wait_for("got on", "ended exited 0")
        whole(screen)


def test_the_time_limit_takes_the_terminal_back_from_a_program_that_will_not_go(tmp_path: Path) -> None:
    stubborn = "trap '' HUP TERM INT; stty raw -echo; echo ready; while :; do sleep 0.05; done"
    with program(tmp_path, "sh", "-c", stubborn, limit=0.5) as screen:
        screen.wait_for("ended timed-out None None True", "The terminal was taken back after 0.5 s")
        whole(screen)


@pytest.mark.parametrize(("code", "ended"), [(255, "unknown None None True"), (1, "exited 1 None True")])
def test_trouble_of_ssh_is_unknown_and_what_ssh_said_is_shown_and_kept(tmp_path: Path, code: int, ended: str) -> None:
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(
        f"#!/bin/sh\nprintf 'Host key verification failed.\\r\\n' >&2\ntest -t 0 && test -t 1 && exit {code}\n"
    )
    ssh.chmod(0o700)
    with program(tmp_path, "ssh", "box", path=str(ssh.parent)) as screen:
        screen.wait_for(f"ended {ended}", "Host key verification failed.")
        assert ("ssh said: Host key verification failed." in screen.text) is (code == 255)
        whole(screen)


def test_a_program_that_is_not_there_is_told_and_was_never_started(tmp_path: Path) -> None:
    with program(tmp_path, "no-such-program") as screen:
        screen.wait_for("ended unknown None None False", "`no-such-program` is not installed here")
        screen.press("enter")
        assert screen.wait_end() == 0
