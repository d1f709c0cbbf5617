"""List the runbooks: what they do, how dangerous they are, how long they take."""

from __future__ import annotations

import argparse
import json
from itertools import groupby
from typing import TYPE_CHECKING

from restant_tui.cli.options import Options

if TYPE_CHECKING:
    from restant_tui.runbook.catalogue import Catalogue


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("--json", action="store_true", help="print one JSON list")


def catalogue() -> Catalogue:
    """Return every runbook: those that come with the program and the person's own."""
    from restant_tui.cli import opening
    from restant_tui.runbook.catalogue import Catalogue, shipped

    return Catalogue([shipped(), opening.paths().runbooks])


def main(parsed: argparse.Namespace) -> int:
    """Print the list; a broken file is listed with its first problem."""
    from restant_tui.cli.marks import Marks

    entries = catalogue().entries(thorough=True)
    if parsed.json:
        plain = [
            {
                "id": entry.id,
                "title": entry.title,
                "category": entry.category,
                "danger": entry.danger.value if entry.danger else None,
                "estimate": entry.estimate,
                "when_to_use": entry.when_to_use,
                "triggers": list(entry.triggers),
                "piece": entry.piece,
                "file": str(entry.path),
                "problems": [str(problem) for problem in entry.problems],
            }
            for entry in entries
        ]
        print(json.dumps(plain, indent=2, ensure_ascii=False))
        return 0
    marks = Marks.of(Options.of(parsed))
    whole = sorted(entries, key=lambda entry: entry.piece)
    for category, found in groupby(whole, key=lambda entry: "pieces of others" if entry.piece else entry.category):
        print(category.upper())
        for entry in found:
            danger = "broken" if entry.broken or entry.danger is None else entry.danger.value
            first = entry.problems[0] if entry.broken and entry.problems else " ".join(entry.when_to_use.split())
            print(marks.plain(f"  {entry.id:<24} {danger:<12} {entry.estimate:>5}  {entry.title}"))
            print(marks.paint("quiet", marks.plain(f"  {'':<24} {first}")))
    print("\nrestant-tui show ID explains one; restant-tui run ID walks it.")
    return 0
