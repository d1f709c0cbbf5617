"""Messages that are kept instead of sent; the templates are the real ones, so what does not fit is an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from restant_tui.engine.ports import Delivery
from restant_tui.notify.message import Message
from restant_tui.notify.templates import render


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that went out."""

    channels: tuple[str, ...]
    message: Message


@dataclass(slots=True)
class Told:
    """Keeps what people are told."""

    sent: list[Sent] = field(default_factory=list)

    def preview(self, channels: Sequence[str], template: str, values: Mapping[str, object]) -> str:
        return render(template, values).text

    async def send(
        self, channels: Sequence[str], template: str, values: Mapping[str, object], *, op: str = ""
    ) -> tuple[Delivery, ...]:
        self.sent.append(Sent(tuple(channels), render(template, values)))
        return tuple(Delivery(channel, delivered=True) for channel in channels)

    @property
    def templates(self) -> list[str]:
        """The templates of the messages, in their order."""
        return [one.message.template for one in self.sent]

    def channels(self, template: str) -> tuple[str, ...]:
        """Whom the last message of that template went to."""
        return next(one.channels for one in reversed(self.sent) if one.message.template == template)
