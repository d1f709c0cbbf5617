"""The practice host: a Dokku that behaves like a real one, inside this program, on the loopback alone."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from restant_tui.clock import ScaledClock
from restant_tui.config.model import Config
from restant_tui.practice import description, drama, keys, web, working_copy
from restant_tui.practice.history import open_empty, open_world
from restant_tui.practice.http import Site
from restant_tui.practice.receivers.desk import desk
from restant_tui.practice.receivers.forge import Forge
from restant_tui.practice.receivers.smtp import MailServer
from restant_tui.practice.world import App, Fault, World

if TYPE_CHECKING:
    import asyncssh

    from restant_tui.practice.server import Sessions

NAME = "practice"
SECOND = "practice2"


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
            folder: where host key, client keys, known_hosts and the host's disk are kept; made with mode 0700.
            latency: how slow commands and pages are, times a real host; 0 answers at once.
            ports: which ports to use, as `ports` of an earlier host of this folder said; free ones if not given.
        """
        self.name = NAME
        self.folder = folder
        self.clock = ScaledClock(speed)
        self.world = World(self.clock, seed=seed, latency=latency, folder=folder)
        if not calm:
            self.world.faults.add(Fault.BAD_RELEASE)
        open_world(self.world)
        self._prepare(ports)

    def _prepare(self, ports: Mapping[str, int] | None) -> None:
        self.forge = Forge(self.world)
        self.second: PracticeHost | None = None
        self.world.on_app = self._open_pages
        self._ports: dict[str, int] = dict(ports or {})
        self._ssh: asyncssh.SSHAcceptor | None = None
        self._sessions: Sessions | None = None
        self._sites: list[Site | MailServer] = []

    @property
    def ports(self) -> Mapping[str, int]:
        """The ports in use.

        `ssh`; `proxy` (pages by the Host header); `desk` (chat, status page, forge, name system); `mail`; each app's
        by its name.
        """
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
        self._ssh = await server.listen(self.world, found, self._sessions, self._ports.get("ssh", 0), self.forge)
        self._ports["ssh"] = self._ssh.get_port()
        keys.write_known_hosts(self.folder, found.host, self._ports["ssh"])
        for app in self.world.apps.values():
            await self._open_pages(app)
        await self._open("proxy", web.proxy(self.world))
        if self.name == NAME:
            await self._open("desk", desk(self.world, self.forge))
            await self._open("mail", MailServer(self.world))
        if Fault.WRONG_HOST in self.world.faults:
            self._change_key()

    async def _open(self, name: str, site: Site | MailServer) -> None:
        self._sites.append(site)
        self._ports[name] = await site.start(self._ports.get(name, 0))

    async def _open_pages(self, app: App) -> None:
        await self._open(app.name, web.site(self.world, app))

    async def stop(self) -> None:
        """Go away like a machine that loses its power: cut every connection, end every command, free the ports."""
        if self.second is not None:
            await self.second.stop()
        if self._ssh is None or self._sessions is None:
            return
        self._ssh.close()
        for site in self._sites:
            site.stop()
        await self._sessions.end()
        await self.forge.stop()
        left = (one.task for one in self.world.machine.left_alone.values())
        units = [*self.world.machine.units.values(), *(task for task in left if task is not None)]
        for unit in units:
            unit.cancel()
        await asyncio.gather(*units, return_exceptions=True)
        await self._ssh.wait_closed()
        self._ssh, self._sessions, self._sites = None, None, []

    def strike(self, fault: Fault, *, app: str = "") -> None:
        """Let a fault happen now, to production unless an app is named; see `drama.strike`."""
        drama.strike(self.world, fault, app=app)
        if fault is Fault.WRONG_HOST and self._ssh is not None:
            self._change_key()

    def _change_key(self) -> None:
        """Answer new connections with another host key, as another machine would; known_hosts stays as it is."""
        import asyncssh

        assert self._ssh is not None, "only a running host has connections"
        self._ssh.update(server_host_keys=[asyncssh.generate_private_key("ssh-ed25519", "another host")])

    async def start_second(self) -> PracticeHost:
        """Start another host for a recovery: an empty Dokku with the plugins, with the same time and name system.

        It stops with this one.
        """
        if self.second is None:
            other = PracticeHost.__new__(PracticeHost)
            other.name = SECOND
            other.folder = self.folder / SECOND
            other.clock = self.clock
            seed, latency = self.world.seed + 1, self.world.latency
            other.world = World(self.clock, seed=seed, latency=latency, folder=other.folder, name=SECOND)
            open_empty(other.world, self.world)
            other._prepare(None)
            self.second = other
        await self.second.start()
        return self.second

    async def working_copy(self, target: Path | None = None) -> Path:
        """Return a real clone of the forge on this machine, made at the first call; the host has to run.

        Args:
            target: where; `working-copy` in the host's folder if not given.

        Raises:
            RuntimeError: git failed, or there is none on this machine.
        """
        place = target or self.folder / "working-copy"
        await working_copy.clone(self.folder, self._ports, place)
        return place

    def config(self) -> Config:
        """Return the configuration of this host, and of the second one once it was started.

        Raises:
            RuntimeError: it never was started, so it has no ports.
        """
        if "ssh" not in self._ports:
            raise RuntimeError("start the practice host before asking for its configuration")
        parts = [(self.name, self.folder, self.world, self.ports)]
        if self.second is not None and "ssh" in self.second.ports:
            parts.append((self.second.name, self.second.folder, self.second.world, self.second.ports))
        return description.whole(parts, self.clock.speed)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
