"""A server for the SSH benchmarks, our session on it, and its rival: OpenSSH's own client."""

from __future__ import annotations

import asyncio
import getpass
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from restant_tui.clock import SystemClock
from restant_tui.config.model import Host, Identity
from restant_tui.transport.session import Session
from tests.support.sshd import PROGRAM, Sshd


def missing() -> str:
    """Return what this machine lacks for a benchmark over SSH; empty if nothing."""
    return "" if PROGRAM else "OpenSSH's sshd is not installed"


class Rival:
    """OpenSSH's own client on the same server, with the same key."""

    def __init__(self, sshd: Sshd, port: int = 0) -> None:
        self._shared = str(sshd.folder / "master")
        self._argv = [
            "ssh", "-F", "none", "-p", str(port or sshd.port), "-i", str(sshd.folder / "admin"),
            "-o", "IdentitiesOnly=yes", "-o", f"UserKnownHostsFile={sshd.folder}/known_hosts", "-o", "BatchMode=yes",
            "-o", "IdentityAgent=none", "-o", f"HostKeyAlias=[127.0.0.1]:{sshd.port}", "-l", getpass.getuser(),
        ]  # fmt: skip

    def line(self, *command: str, options: Sequence[str] = (), shared: bool = False) -> list[str]:
        path = ("-o", f"ControlPath={self._shared}") if shared else ("-o", "ControlPath=none")
        return [*self._argv, *path, *options, "127.0.0.1", *command]

    def seconds(self, *command: str, shared: bool = False) -> float:
        """Return the seconds that one `ssh host command` takes."""
        began = time.perf_counter()
        subprocess.run(self.line(*command, shared=shared), check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began

    def count(self, file: Path, *options: str) -> float:
        """Return the seconds that `ssh host cat file | wc -l` takes from a cold start."""
        began = time.perf_counter()
        with subprocess.Popen(self.line("cat", str(file), options=options), stdout=subprocess.PIPE) as sent:
            subprocess.run(["wc", "-l"], stdin=sent.stdout, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - began

    def share(self) -> None:
        """Start the master that `shared` commands go over."""
        subprocess.run(self.line(shared=True, options=("-M", "-N", "-f")), check=True)

    def stop_sharing(self) -> None:
        """End the master."""
        subprocess.run(self.line(shared=True, options=("-O", "exit")), check=False, capture_output=True)


class Bare(asyncssh.SSHClientSession[bytes]):
    """The least that asyncssh can be asked to do for a command: it counts the bytes, and nothing else."""

    def __init__(self) -> None:
        self.size = 0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def session_started(self) -> None:
        self._channel.write_eof()

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        self.size += len(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set_result(None)


async def bare(connection: asyncssh.SSHClientConnection, line: str) -> float:
    """Return the seconds that a command takes on asyncssh alone."""
    began = time.perf_counter()
    counter = Bare()
    await connection.create_session(lambda: counter, line, encoding=None)
    await counter.ended
    return time.perf_counter() - began


@dataclass(frozen=True, slots=True)
class Ground:
    """A running server, our session, the rival with its master, and a bare connection with our cipher."""

    folder: Path
    sshd: Sshd
    session: Session
    rival: Rival
    connection: asyncssh.SSHClientConnection


CIPHER = "aes128-gcm@openssh.com"


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """Start a server and everything that is measured on it; leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="bench-ssh") as name:
        folder = Path(name)
        sshd = Sshd(folder / "sshd")
        await sshd.start()
        session = session_of(sshd.host())
        rival = Rival(sshd)
        try:
            await session.run(["true"], timeout=10)
            await asyncio.to_thread(rival.share)
            async with await asyncssh.connect(
                "127.0.0.1", sshd.port, config=None, agent_path=None, known_hosts=str(sshd.folder / "known_hosts"),
                client_keys=[str(sshd.folder / "admin")], encryption_algs=[CIPHER],
            ) as connection:  # fmt: skip
                yield Ground(folder, sshd, session, rival, connection)
        finally:
            await asyncio.to_thread(rival.stop_sharing)
            await session.close()
            await sshd.stop()


def session_of(host: Host) -> Session:
    """Return a session of the login with a shell."""
    return Session(host, Identity.ADMIN, clock=SystemClock())
