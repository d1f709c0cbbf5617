"""The terminal goes to ssh for work by hand, and comes back whole: in the console and on the command line."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support import headless
from tests.support.terminal import Terminal, terminal

needs_ssh = pytest.mark.skipif(shutil.which("ssh") is None, reason="OpenSSH's client is not installed")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

RUNBOOK = """\
format: 1
id: by-hand
title: Work by hand
category: maintenance
when_to_use: In tests.
owner: tests
reviewed: "2026-11-01"
estimate: {typical: 1m}
steps:
"""
PROMPT = """\
  - id: prompt
    kind: terminal
    title: Open the database
    danger: destructive
    argv: ["mysql:connect", restant-db]
    confirm: {style: type, phrase: restant-db}
    blast: {says: Everything in it.}
"""
SHELL = """\
  - id: shell
    kind: terminal
    title: Open a shell
    danger: destructive
    target: admin
    confirm: {style: type, phrase: restant-db}
    blast: {says: Everything on it.}
"""


def written(home: Path, steps: str) -> None:
    """Put the runbook where a person keeps their own."""
    folder = home / "restant" / "config" / "runbooks"
    folder.mkdir(parents=True)
    (folder / "by-hand.yaml").write_text(RUNBOOK + steps)


def rows(screen: Terminal) -> list[str]:
    """The runbooks in the list: each says how long it usually takes."""
    return [line for line in screen.lines if re.search(r"(?:only reads|change|destructive) +\d+ (?:min|h|s)\b", line)]


@contextmanager
def console(
    home: Path, steps: str, *, size: tuple[int, int] = (120, 40), speed: str = "20", path: str = ""
) -> Iterator[Terminal]:
    """A console in which the step has just been confirmed."""
    written(home, steps)
    env = {"PATH": path} if path else None
    with terminal("--practice", "--practice-speed", speed, home=home, size=size, env=env) as screen:
        screen.wait_for("restant-main", "answers 500", timeout=30)
        screen.press("r")
        screen.wait_for("─ Runbooks ─")
        screen.press("/")
        screen.wait_for("words to look for")
        screen.type("by-hand")
        screen.wait_until(lambda: "Work by hand" in screen.text and len(rows(screen)) == 1, "the one that is meant")
        screen.press("enter")
        screen.wait_for("enter Start or open")
        screen.press("enter")
        screen.wait_for("production is read-only", timeout=30)
        screen.press_until("w", lambda: "Type restant-db" in screen.text, "an armed production", patience=8)
        name_typed(screen)
        to_button(screen, "Proceed")
        yield screen


def name_typed(screen: Terminal) -> None:
    """Type the name; on a busy machine the line may open in the middle of it, so it is looked at, and typed anew."""
    for _ in range(5):
        screen.type("restant-db")
        with suppress(AssertionError):
            screen.wait_until(lambda: re.search(r"│ +restant-db +│", screen.text), "the whole name", timeout=5)
            return
        screen.press("\x15")
    raise AssertionError(f"the name cannot be typed; the screen is\n{screen.text}")


def to_button(screen: Terminal, button: str) -> None:
    """Go from a field to the button behind it; a second Tab too soon would go past it."""
    screen.press_until("tab", lambda: screen.reversed(button), f"the focus to {button}", patience=4)


def whole(screen: Terminal, settings: list[object]) -> None:
    """Look whether everything is again as the console had it."""
    screen.wait_until(lambda: screen.settings() == settings, "the terminal's settings of before")
    last = screen.received.rindex
    for ours, theirs in (
        (b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?1000h", b"\x1b[?1000l"), (b"\x1b[?1003h", b"\x1b[?1003l"),
        (b"\x1b[?2004h", b"\x1b[?2004l"), (b"\x1b[?1004h", b"\x1b[?1004l"), (b"\x1b[?25l", b"\x1b[?25h"),
        (b"\x1b[?7l", b"\x1b[?7h"),
    ):  # fmt: skip
        assert last(ours) > last(theirs), f"{ours!r} is not in force"
    assert last(b"\x1b]0;restant-tui PRACTICE PRODUCTION") > last(b"\x1b[?1049h"), "the title is not ours"


def told(screen: Terminal, words: str) -> None:
    """Say what was done, and go on."""
    screen.wait_for("What did you do there?", timeout=30)
    screen.type(words)
    to_button(screen, "Note it down")
    screen.press_until("enter", lambda: "What did you do there?" not in screen.text, "the next step")


def leave(screen: Terminal) -> None:
    screen.press_until("esc", lambda: "Health" in screen.text and "Logs" in screen.text, "the dashboard", patience=2)
    screen.press("q")
    assert screen.wait_end() == 0
    assert screen.left_behind() == []


@needs_ssh
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_a_person_types_in_the_database_leaves_it_and_finds_the_console_whole(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    with console(tmp_path, PROMPT, size=size) as screen:
        settings = screen.settings()
        screen.press("enter")
        screen.wait_for("PRACTICE PRODUCTION dokku@practice mysql:connect restant-db", "mysql>", timeout=30)
        assert "Leave with exit or ctrl+d; taken back in 30 min." in screen.text
        assert screen.received.rindex(b"\x1b[?1049l") > screen.received.rindex(b"\x1b[?1049h")
        screen.type("SHOW PROCESSLIST;")
        screen.press("enter")
        screen.wait_for("| Query ")
        screen.type("exit")
        screen.press("enter")
        told(screen, "only looked")
        screen.wait_for("everything was done and held")
        whole(screen, settings)
        assert "SHOW PROCESSLIST" not in screen.text
        leave(screen)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "restant").rglob("*") if path.is_file())
    assert b"only looked" in kept
    assert b"PROCESSLIST" not in kept, "what was typed is not recorded"


@needs_ssh
def test_a_program_that_is_killed_gives_the_console_back_and_is_unknown(tmp_path: Path) -> None:
    with console(tmp_path, SHELL) as screen:
        settings = screen.settings()
        screen.press("enter")
        screen.wait_for("admin@practice:~$", timeout=30)
        [number] = [number for number, line in screen.processes() if line.startswith("ssh ")]
        os.kill(number, signal.SIGKILL)
        screen.wait_for("It was ended by the signal KILL", "Open a shell", timeout=30)
        whole(screen, settings)
        screen.press_until("enter", lambda: "Summary" in screen.text, "the end of the run", patience=2)
        screen.wait_for("nobody knows whether a change happened")
        leave(screen)


@needs_ssh
def test_a_window_that_was_resized_meanwhile_is_drawn_in_its_new_size_and_nothing_has_stood_still(
    tmp_path: Path,
) -> None:
    with console(tmp_path, SHELL) as screen:
        screen.press("enter")
        screen.wait_for("admin@practice:~$", timeout=30)
        screen.resize(100, 30)
        # Three seconds in which feeds and logs change hundreds of times, and nobody may wait for the screen.
        screen.type("sleep 60")
        screen.press("enter")
        screen.type("whoami")
        screen.press("enter")
        screen.wait_until(lambda: b"$ admin\r\n" in screen.received, "the shell to go on", 30)
        screen.press("ctrl+d")
        told(screen, "looked around")
        screen.wait_for("everything was done and held")
        assert screen.lines[-1].rstrip().startswith(" ? Help")
        assert max(len(line.rstrip()) for line in screen.lines) > 90
        leave(screen)


def test_without_ssh_the_console_says_so_and_is_whole(tmp_path: Path) -> None:
    with console(tmp_path, PROMPT, path="/nowhere") as screen:
        settings = screen.settings()
        screen.press("enter")
        screen.wait_for("the program `ssh` is not installed here", timeout=30)
        whole(screen, settings)
        screen.press_until("enter", lambda: "Summary" in screen.text, "the end of the run", patience=2)
        leave(screen)


@needs_ssh
def test_on_the_command_line_ctrl_c_belongs_to_the_prompt_and_keys_typed_there_answer_nothing_here(
    tmp_path: Path,
) -> None:
    written(tmp_path, PROMPT)
    with terminal("--practice", "run", "by-hand", home=tmp_path, size=(140, 50)) as screen:
        screen.wait_for("type restant-db to go on", timeout=30)
        screen.type("restant-db")
        screen.press("enter")
        screen.wait_for("arm it for 15 minutes?")
        screen.type("y")
        screen.press("enter")
        settings = screen.settings()
        screen.wait_for("mysql>", timeout=30)
        screen.type("half a line")
        screen.press("ctrl+c")
        screen.wait_for("half a line^C")
        screen.type("SELECT 41;")
        screen.press("enter")
        screen.wait_for("| 41 |", "1 row in set")
        screen.press("ctrl+d")
        screen.wait_for("2. Note it down and go on", "1 to 2:")
        assert screen.settings() == settings
        assert "pausing before the next step" not in screen.text
        screen.type("2")
        screen.press("enter")
        screen.wait_for("What did you do there?:")
        screen.type("only looked")
        screen.press("enter")
        assert screen.wait_end(30) == 0
        assert "says: only looked" in screen.text
        assert screen.left_behind() == []


@needs_ssh
def test_on_the_command_line_a_host_that_is_ended_from_outside_takes_the_terminal_back(tmp_path: Path) -> None:
    written(tmp_path, SHELL)
    with terminal("--practice", "run", "by-hand", home=tmp_path, size=(140, 50)) as screen:
        screen.wait_for("type restant-db to go on", timeout=30)
        screen.type("restant-db")
        screen.press("enter")
        screen.wait_for("arm it for 15 minutes?")
        screen.type("y")
        screen.press("enter")
        screen.wait_for("admin@practice:~$", timeout=30)
        os.kill(screen.process.pid, signal.SIGTERM)
        assert screen.wait_end(30) == 3
        assert "its terminal was taken back" in screen.text
        assert screen.left_behind() == []


@pytest.mark.parametrize("extra", [(), ("--json",)])
def test_without_a_terminal_it_never_waits_and_says_what_it_needs(tmp_path: Path, extra: tuple[str, ...]) -> None:
    written(tmp_path, PROMPT)
    done = headless.run("--practice", "run", "by-hand", "--confirm", "restant-db", *extra, home=tmp_path)
    assert done.returncode == 1
    assert "needs a person at a terminal" in done.stdout
    assert "step.intent" not in done.stdout
