"""A person with SSH things of their own, and what comes of it when they connect."""

from __future__ import annotations

import getpass
from pathlib import Path

from restant_tui.clock import SystemClock
from restant_tui.config.model import Host, Identity, Login
from restant_tui.transport.asked import AskSecret, Told
from restant_tui.transport.link import Link
from restant_tui.transport.personal import Personal
from restant_tui.transport.session import Session
from restant_tui.transport.used import Used
from tests.support.sshd import Sshd

USER = getpass.getuser()


def asks(answers: list[str | None], prompts: list[str], *, keep: bool = False) -> AskSecret:
    """Somebody who gives those answers, one after the other, and says whether the keyring may have them."""

    async def kept() -> bool:
        return keep

    async def ask(prompt: str, *, may_keep: bool) -> Told | None:
        prompts.append(prompt)
        answer = answers.pop(0) if answers else None
        return None if answer is None else Told(answer, kept)

    return ask


def person(home: Path, config: str = "", **more: object) -> Personal:
    (home / ".ssh" / "config").write_text(config)
    return Personal(home=home, config=(home / ".ssh" / "config",), **more)  # type: ignore[arg-type]  # passed on


def alias(sshd: Sshd, **more: object) -> Host:
    """A host that our configuration only calls `prod`, as somebody with an SSH configuration would write it."""
    login = Login(user="")
    return Host(address="prod", known_hosts=str(sshd.folder / "known_hosts"), admin=login, **more)  # type: ignore[arg-type]  # passed on


def block(sshd: Sshd, *lines: str, name: str = "prod") -> str:
    return "\n    ".join([f"Host {name}", "HostName 127.0.0.1", f"Port {sshd.port}", f"User {USER}", *lines]) + "\n"


async def let_in(host: Host, personal: Personal) -> Used:
    session = Session(host, Identity.ADMIN, clock=SystemClock(), personal=personal)
    outcome = await session.run(["echo", "in"], timeout=20)
    assert outcome.text == "in\n", outcome.reason
    used = session.used
    assert used is not None
    assert used.let_in_by
    await session.close()
    return used


async def kept_out(host: Host, personal: Personal) -> str:
    session = Session(host, Identity.ADMIN, clock=SystemClock(), personal=personal)
    outcome = await session.run(["true"], timeout=20)
    assert not outcome.sent
    assert session.status.state is Link.REFUSED
    reason = session.status.reason
    assert "\n" not in reason
    await session.close()
    return reason
