"""What the person at the console has for SSH counts: configuration, agent, certificates, passphrases."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from restant_tui.clock import SystemClock
from restant_tui.config.model import Host, Identity, Login
from restant_tui.transport.asked import Told
from restant_tui.transport.session import Session
from tests.support.sshagent import PROGRAMS, agent, keygen
from tests.support.sshd import PROGRAM, Sshd
from tests.support.sshperson import USER, alias, asks, block, kept_out, let_in, person
from tests.support.waiting import until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(PROGRAM is None or not PROGRAMS, reason="OpenSSH's sshd, ssh-agent or ssh-keygen is missing"),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    return tmp_path / "home"


async def test_the_ssh_configuration_names_host_port_user_key_and_known_hosts(sshd: Sshd, home: Path) -> None:
    (home / ".ssh" / "kh").write_text((sshd.folder / "known_hosts").read_text())
    (home / ".ssh" / "work").write_bytes((sshd.folder / "admin").read_bytes())
    personal = person(home, block(sshd, "IdentityFile ~/.ssh/work", "UserKnownHostsFile ~/.ssh/kh"))
    used = await let_in(Host(address="prod", admin=Login(user="")), personal)
    assert (used.address, used.port, used.user) == ("127.0.0.1", sshd.port, USER)
    assert used.config == "~/.ssh/config"
    assert (used.known_hosts, used.keys, used.let_in_by) == (("~/.ssh/kh",), ("~/.ssh/work",), "~/.ssh/work")
    assert (used.agent, used.certificate, used.jump) == ("", "", ())


async def test_included_files_tokens_and_algorithms_count(sshd: Sshd, home: Path) -> None:
    (home / ".ssh" / "more").write_text(
        block(sshd, "IdentityFile %d/.ssh/%r-key", "Ciphers aes256-ctr,quantum-cipher@example.com")
    )
    (home / ".ssh" / f"{USER}-key").write_bytes((sshd.folder / "admin").read_bytes())
    await let_in(alias(sshd), person(home, "Include more\n"))


async def test_what_our_configuration_names_wins(sshd: Sshd, home: Path) -> None:
    wrong = f"Host *\n    User nobody-here\n    Port 1\n    IdentityFile {sshd.folder}/stranger\n"
    used = await let_in(sshd.host(), person(home, wrong))
    assert used.keys == (str(sshd.folder / "admin"),)


async def test_the_usual_key_files_are_tried_without_any_configuration(sshd: Sshd, home: Path) -> None:
    (home / ".ssh" / "id_ed25519").write_bytes((sshd.folder / "admin").read_bytes())
    used = await let_in(alias(sshd), person(home, block(sshd)))
    assert used.keys == ("~/.ssh/id_ed25519",)


async def test_a_mistake_in_the_ssh_configuration_names_its_line(sshd: Sshd, home: Path) -> None:
    reason = await kept_out(alias(sshd), person(home, "Host prod\n    Port many\n"))
    assert "line 2" in reason
    assert "mend" in reason


async def test_the_agent_lets_us_in_and_is_named(sshd: Sshd, home: Path) -> None:
    with agent(sshd.folder / "stranger", sshd.folder / "admin") as socket:
        used = await let_in(alias(sshd), person(home, block(sshd), agent=socket))
    assert used.agent == socket
    assert len(used.keys) == 2
    assert all(name.endswith("(agent)") for name in used.keys)


async def test_identities_only_with_a_public_key_picks_that_key_of_the_agent(sshd: Sshd, home: Path) -> None:
    (home / ".ssh" / "work.pub").write_text((sshd.folder / "admin.pub").read_text())
    with agent(sshd.folder / "stranger", sshd.folder / "admin") as socket:
        lines = ("IdentitiesOnly yes", "IdentityFile ~/.ssh/work.pub", f"IdentityAgent {socket}")
        used = await let_in(alias(sshd), person(home, block(sshd, *lines)))
    assert used.keys == ("~/.ssh/work.pub (agent)",)


async def test_a_configured_key_with_a_passphrase_is_used_through_the_agent_without_asking(
    sshd: Sshd, home: Path
) -> None:
    key, prompts = sshd.folder / "admin", list[str]()
    with agent(key, sshd.folder / "stranger") as socket:
        keygen("-p", "-P", "", "-N", "secret", "-f", key)
        used = await let_in(sshd.host(), person(home, agent=socket, ask_secret=asks([], prompts)))
    assert used.keys == (f"{key} (agent)",)
    assert prompts == []


async def test_an_agent_that_is_gone_is_said_where_no_key_is_left(sshd: Sshd, home: Path) -> None:
    reason = await kept_out(alias(sshd), person(home, block(sshd), agent=str(home / "no-socket")))
    assert "no key to offer" in reason
    assert "does not answer" in reason
    reason = await kept_out(alias(sshd), person(home, block(sshd)))
    assert "no SSH agent is running" in reason
    with agent() as socket:
        assert "agent holds none" in await kept_out(alias(sshd), person(home, block(sshd), agent=socket))


async def test_a_certificate_beside_the_key_lets_us_in(tmp_path: Path, home: Path) -> None:
    keygen("-t", "ed25519", "-N", "", "-f", tmp_path / "ca")
    sshd = Sshd(tmp_path / "certified", extra=f"TrustedUserCAKeys {tmp_path}/ca.pub")
    keygen("-t", "ed25519", "-N", "", "-f", home / ".ssh" / "id_ed25519")
    keygen("-s", tmp_path / "ca", "-I", "mira", "-n", USER, home / ".ssh" / "id_ed25519.pub")
    await sshd.start()
    used = await let_in(alias(sshd), person(home, block(sshd)))
    assert used.keys == ("~/.ssh/id_ed25519 (certificate)",)
    (home / ".ssh" / "id_ed25519-cert.pub").rename(home / ".ssh" / "elsewhere.pub")
    used = await let_in(alias(sshd), person(home, block(sshd, "CertificateFile ~/.ssh/elsewhere.pub")))
    assert used.certificate == "~/.ssh/id_ed25519 (certificate)"
    with agent(home / ".ssh" / "id_ed25519") as socket:
        lines = ("CertificateFile ~/.ssh/elsewhere.pub", f"IdentityAgent {socket}")
        used = await let_in(alias(sshd), person(home, block(sshd, *lines)))
    assert used.certificate == "~/.ssh/id_ed25519 (agent) (certificate)"
    await sshd.stop()


async def test_a_passphrase_is_asked_for_once_for_all_sessions_and_again_when_mistyped(sshd: Sshd, home: Path) -> None:
    key, prompts = sshd.folder / "admin", list[str]()
    keygen("-p", "-P", "", "-N", "secret", "-f", key)
    personal = person(home, ask_secret=asks(["typo", "secret"], prompts))
    await let_in(sshd.host(), personal)
    await let_in(sshd.host(), personal)
    assert len(prompts) == 2
    assert str(key) in prompts[0]
    assert "does not open" in prompts[1]


async def test_a_key_without_a_passphrase_is_tried_before_anybody_is_asked(sshd: Sshd, home: Path) -> None:
    prompts: list[str] = []
    keygen("-t", "ecdsa", "-N", "secret", "-f", home / ".ssh" / "id_ecdsa")
    (home / ".ssh" / "id_ed25519").write_bytes((sshd.folder / "admin").read_bytes())
    await let_in(alias(sshd), person(home, block(sshd), ask_secret=asks(["secret"], prompts)))
    assert prompts == []


async def test_a_passphrase_that_is_not_given_is_not_asked_for_again_until_a_person_wakes_the_link(
    sshd: Sshd, home: Path
) -> None:
    prompts: list[str] = []
    keygen("-p", "-P", "", "-N", "secret", "-f", sshd.folder / "admin")
    personal = person(home, ask_secret=asks([None, "secret"], prompts))
    session = Session(sshd.host(), Identity.ADMIN, clock=SystemClock(), personal=personal)
    outcome = await session.run(["true"], timeout=10)
    assert "passphrase that was not given" in outcome.reason
    await session.run(["true"], timeout=10)
    assert len(prompts) == 1
    session.wake()
    assert (await session.run(["true"], timeout=10)).succeeded
    await session.close()


async def test_where_nobody_can_be_asked_a_passphrase_points_to_the_agent(sshd: Sshd, home: Path) -> None:
    keygen("-p", "-P", "", "-N", "secret", "-f", sshd.folder / "admin")
    assert "ssh-add" in await kept_out(sshd.host(), person(home))


async def test_two_sessions_that_need_the_same_passphrase_at_once_ask_once(sshd: Sshd, home: Path) -> None:
    keygen("-p", "-P", "", "-N", "secret", "-f", sshd.folder / "admin")
    prompts: list[str] = []
    answer = asyncio.Event()

    async def ask(prompt: str, *, may_keep: bool) -> Told | None:
        prompts.append(prompt)
        await answer.wait()
        return Told("secret")

    personal = person(home, ask_secret=ask)
    both = asyncio.gather(let_in(sshd.host(), personal), let_in(sshd.host(), personal))
    await until(lambda: prompts)
    answer.set()
    await both
    assert len(prompts) == 1


async def test_closing_while_somebody_is_asked_leaves_nothing(sshd: Sshd, home: Path) -> None:
    keygen("-p", "-P", "", "-N", "secret", "-f", sshd.folder / "admin")
    asked = asyncio.Event()

    async def ask(_prompt: str, *, may_keep: bool) -> Told | None:
        asked.set()
        await asyncio.Event().wait()
        return None

    before = asyncio.all_tasks()
    session = Session(sshd.host(), Identity.ADMIN, clock=SystemClock(), personal=person(home, ask_secret=ask))
    session.start()
    await asyncio.wait_for(asked.wait(), 10)
    await session.close()
    assert [task for task in asyncio.all_tasks() - before if not task.done()] == []
