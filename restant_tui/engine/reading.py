"""Looking at a host before deciding: one probe, one answer, nothing changed."""

from __future__ import annotations

from dataclasses import dataclass

from restant_tui.engine.judge import Seen
from restant_tui.engine.ports import Ports
from restant_tui.engine.resolve import Order
from restant_tui.engine.sending import send


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a probe saw. `answered` is False when nothing came back, and `reason` then says why."""

    answered: bool
    seen: Seen
    reason: str = ""

    @property
    def text(self) -> str:
        """The answer's text without blanks at either end."""
        return self.seen.stdout.strip()

    @property
    def good(self) -> bool:
        """Whether the answer is one to rely on: exit 0, or an HTTP answer."""
        return self.answered and (self.seen.is_http or self.seen.exit_status == 0)

    @property
    def why_not(self) -> str:
        """Why it is not good, in a few words."""
        if not self.answered:
            return self.reason
        words = self.seen.stderr.strip() or self.seen.stdout.strip()
        return f"exit {self.seen.exit_status}" + (f": {words.splitlines()[-1]}" if words else "")


async def look(order: Order, host: str, ports: Ports) -> Look:
    """Make one probe."""
    reply = await send(order, host, ports)
    if reply.seen is None:
        return Look(answered=False, seen=Seen(), reason=reply.reason)
    if reply.seen.is_http and reply.seen.http_status is None:
        return Look(answered=False, seen=reply.seen, reason=reply.seen.error)
    return Look(answered=True, seen=reply.seen)
