"""The files by which another terminal finds a practice host that keeps running."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from restant_tui.clock import Clock, ScaledClock, SystemClock
from restant_tui.errors import UsageProblem
from restant_tui.paths import private_folder

if TYPE_CHECKING:
    from restant_tui.practice.host import PracticeHost

CONFIG_NAME = "config.yaml"
STATE_NAME = "served.json"


@dataclass(frozen=True, slots=True)
class Served:
    """A practice host in another process: who it is, which ports it has, and how its clock runs.

    `started_at` and `opened_at` are the same moment by the machine's clock and by the practice clock, as ISO text.
    """

    pid: int
    ports: dict[str, int]
    speed: float
    started_at: str
    opened_at: str


def folder(practice: Path) -> Path:
    """Return the folder of the served practice host."""
    return practice / "served"


def announce(host: PracticeHost, where: Path) -> Path:
    """Write the configuration and the state file of a started host, and return the configuration's path."""
    from restant_tui.config.example import yaml_text

    private_folder(where)
    served = Served(
        pid=os.getpid(),
        ports=dict(host.ports),
        speed=host.clock.speed,
        started_at=datetime.now(UTC).isoformat(),
        opened_at=host.clock.now().isoformat(),
    )
    (where / STATE_NAME).write_text(json.dumps(asdict(served), indent=2) + "\n", encoding="utf-8")
    config = where / CONFIG_NAME
    config.write_text(yaml_text(host.config()), encoding="utf-8")
    return config


def withdraw(where: Path) -> None:
    """Say that no host is served any more; the configuration stays, for it will have the same ports again."""
    if served := read(where):
        gone = Served(0, served.ports, served.speed, served.started_at, served.opened_at)
        (where / STATE_NAME).write_text(json.dumps(asdict(gone), indent=2) + "\n", encoding="utf-8")


def read(where: Path) -> Served | None:
    """Return what the state file says; None where there is none that can be read."""
    try:
        return Served(**json.loads((where / STATE_NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def refuse_second(where: Path) -> None:
    """Make sure that no other process serves from this folder.

    Raises:
        UsageProblem: one does, and is alive.
    """
    served = read(where)
    if served is None or served.pid in (0, os.getpid()) or not _alive(served.pid):
        return
    raise UsageProblem(
        f"a practice host is served already (process {served.pid}): use --config {where / CONFIG_NAME}, or end it first"
    )


def clock_beside(config: Path) -> Clock:
    """Return a clock that shows the served host's time, read from the state file beside its configuration."""
    served = read(config.parent)
    if served is None:
        return SystemClock()
    passed = datetime.now(UTC) - datetime.fromisoformat(served.started_at)
    opened = datetime.fromisoformat(served.opened_at)
    return ScaledClock(served.speed, opened + timedelta(seconds=passed.total_seconds() * served.speed))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
