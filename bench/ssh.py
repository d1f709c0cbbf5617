"""Our SSH session beside OpenSSH on the same server, in one run: short commands, a large log, polling many apps.

`python -m bench.ssh [--force] [--strict] [--json]`. It starts an sshd of its own on the loopback, which shares the
processor with us and with the rival, so only the ratios mean anything. Above a load of 2 it skips, unless forced.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from restant_tui.clock import SystemClock
from restant_tui.config.model import Identity
from restant_tui.monitors.logbuffer import LogBuffer
from restant_tui.transport.outcome import OnOutput
from restant_tui.transport.session import Session
from tests.support.sshd import PROGRAM, Sshd

BUSY: Final = 2.0
MEGABYTES: Final = 200
LINE: Final = (
    b"2026-03-02T03:00:00Z web.1 GET /orders/1842 200 in 31 ms, 12 queries, user 77, cache hit, region north xx\n"
)
CIPHER: Final = "aes128-gcm@openssh.com"
REPORT: Final = ("sleep", "0.1")
"""What a host takes to report one app."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure beside its floor; `at_most` says on which side of the floor it has to be."""

    goal: str
    value: float
    floor: float
    at_most: bool = True

    @property
    def met(self) -> bool:
        return self.value <= self.floor if self.at_most else self.value >= self.floor


class Rival:
    """OpenSSH's own client on the same server, with the same key."""

    def __init__(self, sshd: Sshd) -> None:
        self._shared = str(sshd.folder / "master")
        self._argv = [
            "ssh", "-F", "none", "-p", str(sshd.port), "-i", str(sshd.folder / "admin"), "-o", "IdentitiesOnly=yes",
            "-o", f"UserKnownHostsFile={sshd.folder}/known_hosts", "-o", "BatchMode=yes", "-o", "IdentityAgent=none",
            "-l", getpass.getuser(),
        ]  # fmt: skip

    def line(self, *command: str, options: Sequence[str] = (), shared: bool = False) -> list[str]:
        path = ("-o", f"ControlPath={self._shared}") if shared else ("-o", "ControlPath=none")
        return [*self._argv, *path, *options, "127.0.0.1", *command]

    def seconds(self, *command: str, shared: bool = False) -> float:
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
        subprocess.run(self.line(shared=True, options=("-M", "-N", "-f")), check=True)

    def stop_sharing(self) -> None:
        subprocess.run(self.line(shared=True, options=("-O", "exit")), check=False, capture_output=True)


async def short_commands(session: Session, rival: Rival) -> list[Goal]:
    """Run `true` three ways in turn and compare the medians (G4)."""
    ours: list[float] = []
    fresh: list[float] = []
    shared: list[float] = []
    for _ in range(10):
        fresh.append(await asyncio.to_thread(rival.seconds, "true"))
        for _ in range(4):
            ours.append((await session.run(["true"], timeout=10)).seconds)
            shared.append(await asyncio.to_thread(rival.seconds, "true", shared=True))
    one, cold, warm = (statistics.median(times) for times in (ours, fresh, shared))
    print(f"  short command: ours {one * 1e3:.1f} ms, ssh {cold * 1e3:.0f} ms, ssh over a master {warm * 1e3:.1f} ms")
    return [
        Goal("G4 short command / fresh ssh", one / cold, 1 / 30),
        Goal("G4 short command / ControlMaster", one / warm, 0.6),
    ]


def into(store: LogBuffer) -> OnOutput:
    """Return what feeds that store."""
    return lambda data, _error: store.feed(data)


