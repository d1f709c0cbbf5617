"""The front door: every way in ends with an exit status, and every problem with one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from restant_tui.errors import RestantError
from restant_tui.text import clean

INTERRUPTED = 130
BROKEN_PIPE = 141
CRASHED = 70


def run(argv: Sequence[str]) -> int:
    """Run one command line and return its exit status; never shows a traceback."""
    try:
        status = _run(argv)
        sys.stdout.flush()
    except RestantError as problem:
        return _end(clean(str(problem)), problem.exit_status)
    except KeyboardInterrupt:
        return _end("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read us has left; nothing more may be written, not even by the interpreter on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except Exception as problem:
        from restant_tui.cli.crash import report

        return _end(report(problem, os.environ), CRASHED)
    return status


def _run(argv: Sequence[str]) -> int:
    from restant_tui.cli.parser import build

    try:
        parsed = build().parse_args(argv)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    status: int = parsed.verb(parsed)
    return status


def _end(sentence: str, status: int) -> int:
    line = " ".join(sentence.split())
    print(f"restant-tui: {line}", file=sys.stderr)
    return status
