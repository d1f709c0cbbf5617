"""Many apps on a few hosts that answer by themselves, and count what they are asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from restant_tui.config.model import App, Config, Environment, Host, Identity, Login, Polling
from restant_tui.dokku import commands
from restant_tui.monitors.http import HttpAnswer
from restant_tui.transport.link import Link, LinkStatus
from restant_tui.transport.outcome import OnOutput, Outcome
from tests.support import dokku_answers as said
from tests.support.clock import START
from tests.support.dokku_answers import build
from tests.support.scripted import exited, lost

UNHURRIED = Polling(health="10m", certificates="10m")
"""The usual intervals, but for the health endpoints, which are not counted, and certificates, to see them in time."""


def fleet(apps: int, hosts: int = 1, polling: Polling = UNHURRIED) -> Config:
    """So many apps, `app-000` and on, dealt out to `host-0` and on; the first is production."""
    kinds = (Environment.PRODUCTION, Environment.STAGING, Environment.FEATURE)
    return Config(
        hosts={f"host-{number}": Host(address="127.0.0.1", dokku=Login(user="dokku")) for number in range(hosts)},
        apps={
            f"app-{number:03}": App(
                host=f"host-{number % hosts}", environment=kinds[number % 3], url=f"http://127.0.0.1:9/{number}"
            )
            for number in range(apps)
        },
        polling=polling,
    )


class FleetHost:
    """One host: every app on it is well, and every answer takes its time."""

    def __init__(self, apps: Sequence[str], seconds: float = 0.3) -> None:
        self.apps = list(apps)
        self.seconds = seconds
        self.asked: list[tuple[float, str, str]] = []
        """When, what and about which app."""
        self.at_once = self.most_at_once = 0
        self.down = False
        self.answers: dict[tuple[str, ...], str] = {}
        """What is answered otherwise."""

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = 4 * 1024 * 1024,
    ) -> Outcome:
        app = argv[1] if len(argv) > 1 else ""
        self.asked.append((asyncio.get_running_loop().time(), argv[0], app))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.at_once -= 1
        if self.down:
            return lost()
        if tuple(argv) in self.answers:
            return exited(self.answers[tuple(argv)])
        if argv[0] == "apps:list":
            return exited("=====> My Apps\n" + "".join(f"{name}\n" for name in self.apps))
        if app not in self.apps:
            return exited("", 20, f" !     App {app} does not exist\n")
        return exited(_WELL[argv[0]](app))

    async def follow(self, argv: Sequence[str], on_data: Callable[[bytes], None]) -> Outcome:
        await asyncio.Event().wait()
        raise AssertionError


_WELL: dict[str, Callable[[str], str]] = {
    "ps:report": lambda app: said.ps_json(),
    "letsencrypt:report": lambda app: said.certificate_json(str(int((START + timedelta(days=60)).timestamp()))),
    "builds:list": lambda app: said.builds_json(build("b1")),
    "apps:report": lambda app: said.apps_json(),
}


class FleetLinks:
    """The links to such hosts."""

    def __init__(self, config: Config, seconds: float = 0.3) -> None:
        self.hosts = {host: FleetHost(config.apps_on(host), seconds) for host in config.hosts}
        self.states = {f"{host}/dokku": LinkStatus(Link.LIVE, START) for host in config.hosts}

    def session(self, host: str, identity: Identity) -> FleetHost:
        return self.hosts[host]

    def statuses(self) -> tuple[tuple[str, LinkStatus], ...]:
        return tuple(self.states.items())

    def wake(self) -> None:
        """Nothing is ever lost by itself."""

    def turn(self, host: str, state: Link) -> None:
        """Lose a link, or bring it back."""
        self.hosts[host].down = state is not Link.LIVE
        self.states[f"{host}/dokku"] = LinkStatus(state, START, "" if state is Link.LIVE else "the link was lost")

    @property
    def asked(self) -> list[tuple[float, str, str]]:
        """Everything all hosts were asked, in no order."""
        return [each for host in self.hosts.values() for each in host.asked]


class WellPages:
    """Health endpoints that answer 200."""

    async def get(self, url: str, *, timeout: float) -> HttpAnswer:
        return HttpAnswer(status=200, seconds=0.05)

    async def close(self) -> None:
        """There is nothing to close."""


APPS_LIST = commands.apps_list()
