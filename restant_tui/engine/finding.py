"""What looking at a host says about a step whose end nobody saw."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Finding(StrEnum):
    """What a look at the host says about a step."""

    DONE = "done"
    NOT_DONE = "not done"
    RUNNING = "running"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and what it rests on."""

    finding: Finding
    evidence: str
