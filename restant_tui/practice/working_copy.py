"""A working copy of the practice app on this machine: a real clone of the forge, ready to commit and push."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from restant_tui.practice import keys
from restant_tui.practice.pipes import plain_environment


def ssh_command(folder: Path) -> str:
    """Return the ssh that git has to use: keys and known_hosts of the practice host, nothing of the person's own."""
    words = ["ssh", "-F", "none", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes"]
    for user in ("git", "dokku"):
        words += ["-i", str(keys.client_path(folder, user))]
    return shlex.join([*words, "-o", f"UserKnownHostsFile={keys.known_hosts_path(folder)}"])


async def clone(folder: Path, ports: Mapping[str, int], target: Path) -> None:
    """Clone the forge into a folder that is not there yet, or point the clone that is there at today's ports.

    Remotes: `origin` is the forge, `dokku` and `dokku-staging` are the apps.

    Raises:
        RuntimeError: git failed, or there is none.
    """
    forge = f"ssh://git@127.0.0.1:{ports['ssh']}/restant.git"
    environment = plain_environment() | {"GIT_SSH_COMMAND": ssh_command(folder)}
    if not await asyncio.to_thread(target.exists):
        await _git(["clone", "-q", forge, str(target)], environment)
    inside = ["-C", str(target)]
    await _git([*inside, "remote", "set-url", "origin", forge], environment)
    for name, app in (("dokku", "restant-main"), ("dokku-staging", "restant-staging")):
        url = f"ssh://dokku@127.0.0.1:{ports['ssh']}/{app}"
        await _git([*inside, "config", f"remote.{name}.url", url], environment)
        await _git([*inside, "config", f"remote.{name}.fetch", f"+refs/heads/*:refs/remotes/{name}/*"], environment)
    settings = {
        "core.sshCommand": ssh_command(folder),
        "user.name": "Practice",
        "user.email": "practice@restant.example.com",
        "commit.gpgsign": "false",
    }
    for key, value in settings.items():
        await _git([*inside, "config", key, value], environment)
    await _git([*inside, "branch", "-q", "-f", "--track", "staging", "origin/staging"], environment)


async def _git(args: list[str], environment: Mapping[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *("git", *args),
        env={**environment, "HOME": os.environ.get("HOME", "/nonexistent")},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"git {args[0]} failed: {said.decode('utf-8', 'replace').strip()}")
