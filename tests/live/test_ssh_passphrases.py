"""A passphrase that need not be asked for: kept in the keyring because a person said so, or in the environment."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from asyncssh.sk_eddsa import _SKEd25519Key
from keyring import errors

from restant_tui.text import MASK, Redactor
from restant_tui.transport.passphrases import Passphrases, name_of, variable_of, without
from restant_tui.transport.personal import Personal
from tests.support.drawer import Drawer, secrets
from tests.support.sshagent import PROGRAMS, keygen
from tests.support.sshd import PROGRAM, Sshd
from tests.support.sshperson import alias, asks, block, kept_out, let_in, person

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(PROGRAM is None or not PROGRAMS, reason="OpenSSH's sshd, ssh-agent or ssh-keygen is missing"),
]
PHRASE = "correct h0rse"


@pytest.fixture
async def sshd(tmp_path: Path) -> AsyncIterator[Sshd]:
    server = Sshd(tmp_path / "sshd")
    (server.folder / "plain").write_bytes((server.folder / "admin").read_bytes())
    keygen("-p", "-P", "", "-N", PHRASE, "-f", server.folder / "admin")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    return tmp_path / "home"


def somebody(home: Path, drawer: Drawer, *answers: str | None, keep: bool = False, **more: str) -> tuple[Personal, Any]:
    """A person who gives those answers, with what they were asked and told, and the secrets told to the redactor."""
    prompts: list[str] = []
    told: list[str] = []
    redactor = Redactor()
    kept = Passphrases(secrets(home, drawer, redactor=redactor, **more))
    asked = asks(list(answers), prompts, keep=keep) if answers else None
    made = person(home, ask_secret=asked, passphrases=kept, tell=told.append)
    return made, (prompts, told, redactor)


async def test_a_passphrase_is_kept_only_if_the_person_says_so(sshd: Sshd, home: Path) -> None:
    drawer = Drawer()
    personal, (_, told, redactor) = somebody(home, drawer, PHRASE)
    await let_in(sshd.host(), personal)
    assert drawer.kept == {}
    assert told == []
    assert redactor.redact(f"x {PHRASE} y") == f"x {MASK} y", "from the moment it was typed"


async def test_a_kept_passphrase_is_not_asked_for_again(sshd: Sshd, home: Path) -> None:
    drawer, key = Drawer(), sshd.folder / "admin"
    personal, (_, told, _) = somebody(home, drawer, PHRASE, keep=True)
    await let_in(sshd.host(), personal)
    assert drawer.kept == {("restant-tui", name_of(key)): PHRASE}
    assert name_of(key) in told[0]
    assert PHRASE not in told[0]
    later, (prompts, _, redactor) = somebody(home, drawer, None)
    await let_in(sshd.host(), later)
    assert prompts == []
    assert MASK in redactor.redact(PHRASE)
    nobody, _ = somebody(home, drawer)
    await let_in(sshd.host(), nobody)


async def test_a_mistyped_passphrase_is_never_kept(sshd: Sshd, home: Path) -> None:
    drawer = Drawer()
    personal, (prompts, _, redactor) = somebody(home, drawer, "mistyped", PHRASE, keep=True)
    await let_in(sshd.host(), personal)
    assert list(drawer.kept.values()) == [PHRASE]
    assert len(prompts) == 2
    assert MASK in redactor.redact("mistyped"), "it may be the right one of another key"


async def test_a_kept_passphrase_that_opens_the_key_no_more_is_said_so_and_asked_for_again(
    sshd: Sshd, home: Path
) -> None:
    drawer, key = Drawer(), sshd.folder / "admin"
    await Passphrases(secrets(home, drawer)).keep(key, "an older one")
    nobody, _ = somebody(home, drawer)
    reason = await kept_out(sshd.host(), nobody)
    assert f"kept in the keyring as {name_of(key)} does not open {key} any more" in reason
    personal, (prompts, _, _) = somebody(home, drawer, PHRASE, keep=True)
    await let_in(sshd.host(), personal)
    assert "does not open" in prompts[0]
    assert len(prompts) == 1
    assert list(drawer.kept.values()) == [PHRASE]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (errors.KeyringLocked(PHRASE), "the keyring is locked"),
        (errors.NoKeyringError(PHRASE), "this machine has no keyring that can be used"),
    ],
)
async def test_a_keyring_that_cannot_be_used_has_its_message_and_a_variable_as_the_way_out(
    sshd: Sshd, home: Path, broken: Exception, says: str
) -> None:
    drawer, key = Drawer(), sshd.folder / "admin"
    await Passphrases(secrets(home, drawer)).keep(key, PHRASE)
    drawer.broken = broken
    nobody, _ = somebody(home, drawer)
    reason = await kept_out(sshd.host(), nobody)
    assert says in reason
    assert "RESTANT_TUI_PASSPHRASE_ADMIN" in reason
    assert PHRASE not in reason
    personal, (prompts, told, _) = somebody(home, drawer, PHRASE, keep=True)
    await let_in(sshd.host(), personal)
    assert says in prompts[0]
    assert "The passphrase is not kept" in told[0]
    assert PHRASE not in told[0]


async def test_a_keyring_that_waits_for_its_dialog_does_not_hold_up_the_login_for_ever(sshd: Sshd, home: Path) -> None:
    class Stuck(Drawer):
        def get_password(self, service: str, username: str) -> str | None:
            opened.wait(20)
            return None

    opened = threading.Event()
    await Passphrases(secrets(home, Drawer())).keep(sshd.folder / "admin", PHRASE)
    personal, (prompts, _, _) = somebody(home, Stuck(), PHRASE)
    await let_in(sshd.host(), personal)
    opened.set()
    assert "did not answer within" in prompts[0]


async def test_a_keyring_that_was_given_nothing_from_here_is_left_alone(sshd: Sshd, home: Path) -> None:
    personal, (prompts, _, _) = somebody(home, Drawer(errors.KeyringLocked()), PHRASE)
    await let_in(sshd.host(), personal)
    assert len(prompts) == 1
    assert "locked" not in prompts[0]


async def test_a_variable_opens_the_key_where_there_is_nobody_to_ask(sshd: Sshd, home: Path) -> None:
    name = variable_of(sshd.folder / "admin")
    assert name == "RESTANT_TUI_PASSPHRASE_ADMIN"
    nobody, _ = somebody(home, Drawer(errors.NoKeyringError()))
    assert f"or set {name}" in await kept_out(sshd.host(), nobody)
    headless, (_, _, redactor) = somebody(home, Drawer(errors.NoKeyringError()), RESTANT_TUI_PASSPHRASE_ADMIN=PHRASE)
    await let_in(sshd.host(), headless)
    assert MASK in redactor.redact(PHRASE)
    wrong, _ = somebody(home, Drawer(), RESTANT_TUI_PASSPHRASE_ADMIN="another")
    assert f"The passphrase in {name} does not open" in await kept_out(sshd.host(), wrong)


async def test_a_passphrase_is_asked_for_only_of_a_host_that_is_there_and_is_the_one_we_know(
    sshd: Sshd, home: Path
) -> None:
    personal, (prompts, _, _) = somebody(home, Drawer(), PHRASE)
    sshd.new_host_key()
    await sshd.stop()
    await sshd.start()
    assert "CHANGED" in await kept_out(sshd.host(), personal)
    assert prompts == []


async def test_a_key_in_a_device_does_not_stand_in_the_way_of_the_others(sshd: Sshd, home: Path) -> None:
    device = _SKEd25519Key(b"\1" * 32, "ssh:", 1, b"the handle of a device that is not there", b"")
    device.write_private_key(home / ".ssh" / "id_ed25519_sk")
    authorized = sshd.folder / "authorized"
    authorized.write_text(f"{authorized.read_text()}{device.export_public_key().decode()}")
    reason = await kept_out(alias(sshd), person(home, block(sshd)))
    assert "~/.ssh/id_ed25519_sk is all there is" in reason
    assert "ssh-add" in reason
    (home / ".ssh" / "id_rsa").write_bytes((sshd.folder / "stranger").read_bytes())
    reason = await kept_out(alias(sshd), person(home, block(sshd)))
    assert "with the key ~/.ssh/id_rsa" in reason
    assert "Not offered: ~/.ssh/id_ed25519_sk" in reason
    files = ("IdentityFile ~/.ssh/id_ed25519_sk", f"IdentityFile {sshd.folder}/plain")
    used = await let_in(alias(sshd), person(home, block(sshd, *files)))
    assert used.let_in_by == f"{sshd.folder}/plain"


def test_programs_that_are_started_from_here_get_no_passphrase() -> None:
    assert without({"PATH": "/bin", "RESTANT_TUI_PASSPHRASE_OPS": "x"}) == {"PATH": "/bin"}


def test_files_of_one_name_in_different_folders_are_kept_apart() -> None:
    one, other = name_of(Path("/a/id_ed25519")), name_of(Path("/b/id_ed25519"))
    assert one != other
    assert one.startswith("passphrase.id-ed25519-")
    assert len(name_of(Path("/a") / ("ä long name" * 30))) <= 48
