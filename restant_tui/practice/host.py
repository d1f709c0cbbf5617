"""The practice host: a Dokku that behaves like a real one, inside this program, on the loopback alone."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from restant_tui.clock import ScaledClock
from restant_tui.config.model import App, Config, Environment, Host, Login, Service, ServiceKind
from restant_tui.practice import keys, web
from restant_tui.practice.history import MAIN, STAGING, open_world
from restant_tui.practice.world import Fault, World

if TYPE_CHECKING:
    import asyncssh

    from restant_tui.practice.server import Sessions

NAME = "practice"
_ENVIRONMENTS = {MAIN: Environment.PRODUCTION, STAGING: Environment.STAGING}


class PracticeHost:
    """A running practice host; also an asynchronous context manager."""

    def __init__(
        self,
        *,
        speed: float = 1.0,
        seed: int = 0,
        calm: bool = False,
        folder: Path,
        latency: float = 1.0,
        ports: Mapping[str, int] | None = None,
    ) -> None:
        """Make the world; nothing listens yet.

        Args:
            speed: world seconds for each real second; greater than zero.
            seed: chooses shas, ids, log texts and jitter.
            calm: whether the release that is live at the opening is a good one.
            folder: where host key, client keys and known_hosts are kept; made with mode 0700 if missing.
            latency: how slow commands and pages are, times a real host; 0 answers at once.
            ports: which ports to use, as `ports` of an earlier host of this folder said; free ones if not given.
        """
        self.folder = folder
        self.clock = ScaledClock(speed)
        self.world = World(self.clock, seed=seed, latency=latency)
        if not calm:
            self.world.faults.add(Fault.BAD_RELEASE)
        open_world(self.world)
        self._ports: dict[str, int] = dict(ports or {})
        self._ssh: asyncssh.SSHAcceptor | None = None
        self._sessions: Sessions | None = None
        self._sites: list[web.Site] = []

    @property
    def ports(self) -> Mapping[str, int]:
        """The ports in use: `ssh`, and each app's by its name."""
        return dict(self._ports)

    async def start(self) -> None:
        """Listen; after a stop on the same ports and with the same keys.

        Raises:
            OSError: a port of before is no longer free.
        """
        if self._ssh is not None:
            return
        server = await asyncio.to_thread(importlib.import_module, "restant_tui.practice.server")
        found = await asyncio.to_thread(keys.load, self.folder)
        self._sessions = server.Sessions()
        self._ssh = await server.listen(self.world, found, self._sessions, self._ports.get("ssh", 0))
        self._ports["ssh"] = self._ssh.get_port()
        keys.write_known_hosts(self.folder, found.host, self._ports["ssh"])
        for app in self.world.apps.values():
            site = web.Site(self.world, app)
            self._sites.append(site)
            self._ports[app.name] = await site.start(self._ports.get(app.name, 0))

    async def stop(self) -> None:
        """Go away like a machine that loses its power: cut every connection, end every command, free the ports."""
        if self._ssh is None or self._sessions is None:
            return
        self._ssh.close()
        for site in self._sites:
            site.stop()
        await self._sessions.end()
        await self._ssh.wait_closed()
        self._ssh, self._sessions, self._sites = None, None, []

    def config(self) -> Config:
        """Return the configuration of this host; only of use once it has been started.

        Raises:
            RuntimeError: it never was, so it has no ports.
        """
        if "ssh" not in self._ports:
            raise RuntimeError("start the practice host before asking for its configuration")
        logins = {user: Login(user=user, key=str(keys.client_path(self.folder, user))) for user in keys.USERS}
        host = Host(
            address="127.0.0.1",
            port=self._ports["ssh"],
            known_hosts=str(keys.known_hosts_path(self.folder)),
            dokku=logins["dokku"],
            admin=logins["admin"],
        )
        apps = {
            name: App(host=NAME, environment=_ENVIRONMENTS[name], url=f"http://127.0.0.1:{self._ports[name]}/health")
            for name in self.world.apps
        }
        services = {
            service.name: Service(host=NAME, kind=ServiceKind(service.kind)) for service in self.world.services.values()
        }
        return Config(hosts={NAME: host}, apps=apps, services=services, practice=True)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
