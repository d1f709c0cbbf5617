from __future__ import annotations

import getpass
from pathlib import Path

import asyncssh
import pytest

from restant_tui.config.model import Host, Login
from restant_tui.transport.dial import _split
from restant_tui.transport.hostkeys import lookup_name
from restant_tui.transport.personal import Personal
from restant_tui.transport.route import Route, resolve

HOST = Host(address="prod", admin=Login(user="ops"))


def route(home: Path, config: str, host: Host = HOST, login: Login | None = None, agent: str = "") -> Route:
    (home / ".ssh").mkdir(exist_ok=True)
    (home / ".ssh" / "config").write_text(config)
    personal = Personal(home=home, config=(home / ".ssh" / "config",), agent=agent)
    return resolve(host, login or Login(user="ops"), personal)


def test_without_any_configuration_it_goes_where_ours_says(tmp_path: Path) -> None:
    found = resolve(Host(address="box.example", port=2222), Login(user=""), Personal(home=tmp_path, agent="/socket"))
    assert (found.address, found.port, found.user) == ("box.example", 2222, getpass.getuser())
    assert (found.identities, found.identities_only, found.agent) == (None, False, "/socket")
    assert found.known_hosts[0] == tmp_path / ".ssh" / "known_hosts"
    assert found.configs == ()


def test_the_first_value_counts_and_ours_comes_first(tmp_path: Path) -> None:
    found = route(
        tmp_path, "Host prod\n  User theirs\n  HostName 192.0.2.7\nHost *\n  HostName 192.0.2.8\n  Port 22022\n"
    )
    assert (found.address, found.port, found.user) == ("192.0.2.7", 22022, "ops")
    elsewhere = Host(address="prod", port=2200)
    assert route(tmp_path, "Host *\n  Port 22022\n", elsewhere).port == 2200


def test_none_switches_off_what_a_later_block_would_say(tmp_path: Path) -> None:
    off = "Host prod\n  ProxyJump none\n  IdentityAgent none\n  UserKnownHostsFile none\nHost *\n  ProxyJump bastion\n"
    found = route(tmp_path, off, agent="/socket")
    assert (found.jump, found.agent) == ((), "")
    assert found.known_hosts[0] == tmp_path / ".ssh" / "known_hosts"


def test_a_jump_wins_over_a_proxy_command(tmp_path: Path) -> None:
    found = route(tmp_path, "Host *\n  ProxyJump a,b@c:2200\n  ProxyCommand nc %h %p\n")
    assert (found.jump, found.proxy_command) == (("a", "b@c:2200"), "")
    assert route(tmp_path, "Host *\n  ProxyCommand nc -X %r %h %p\n").proxy_command == "nc -X ops prod 22"


def test_the_home_that_was_passed_in_is_the_one_in_paths_and_tokens(tmp_path: Path) -> None:
    found = route(tmp_path, "Host *\n  IdentityFile ~/one\n  IdentityFile %d/two\n  CertificateFile ~/c.pub\n")
    assert found.identities == (tmp_path / "one", tmp_path / "two")
    assert found.certificates == (tmp_path / "c.pub",)


def test_a_configured_key_is_the_only_one(tmp_path: Path) -> None:
    found = route(tmp_path, "Host *\n  IdentityFile ~/other\n", login=Login(user="ops", key="~/mine"))
    assert (found.identities, found.identities_only) == ((tmp_path / "mine",), True)


def test_algorithms_nobody_here_knows_are_left_out(tmp_path: Path) -> None:
    config = "Host *\n  Ciphers +nonsense,aes256-ctr\n  MACs nonsense\n  KexAlgorithms ^curve25519-sha256\n"
    options = route(tmp_path, config).options
    assert options["encryption_algs"] == "+aes256-ctr"
    assert options["kex_algs"] == "^curve25519-sha256"
    assert "mac_algs" not in options


def test_a_final_match_sees_the_resolved_name(tmp_path: Path) -> None:
    config = "Host prod\n  HostName 192.0.2.7\nMatch final host 192.0.2.7\n  Port 2200\n"
    assert route(tmp_path, config).port == 2200


def test_only_ours_is_read_where_no_person_is_known() -> None:
    found = resolve(HOST, Login(user="ops"), Personal())
    assert (found.identities, found.agent, found.configs) == ((), "", ())


def test_a_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(asyncssh.ConfigParseError, match="line 3"):
        route(tmp_path, "Host prod\n\n  Port many\n")


def test_a_host_is_looked_up_as_openssh_writes_it(tmp_path: Path) -> None:
    assert lookup_name(route(tmp_path, "Host *\n  HostName 192.0.2.7\n")) == "192.0.2.7"
    assert lookup_name(route(tmp_path, "Host *\n  HostName 192.0.2.7\n  Port 2200\n")) == "[192.0.2.7]:2200"
    assert lookup_name(route(tmp_path, "Host *\n  HostKeyAlias cluster\n  Port 2200\n")) == "cluster"


@pytest.mark.parametrize(
    ("hop", "parts"),
    [
        ("bastion", ("", "bastion", 22)),
        ("me@bastion:2200", ("me", "bastion", 2200)),
        ("ssh://me@bastion", ("me", "bastion", 22)),
        ("[2001:db8::1]:2200", ("", "2001:db8::1", 2200)),
        ("[2001:db8::1]", ("", "2001:db8::1", 22)),
    ],
)
def test_a_hop_is_taken_apart(hop: str, parts: tuple[str, str, int]) -> None:
    assert _split(hop) == parts


def test_what_ssh_would_use_is_found_in_environment_and_home(tmp_path: Path) -> None:
    personal = Personal.from_environ({"SSH_AUTH_SOCK": "/run/agent"}, tmp_path)
    assert personal.agent == "/run/agent"
    assert personal.config[0] == tmp_path / ".ssh" / "config"
    assert personal.said(tmp_path / ".ssh" / "config") == "~/.ssh/config"
    assert personal.path("~/.ssh") == tmp_path / ".ssh"
