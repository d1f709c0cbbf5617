"""How long each kind of figure may go unrefreshed before it is called stale."""

from __future__ import annotations

from dataclasses import dataclass

from restant_tui.config.model import Polling
from restant_tui.text import parse_duration


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds after which a reading of each kind is stale."""

    health: float = 25.0
    processes: float = 35.0
    releases: float = 35.0
    certificates: float = 3620.0

    @classmethod
    def of(cls, polling: Polling, speed: float = 1.0) -> Patience:
        """Return the limits of a configuration.

        Args:
            polling: the intervals, in real time.
            speed: how much faster than real time the clock of the readings runs.
        """
        extra = parse_duration(polling.stale_after)
        names = ("health", "processes", "releases", "certificates")
        return cls(*(speed * (parse_duration(getattr(polling, name)) + extra) for name in names))
