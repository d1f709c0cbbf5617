"""G1, G2, G3: time to the first frame of our console on a practice host, beside a bare Textual app and posting.

Each round starts every program once in a 120x40 pty, so that a noisy moment hits all of them. Posting is measured if
`make bench` installed it.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.goals import Goal, Report

ROOT: Final = Path(__file__).parents[1]
POSTING: Final = ROOT / ".bench" / "bin" / "posting"
SILENCE: Final = 0.25
"""Seconds without output after which a program counts as settled."""
LONGEST: Final = 20.0
ROUNDS: Final = 7
HEAVY: Final = ("asyncssh", "httpx", "keyring", "cryptography", "jinja2", "aiosmtplib")

BARE: Final = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("bare-frame")
Bare().run()
"""

AT_FIRST_PAINT: Final = """
import os, sys
from screens import startup
from restant_tui.cli.main import run
def settled():
    open(sys.argv[1], "w").write(" ".join(sorted(set(sys.argv[2:]) & set(sys.modules))))
    os._exit(0)
startup.settled = settled
run(["--practice"])
"""


@dataclass(frozen=True, slots=True)
class Program:
    """One contestant: how it is started, and a text that only its first frame holds."""

    name: str
    argv: tuple[str, ...]
    marker: bytes


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds from start to the first frame, and to the last byte before a silence."""

    first: float
    settled: float


def programs() -> list[Program]:
    """Return the contestants that are installed; the first is ours."""
    found = [
        Program("restant-tui", (sys.executable, "-m", "restant_tui", "--practice"), b"Health"),
        Program("bare Textual", (sys.executable, "-c", BARE), b"bare-frame"),
    ]
    if POSTING.exists():
        found.append(Program("posting", (str(POSTING),), b"Collection"))
    return found


def start(program: Program) -> Times:
    """Start a program in a terminal, time its first frame, and end it.

    Raises:
        RuntimeError: its first frame did not come.
    """
    with tempfile.TemporaryDirectory() as home:
        env = _environment(home)
        begun = time.perf_counter()
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(ROOT)
            os.execve(program.argv[0], program.argv, env)
        try:
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
            return _watch(program, terminal, begun)
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(terminal)


def _environment(home: str) -> dict[str, str]:
    return {
        "HOME": home, "RESTANT_TUI_HOME": f"{home}/restant", "PATH": os.environ["PATH"], "TERM": "xterm-256color",
        "COLORTERM": "truecolor", "LANG": "C.UTF-8", "COLUMNS": "120", "LINES": "40",
    }  # fmt: skip


def _watch(program: Program, terminal: int, begun: float) -> Times:
    seen, first, last = b"", 0.0, begun
    while True:
        now = time.perf_counter()
        if first and now - last > SILENCE:
            return Times((first - begun) * 1000, (last - begun) * 1000)
        if now - begun > LONGEST:
            if first:
                return Times((first - begun) * 1000, (now - begun) * 1000)
            raise RuntimeError(f"{program.name} showed no {program.marker.decode()!r} within {LONGEST:.0f} s")
        ready, _, _ = select.select([terminal], [], [], 0.01)
        if not ready:
            continue
        try:
            seen += os.read(terminal, 65536)
        except OSError as error:
            raise RuntimeError(f"{program.name} ended before its first frame: {seen[-400:]!r}") from error
        last = time.perf_counter()
        if not first and program.marker in seen:
            first = last


def heavy_at_first_paint() -> list[str]:
    """Return which heavy libraries our console has loaded when its first frame is painted."""
    with tempfile.TemporaryDirectory() as home:
        answer = Path(home) / "modules"
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(ROOT)
            os.execve(sys.executable, (sys.executable, "-c", AT_FIRST_PAINT, str(answer), *HEAVY), _environment(home))
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            ready, _, _ = select.select([terminal], [], [], 0.05)
            try:
                if ready and not os.read(terminal, 65536):
                    break
            except OSError:
                break
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)
        if not answer.exists():
            raise RuntimeError("the console painted no first frame")
        return answer.read_text().split()


def missing() -> str:
    """Return what this machine lacks for it: nothing; without posting the bare app is the only rival."""
    return ""


def measure() -> Report:
    """Start every program once a round, in turn, and compare the medians."""
    contestants = programs()
    for program in contestants:
        start(program)  # once to warm the disk's cache; not counted
    rounds = [{program.name: start(program) for program in contestants} for _ in range(ROUNDS)]
    medians = {
        program.name: Times(
            statistics.median(one[program.name].first for one in rounds),
            statistics.median(one[program.name].settled for one in rounds),
        )
        for program in contestants
    }
    told = [
        f"{name}: first frame {times.first:.0f} ms, settled {times.settled:.0f} ms" for name, times in medians.items()
    ]
    return Report(_goals(medians, heavy_at_first_paint()), told)


def _goals(medians: dict[str, Times], heavy: list[str]) -> list[Goal]:
    ours, bare = medians["restant-tui"], medians["bare Textual"]
    found = [Goal("G1 first frame / bare Textual", ours.first / bare.first, 1.6, 1.35)]
    if posting := medians.get("posting"):
        found.append(Goal("G1 first frame / posting", ours.first / posting.first, 0.40, 0.30))
        found.append(Goal("G2 settled / posting", ours.settled / posting.settled, 0.60, 0.40))
    found.append(Goal(f"G3 heavy libraries at the first frame ({' '.join(heavy) or 'none'})", len(heavy), 0, 0))
    return found
