"""The state of a link to a host, in the five words every screen uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Link(StrEnum):
    """Whether we can talk to a host."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    LOST = "lost"
    REFUSED = "refused"
    """The host answers but does not let us in, or is not the host we know."""


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """One link, seen at one moment; `since` is when this state began, `reason` one sentence for a person."""

    state: Link
    since: datetime
    reason: str = ""
