"""The console in a real terminal, by keys alone."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pytest

from tests.support import headless
from tests.support.terminal import Terminal, environment, terminal

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]
PANES = ("Health", "Releases", "Logs", "Alerts")
SIZES = [(120, 40), (80, 24), (200, 60)]


def leave(screen: Terminal) -> None:
    screen.press("q")
    assert screen.wait_end() == 0
    assert screen.left_behind() == []


@pytest.mark.parametrize("size", SIZES)
def test_the_dashboard_is_there_within_five_seconds_and_q_leaves(tmp_path: Path, size: tuple[int, int]) -> None:
    with terminal("--practice", home=tmp_path, size=size) as screen:
        assert screen.wait_for(*PANES, "restant-main", "restant-staging", timeout=5) < 5
        assert "PRACTICE" in screen.text
        leave(screen)


def test_at_80x24_every_pane_is_reachable_and_the_footer_is_whole(tmp_path: Path) -> None:
    with terminal("--practice", "--practice-speed", "4", home=tmp_path, size=(80, 24)) as screen:
        screen.wait_for(*PANES, "restant-main", "answers 500")
        footer = screen.lines[-1].rstrip()
        assert "?" in footer
        assert len(footer) < 80
        screen.press("2")
        screen.wait_for("Move receipts")
        screen.press("3")
        screen.wait_for("ERROR")
        screen.press("4")
        screen.wait_for("critical")
        screen.press("1")
        screen.wait_for("answers 500")
        leave(screen)


def test_the_terminal_is_given_back_as_it_was(tmp_path: Path) -> None:
    with terminal("--practice", home=tmp_path) as screen:
        screen.wait_for(*PANES, "answers 500")
        leave(screen)
        assert b"\x1b[?1049h" in screen.received
        assert screen.received.rindex(b"\x1b[?1049l") > screen.received.rindex(b"\x1b[?1049h")
        titles = re.findall(rb"\x1b\]0;(.*?)\x07", screen.received)
        assert any(b"PRACTICE PRODUCTION" in title for title in titles)


def test_a_crash_gives_the_terminal_back_and_leaves_a_report_without_values(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from screens.app import RestantApp\n"
        "from restant_tui.cli.main import run\n"
        "def mounted(self):\n"
        "    password = 'hunter2hunter2'\n"
        "    raise RuntimeError('out of luck')\n"
        "RestantApp.on_mount = mounted\n"
        "sys.exit(run(['--practice']))\n"
    )
    screen = Terminal([sys.executable, "-c", code], columns=120, rows=40, env=environment(tmp_path))
    try:
        assert screen.wait_end() == 70
        assert "this should not have happened: RuntimeError: out of luck" in screen.text
        [report] = (tmp_path / "restant" / "state" / "crashes").iterdir()
        assert "mounted" in report.read_text()
        for text in (screen.text, screen.received.decode(errors="replace")):
            assert "hunter2" not in text
            assert "Traceback" not in text
    finally:
        screen.close()


def test_no_configuration_is_told_before_the_screen_is_taken(tmp_path: Path) -> None:
    with terminal(home=tmp_path) as screen:
        assert screen.wait_end() == 2
        assert "no configuration at" in screen.text.replace("\n", "")
        assert b"\x1b[?1049h" not in screen.received


def test_without_colour_no_colour_is_sent_and_in_ascii_every_letter_is_one(tmp_path: Path) -> None:
    with terminal("--practice", "--no-color", "--ascii", home=tmp_path) as screen:
        screen.wait_for(*PANES, "restant-main", "answers 500")
        assert screen.text.isascii()
        cells = (screen.screen.buffer[row][column] for row in range(40) for column in range(120))
        colours = {cell.fg for cell in cells}
        assert all(len({colour[index : index + 2] for index in (0, 2, 4)}) == 1 for colour in colours - {"default"})
        leave(screen)


def test_a_whole_rollback_by_keys_alone_is_what_the_host_says_over_ssh(tmp_path: Path) -> None:
    with headless.served(tmp_path, "--practice-speed", "20") as host:
        before = host.ask("apps:report", "restant-main", "--app-deploy-source-metadata").strip()
        with terminal("--config", str(host.config), home=tmp_path) as screen:
            screen.wait_for(*PANES, "x critical restant-main answers 500", "rollback-emergency")
            screen.press("4", "home", "enter")
            screen.wait_for("─ Runbooks ─", "─ Emergency rollback ─")
            screen.press("enter")
            confirm_rollback(screen)
            screen.wait_for("Summary", "everything was done and held", "restant-tui export", timeout=60)
            screen.press("esc")
            screen.wait_gone("restant-tui export")
            screen.press("esc")
            screen.wait_for(*PANES)
            leave(screen)
        after = host.ask("apps:report", "restant-main", "--app-deploy-source-metadata").strip()
        assert after != before
        assert len(after.rpartition("#")[2]) == 40


def test_a_host_that_dies_is_lost_with_an_age_and_comes_back_by_itself(tmp_path: Path) -> None:
    with headless.served(tmp_path) as host, terminal("--config", str(host.config), home=tmp_path) as screen:
        screen.wait_for(*PANES, "restant-main", "live")
        host.end(signal.SIGKILL)
        screen.wait_until(lambda: "lost" in screen.text and " ago" in screen.text, "lost, with an age", 30)
        with headless.served(tmp_path):
            screen.wait_gone("lost", timeout=60)
            screen.wait_for("restant-main", "live")
            leave(screen)


def confirm_rollback(screen: Terminal) -> None:
    """Take the first release that is offered, arm production, type the name and press Proceed on its own."""
    screen.wait_for("Start: Emergency rollback", "Cache the lunch menu")
    screen.tab_to("Start")
    screen.press("enter")
    screen.wait_for("destructive", "production is read-only", timeout=30)
    # Once armed, a second w would stand in the line that is typed into.
    screen.press_until(
        "w", lambda: "ARMED" in screen.text and "Type restant-main" in screen.text, "an armed production", patience=4
    )
    screen.press("shift+tab")
    screen.type("restant-main")
    screen.tab_to("Proceed")
    screen.press("enter")
    screen.wait_gone("open Proceed")
