"""What became of one message to one channel. Not knowing is a result of its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DeliveryState(StrEnum):
    """How far a message is."""

    QUEUED = "queued"
    """Written down; nothing has been sent."""
    SENDING = "sending"
    SENT = "sent"
    """The other side said that it took it."""
    RETRY = "retry-at"
    """It did not go out this time, and will be tried again by itself."""
    FAILED = "failed"
    """It did not go out, and trying again would not help before something is changed."""
    UNKNOWN = "unknown"
    """The connection was lost after it was sent: it may have arrived, so it is never sent again by itself."""
    NOT_CONFIGURED = "not configured"


@dataclass(frozen=True, slots=True)
class Delivery:
    """The state of one message to one channel, and why."""

    state: DeliveryState
    id: str = ""
    """What the other side calls the message, where it says so."""
    detail: str = ""
    """One sentence for a person."""
    channel: str = ""
    wait: float | None = None
    """With RETRY: the seconds the other side asks us to wait."""
    message: int = 0
    """Its number in the outbox; 0 if it is not there."""

    @property
    def delivered(self) -> bool:
        """Whether the other side itself said that it took it."""
        return self.state is DeliveryState.SENT


def sent(remote: str = "", detail: str = "") -> Delivery:
    """The other side took it."""
    return Delivery(DeliveryState.SENT, remote, detail)


def failed(detail: str) -> Delivery:
    """It did not go out and would not the next time."""
    return Delivery(DeliveryState.FAILED, detail=detail)


def unknown(detail: str) -> Delivery:
    """It may have arrived."""
    return Delivery(DeliveryState.UNKNOWN, detail=detail)


def later(detail: str, wait: float | None = None) -> Delivery:
    """It did not go out, and may the next time."""
    return Delivery(DeliveryState.RETRY, detail=detail, wait=wait)
