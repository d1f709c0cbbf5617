"""Write one run as a document: who, where, when, every command, every answer, how it ended."""

from __future__ import annotations

import argparse
import sys

from restant_tui.cli.options import Options
from restant_tui.errors import UsageProblem


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("run", nargs="?", metavar="RUN", help="a run's id or its beginning; the newest if not given")
    parser.add_argument("--format", choices=("markdown", "json"), default="markdown", help="markdown if not given")


def main(parsed: argparse.Namespace) -> int:
    """Print the document."""
    from restant_tui.cli.opening import journal_paths
    from restant_tui.cli.runs import journal
    from restant_tui.journal.export import as_json, markdown
    from restant_tui.journal.outputs import Outputs

    options = Options.of(parsed)
    with journal(options) as opened:
        newest = opened.runs(1)
        if not parsed.run and not newest:
            raise UsageProblem("there is no run to export yet; restant-tui runbooks lists what can be run")
        record = opened.find_run(parsed.run) if parsed.run else newest[0]
        entries = opened.entries(record.id)
        breaches = opened.verify(record.id)
    if parsed.format == "json":
        text = as_json(record, entries, breaches)
    else:
        text = markdown(record, entries, Outputs(journal_paths(options).outputs), breaches)
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    return 0
