from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked, NoKeyringError

from restant_tui.cli.main import run

VALUE = "s3cr3t-value-nobody-sees"
CONFIG = """
hosts: {main: {address: h, dokku: {user: dokku}}}
apps: {shop: {host: main, environment: staging, url: "http://localhost/health"}}
channels:
  team: {kind: slack-webhook, secret: slack}
  ops: {kind: slack-webhook, secret: "env:OPS_HOOK"}
"""


class Drawer:
    """A keyring in memory; `broken` is raised instead."""

    broken: Exception | None = None

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if self.broken:
            raise self.broken
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.broken:
            raise self.broken
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[username]


@pytest.fixture(autouse=True)
def drawer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drawer:
    made = Drawer()
    monkeypatch.setenv("RESTANT_TUI_HOME", str(tmp_path))
    monkeypatch.delenv("OPS_HOOK", raising=False)
    monkeypatch.setattr("restant_tui.config.secrets._system_keyring", lambda: made)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text(CONFIG)
    return made


def send(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> None:
    data = text.encode() if isinstance(text, str) else text
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_value_from_standard_input_is_kept_and_never_printed(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    send(monkeypatch, VALUE + "\n")
    assert run(["secret", "set", "slack"]) == 0
    assert drawer.kept == {"slack": VALUE}
    assert run(["secret", "list"]) == 0
    assert run(["secret", "list", "--json"]) == 0
    printed = capsys.readouterr()
    assert VALUE not in printed.out + printed.err
    assert "stored slack in the keyring" in printed.out


def test_at_a_terminal_it_is_asked_for_twice_without_echo(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter([VALUE, VALUE, VALUE, "other"])
    asked: list[str] = []

    def getpass(prompt: str) -> str:
        asked.append(prompt)
        return next(typed)

    send(monkeypatch, "")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", getpass)
    assert run(["secret", "set", "slack"]) == 0
    assert drawer.kept == {"slack": VALUE}
    assert asked == ["value of slack (not shown): ", "once more: "]
    assert run(["secret", "set", "slack"]) == 2
    assert "the two differ" in capsys.readouterr().err
    assert drawer.kept == {"slack": VALUE}


def test_the_list_says_where_each_is_referred_to(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPS_HOOK", VALUE)
    for name in ("slack", "old"):
        send(monkeypatch, VALUE)
        assert run(["secret", "set", name]) == 0
    capsys.readouterr()
    assert run(["secret", "list", "--json"]) == 0
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert listed["slack"] == {"name": "slack", "there": True, "used_by": ["channel team"]}
    assert listed["env:OPS_HOOK"] == {"name": "env:OPS_HOOK", "there": True, "used_by": ["channel ops"]}
    assert listed["old"] == {"name": "old", "there": True, "used_by": []}
    assert run(["secret", "list"]) == 0
    said = capsys.readouterr().out
    assert "nothing refers to it" in said
    assert VALUE not in said


def test_one_that_is_removed_is_gone(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    send(monkeypatch, VALUE)
    assert run(["secret", "set", "slack"]) == 0
    assert run(["secret", "remove", "slack"]) == 0
    assert drawer.kept == {}
    assert run(["secret", "remove", "slack"]) == 2
    assert "the keyring holds no secret named slack" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (KeyringLocked("locked"), "the keyring is locked: unlock it"),
        (NoKeyringError("none"), "this machine has no keyring that can be used"),
        (RuntimeError(f"dbus {VALUE}"), "the keyring cannot be used (RuntimeError)"),
    ],
)
@pytest.mark.parametrize("action", ["set", "remove"])
def test_each_trouble_with_the_keyring_names_the_environment_as_the_way_out(
    drawer: Drawer,
    broken: Exception,
    said: str,
    action: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    drawer.broken = broken
    send(monkeypatch, VALUE)
    assert run(["secret", action, "slack"]) == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert "env:NAME" in printed
    assert VALUE not in printed


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (["set", "slack", VALUE], "", "a secret does not belong on the command line"),
        (["set"], "", "which one? name it, as in `restant-tui secret set slack`"),
        (["set", "xoxb-123"], VALUE, "a secret's name is made of small letters"),
        (["set", "env:TOKEN"], VALUE, "env:TOKEN is an environment variable: set it there"),
        (["set", "slack"], "", "the secret slack was not stored: it is empty"),
        (["set", "slack"], "two\nlines", "it holds a line break"),
        (["set", "slack"], b"\xff\xfe", "it is not text in UTF-8"),
        (["set", "slack"], "x" * 70_000, "it is longer than 64 KiB"),
        (["list", "slack"], "", "`secret list` takes no name"),
    ],
)
def test_what_cannot_be_kept_is_one_sentence(
    drawer: Drawer,
    arguments: list[str],
    stdin: str | bytes,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    send(monkeypatch, stdin)
    assert run(["secret", *arguments]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert VALUE not in printed.out + printed.err
    assert drawer.kept == {}
