"""Production is read-only until somebody arms it, and again a few minutes later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from restant_tui.clock import Clock
from restant_tui.config.model import Environment
from restant_tui.errors import UsageProblem

LONGEST_MINUTES = 60


class Arming:
    """Whether changes to production are allowed right now.

    Args:
        clock: tells when the time is up.
        note: called with a kind, who did it, and data, for the journal.
    """

    def __init__(self, clock: Clock, note: Callable[[str, str, Mapping[str, object]], None] | None = None) -> None:
        self._clock = clock
        self._note = note
        self._until: datetime | None = None

    @property
    def armed_until(self) -> datetime | None:
        """When production becomes read-only again; None while it is read-only."""
        return self._until if self._until is not None and self._clock.now() < self._until else None

    def arm(self, by: str, minutes: int = 15) -> datetime:
        """Allow changes to production for some minutes from now, and return until when.

        Raises:
            UsageProblem: the minutes are not between 1 and 60.
        """
        if not 1 <= minutes <= LONGEST_MINUTES:
            raise UsageProblem(f"production can be armed for 1 to {LONGEST_MINUTES} minutes, not for {minutes}")
        until = self._clock.now() + timedelta(minutes=minutes)
        self._until = until
        self._record("production.armed", by, {"until": until.isoformat(), "minutes": minutes})
        return until

    def disarm(self, by: str = "") -> None:
        """Make production read-only at once."""
        if self.armed_until is not None:
            self._record("production.disarmed", by, {})
        self._until = None

    def allows(self, environment: Environment | None) -> bool:
        """Return whether changes are allowed there; only production ever has to be armed."""
        return environment is not Environment.PRODUCTION or self.armed_until is not None

    def _record(self, kind: str, by: str, data: Mapping[str, object]) -> None:
        if self._note is not None:
            self._note(kind, by, data)
