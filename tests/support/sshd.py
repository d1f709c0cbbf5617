"""Debian's own OpenSSH server on the loopback, for tests of what a real host does."""

from __future__ import annotations

import asyncio
import getpass
import os
import shutil
import signal
import socket
from pathlib import Path

import asyncssh

from restant_tui.config.model import Host, Login
from tests.support.answers import SCRIPT, Answers

PROGRAM = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))

# What the forced command of a Dokku host does with what we send: split it with xargs, and no shell.
_FORCED = """#!/bin/sh
printf '%s\\n' "$SSH_ORIGINAL_COMMAND" | xargs -n 1 > "{folder}/words" 2> "{folder}/complaints"
case "$SSH_ORIGINAL_COMMAND" in
  follow*) while :; do echo tick; sleep {marker}; done ;;
  quiet*) exec sleep 600.{marker_digits} ;;
  exit7) exit 7 ;;
  input) cat > "{folder}/input" ;;
  *) cat "{folder}/words" ;;
esac
"""


def free_port() -> int:
    """Return a port of the loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def descendants(pid: int) -> list[int]:
    """Return the ids of every process below that one, the deepest first."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [found for child in map(int, children) for found in (*descendants(child), child)]


def running(words: str) -> list[int]:
    """Return the ids of processes whose command line holds those words."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if words in line:
            found.append(int(entry.name))
    return found


class Sshd:
    """One server with its own keys, port and configuration; `start` again after `stop` uses the same ones."""

    def __init__(
        self,
        folder: Path,
        *,
        max_sessions: int = 10,
        extra: str = "",
        listen: str = "127.0.0.1",
        inside: tuple[str, ...] = (),
        answers: Answers | None = None,
    ) -> None:
        """Prepare it.

        Args:
            folder: for its keys and configuration.
            max_sessions: channels a connection may have.
            extra: more of its configuration; what stands there counts before the rest.
            listen: the address it takes connections on.
            inside: a command that runs it somewhere else, such as in a network namespace.
            answers: what the dokku identity answers; a few words of its own if not given.
        """
        self.listen, self._inside = listen, inside
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.marker = f"0.0{self.port}"
        """A length of sleep nobody else on this machine uses: finds our own leftovers."""
        self._process: asyncio.subprocess.Process | None = None
        self._orphans: list[int] = []
        self.new_host_key()
        for name in ("admin", "dokku", "stranger"):
            _write_key(folder / name)
        forced = folder / "forced"
        forced.write_text(
            f'#!/bin/sh\nexec sh "{SCRIPT}" "{answers.folder}"\n'
            if answers
            else _FORCED.format(folder=folder, marker=self.marker, marker_digits=self.port)
        )
        forced.chmod(0o700)
        admin = (folder / "admin.pub").read_text()
        dokku = (folder / "dokku.pub").read_text()
        options = "no-agent-forwarding,no-user-rc,no-X11-forwarding,no-port-forwarding"
        (folder / "authorized").write_text(f'{admin}command="{forced}",{options} {dokku}')
        (folder / "sshd_config").write_text(
            f"{extra}\nPort {self.port}\nListenAddress {listen}\nHostKey {folder}/host\nPidFile none\n"
            f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
            f"KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nMaxSessions {max_sessions}\n"
            f"SetEnv HOME={folder}\n"  # the login shell's own rc file could take longer than the test
        )
        self.learn_host_key()

    def new_host_key(self) -> None:
        """Make a new host key; the next start shows it."""
        _write_key(self.folder / "host")

    def learn_host_key(self) -> None:
        """Write the present host key to the known_hosts file."""
        public = (self.folder / "host.pub").read_text()
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {public}")

    def host(self, *, admin_key: str = "admin", dokku_key: str = "dokku") -> Host:
        """Return the configuration entry for this server."""
        user = getpass.getuser()
        return Host(
            address="127.0.0.1",
            port=self.port,
            known_hosts=str(self.folder / "known_hosts"),
            admin=Login(user=user, key=str(self.folder / admin_key)),
            dokku=Login(user=user, key=str(self.folder / dokku_key)),
        )

    @property
    def pids(self) -> list[int]:
        """The ids of the server's own children and theirs: one branch for each connection."""
        return descendants(self._process.pid) if self._process else []

    @property
    def all_pids(self) -> list[int]:
        """The ids of the server and everything below it."""
        return [self._process.pid, *self.pids] if self._process else []

    def freeze(self, *, server: bool = False) -> None:
        """Stop every session's processes where they are: the host is there, and answers nothing.

        With the server itself nobody new is let in either.
        """
        self._signal(signal.SIGSTOP, server=server)

    def thaw(self) -> None:
        """Let them go on."""
        self._signal(signal.SIGCONT, server=True)

    def _signal(self, what: signal.Signals, *, server: bool) -> None:
        for pid in self.all_pids if server else self.pids:
            os.kill(pid, what)

    async def start(self) -> None:
        """Start, and wait until it takes connections."""
        assert PROGRAM is not None
        _make_privilege_folder()
        with (self.folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._inside,
                PROGRAM,
                "-D",
                "-e",
                "-f",
                str(self.folder / "sshd_config"),
                stderr=log,
                start_new_session=True,
            )
        async with asyncio.timeout(10):
            while True:
                try:
                    _, writer = await asyncio.open_connection(self.listen, self.port)
                except OSError:
                    if self._process.returncode is not None:
                        raise RuntimeError((self.folder / "log").read_text()) from None
                    await asyncio.sleep(0.01)
                    continue
                writer.close()
                await writer.wait_closed()
                return

    def cut_sessions(self) -> None:
        """Kill every session, as a crash would; the server itself goes on."""
        if self._process:
            # From the top: a session that outlives its command by a moment would still report how it ended.
            for pid in reversed(descendants(self._process.pid)):
                _kill(pid)

    async def replace(self) -> None:
        """Put a server with another host key in the place of this one; sessions that are open stay as they are."""
        assert self._process is not None
        self._orphans += self.pids
        _kill(self._process.pid)
        await self._process.wait()
        self.new_host_key()
        await self.start()

    @property
    def logins(self) -> int:
        """How often somebody was let in so far."""
        return (self.folder / "log").read_text().count("Accepted publickey")

    async def stop(self) -> None:
        """Kill the server and every session."""
        if not self._process:
            return
        # From the top, as in `cut_sessions`: nobody is left to report how a command ended.
        below = reversed(descendants(self._process.pid))
        # Commands abandoned without a terminal outlive their session: that is what some tests show.
        for pid in (
            self._process.pid,
            *below,
            *self._orphans,
            *running(f"sleep 60.{self.port}"),
            *running(f"sleep 61.{self.port}"),
        ):
            _kill(pid)
        await self._process.wait()
        self._process = None


def _make_privilege_folder() -> None:
    # Where an sshd of root's locks itself in before a login; the system's own service makes it when it starts.
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _write_key(path: Path) -> None:
    path.unlink(missing_ok=True)
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(path))
    path.chmod(0o600)
    key.write_public_key(str(path.with_suffix(".pub")))
