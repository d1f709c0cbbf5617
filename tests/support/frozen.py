"""A machine on which deploys can really be frozen: this one, with its own folders and a sudo that asks nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from restant_tui.dokku import commands
from restant_tui.transport.local import LocalShell
from restant_tui.transport.outcome import OnOutput, Outcome

_SUDO = """#!/bin/sh
while [ "${1#-}" != "$1" ]; do case $1 in -u) shift 2 ;; *) shift ;; esac; done
exec "$@"
"""


class FreezingMachine:
    """Runs the admin's scripts in a real shell, with the folders of the app `shop` moved under `folder`.

    Attributes:
        folders: where that app's locks are, as before and since Dokku 0.34.
    """

    def __init__(self, folder: Path, *, sudo: str = _SUDO) -> None:
        self.folders = folder / "home" / "shop", folder / "lib" / "shop"
        for one in self.folders:
            one.mkdir(parents=True)
        programs = folder / "bin"
        programs.mkdir()
        (programs / "sudo").write_text(sudo)
        (programs / "sudo").chmod(0o755)
        self.env = {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(folder), "SSH_CLIENT": "192.0.2.7 50000 22"}
        self.calls: list[tuple[str, ...]] = []
        self._shell = LocalShell(folder, self.env)

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = 4 * 1024 * 1024,
    ) -> Outcome:
        self.calls.append(tuple(argv))
        moved = dict(zip(commands.lock_folders("shop"), map(str, self.folders), strict=True))
        there = [moved.get(word, word) for word in argv]
        return await self._shell.run(there, timeout=timeout, stdin=stdin, on_output=on_output, cap=cap)

    async def follow(self, argv: Sequence[str], on_data: Callable[[bytes], None]) -> Outcome:
        raise AssertionError("nothing is followed here")

    async def deploys(self) -> list[bool]:
        """Whether a deploy would get its lock, at each of the two places."""
        found = []
        for folder in self.folders:
            outcome = await self._shell.run(("flock", "-n", str(folder / ".deploy.lock"), "true"), timeout=10)
            found.append(outcome.succeeded)
        return found

    async def hold(self, seconds: str = "60") -> asyncio.subprocess.Process:
        """Be a deploy that is under way; returns once it has its lock."""
        script = 'exec 7>"$1"; flock -n 7 || exit 1; echo held; exec sleep "$2"'
        lock = str(self.folders[1] / ".deploy.lock")
        process = await asyncio.create_subprocess_exec(
            "sh", "-c", script, "_", lock, seconds, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 10) == b"held\n"
        return process
