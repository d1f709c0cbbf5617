"""List the runs in the journal, newest first."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from restant_tui.cli.options import Options

if TYPE_CHECKING:
    from restant_tui.journal.store import Journal


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    parser.add_argument("--verify", action="store_true", help="check that nothing was changed or removed afterwards")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="how many; 20 if not given")


@contextmanager
def journal(options: Options) -> Iterator[Journal]:
    """Open the journal these options mean, without a configuration if none is named.

    Raises:
        ConfigProblem: it cannot be opened.
    """
    from restant_tui.cli import opening
    from restant_tui.clock import SystemClock
    from restant_tui.journal.store import Journal
    from restant_tui.paths import private_folder

    path = opening.journal_paths(options).journal
    private_folder(path.parent)
    with Journal.open(path, clock=SystemClock()) as opened:
        yield opened


def main(parsed: argparse.Namespace) -> int:
    """Print the runs; with `--verify` return 1 if the journal is not as it was written."""
    options = Options.of(parsed)
    with journal(options) as opened:
        records = opened.runs(parsed.limit)
        breaches = opened.verify() if parsed.verify else []
    if parsed.json:
        plain: dict[str, object] = {
            "runs": [
                {
                    "id": record.id,
                    "runbook": record.runbook,
                    "title": record.title,
                    "status": record.status,
                    "environment": record.environment,
                    "host": record.host,
                    "actor": record.actor,
                    "started_at": record.started_at.isoformat(),
                    "finished_at": record.finished_at.isoformat() if record.finished_at else None,
                }
                for record in records
            ]
        }
        if parsed.verify:
            plain["breaches"] = [{"run": breach.run, "seq": breach.seq, "what": breach.what} for breach in breaches]
        print(json.dumps(plain, indent=2, ensure_ascii=False))
        return int(bool(breaches))
    from restant_tui.cli.marks import Marks
    from restant_tui.text import duration

    marks = Marks.of(options)
    for record in records:
        took = duration((record.finished_at - record.started_at).total_seconds()) if record.finished_at else ""
        print(
            f"{record.id:<22} {record.started_at:%Y-%m-%d %H:%M} UTC  {marks.state(record.status, 20)} {took:<12} "
            f"{record.runbook:<24} {record.environment} {record.host}, by {record.actor}"
        )
    if not records:
        print("no runs yet; restant-tui runbooks lists what can be run")
    for breach in breaches:
        print(f"not as it was written: {breach.run or 'notes'} entry {breach.seq}: {breach.what}")
    if parsed.verify and not breaches:
        print("the journal is as it was written")
    return int(bool(breaches))
