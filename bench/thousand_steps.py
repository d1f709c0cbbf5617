"""Read, lint and plan a runbook of 1,000 steps, beside one of 100: each stage should grow no faster than the steps.

    python -m bench.thousand_steps

Prints seconds, and how many times longer ten times the steps take. The goal is the whole in under a second.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from restant_tui.runbook.lint import lint
from restant_tui.runbook.loader import load_text
from tests.support.bench import Bench, book

GOAL = 1.0
FEW, MANY = 100, 1000
STEP = """
- id: s{number}
  kind: run
  title: Look at {{{{ app }}}} for the time {number}
  why: To have many of them.
  danger: read
  argv: ["ps:report", "{{{{ app }}}}", --flag-{number}]
  expect: [{{exit: 0}}]
  capture: [{{name: seen_{number}}}]
"""


async def seconds(steps: int, folder: Path) -> dict[str, float]:
    text = book("".join(STEP.format(number=number) for number in range(steps)))
    clock = time.perf_counter
    start = clock()
    loaded = load_text(text, "many.yaml")
    read = clock()
    assert not [one for one in lint(text, "many.yaml") if one.severity == "error"]
    linted = clock()
    bench = Bench(folder)
    bench.shelf.loaded[loaded.runbook.id] = loaded
    ready = clock()
    plan = await bench.engine.plan(loaded.runbook.id, {})
    planned = clock()
    bench.journal.close()
    assert len(plan.steps) == steps
    return {"read": read - start, "lint": linted - read, "plan": planned - ready}


def measure(steps: int, rounds: int = 3) -> dict[str, float]:
    """Return the shortest time of each stage over some rounds, in seconds."""
    found: list[dict[str, float]] = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            found.append(asyncio.run(seconds(steps, Path(folder))))
    return {stage: min(one[stage] for one in found) for stage in found[0]}


def main() -> int:
    few, many = measure(FEW), measure(MANY)
    for stage, took in many.items():
        print(f"{stage:5} {took:6.3f} s for {MANY:,} steps, {took / few[stage]:4.1f} times what {FEW} take")
    whole = sum(many.values())
    print(f"whole {whole:6.3f} s, {whole / GOAL:.2f} of the goal of {GOAL:g} s")
    return 0 if whole < GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
