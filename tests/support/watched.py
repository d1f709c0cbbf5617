"""A small configuration to watch, and the links to it, all scripted."""

from __future__ import annotations

from restant_tui.config.model import App, Config, Environment, Host, Identity, Login, Polling
from restant_tui.transport.link import Link, LinkStatus
from tests.support.clock import START
from tests.support.scripted import ScriptedRunner

FAST = Polling(health="1ms", processes="1ms", releases="1ms", certificates="1ms", stale_after="20s")
SLOW = Polling(health="1h", processes="1h", releases="1h", certificates="1h", stale_after="20s")


def one_app(
    url: str = "http://127.0.0.1:9/health", *, polling: Polling = SLOW, dokku: bool = True, admin: bool = False
) -> Config:
    """The app `shop` on the host `box`."""
    host = Host(
        address="127.0.0.1",
        dokku=Login(user="dokku") if dokku else None,
        admin=Login(user="ops") if admin else None,
    )
    app = App(host="box", environment=Environment.PRODUCTION, url=url)
    return Config(hosts={"box": host}, apps={"shop": app}, polling=polling)


class ScriptedLinks:
    """Links whose sessions answer from scripts, and whose state a test sets."""

    def __init__(self, **runners: ScriptedRunner) -> None:
        self.runners = runners
        self.states = {f"box/{identity}": LinkStatus(Link.LIVE, START) for identity in runners}
        self.woken = 0

    def session(self, host: str, identity: Identity) -> ScriptedRunner:
        return self.runners[identity.value]

    def statuses(self) -> tuple[tuple[str, LinkStatus], ...]:
        return tuple(self.states.items())

    def wake(self) -> None:
        self.woken += 1

    def turn(self, identity: str, state: Link, reason: str = "") -> None:
        """Set the state of a link."""
        self.states[f"box/{identity}"] = LinkStatus(state, START, reason)
