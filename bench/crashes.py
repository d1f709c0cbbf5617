"""Kill consoles in the middle of runs on one practice host, and see whether the next one finishes what was left.

    python -m bench.crashes [KILLS] [SEED]

Two apps share the kills (200 if not given). Each console is killed with SIGKILL at a random entry of its run's journal
or after a random time; the next one resumes the run. Prints what was cut off where and whether anything ran twice.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.engine.crashes import APPS, Effects, Lane, crash, served


async def measure(kills: int, seed: int, folder: Path) -> tuple[list[Lane], list[str]]:
    async with served(folder):
        with Effects() as effects:
            lanes = await asyncio.gather(
                *(crash(app, folder / app, kills // len(APPS), seed + number) for number, app in enumerate(APPS))
            )
        return lanes, [problem for lane in lanes for problem in lane.problems(effects)]


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 11
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        lanes, problems = asyncio.run(measure(kills, seed, Path(folder)))
    resumed = [told for lane in lanes for told in lane.resumed]
    cut = Counter(step for told in resumed for step in told.intents)
    print(f"{sum(lane.kills for lane in lanes)} consoles killed in {time.perf_counter() - began:.1f} s, seed {seed}")
    print(f"{len(resumed)} runs resumed; the others had not begun, or had ended")
    print(f"{sum(cut.values())} of them in the middle of a change: {dict(cut.most_common())}")
    print("\n".join(problems) or "every one ended as an unbroken run; nothing happened twice; the chains are whole")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
