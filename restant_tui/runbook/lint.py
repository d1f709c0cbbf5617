"""Every problem of a runbook in one pass, as `file:line:column: CODE message`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

from restant_tui.runbook.loader import placed, read
from restant_tui.runbook.problems import Problem
from restant_tui.runbook.rules import dokku, naming, parts, safety, upkeep
from restant_tui.runbook.rules.node import Node
from restant_tui.runbook.shape import Finding, check
from restant_tui.runbook.source import Source, read_text


def lint(
    text: str,
    name: str,
    catalogue: Collection[str] | None = None,
    *,
    verbs: Collection[str] | None = None,
    today: date | None = None,
) -> list[Problem]:
    """Return every problem of one runbook, by place; never raises.

    Args:
        text: the file's text.
        name: stands for the file in the problems.
        catalogue: ids of all runbooks, for those that are named; not checked if not given.
        verbs: names of the adapter verbs without @; those of this version if not given.
        today: for reviews that are due; not checked if not given.
    """
    return _lint(read_text(text, name), catalogue, verbs, today)


def lint_file(
    path: Path,
    catalogue: Collection[str] | None = None,
    *,
    verbs: Collection[str] | None = None,
    today: date | None = None,
) -> list[Problem]:
    """Return every problem of one runbook file, as `lint` does; a file that cannot be read is a problem too."""
    return _lint(read(path).source, catalogue, verbs, today)


def _lint(
    source: Source, catalogue: Collection[str] | None, verbs: Collection[str] | None, today: date | None
) -> list[Problem]:
    problems = set(source.problems)
    if source.data is not None:
        known_verbs = _verbs() if verbs is None else verbs
        problems |= {placed(found, source) for found in _findings(source.data, catalogue, known_verbs, today)}
    return sorted(problems)


def _findings(
    data: object, catalogue: Collection[str] | None, verbs: Collection[str] | None, today: date | None
) -> Iterator[Finding]:
    runbook = Node(data)
    yield from check(data)[1]
    yield from parts.check(runbook, catalogue)
    yield from naming.check(runbook)
    yield from safety.check(runbook)
    yield from dokku.check(runbook, verbs)
    yield from upkeep.check(runbook, today)


def _verbs() -> Collection[str] | None:
    """Return the names of this version's adapter verbs, or None where there is no registry to ask."""
    try:
        from restant_tui.dokku.verbs import VERBS
    except ImportError:
        return None
    return frozenset(VERBS)
