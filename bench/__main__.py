"""Measure the program beside its rivals: `python -m bench [NAME …] [--force] [--strict] [--json]`.

All of them run if none is named. Each prints its figures, and for each goal the value, its floor and, in brackets, the
ambitious goal. Rivals run in the same rounds and on the same processor, so only ratios mean much. Above a load of 2 it
skips, unless forced.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final, Protocol, cast

from bench.goals import Report

BUSY: Final = 2.0
NAMES: Final = ("first_frame", "ssh_short", "ssh_log", "many_apps", "health_checks", "day")


class Benchmark(Protocol):
    """A module that measures something."""

    def missing(self) -> str:
        """Return what this machine lacks for it; empty if nothing."""
        ...

    def measure(self) -> Report:
        """Measure it all."""
        ...


def main() -> int:
    """Run what was asked for; the exit status is 1 only with `--strict`, when a floor is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--force", action="store_true", help="measure on a busy machine too")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a floor is missed")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON on the last line")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    load = os.getloadavg()[0]
    if load > BUSY and not asked.force:
        print(f"skipped: the load is {load:.1f}, and above {BUSY:.0f} the figures mean nothing (--force measures)")
        return 0
    print(f"load {load:.1f}, Python {sys.version.split()[0]}, {_commit()}")
    reports: dict[str, Report] = {}
    for name in asked.names or NAMES:
        module = cast("Benchmark", importlib.import_module(f"bench.{name}"))
        if lacking := module.missing():
            print(f"{name}: skipped: {lacking}")
            continue
        print(name, flush=True)
        report = reports[name] = module.measure()
        print("\n".join(f"  {line}" for line in (*report.told, *(goal.line() for goal in report.goals))), flush=True)
    if asked.json:
        plain = {
            name: {"told": report.told, "goals": [goal.plain() for goal in report.goals]}
            for name, report in reports.items()
        }
        print(json.dumps({"load": load, "commit": _commit(), **plain}))
    return int(asked.strict and not all(goal.met for report in reports.values() for goal in report.goals))


def _commit() -> str:
    here = Path(__file__).parent
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, cwd=here, check=False
    )
    return asked.stdout.strip() or "no commit"


if __name__ == "__main__":
    raise SystemExit(main())
