"""A second process on the same journal: `python -m tests.journal.child FILE open|append|lock [RUN]`."""

from __future__ import annotations

import sys
from pathlib import Path

from restant_tui.clock import SystemClock
from restant_tui.journal.records import LockHolder
from restant_tui.journal.store import Journal
from tests.support.journals import entry


def main(file: str, verb: str, run: str = "") -> None:
    """Do one thing, saying on standard output what is certain."""
    if verb == "open":
        say("ready")
        sys.stdin.readline()
    journal = Journal.open(Path(file), clock=SystemClock())
    match verb:
        case "open":
            journal.note("note.added", journal._clock.now(), "child", {})
            say("opened")
        case "append":
            while True:
                say(str(journal.append(entry("step.intent", {"argv": ["x" * 300]}, run=run, step="s")).seq))
        case "lock":
            say("ready")
            for name in iter(sys.stdin.readline, ""):
                holder = LockHolder.here(run=run, actor="child", since=journal._clock.now())
                say("got" if journal.acquire(name.strip(), holder) is None else "held")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
