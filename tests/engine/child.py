"""A process that runs a runbook until it is killed in the middle of a change."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from restant_tui.engine.unattended import Answers
from restant_tui.transport.outcome import Outcome
from tests.support.bench import Bench, book
from tests.support.scripted import exited

STEPS = """
- {id: look, kind: run, title: Look, danger: read, argv: [who], capture: [{name: who}]}
- id: stop
  kind: run
  title: Stop
  danger: destructive
  timeout: 9s
  argv: [stop, "{{ who }}"]
  confirm: {phrase: "{{ app }}"}
  blast: {says: Everything.}
  undo: {none_because: a test}
  reconcile: {probe: {argv: [stopped]}, done_if: stdout == "yes", not_done_if: stdout == "no"}
- {id: after, kind: note, title: "After {{ who }}", text: T}
"""


async def main(folder: Path) -> None:
    """Run until the change has been made, say so in a file, and wait for the end of this process."""
    bench = Bench(folder)

    async def stop(_: tuple[str, ...]) -> Outcome:
        (folder / "stopped").touch()
        await asyncio.Event().wait()
        raise AssertionError

    bench.dokku.answers["who",] = exited("ann")
    bench.dokku.answers["stop", "ann"] = stop
    run = await bench.start(book(STEPS, locks='["app:{{ app }}"]'))
    (folder / "run").write_text(run.id)
    await Answers(confirm=["trial"]).attend(run, bench.arming)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
