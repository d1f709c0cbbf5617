"""A real ssh-agent of the test's own."""

from __future__ import annotations

import shutil
import socket as sockets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = all(shutil.which(name) for name in ("ssh-agent", "ssh-add", "ssh-keygen"))


@contextmanager
def agent(*keys: Path) -> Iterator[str]:
    """Run an agent that holds those keys; gives the path of its socket."""
    with tempfile.TemporaryDirectory(prefix="agent") as folder:  # a socket's path must be short
        socket = str(Path(folder) / "s")
        process = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
        try:
            limit = time.monotonic() + 10
            while not _listens(socket):
                assert time.monotonic() < limit
                assert process.poll() is None
                time.sleep(0.005)
            for key in keys:
                environ = {"SSH_AUTH_SOCK": socket, "PATH": "/usr/bin:/bin"}
                subprocess.run(["ssh-add", "-q", key], env=environ, check=True)
            yield socket
        finally:
            process.kill()
            process.wait()


def _listens(path: str) -> bool:
    """Whether somebody takes connections there; the file alone is there a moment earlier."""
    with sockets.socket(sockets.AF_UNIX) as knock:
        try:
            knock.connect(path)
        except OSError:
            return False
        return True


def keygen(*arguments: object) -> None:
    """Run ssh-keygen quietly."""
    subprocess.run(["ssh-keygen", "-q", *map(str, arguments)], check=True, capture_output=True)
