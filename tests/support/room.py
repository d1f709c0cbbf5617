"""A network namespace of its own, whose cable a test can pull."""

from __future__ import annotations

import os
import subprocess


def _ip(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["ip", *words], capture_output=True, check=False)


class Room:
    """A network namespace with one cable to it."""

    def __init__(self) -> None:
        number = os.getpid() % 250
        self.name = f"room{os.getpid()}"
        self.near, self.far = f"rn{os.getpid()}", f"rf{os.getpid()}"
        self.address, self.ours = f"198.18.{number}.2", f"198.18.{number}.1"  # set aside for tests: RFC 2544

    def open(self) -> bool:
        """Make it; False where this machine does not allow that."""
        steps = (
            ("netns", "add", self.name),
            ("link", "add", self.near, "type", "veth", "peer", "name", self.far),
            ("link", "set", self.far, "netns", self.name),
            ("addr", "add", f"{self.ours}/30", "dev", self.near),
            ("link", "set", self.near, "up"),
            ("-n", self.name, "addr", "add", f"{self.address}/30", "dev", self.far),
            ("-n", self.name, "link", "set", self.far, "up"),
            ("-n", self.name, "link", "set", "lo", "up"),
        )
        return all(_ip(*step).returncode == 0 for step in steps)

    def cable(self, state: str) -> None:
        """Pull the far end of the cable, so that our own side notices nothing; or plug it in."""
        _ip("-n", self.name, "link", "set", self.far, state)

    def close(self) -> None:
        """Remove it."""
        _ip("link", "del", self.near)
        _ip("netns", "del", self.name)
