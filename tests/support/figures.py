"""What a process holds: memory, file handles, processes, tasks. For tests and benchmarks that look for growth."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from tests.support.sshd import descendants

MEASURABLE = Path("/proc/self/statm").exists()


@dataclass(frozen=True, slots=True)
class Held:
    """What this process holds at a moment."""

    resident: int
    """Bytes of memory."""
    files: int
    children: int
    threads: int
    tasks: int


def resident() -> int:
    """Return the bytes of memory this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _now() -> Held:
    tasks = sum(not task.done() for task in asyncio.all_tasks())
    files = len(list(Path("/proc/self/fd").iterdir()))
    return Held(resident(), files, len(descendants(os.getpid())), threading.active_count(), tasks)


async def held(looks: int = 60) -> Held:
    """Return the least of each that was held over some looks: work under way comes and goes, what leaks stays."""
    gc.collect()
    seen = []
    for _ in range(looks):
        seen.append(_now())
        await asyncio.sleep(0.01)
    return Held(*(min(getattr(one, name) for one in seen) for name in Held.__slots__))
