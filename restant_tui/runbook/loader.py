"""Reads a runbook file into the model, keeping the place of every value."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from restant_tui.errors import RunbookProblem
from restant_tui.runbook.codes import CODES
from restant_tui.runbook.problems import START, Position, Problem, ancestors
from restant_tui.runbook.shape import Finding, check
from restant_tui.runbook.source import MOST_BYTES, Source, read_bytes, read_text
from restant_tui.text import one_line

if TYPE_CHECKING:
    from restant_tui.runbook.model import Runbook


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRunbook:
    """A runbook and the file it came from. `sha256` is of the file's bytes, in hexadecimal."""

    runbook: Runbook
    path: Path | None
    sha256: str
    source: str
    positions: Mapping[str, Position]

    def position(self, path: str) -> Position:
        """Return line and column, from 1, of the value at a path such as `$.steps[2].argv`, or the nearest around."""
        return next((self.positions[around] for around in ancestors(path) if around in self.positions), START)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading one file: the runbook, or the problems that keep it from being one."""

    loaded: LoadedRunbook | None
    problems: tuple[Problem, ...]
    source: Source


def load(path: Path) -> LoadedRunbook:
    """Read a runbook file.

    The file's shape is checked here; rules between fields are `runbook.lint`'s.

    Raises:
        RunbookProblem: the first problem as `file:line:column: CODE message`, and how many more there are.
    """
    return _or_raise(read(path))


def load_text(text: str, name: str) -> LoadedRunbook:
    """Read a runbook from text; `name` stands for the file in problems.

    Raises:
        RunbookProblem: as `load`.
    """
    return _or_raise(understand(read_text(text, name), text.encode("utf-8", "surrogatepass")))


def read(path: Path) -> Reading:
    """Read a runbook file and say everything that is wrong with its shape; never raises."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        problem = Problem(str(path), 1, 1, "RB000", f"the file cannot be read: {error.strerror or error}")
        return Reading(loaded=None, problems=(problem,), source=Source(str(path), "", problems=(problem,)))
    return understand(read_bytes(data, str(path)), data, path)


def understand(source: Source, data: bytes, path: Path | None = None) -> Reading:
    """Turn a source into the model, or into every problem with its shape."""
    if source.data is None:
        return Reading(loaded=None, problems=source.problems, source=source)
    runbook, findings = check(source.data)
    problems = source.problems + tuple(placed(found, source) for found in findings)
    if runbook is None or problems:
        return Reading(loaded=None, problems=tuple(sorted(problems)), source=source)
    digest = hashlib.sha256(data).hexdigest()
    loaded = LoadedRunbook(runbook=runbook, path=path, sha256=digest, source=source.text, positions=source.values)
    return Reading(loaded=loaded, problems=(), source=source)


def placed(found: Finding, source: Source) -> Problem:
    """Return a finding as a problem, at its place in the file and on one line."""
    at = source.position(found.path, key=found.on_key)
    return Problem(source.name, *at, found.code, one_line(found.message, 300), CODES[found.code].severity)


def _or_raise(reading: Reading) -> LoadedRunbook:
    if reading.loaded is not None:
        return reading.loaded
    first, *more = reading.problems
    count = f" (and {len(more)} more; `restant-tui lint` lists them)" if more else ""
    raise RunbookProblem(f"{first}{count}")
