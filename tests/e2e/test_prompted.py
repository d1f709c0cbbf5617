"""A run line by line at a terminal, with prompts instead of the console."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.terminal import Terminal, terminal

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]
ROLLBACK = ("--practice", "--practice-speed", "20", "run", "rollback-emergency")


def asked(screen: Terminal) -> None:
    screen.wait_for("type restant-main to go on", timeout=30)


def test_a_person_types_the_name_arms_production_and_sees_it_end_well(tmp_path: Path) -> None:
    with terminal(*ROLLBACK, home=tmp_path, size=(140, 50)) as screen:
        asked(screen)
        for word in ("PRODUCTION", "destructive", "git:sync", "Replaces every container", "Deploys what was live"):
            assert word in screen.text
        screen.type("restant-main")
        screen.press("enter")
        screen.wait_for("production is read-only; arm it for 15 minutes?")
        screen.type("y")
        screen.press("enter")
        assert screen.wait_end(60) == 0
        assert "ok after" in screen.text


@pytest.mark.parametrize("typed", ["", "yes", "restant-staging"])
def test_anything_but_the_name_declines_and_changes_nothing(tmp_path: Path, typed: str) -> None:
    with terminal(*ROLLBACK, home=tmp_path, size=(140, 50)) as screen:
        asked(screen)
        screen.type(typed)
        screen.press("enter")
        assert screen.wait_end(30) == 4
        assert "declined after" in screen.text


def test_the_end_of_the_input_declines(tmp_path: Path) -> None:
    with terminal(*ROLLBACK, home=tmp_path, size=(140, 50)) as screen:
        asked(screen)
        screen.press("ctrl+d")
        assert screen.wait_end(30) == 4


def test_ctrl_c_pauses_first_and_a_second_choice_aborts(tmp_path: Path) -> None:
    with terminal("--practice", "run", "first-look", home=tmp_path, size=(140, 50)) as screen:
        screen.wait_for("First look at an app in trouble")
        screen.press("ctrl+c")
        screen.wait_for("pausing before the next step")
        screen.wait_for("paused: c goes on, a aborts", timeout=30)
        screen.type("a")
        screen.press("enter")
        assert screen.wait_end(30) == 4
        assert "aborted" in screen.text


def test_after_a_pause_it_goes_on_to_its_end(tmp_path: Path) -> None:
    with terminal("--practice", "run", "first-look", home=tmp_path, size=(140, 50)) as screen:
        screen.wait_for("First look at an app in trouble")
        screen.press("ctrl+c")
        screen.wait_for("paused: c goes on, a aborts", timeout=30)
        screen.type("c")
        screen.press("enter")
        assert screen.wait_end(30) == 0


def test_a_secret_is_asked_for_without_being_shown_and_a_missing_keyring_names_the_way_out(tmp_path: Path) -> None:
    # Never the keyring of whoever runs the tests.
    nowhere = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    with terminal("secret", "set", "slack", home=tmp_path, size=(140, 50), env=nowhere) as screen:
        for question in ("value of slack (not shown):", "once more:"):
            screen.wait_for(question)
            screen.type("s3cr3t-nobody-sees")
            screen.press("enter")
        assert screen.wait_end(30) == 2
        assert "this machine has no keyring that can be used" in screen.text
        assert "env:NAME" in screen.text
        assert b"s3cr3t" not in screen.received
