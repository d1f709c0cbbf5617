"""Finds out once what each host can do, and remembers it between starts with its age."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from restant_tui.clock import Clock
from restant_tui.config.model import Config, Identity
from restant_tui.dokku import commands
from restant_tui.dokku.ask import ask
from restant_tui.dokku.capabilities import ADMIN_TOOLS, LOCAL_TOOLS, SUDO, Capabilities
from restant_tui.dokku.plugins import parse_plugin_list
from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.dokku.shapes import whole_lines
from restant_tui.dokku.version import Feature, Version, parse_version, speaks
from restant_tui.monitors.feed import Feed
from restant_tui.text import one_line
from restant_tui.transport.outcome import OutcomeKind, Runner

_SECONDS = 20.0

Which = Callable[[str], str | None]
"""Finds a program on this machine, as `shutil.which` does."""


class Sessions(Protocol):
    """What is needed of the transport."""

    def session(self, host: str, identity: Identity) -> Runner:
        """Return the session of that identity."""
        ...


async def probe_host(
    host: str,
    dokku: Runner | None,
    admin: Runner | None,
    *,
    clock: Clock,
    which: Which,
    local: Iterable[str] = (),
    timeout: float = _SECONDS,
) -> Capabilities:
    """Find out what a host can do, with three reads at most; what cannot be found out is told, not raised.

    Args:
        host: its name in the configuration.
        dokku: that identity there, None where it is not configured.
        admin: likewise.
        clock: stamps the answer.
        which: finds programs on this machine.
        local: programs to look for here, besides the usual ones.
        timeout: real seconds for each read.
    """
    (version, plugins, dokku_answers, troubles), (tools, admin_answers, admin_troubles) = await asyncio.gather(
        _dokku(dokku, timeout), _admin(admin, timeout)
    )
    wanted = tuple(dict.fromkeys((*LOCAL_TOOLS, *local)))
    answered = {Identity.DOKKU: dokku_answers, Identity.ADMIN: admin_answers}
    return Capabilities(
        host=host, observed_at=clock.now(), identities=tuple(one for one in Identity if answered[one]),
        version=version, plugins=plugins, admin_tools=tools, local_looked_for=wanted,
        local_tools=tuple(name for name in wanted if which(name)), troubles=(*troubles, *admin_troubles),
    )  # fmt: skip


async def _dokku(
    runner: Runner | None, timeout: float
) -> tuple[Version | None, dict[str, str] | None, bool, tuple[str, ...]]:
    if runner is None:
        return None, None, False, ()
    troubles: list[str] = []
    version, plugins, answers = None, None, True
    try:
        version = parse_version(await ask(runner, commands.version(), timeout=timeout))
    except (NoAnswer, ParseProblem) as problem:
        troubles.append(_said("which Dokku it is", problem))
        answers = _answered(problem)
    if answers:
        argv = commands.plugin_list(json=version is not None and speaks(version, Feature.PLUGIN_LIST_JSON))
        try:
            plugins = dict(parse_plugin_list(await ask(runner, argv, timeout=timeout)))
        except (NoAnswer, ParseProblem) as problem:
            troubles.append(_said("which plugins there are", problem))
    return version, plugins, answers, tuple(troubles)


async def _admin(runner: Runner | None, timeout: float) -> tuple[tuple[str, ...] | None, bool, tuple[str, ...]]:
    if runner is None:
        return None, False, ()
    try:
        text = await ask(runner, commands.admin_tools(*ADMIN_TOOLS), timeout=timeout)
        found = set(whole_lines(text))
    except (NoAnswer, ParseProblem) as problem:
        return None, _answered(problem), (_said("which programs the admin has", problem),)
    return tuple(name for name in (*ADMIN_TOOLS, *SUDO) if name in found), True, ()


def _answered(problem: NoAnswer | ParseProblem) -> bool:
    """Whether the host let us in, even though the answer was no use."""
    return isinstance(problem, ParseProblem) or problem.outcome.kind is OutcomeKind.EXITED


def _said(what: str, problem: Exception) -> str:
    return f"{what} is not known: {one_line(str(problem))}"


class CapabilityBook:
    """What is known of every host of a configuration: from this start, or from an earlier one with its age."""

    def __init__(
        self,
        config: Config,
        sessions: Sessions,
        *,
        clock: Clock,
        folder: Path | None,
        which: Which,
        local: Iterable[str] = (),
    ) -> None:
        """Read what was kept before; nothing is asked until `refresh`.

        Args:
            config: which hosts there are.
            sessions: the sessions to ask through.
            clock: stamps the answers.
            folder: where they are kept, one small file a host; they are not kept if None.
            which: finds programs on this machine.
            local: programs to look for here besides the usual ones, such as those the runbooks need.
        """
        self._config = config
        self._sessions = sessions
        self._clock = clock
        self._folder = folder
        self._which = which
        self._local = tuple(local)
        self._asking: dict[str, asyncio.Task[Capabilities]] = {}
        self._fresh: set[str] = set()
        kept = {host: self._load(host) for host in config.hosts}
        self.feed: Feed[Mapping[str, Capabilities]] = Feed({host: found for host, found in kept.items() if found})

    def known(self, host: str) -> Capabilities | None:
        """Return what is known of a host, with its age in `observed_at`; None before it was ever reached."""
        return self.feed.latest.get(host)

    def version(self, host: str) -> Version | None:
        """Return which Dokku a host has, as far as known."""
        found = self.known(host)
        return found.version if found else None

    async def once(self, host: str) -> Capabilities:
        """Return what this start has found; asks the host if it has not been asked yet."""
        found = self.known(host)
        return found if found and host in self._fresh else await self.refresh(host)

    async def refresh(self, host: str) -> Capabilities:
        """Ask the host now, keep what it says and return it.

        A host that lets nobody in teaches nothing: what was known before is then kept, and still returned by `known`.
        """
        # Whoever comes while it is being asked waits for the same answer; one that leaves does not end it for others.
        task = self._asking.get(host)
        if task is None:
            task = self._asking[host] = asyncio.create_task(self._ask(host), name=f"capabilities of {host}")
            task.add_done_callback(lambda _: self._asking.pop(host, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop asking."""
        tasks = tuple(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, host: str) -> Capabilities:
        found = await probe_host(
            host, self._runner(host, Identity.DOKKU), self._runner(host, Identity.ADMIN), clock=self._clock,
            which=self._which, local=self._local,
        )  # fmt: skip
        if not found.identities:
            return found
        self._fresh.add(host)
        self.feed.publish({**self.feed.latest, host: found})
        await asyncio.to_thread(self._keep, found)
        return found

    def _runner(self, host: str, identity: Identity) -> Runner | None:
        if self._config.hosts[host].login(identity) is None:
            return None
        return self._sessions.session(host, identity)

    def _load(self, host: str) -> Capabilities | None:
        return None if self._folder is None else _read(self._folder, host)

    def _keep(self, found: Capabilities) -> None:
        if self._folder is None:
            return
        import msgspec

        # Not being able to keep it is no reason not to work: the next start asks again.
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=self._folder)
            with os.fdopen(number, "wb") as file:
                file.write(msgspec.json.encode(found))
            Path(name).replace(self._folder / f"{found.host}.json")


def kept(folder: Path) -> dict[str, Capabilities]:
    """Return what earlier starts found and kept in a folder, by host; nothing is asked."""
    found = {path.stem: _read(folder, path.stem) for path in sorted(folder.glob("*.json"))}
    return {host: one for host, one in found.items() if one is not None}


def _read(folder: Path, host: str) -> Capabilities | None:
    import msgspec

    try:
        found = msgspec.json.decode((folder / f"{host}.json").read_bytes(), type=Capabilities)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    return found if found.host == host and found.observed_at.tzinfo else None
