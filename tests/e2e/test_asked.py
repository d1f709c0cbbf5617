"""Whom we trust and who we are, asked at a plain terminal; where there is none, nothing is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from restant_tui.transport.passphrases import name_of
from tests.support.filekeyring import variables
from tests.support.headless import run
from tests.support.sshagent import PROGRAMS, keygen
from tests.support.stranger import Stranger, stranger
from tests.support.terminal import Terminal, terminal

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
QUESTION = "n refuse [n]:"
SIZE = (140, 60)
PHRASE = "correct-h0rse"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Stranger]:
    with stranger(tmp_path, "--practice-speed", "20") as host:
        yield host


def test_an_unknown_key_is_shown_whole_and_once_remembered_the_verb_goes_on(there: Stranger, tmp_path: Path) -> None:
    doctor = ("--config", str(there.config), "doctor")
    with terminal(*doctor, home=tmp_path, size=SIZE) as screen:
        screen.wait_for(QUESTION, timeout=30)
        for words in ("host:    127.0.0.1, port", "key:     ssh-ed25519", "print:   SHA256:", "+--[ED25519 256]--+"):
            assert words in screen.text
        assert "~/known_hosts" in screen.text
        assert not there.known_hosts.exists()
        screen.type("x\n")
        screen.wait_for("s, r or n:")
        screen.type("r\n")
        assert screen.wait_end(60) in (1, 2)
        assert screen.received.count(b"practice/dokku") == 1
        assert b"dokku version" in screen.received
        assert screen.received.count(QUESTION.encode()) == 1, "asked once for both logins"
    assert there.known_hosts.read_text() == there.line()
    with terminal("--config", str(there.config), "plan", "first-look", home=tmp_path, size=SIZE) as screen:
        assert screen.wait_end(60) == 0
        assert QUESTION.encode() not in screen.received


def test_a_run_waits_for_the_answer_and_then_goes_on(there: Stranger, tmp_path: Path) -> None:
    with terminal("--config", str(there.config), "run", "first-look", home=tmp_path, size=SIZE) as screen:
        screen.wait_for(QUESTION, timeout=30)
        screen.type("s\n")
        assert screen.wait_end(60) == 0
        assert b"the record: restant-tui export" in screen.received
    assert not there.known_hosts.exists(), "for this session only"


@pytest.mark.parametrize("said", ["\n", "n\n", "\x04"])
@pytest.mark.parametrize("verb", ["status", "doctor"])
def test_what_is_no_clear_yes_refuses(there: Stranger, tmp_path: Path, verb: str, said: str) -> None:
    with terminal("--config", str(there.config), verb, home=tmp_path, size=SIZE) as screen:
        screen.wait_for(QUESTION, timeout=30)
        screen.press(said)
        assert screen.wait_end(60) == (3 if verb == "doctor" else 2)
        assert b"127.0.0.1 is left alone" in screen.received
        assert screen.received.count(QUESTION.encode()) == 1
    assert not there.known_hosts.exists()


def test_what_was_typed_before_the_question_answers_nothing(there: Stranger, tmp_path: Path) -> None:
    with terminal("--config", str(there.config), "doctor", home=tmp_path, size=SIZE) as screen:
        screen.type("r\nr\nr")
        screen.wait_for(QUESTION, timeout=30)
        screen.press("\n")
        assert screen.wait_end(60) == 3
    assert not there.known_hosts.exists()


def test_without_a_terminal_or_for_a_program_nothing_is_asked(there: Stranger, tmp_path: Path) -> None:
    ended = run("--config", str(there.config), "doctor", home=tmp_path, stdin="r\nr\n")
    assert ended.returncode == 3
    assert "is not in" in ended.stdout
    assert QUESTION not in ended.stdout
    with terminal("--config", str(there.config), "doctor", "--json", home=tmp_path, size=SIZE) as screen:
        assert screen.wait_end(60) == 3
        assert QUESTION.encode() not in screen.received
    assert not there.known_hosts.exists()


@pytest.mark.skipif(not PROGRAMS, reason="ssh-keygen is not installed")
@pytest.mark.parametrize("mark", ["", "@revoked "])
def test_a_changed_or_revoked_key_names_line_and_file_and_offers_no_yes(
    there: Stranger, tmp_path: Path, mark: str
) -> None:
    keygen("-t", "ed25519", "-N", "", "-f", tmp_path / "other")
    old = mark + there.line(None if mark else tmp_path / "other.pub")
    there.known_hosts.write_text(f"# ours\n{old}")
    with terminal("--config", str(there.config), "doctor", home=tmp_path, size=(400, 60)) as screen:
        assert screen.wait_end(60) == 3
        said = screen.received.decode()
    assert ("marked as revoked in" if mark else "has CHANGED") in said
    assert "line 2 of ~/known_hosts" in said
    assert "trust" not in said
    assert "[n]" not in said
    assert there.known_hosts.read_text() == f"# ours\n{old}"


@pytest.mark.skipif(not PROGRAMS, reason="ssh-keygen is not installed")
def test_a_passphrase_is_asked_for_unseen_and_kept_only_after_a_yes(there: Stranger, tmp_path: Path) -> None:
    there.known_hosts.write_text(there.line())
    there.lock("admin", PHRASE)
    ring = tmp_path / "keyring.json"
    doctor = ("--config", str(there.config), "doctor")
    prompt = "Passphrase for the key ~/id_admin (not shown):"
    for keep in ("\n", "y\n"):
        assert not ring.exists()
        with terminal(*doctor, home=tmp_path, size=SIZE, env=variables(ring)) as screen:
            screen.wait_for(prompt, timeout=30)
            screen.type("mistyped-1\n")
            screen.wait_for("That does not open")
            screen.type(f"{PHRASE}\n")
            screen.wait_for("keep the passphrase in the system keyring? y or n [n]:")
            screen.type(keep)
            assert screen.wait_end(60) in (1, 2)
            for secret in (PHRASE, "mistyped-1"):
                assert secret.encode() not in screen.received
            assert b"let in by ~/id_admin" in screen.received
    name = name_of(there.key("admin"))
    assert json.loads(ring.read_text()) == {f"restant-tui/{name}": PHRASE}
    with terminal(*doctor, home=tmp_path, size=SIZE, env=variables(ring)) as screen:
        assert screen.wait_end(60) in (1, 2)
        assert b"Passphrase for" not in screen.received
    listed = run("--config", str(there.config), "secret", "list", home=tmp_path, env=variables(ring))
    assert name in listed.stdout
    assert "the passphrase of ~/id_admin" in listed.stdout
    assert PHRASE not in listed.stdout
    removed = run("secret", "remove", name, home=tmp_path, env=variables(ring))
    assert removed.stdout == f"removed {name}\n"
    assert json.loads(ring.read_text()) == {}


@pytest.mark.skipif(not PROGRAMS, reason="ssh-keygen is not installed")
def test_three_wrong_passphrases_are_enough(there: Stranger, tmp_path: Path) -> None:
    there.known_hosts.write_text(there.line())
    there.lock("admin", PHRASE)
    with terminal("--config", str(there.config), "doctor", home=tmp_path, size=SIZE) as screen:
        prompt = "Passphrase for the key ~/id_admin (not shown):"
        screen.wait_for(prompt, timeout=30)
        screen.type("wrong\n")
        for times in (1, 2):
            again = partial(said, screen, "That does not open", times)
            screen.wait_until(again, "the question once more", 30)
            screen.type("wrong\n")
        assert screen.wait_end(60) == 3
        assert b"a passphrase that was not given" in screen.received


def said(screen: Terminal, words: str, times: int) -> bool:
    return screen.received.count(words.encode()) == times
