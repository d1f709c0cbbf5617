"""The system's ssh, as steps that copy files or hand the terminal over start it."""

from __future__ import annotations

from pathlib import Path

import pytest

from restant_tui.config.model import Config, Host, Login, Target
from restant_tui.engine.targets import LinkTargets
from restant_tui.errors import UsageProblem
from restant_tui.transport.links import Links
from restant_tui.transport.personal import Personal
from tests.support.clock import ManualClock
from tests.support.scripted import ScriptedRunner

PERSON = Personal(home=Path("/home/mira"), config=(Path("/home/mira/.ssh/config"),))


def targets(host: Host, personal: Personal | None = PERSON) -> LinkTargets:
    config = Config(hosts={"box": host}, apps={})
    links = Links(config, clock=ManualClock(), personal=personal)
    return LinkTargets(config, links, ScriptedRunner(), personal)


def test_the_persons_own_ssh_configuration_decides_what_ours_does_not_say() -> None:
    found = targets(Host(address="box.example.org", dokku=Login(user="dokku"))).terminal("box", Target.DOKKU)
    assert found == (
        "ssh", "-t", "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=15", "-o", "StrictHostKeyChecking=yes",
        "dokku@box.example.org",
    )  # fmt: skip


def test_what_ours_says_wins_and_keys_are_checked_whatever_it_says() -> None:
    host = Host(address="::1", port=2222, known_hosts="/a b/known", admin=Login(user="ops", key="~/.ssh/ops"))
    found = targets(host).terminal("box", Target.ADMIN)
    assert found[:4] == ("ssh", "-p", "2222", "-t")
    assert found[-8:] == (
        "-o", "StrictHostKeyChecking=yes", "-o", 'UserKnownHostsFile="/a b/known"', "-i", "~/.ssh/ops", "-o",
        "IdentitiesOnly=yes", "ops@::1",
    )[1:]  # fmt: skip


def test_a_person_who_has_the_terminal_may_be_asked_for_a_passphrase_a_copying_program_may_not() -> None:
    there = targets(Host(address="box", admin=Login(user="ops")))
    assert "BatchMode=yes" not in there.terminal("box", Target.ADMIN)
    assert "BatchMode=yes" in there.copier("box", Target.ADMIN)[1]


def test_where_nothing_of_the_persons_counts_their_configuration_is_not_read_by_ssh_either() -> None:
    there = targets(Host(address="127.0.0.1", port=2222, admin=Login(user="ops")), None)
    for found in (there.terminal("box", Target.ADMIN), there.copier("box", Target.ADMIN)[1]):
        assert found[found.index("-F") + 1] == "none"


def test_keys_trusted_for_this_session_are_known() -> None:
    personal = Personal(config=PERSON.config)
    there = targets(Host(address="box", admin=Login(user="ops")), personal)
    assert there.trusted() == ()
    personal.memory.trusted.append("box ssh-ed25519 AAAA")
    assert there.trusted() == ("box ssh-ed25519 AAAA",)


def test_an_identity_that_is_not_configured_is_told() -> None:
    there = targets(Host(address="box", dokku=Login(user="dokku")))
    with pytest.raises(UsageProblem, match="no `admin` login"):
        there.terminal("box", Target.ADMIN)
