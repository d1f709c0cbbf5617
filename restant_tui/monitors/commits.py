"""The commits of an app where nobody but the dokku identity can read its repository: a small clone, kept here.

Dokku's forced command serves `git fetch` too, so the system's git asks for it over the system's ssh. A fetch costs the
host a login, so there is one only when a commit is asked for that is not here yet, and after a failure not again for
a while.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from restant_tui.clock import Clock
from restant_tui.dokku import commands
from restant_tui.dokku.git import Commit, parse_log
from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.releases import commit_named
from restant_tui.errors import RestantError
from restant_tui.paths import private_folder
from restant_tui.transport.outcome import Runner

_SECONDS = 60.0
_PATIENCE = 900.0
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")

Way = Callable[[str], tuple[str, tuple[str, ...]] | None]
"""For a host: `user@address` of its dokku identity, and the ssh command that gets there; None where it has none."""


@dataclass(slots=True)
class _Clone:
    commits: tuple[Commit, ...] = ()
    read: bool = False
    again_at: float = 0.0
    """When a fetch may be tried again, on the clock's monotonic scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clones:
    """Bare clones of the apps of a configuration, made when they are first asked for.

    Args:
        folder: where they are kept, one folder a host.
        local: runs git on this machine.
        way: how git gets to a host.
        clock: measures the patience after a fetch.
    """

    folder: Path
    local: Runner
    way: Way
    clock: Clock
    _clones: dict[Path, _Clone] = field(default_factory=dict)

    async def commits(self, host: str, app: str, wanted: str | None) -> tuple[Commit, ...]:
        """Return the commits known of an app, newest first; asks the host first where the wanted one is not among them.

        Nothing is raised: where there is no git, or the host lets nobody fetch, what is here already is all there is.
        """
        way = self.way(host)
        if way is None or not wanted or not _NAME.fullmatch(app):
            return ()
        folder = self.folder / host / f"{app}.git"
        clone = self._clones.setdefault(folder, _Clone())
        if not clone.read:
            clone.commits, clone.read = await self._log(folder), True
        now = self.clock.monotonic()
        if commit_named(wanted, clone.commits) is None and now >= clone.again_at:
            clone.again_at = now + _PATIENCE
            if await self._fetch(folder, *way, app):
                clone.commits = await self._log(folder)
        return clone.commits

    async def _fetch(self, folder: Path, destination: str, ssh: tuple[str, ...], app: str) -> bool:
        try:
            await asyncio.to_thread(private_folder, self.folder)
        except RestantError:
            return False
        for argv in (commands.clone_made(str(folder)), commands.clone_fetched(str(folder), destination, app, ssh)):
            if not (await self.local.run(argv, timeout=_SECONDS)).succeeded:
                return False
        return True

    async def _log(self, folder: Path) -> tuple[Commit, ...]:
        outcome = await self.local.run(commands.clone_log(str(folder)), timeout=_SECONDS)
        try:
            return parse_log(outcome.text) if outcome.succeeded else ()
        except ParseProblem:
            return ()
