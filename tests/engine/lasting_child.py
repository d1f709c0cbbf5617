"""A process that makes a change which outlives it, until it is killed at the moment it was told."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from restant_tui.config.model import Target
from restant_tui.engine.unattended import Answers
from restant_tui.transport.local import LocalShell
from restant_tui.transport.outcome import Outcome
from tests.support.bench import Bench, book
from tests.support.scripted import ScriptedRunner
from tests.support.waiting import until

STEPS = """
- id: upgrade
  kind: run
  title: Upgrade
  danger: change
  target: admin
  timeout: 40s
  detached: true
  argv:
    - sh
    - -c
    - |
      echo once >> "$2"; echo begun; read -r said < "$1"; echo "$said"
      test "$said" != fail || { echo no luck >&2; exit 1; }
    - x
    - FOLDER/gate
    - FOLDER/began
  capture: [{name: said, from: regex, pattern: '\\d upgraded|fail|x'}]
  undo: {none_because: a test}
- {id: after, kind: note, title: "{{ said }}", text: T}
"""


async def main(folder: Path, moment: str) -> None:
    """Start the change, say in a file that the moment has come, and wait for the end of this process."""
    bench = Bench(folder)
    shell = LocalShell(folder, {"PATH": "/usr/bin:/bin", "HOME": str(folder)})

    class Host(ScriptedRunner):
        async def run(self, argv: object, **more: object) -> Outcome:
            if moment == "asked":
                (folder / moment).touch()
                await asyncio.Event().wait()
            return await shell.run(argv, **more)  # type: ignore[arg-type] # passed on as it comes

    bench.targets.runners[Target.ADMIN] = Host()
    run = await bench.start(book(STEPS.replace("FOLDER", str(folder))))
    (folder / "run").write_text(run.id)
    attending = asyncio.create_task(Answers(confirm=["yes"]).attend(run, bench.arming))
    if moment == "begun":
        await until(lambda: "begun" in run.output("upgrade").lines(), 30)
        (folder / moment).touch()
    await attending


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
