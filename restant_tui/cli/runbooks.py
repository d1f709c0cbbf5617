"""List the runbooks: what they do, how dangerous they are, how long they take, and which are due.

Where a host was reached before (by the console, or by `doctor`), it also says which can be carried out there.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from restant_tui.cli.options import Options

if TYPE_CHECKING:
    from restant_tui.cli.marks import Marks
    from restant_tui.dokku.capabilities import Capabilities
    from restant_tui.monitors.outlook import Outlook
    from restant_tui.runbook.catalogue import Catalogue, Entry


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what only this verb understands."""
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    parser.add_argument("--due", action="store_true", help="only those that come back: due, overdue, last done by whom")


def catalogue() -> Catalogue:
    """Return every runbook: those that come with the program and the person's own."""
    from restant_tui.cli import opening
    from restant_tui.runbook.catalogue import Catalogue, shipped

    return Catalogue([shipped(), opening.paths().runbooks])


def main(parsed: argparse.Namespace) -> int:
    """Print the list; a broken file is listed with its first problem."""
    from restant_tui.cli.marks import Marks

    options = Options.of(parsed)
    if parsed.due:
        from restant_tui.cli import due

        return due.show(options, catalogue(), as_json=parsed.json)
    from restant_tui.cli.opening import journal_paths
    from restant_tui.monitors.capabilities import kept
    from restant_tui.monitors.outlook import outlooks

    books = catalogue()
    entries = books.entries(thorough=True)
    known = kept(journal_paths(options).capabilities)
    found = outlooks((e.id for e in entries if not e.broken), lambda name: books.get(name).runbook, known)
    if parsed.json:
        print(json.dumps([_plain(entry, found.get(entry.id)) for entry in entries], indent=2, ensure_ascii=False))
        return 0
    marks = Marks.of(options)
    whole = sorted(entries, key=lambda entry: entry.piece)
    for category, group in groupby(whole, key=lambda entry: "pieces of others" if entry.piece else entry.category):
        print(category.upper())
        for entry in group:
            _print(entry, found.get(entry.id), marks)
    print(f"\n{_readiness_of(known)}")
    print("restant-tui show ID explains one; restant-tui run ID walks it; restant-tui runbooks --due: what is due.")
    return 0


def _plain(entry: Entry, outlook: Outlook | None) -> dict[str, Any]:
    return {
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
        "readiness": outlook.state.value if outlook else None,
        "readiness_reasons": list(outlook.says) if outlook else [],
    }


def _print(entry: Entry, outlook: Outlook | None, marks: Marks) -> None:
    danger = "broken" if entry.broken or entry.danger is None else entry.danger.value
    first = entry.problems[0] if entry.broken and entry.problems else " ".join(entry.when_to_use.split())
    state = outlook.state.value if outlook else ""
    line = f"  {entry.id:<24} {danger:<12} {entry.estimate:>5}  "
    line += f"{marks.state(state, 13)} {entry.title}" if outlook else entry.title
    print(marks.plain(line))
    print(marks.paint("quiet", marks.plain(f"  {'':<24} {first}")))
    for reason in outlook.says if outlook else ():
        print(marks.plain(f"  {'':<24} {marks.mark(state)} {reason}"))


def _readiness_of(known: Mapping[str, Capabilities]) -> str:
    if not known:
        return "Which can be carried out is known once a host was reached: restant-tui doctor asks."
    hosts = ", ".join(f"{host} as of {_minute(one.observed_at)}" for host, one in known.items())
    return f"Readiness on {hosts}; restant-tui doctor asks again."


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
