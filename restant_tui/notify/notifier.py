"""Tells people: from a template and the names of channels to deliveries. A failure is one too, never an exception."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import msgspec

from restant_tui.clock import Clock
from restant_tui.config.model import Config
from restant_tui.config.people import Channel, kind_of
from restant_tui.config.secrets import Secrets
from restant_tui.errors import RestantError, UsageProblem
from restant_tui.journal.outbox import OutboxRow, OutboxTable
from restant_tui.notify.address import stays_here
from restant_tui.notify.delivery import Delivery, DeliveryState, failed
from restant_tui.notify.message import Envelope, Message
from restant_tui.notify.outbox import Outbox, Patience, as_delivery
from restant_tui.notify.senders import Means
from restant_tui.notify.senders import preview as preview_of
from restant_tui.notify.templates import TEMPLATES, render
from restant_tui.text import Redactor, clean, one_line

_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as people in one channel will read it."""

    channel: str
    kind: str
    """The kind of channel, or `not configured`."""
    text: str


class Notifier:
    """Sends messages to the configured channels, through the outbox."""

    def __init__(
        self, config: Config, table: OutboxTable, secrets: Secrets, means: Means, *, clock: Clock, rng: Random,
        redactor: Redactor, patience: Patience | None = None,
    ) -> None:  # fmt: skip
        """Make one; nothing is loaded, opened or sent yet.

        Args:
            config: has the channels; with `practice` nothing leaves this machine.
            table: where messages are written before they are sent.
            secrets: where tokens and passwords are looked up, at the moment of sending.
            means: what messages go out with.
            clock: the times in messages and between tries.
            rng: for ids and for spreading tries.
            redactor: takes secrets out of every message and of every answer.
            patience: how often and how long a message is tried.
        """
        self._config = config
        self._table = table
        self._secrets = secrets
        self._means = means
        self._clock = clock
        self._rng = rng
        self._redactor = redactor
        self._outbox = Outbox(table, self._post, clock=clock, rng=rng, redactor=redactor, patience=patience)

    def previews(self, channels: Sequence[str], template: str, values: Mapping[str, object]) -> tuple[Preview, ...]:
        """Return the message as each channel will show it; nothing is sent or written.

        Raises:
            UsageProblem: there is no such template, or its fields are not filled in right.
        """
        message = self._render(template, values)
        envelope = Envelope(message=message, key="preview", at=self._clock.now())
        found: list[Preview] = []
        for name in _names(channels):
            channel = self._config.channels.get(name)
            if channel is None:
                found.append(Preview(name, DeliveryState.NOT_CONFIGURED.value, "Nobody is told: not configured."))
            else:
                found.append(Preview(name, kind_of(channel), preview_of(envelope, channel)))
        return tuple(found)

    def preview(self, channels: Sequence[str], template: str, values: Mapping[str, object]) -> str:
        """Return all `previews` as one text, those that read the same only once.

        Raises:
            UsageProblem: as `previews`.
        """
        by_text: dict[str, list[str]] = {}
        for one in self.previews(channels, template, values):
            by_text.setdefault(one.text, []).append(f"{one.channel} ({one.kind})")
        return "\n\n".join(f"To {', '.join(places)}:\n{text}" for text, places in by_text.items())

    async def send(
        self, channels: Sequence[str], template: str, values: Mapping[str, object], *, op: str = ""
    ) -> tuple[Delivery, ...]:
        """Send a message to all channels at the same time and return what became of it, in the order of the channels.

        Args:
            channels: names of configured channels, with or without `#`.
            template: the message's template.
            values: its fields.
            op: what the message belongs to. The same template to the same channel for the same `op` is sent once,
                however often this is called; every call is a message of its own if empty.
        """
        names = _names(channels)
        if not names:
            return (Delivery(DeliveryState.NOT_CONFIGURED, detail="no channel is named"),)
        op = op or self._new_op()
        return tuple(await asyncio.gather(*(self._one(name, op, template, values) for name in names)))

    async def deliver_due(self) -> tuple[Delivery, ...]:
        """Send what waits for another try and is due; to be called every few seconds. Never raises."""
        try:
            return await self._outbox.deliver_due()
        except RestantError as problem:
            return (failed(str(problem)),)

    async def resend(self, message: int) -> Delivery:
        """Send a failed or unknown message again, because a person has decided so.

        Raises:
            UsageProblem: there is no such message, or it is neither failed nor unknown.
        """
        row = await asyncio.to_thread(self._table.requeue, message, self._clock.now())
        return await self._outbox.deliver(row)

    async def unseen(self) -> tuple[OutboxRow, ...]:
        """Return the failed and unknown messages that no person has seen yet, newest first."""
        return tuple(await asyncio.to_thread(self._table.unseen))

    async def see(self, message: int, by: str) -> None:
        """Note that a person has seen that a message failed or is unknown.

        Raises:
            UsageProblem: there is no such message, or there is nothing to be seen about it.
        """
        await asyncio.to_thread(self._table.see, message, by, self._clock.now())

    async def close(self) -> None:
        """Let go of connections."""
        await self._means.web.close()

    async def _one(self, name: str, op: str, template: str, values: Mapping[str, object]) -> Delivery:
        if name not in self._config.channels:
            known = ", ".join(self._config.channels) or "none"
            detail = f"the channel {name} is not configured; there are: {known}"
            return Delivery(DeliveryState.NOT_CONFIGURED, detail=detail, channel=name)
        try:
            row = await self._outbox.put(self._row(name, op, template, values))
            if row.state != DeliveryState.QUEUED:
                return as_delivery(row)
            return await self._outbox.deliver(row)
        except Exception as problem:
            said = str(problem) if isinstance(problem, RestantError) else f"{type(problem).__name__}: {problem}"
            return Delivery(DeliveryState.FAILED, detail=self._redactor.redact(said), channel=name)

    def _row(self, name: str, op: str, template: str, values: Mapping[str, object]) -> OutboxRow:
        now = self._clock.now()
        op = self._redactor.redact(op)
        try:
            message = self._render(template, values)
        except UsageProblem as problem:
            # Written down all the same, so that a person sees that somebody was not told.
            said = one_line(self._redactor.redact(str(problem)))
            return OutboxRow(
                op=op, channel=name, template=one_line(template, 60), message="", queued_at=now, title=said,
                state=DeliveryState.FAILED, detail=said,
            )  # fmt: skip
        return OutboxRow(
            op=op, channel=name, template=template, message=msgspec.json.encode(message).decode(), queued_at=now,
            title=message.summary, thread=message.thread,
        )  # fmt: skip

    def _render(self, template: str, values: Mapping[str, object]) -> Message:
        wanted = TEMPLATES.get(template)
        if wanted is not None and any(field.name == "time" for field in wanted.fields):
            values = {"time": self._clock.now(), **values}
        return render(template, {name: self._redacted(value) for name, value in values.items()})

    def _redacted(self, value: object) -> object:
        match value:
            case str():
                # Cleaned first: a colour inside of a secret must not keep it from being recognised.
                return self._redactor.redact(clean(value))
            case list() | tuple():
                return [self._redactor.redact(clean(str(line))) for line in value]
            case _:
                return value

    async def _post(self, row: OutboxRow) -> Delivery:
        channel = self._config.channels.get(row.channel)
        if channel is None:
            return failed(f"the channel {row.channel} is not configured any more")
        if not row.message:
            return failed(row.detail)
        secret = await self._secret(channel)
        if self._config.practice and not stays_here(channel, secret):
            return failed("practice tells nobody outside of this machine")
        envelope = Envelope(
            message=msgspec.json.decode(row.message, type=Message),
            key=f"{re.sub('[^A-Za-z0-9.-]+', '-', row.op)}.{row.id}",
            at=self._clock.now(),
            first=await asyncio.to_thread(self._table.first_sent, row.channel, row.thread),
        )
        return await self._means.send(envelope, channel, secret)

    async def _secret(self, channel: Channel) -> str:
        reference = getattr(channel, "secret", None)
        return await self._secrets.get(reference) if reference else ""

    def _new_op(self) -> str:
        ending = "".join(self._rng.choice(_LETTERS) for _ in range(6))
        return f"m-{self._clock.now():%Y%m%d-%H%M%S}-{ending}"


def _names(channels: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in channels if (name := one.strip().removeprefix("#"))))
