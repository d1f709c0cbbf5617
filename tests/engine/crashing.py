"""A warm process that gives birth to consoles, each of which is killed in the middle of a run.

It reads one `Life` a line from standard input, forks, and answers how the child ended. The child takes up what the
one before it left unfinished, then starts a run of its own and is killed at the moment its life says.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from restant_tui.config.model import Config
from restant_tui.engine.executors import EXECUTORS
from restant_tui.engine.run import Run
from restant_tui.engine.runtime import Runtime
from restant_tui.engine.state import RunState
from restant_tui.engine.unattended import Answers
from restant_tui.journal.records import Entry, RunRecord
from restant_tui.paths import Paths
from restant_tui.transport import call, dial
from tests.support.bench import Shelf
from tests.support.leaping import LeapingClock

# What a console loads at its first connection and request, loaded before any of them is born.
WARM = (EXECUTORS, call, dial, __import__("httpx"), __import__("anyio"), __import__("jinja2.sandbox"))
SPEED = 2000.0

SEVERAL = """
format: 1
id: several
title: Several changes
category: maintenance
when_to_use: In tests.
owner: tests
reviewed: "2026-01-01"
estimate: {typical: 1m}
params:
  - {name: app, type: app, default: restant-main}
locks: ["app:{{ app }}"]
steps:
  - id: before
    kind: parallel
    title: Before
    steps:
      - {id: who, kind: run, title: Who, danger: read, argv: ["apps:report", "{{ app }}", --app-dir],
         capture: [{name: folder}]}
      - {id: ps, kind: run, title: Processes, danger: read, argv: ["ps:report", "{{ app }}"]}
  - id: first
    kind: run
    title: The first change
    danger: change
    timeout: 30s
    argv: ["config:set", --no-restart, "{{ app }}", "CRASH_FIRST={{ run.id }}"]
    undo: {none_because: a test}
    reconcile:
      probe: {argv: ["config:get", "{{ app }}", CRASH_FIRST]}
      done_if: stdout == run.id
      not_done_if: stdout != run.id
  - id: each
    kind: loop
    title: One after the other
    over: '["A", "B", "C"]'
    steps:
      - id: change
        kind: run
        title: Change {{ item }}
        danger: destructive
        timeout: 30s
        argv: ["config:set", --no-restart, "{{ app }}", "CRASH_{{ item }}={{ run.id }}"]
        confirm: {phrase: "{{ app }}"}
        blast: {says: One setting.}
        undo: {none_because: a test}
        reconcile:
          probe: {argv: ["config:get", "{{ app }}", "CRASH_{{ item }}"]}
          done_if: stdout == run.id
          not_done_if: stdout != run.id
  - {id: inner, kind: include, title: Inside, runbook: within, with: {app: "{{ app }}", home: "{{ folder }}"}}
  - {id: after, kind: note, title: "Done in {{ folder }}", text: done}
finally:
  - {id: last, kind: run, title: Last, danger: read, argv: ["apps:locked", "{{ app }}"], expect: [{exit: [0, 1]}]}
"""
WITHIN = """
format: 1
id: within
title: Inside another
category: maintenance
when_to_use: In tests.
owner: tests
reviewed: "2026-01-01"
estimate: {typical: 1m}
params:
  - {name: app, type: app}
  - {name: home}
locks: ["home:{{ home }}"]
steps:
  - id: last
    kind: run
    title: The last change
    danger: change
    timeout: 30s
    argv: ["config:set", --no-restart, "{{ app }}", "CRASH_LAST={{ run.id }}"]
    undo: {none_because: a test}
    reconcile:
      probe: {argv: ["config:get", "{{ app }}", CRASH_LAST]}
      done_if: stdout == run.id
      not_done_if: stdout != run.id
