"""The program without a terminal: run it to its end, or keep one running."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.support.terminal import ROOT, command, environment


def run(
    *arguments: str, home: Path, stdin: str = "", timeout: float = 60, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the program with pipes on all three streams."""
    return subprocess.run(
        command(*arguments), input=stdin, capture_output=True, text=True, timeout=timeout, cwd=ROOT,
        env=environment(home, env), check=False,
    )  # fmt: skip


class Served:
    """A `practice --serve` in a process of its own."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.home = home
        self._log = home / "served.txt"
        self.process = subprocess.Popen(
            command("practice", "--serve", *arguments), env=environment(home), cwd=ROOT, stdin=subprocess.DEVNULL,
            stdout=self._log.open("w"), stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        end = time.monotonic() + 20
        while "Ctrl-C ends it." not in self.said:
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the practice host was not served: {self.said}")
            time.sleep(0.02)

    @property
    def said(self) -> str:
        """What it printed."""
        return self._log.read_text()

    @property
    def config(self) -> Path:
        """The configuration that reaches it."""
        return self.home / "restant" / "state" / "practice" / "served" / "config.yaml"

    def ssh(self, *argv: str, user: str = "dokku") -> list[str]:
        """The ssh command line that sends it a command."""
        folder = self.config.parent
        port = next(line for line in self.config.read_text().splitlines() if "port:" in line).split()[-1]
        return [
            "ssh", "-F", "none", "-i", str(folder / f"id_{user}"), "-p", port, "-o", "IdentitiesOnly=yes",
            "-o", f"UserKnownHostsFile={folder / 'known_hosts'}", f"{user}@127.0.0.1", *argv,
        ]  # fmt: skip

    def ask(self, *argv: str) -> str:
        """Ask Dokku over the real ssh client; return its standard output."""
        asked = subprocess.run(self.ssh(*argv), capture_output=True, text=True, timeout=30, check=True)
        return asked.stdout

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """End it with a signal and return its exit status."""
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        return self.process.wait(15)


@contextlib.contextmanager
def served(home: Path, *arguments: str) -> Iterator[Served]:
    """Keep a practice host running meanwhile."""
    host = Served(home, *arguments)
    try:
        yield host
    finally:
        if host.process.poll() is None:
            os.kill(host.process.pid, signal.SIGKILL)
            host.process.wait()
