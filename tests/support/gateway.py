"""Debian's own sshd in front of practice hosts: it writes down every command line it is sent, and passes it on."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import msgspec

from restant_tui.config.model import Config, Host, Identity, Login
from tests.support.sshd import Sshd
from tests.support.waiting import until

CLIENT = shutil.which("ssh")
"""OpenSSH's own client: the way from the gateway to the practice host."""

_OPTIONS = "no-agent-forwarding,no-user-rc,no-X11-forwarding,no-port-forwarding"
# What sshd runs instead of the command it was sent. One file a call, for calls may overlap; it is complete before the
# call goes on. The connection to the practice host is already there: each call is one more session on it.
_RELAY = """#!/bin/sh
printf '%s' "$SSH_ORIGINAL_COMMAND" > "{folder}/calls/$(date +%s%N) $$ $1 $2"
terminal=-T
if [ -t 0 ]; then terminal=-tt; fi
exec "{client}" -F /dev/null -S "{folder}/$1-$2" -o ControlMaster=no -o ProxyCommand=false -o LogLevel=ERROR \\
    "$terminal" -- "$2@127.0.0.1" "$SSH_ORIGINAL_COMMAND"
"""
# An address of Dokku's names its user; the one who may log in here is whoever runs this.
_FOR_GIT = """#!/bin/sh
case " $* " in
  *" -p {port} "*) exec "{client}" -F /dev/null -l {user} -i {key} -o IdentitiesOnly=yes -o BatchMode=yes \\
      -o UserKnownHostsFile={known} "$@" ;;
esac
exec {otherwise} "$@"
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One command line as it arrived: what a forced command, or the login shell, would be given."""

    host: str
    identity: Identity
    line: str


class Gateway:
    """One sshd with a key, and a forced command, for each identity of each host.

    Args:
        folder: for keys and calls; its name must be short, for a socket's name has at most 107 bytes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sshd = Sshd(folder / "sshd")
        self._ways: list[asyncio.subprocess.Process] = []
        (folder / "calls").mkdir()
        self._relay = folder / "relay"
        self._relay.write_text(_RELAY.format(folder=folder, client=CLIENT))
        self._relay.chmod(0o700)

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in the order of arrival."""
        found = []
        for path in sorted((self.folder / "calls").iterdir(), key=lambda one: int(one.name.split()[0])):
            _at, _process, host, identity = path.name.split()
            found.append(Call(host, Identity(identity), path.read_bytes().decode()))
        return found

    @property
    def processes(self) -> int:
        """How many processes the server has for its connections and what runs on them."""
        return len(self._sshd.pids)

    def count(self, line: str) -> int:
        """Return how often a line has arrived so far."""
        return sum(one.line == line for one in self.calls)

    async def stand_before(self, config: Config) -> Config:
        """Open the ways to the hosts of a configuration; return it with the gateway in the place of each host."""
        logins = [(name, one) for name, host in config.hosts.items() for one in Identity if host.login(one)]
        (self._sshd.folder / "authorized").write_text("".join(self._authorize(*login) for login in logins))
        await self._sshd.start()
        await asyncio.gather(*(self._open(config.hosts[name], name, one) for name, one in logins))
        return msgspec.structs.replace(
            config, hosts={name: self._instead_of(host, name) for name, host in config.hosts.items()}
        )

    def way_for_git(self, name: str, otherwise: str) -> dict[str, str]:
        """Return what git needs in its environment to push to a host through here.

        Args:
            name: the host's name.
            otherwise: the ssh command for every other address.
        """
        program = self.folder / "ssh-for-git"
        program.write_text(
            _FOR_GIT.format(
                port=self._sshd.port,
                client=CLIENT,
                user=getpass.getuser(),
                key=self._key(name, Identity.DOKKU),
                known=self._sshd.folder / "known_hosts",
                otherwise=otherwise,
            )
        )
        program.chmod(0o700)
        return {"GIT_SSH_COMMAND": str(program), "GIT_SSH_VARIANT": "ssh"}

    async def close(self) -> None:
        """End the server and the ways; whoever still waits for an answer gets none."""
        await self._sshd.stop()
        for way in self._ways:
            # Not `way.kill()`: that would collect a client that has just ended by itself, behind asyncio's back.
            with suppress(ProcessLookupError):
                if way.returncode is None:
                    os.kill(way.pid, signal.SIGKILL)
            await way.wait()

    def _authorize(self, name: str, identity: Identity) -> str:
        key = asyncssh.generate_private_key("ssh-ed25519")
        path = self._key(name, identity)
        path.touch(mode=0o600)
        key.write_private_key(str(path))
        return f'command="{self._relay} {name} {identity}",{_OPTIONS} {key.export_public_key().decode()}'

    def _key(self, name: str, identity: Identity) -> Path:
        return self.folder / f"{name}-{identity}.key"

    async def _open(self, host: Host, name: str, identity: Identity) -> None:
        login, socket = host.login(identity), self.folder / f"{name}-{identity}"
        assert login is not None
        way = await asyncio.create_subprocess_exec(
            str(CLIENT), "-F", "/dev/null", "-M", "-N", "-S", str(socket), "-p", str(host.port), "-i", str(login.key),
            "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={host.known_hosts}",
            "-o", "LogLevel=ERROR", f"{login.user}@{host.address}",
            stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.defpath, "HOME": str(self.folder)},
        )  # fmt: skip
        self._ways.append(way)
        await until(lambda: socket.exists() or way.returncode is not None, 20, what=f"the way to {name} as {identity}")
        assert way.returncode is None, f"ssh did not reach {name} as {identity}"

    def _instead_of(self, host: Host, name: str) -> Host:
        def login(identity: Identity) -> Login | None:
            if host.login(identity) is None:
                return None
            return Login(user=getpass.getuser(), key=str(self._key(name, identity)))

        return msgspec.structs.replace(
            host, port=self._sshd.port, known_hosts=str(self._sshd.folder / "known_hosts"),
            dokku=login(Identity.DOKKU), admin=login(Identity.ADMIN),
        )  # fmt: skip