"""
SHELF = Shelf()
"""The runbooks, read once: every console would read all that are shipped, which takes longer than the rest of it."""
for text in (SEVERAL, WITHIN, (Path(__file__).parents[2] / "runbooks/rollback/rollback-emergency.yaml").read_text()):
    SHELF.add(text)
CHANGES = {
    "rollback-emergency": ("rollback",),
    "several": ("first", "each[0]/change", "each[1]/change", "each[2]/change", "inner/last"),
}


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """What one console does. It is killed when `entries` are in its run's journal, or `seconds` after its start."""

    folder: str
    app: str
    runbook: str = ""
    """What to start; empty to only finish what was left."""
    seed: int = 0
    entries: int | None = None
    before: bool = False
    """Killed just before that entry is written instead of just after."""
    seconds: float | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a console says of a run that came to its end."""

    run: str
    runbook: str
    status: str
    reason: str
    steps: dict[str, str]
    resumed: bool
    intents: tuple[str, ...] = ()
    """Changes that were sent and not answered when the one before was killed."""
    seconds: float = 0.0
    entries: int = 0


class Doomed:
    """A journal in whose middle the process is killed."""

    def __init__(self, store: Any, life: Life) -> None:
        self._store = store
        self._life = life
        self._written = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def begin_run(self, record: RunRecord, first: Entry | None = None) -> None:
        self._killed(lambda: self._store.begin_run(record, first))

    def append(self, entry: Entry) -> Any:
        return self._killed(lambda: self._store.append(entry))

    def _killed(self, write: Any) -> Any:
        self._written += 1
        if self._written == self._life.entries and self._life.before:
            _die()
        kept = write()
        if self._written == self._life.entries:
            _die()
        return kept


async def live(life: Life) -> None:
    """Finish what was left, then run until the end comes."""
    folder = Path(life.folder)
    config = msgspec.json.decode((folder.parent / "config.json").read_bytes(), type=Config)
    paths = Paths(state=folder / "state", config=folder / "config", data=folder / "data")
    runtime = Runtime.create(
        config, clock=LeapingClock(SPEED), paths=paths, actor="mira", rng=Random(life.seed),
        environ={"PATH": "/usr/bin:/bin"}, folder=folder,
    )  # fmt: skip
    runtime.engine.ports = replace(runtime.engine.ports, catalogue=SHELF)
    try:
        for record in runtime.journal.unfinished():
            entries = runtime.journal.entries(record.id)
            run = await runtime.engine.resume(record.id, by="noor")
            await finish(runtime, run, life, cut=unanswered(run.id, entries))
        if not life.runbook:
            return
        if life.seconds is not None:
            timer = threading.Timer(life.seconds, _die)
            timer.daemon = True
            timer.start()
        if life.entries is not None:
            recorder = runtime.engine.ports.recorder
            recorder.store = Doomed(recorder.store, life)
        run = await runtime.engine.start(life.runbook, {"app": life.app}, by="mira")
        await finish(runtime, run, life)
    finally:
        await runtime.close()


async def finish(runtime: Runtime, run: Run, life: Life, cut: tuple[str, ...] | None = None) -> None:
    """Answer everything as a person would who knows the laws, and tell how it ended."""
    began = time.perf_counter()
    again = {path: {"move": "retry"} for paths in CHANGES.values() for path in paths}
    state = await Answers(confirm=[life.app], answers=again, by="mira").attend(run, runtime.arming)
    told = Told(
        run=run.id, runbook=state.runbook, status=state.status, reason=state.reason, steps=summary(state),
        resumed=cut is not None, intents=cut or (),
        seconds=time.perf_counter() - began,
        entries=len(runtime.journal.entries(run.id)),
    )  # fmt: skip
    with (Path(life.folder) / "told").open("ab") as file:
        file.write(msgspec.json.encode(told) + b"\n")


def summary(state: RunState) -> dict[str, str]:
    """How every step ended."""
    return {step.path: step.status.value for step in state.steps}


def unanswered(run: str, entries: list[Entry]) -> tuple[str, ...]:
    """The changes whose intent is noted, and no result."""
    open_ones: set[str] = set()
    for entry in entries:
        if entry.kind == "step.intent" and entry.data["danger"] != "read":
            open_ones.add(entry.step)
        elif entry.kind == "step.result":
            open_ones.discard(entry.step)
    return tuple(sorted(open_ones))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Fork a child for each line, and say how it ended: 0, an exit status, or minus the signal."""
    gc.freeze()
    for line in sys.stdin.buffer:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                asyncio.run(live(msgspec.json.decode(line, type=Life)))
                code = 0
            except BaseException:
                import traceback

                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
