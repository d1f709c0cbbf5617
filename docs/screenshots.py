"""Draws the console on a practice host as SVG, for the README: `make screenshots`.

The world is seeded, so the pictures differ between two runs only by times and ages.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from restant_tui.cli.status import arrived
from restant_tui.engine.runtime import Runtime
from restant_tui.paths import Paths
from restant_tui.practice.host import PracticeHost
from screens.app import RestantApp

HERE: Final = Path(__file__).parent
LONGEST: Final = 30.0
# Textual's export names a web font; the pictures must not fetch anything.
_FONTS: Final = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def draw(folder: Path) -> list[Path]:
    """Draw the dashboard, the catalogue and a confirmation, and return the files."""
    async with PracticeHost(speed=1.0, seed=7, folder=folder / "host") as host:

        async def open_runtime() -> Runtime:
            return Runtime.create(
                host.config(),
                clock=host.clock,
                paths=Paths(folder / "state", folder / "config", folder / "data"),
                actor="oncall",
                rng=Random(7),  # noqa: S311 - the pictures shall be the same each time
            )

        app = RestantApp(open_runtime)
        async with app.run_test(size=(120, 40)) as pilot:
            await _until(lambda: app.runtime is not None)
            assert app.runtime is not None
            await asyncio.wait_for(arrived(app.runtime.monitors, app.runtime.config), LONGEST)
            await pilot.pause(1.5)
            files = [_save(app, "console")]
            await pilot.press("r")
            await pilot.pause(1.0)
            files.append(_save(app, "runbooks"))
        return files


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONGEST):
        while not condition():  # noqa: ASYNC110 - a reactive of the App has no event to wait for
            await asyncio.sleep(0.05)


def _save(app: RestantApp, name: str) -> Path:
    file = HERE / f"{name}.svg"
    svg = _FONTS.sub("", app.export_screenshot(title="restant-tui --practice"))
    file.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", encoding="utf-8")
    return file


def main() -> int:
    """Draw everything anew."""
    with tempfile.TemporaryDirectory() as folder:
        for file in asyncio.run(draw(Path(folder))):
            print(file.relative_to(HERE.parent))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
