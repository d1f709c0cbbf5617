"""What the mysql and redis plugins answer."""

from __future__ import annotations

from enum import StrEnum

from restant_tui.dokku.problems import ParseProblem
from restant_tui.dokku.shapes import only_line


class ServiceStatus(StrEnum):
    """The state of a data service's container."""

    RUNNING = "running"
    EXITED = "exited"
    CREATED = "created"
    PAUSED = "paused"
    RESTARTING = "restarting"
    REMOVING = "removing"
    DEAD = "dead"
    MISSING = "missing"


def parse_service_status(text: str) -> ServiceStatus:
    """Return the answer of `mysql:info NAME --status` or its redis twin; raises ParseProblem."""
    word = only_line(text)
    try:
        return ServiceStatus(word)
    except ValueError:
        raise ParseProblem(f"not a state of a service we know: {word[:40]!r}", text) from None