async def large_log(session: Session, rival: Rival, folder: Path) -> list[Goal]:
    """Read a log of 200 MB into the line store, beside `ssh cat | wc -l` with the same cipher (G5)."""
    file = folder / "log"
    lines = MEGABYTES * 1_000_000 // len(LINE)
    with file.open("wb") as out:
        for _ in range(lines // 10_000):
            out.write(LINE * 10_000)
    size, lines = file.stat().st_size, lines // 10_000 * 10_000
    speeds: list[float] = []
    rivals: list[float] = []
    usual: list[float] = []
    work: list[float] = []
    for _ in range(3):
        store = LogBuffer()
        began, used = time.perf_counter(), time.process_time()
        outcome = await session.run(["cat", str(file)], timeout=60, cap=0, on_output=into(store))
        speeds.append(size / (time.perf_counter() - began) / 1e6)
        work.append((time.process_time() - used) * 1e3 / (size / 1e6))
        assert outcome.succeeded
        assert store.total == lines, f"{store.total} of {lines} lines"
        rivals.append(size / await asyncio.to_thread(rival.count, file, "-c", CIPHER) / 1e6)
        usual.append(size / await asyncio.to_thread(rival.count, file) / 1e6)
    ours, same, default = (statistics.median(values) for values in (speeds, rivals, usual))
    print(f"  {size / 1e6:.0f} MB log: ours {ours:.0f} MB/s, ssh | wc {same:.0f}, with its usual cipher {default:.0f}")
    return [
        Goal("G5 log into the store / ssh cat | wc -l, same cipher", ours / same, 1.0, at_most=False),
        Goal("G5 processor, ms a megabyte", statistics.median(work), 2.0),
    ]


async def polling(session: Session, rival: Rival, apps: int) -> list[Goal]:
    """Ask about many apps at once, beside one fresh ssh after the other (G13), and watch the slots (G14)."""
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, session.in_use)
            await asyncio.sleep(0.001)

    watcher = asyncio.create_task(watch())
    began = time.perf_counter()
    outcomes = await asyncio.gather(*(session.run(REPORT, timeout=60) for _ in range(apps)))
    ours = time.perf_counter() - began
    watcher.cancel()
    sample = [await asyncio.to_thread(rival.seconds, *REPORT) for _ in range(8)]
    one = statistics.median(sample)
    print(f"  {apps} apps: ours {ours:.2f} s, fresh ssh each {one * apps:.1f} s (from {len(sample)} of them)")
    return [
        Goal(f"G13 {apps} apps / fresh ssh each", ours / (one * apps), 1 / 12),
        Goal(f"G14 most channels in use, {apps} apps", most, 6),
        Goal(f"G14 commands not answered, {apps} apps", sum(not outcome.succeeded for outcome in outcomes), 0),
    ]


async def measure() -> list[Goal]:
    """Start the server, measure everything, leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="bench-ssh") as name:
        folder = Path(name)
        sshd = Sshd(folder / "sshd")
        await sshd.start()
        rival = Rival(sshd)
        session = Session(sshd.host(), Identity.ADMIN, clock=SystemClock())
        try:
            await session.run(["true"], timeout=10)
            await asyncio.to_thread(rival.share)
            goals = await short_commands(session, rival)
            goals += await large_log(session, rival, folder)
            for apps in (50, 200):
                goals += await polling(session, rival, apps)
        finally:
            await asyncio.to_thread(rival.stop_sharing)
            await session.close()
            await sshd.stop()
        return goals


def main() -> int:
    """Run the benchmark and print it; the exit status is 1 only with `--strict`, when a floor is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--force", action="store_true", help="measure on a busy machine too")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a floor is missed")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON on the last line")
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    if PROGRAM is None:
        print("skipped: OpenSSH's sshd is not installed")
        return 0
    if load > BUSY and not asked.force:
        print(f"skipped: the load is {load:.1f}, and above {BUSY:.0f} the figures mean nothing (--force measures)")
        return 0
    print(f"load {load:.1f}, Python {sys.version.split()[0]}")
    goals = asyncio.run(measure())
    for goal in goals:
        side = "at most" if goal.at_most else "at least"
        print(f"  {'met   ' if goal.met else 'MISSED'}  {goal.goal}: {goal.value:.3f}, floor {side} {goal.floor:.3f}")
    print(f"  most memory in use: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    if asked.json:
        print(json.dumps([{**asdict(goal), "met": goal.met} for goal in goals]))
    return int(asked.strict and not all(goal.met for goal in goals))


if __name__ == "__main__":
    raise SystemExit(main())
