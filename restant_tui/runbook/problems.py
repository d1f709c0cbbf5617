"""What is wrong with a runbook, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from restant_tui.config.yamldata import START, Position, ancestors

__all__ = ["START", "Position", "Problem", "Severity", "ancestors"]


class Severity(StrEnum):
    """Whether a problem keeps a runbook from being run."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with one runbook; `line` and `column` count from 1. Sorts by place."""

    file: str
    line: int
    column: int
    code: str
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Return `file:line:column: CODE message`, as editors and CI read it."""
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.message}"
