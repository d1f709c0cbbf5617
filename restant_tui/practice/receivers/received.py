"""What was sent to the receivers of the practice host."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that arrived: a chat message, a mail, a change of the status page."""

    channel: str
    """`slack`, `mail`, `statuspage`, `forge` or `dns`."""
    target: str
    """Where it went: `#incidents`, an address, a page."""
    text: str
    """What a person would read first."""
    at: datetime
    body: str
    """All of it, as it arrived."""


@dataclass(slots=True)
class Received:
    """Everything that arrived, oldest first."""

    messages: list[Message] = field(default_factory=list)
    incidents: list[dict[str, object]] = field(default_factory=list)
    """The incidents of the status page as it shows them."""

    def on(self, channel: str, target: str = "") -> list[Message]:
        """Return what came over that channel, and to that target if one is given."""
        return [m for m in self.messages if m.channel == channel and target in ("", m.target)]
