"""A runbook file as plain data with the place of every value, and its flaws as problems with a code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from restant_tui.config import yamldata
from restant_tui.config.yamldata import MOST_BYTES, Words, YamlData
from restant_tui.runbook.problems import START, Position, Problem, ancestors

__all__ = ["MOST_BYTES", "Source", "read_bytes", "read_text"]

_WORDS: Final = Words("runbook", "format: 1")


@dataclass(frozen=True, slots=True)
class Source:
    """One file, read as far as it could be. `data` is None when it could not; `problems` then says why.

    `values` and `keys` map a path such as `$.steps[2].argv` to where its value and its key stand.
    """

    name: str
    text: str
    data: Any = None
    values: dict[str, Position] = field(default_factory=dict)
    keys: dict[str, Position] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def position(self, path: str, *, key: bool = False) -> Position:
        """Return where the value (or the key) at that path stands, or the nearest place around it."""
        if key and path in self.keys:
            return self.keys[path]
        return next((self.values[around] for around in ancestors(path) if around in self.values), START)


def read_bytes(data: bytes, name: str) -> Source:
    """Read a runbook from bytes, which must be UTF-8 and at most 1 MiB; never raises."""
    return _source(yamldata.read_bytes(data, _WORDS), name)


def read_text(text: str, name: str) -> Source:
    """Read a runbook from text; never raises."""
    return _source(yamldata.read_text(text, _WORDS), name)


def _source(read: YamlData, name: str) -> Source:
    problems = tuple(Problem(name, *flaw.at, f"RB{flaw.rule:03d}", flaw.message) for flaw in read.flaws)
    return Source(name, read.text, read.data, read.values, read.keys, problems)
