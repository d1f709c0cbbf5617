"""The discipline of sending: written down first, tried again with patience, never twice by guess.

A row goes from queued to sending to sent, failed, unknown or retry-at. What is unknown stays so until a person says
that it shall be sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Final

from restant_tui.clock import Clock
from restant_tui.errors import RestantError
from restant_tui.journal.outbox import OutboxRow, OutboxTable
from restant_tui.notify.delivery import Delivery, DeliveryState, failed, later, unknown
from restant_tui.text import Redactor, duration, one_line

Post = Callable[[OutboxRow], Awaitable[Delivery]]
"""Sends a row once and says what became of it."""
_DETAIL: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often and how long a message is tried; all in seconds."""

    limit: float = 30.0
    """Real seconds for one try, after which it is unknown."""
    first: float = 2.0
    """Before the second try; doubled for each one after that."""
    longest: float = 60.0
    """Between tries, unless the other side asks for more."""
    tries: int = 8
    lifetime: float = 3600.0
    """From being queued; after that a message is no news any more and fails."""
    here: float = 20.0
    """How long `deliver` itself waits for further tries; later ones are `deliver_due`'s."""
    orphaned: float = 300.0
    """A row that is in hand for longer was left behind by a program that ended."""


class Outbox:
    """Sends what stands in the table."""

    def __init__(
        self, table: OutboxTable, post: Post, *, clock: Clock, rng: Random, redactor: Redactor,
        patience: Patience | None = None,
    ) -> None:  # fmt: skip
        """Make one.

        Args:
            table: the rows, on disk.
            post: sends a row once.
            clock: for waiting between tries and for the times in the rows.
            rng: spreads the tries, so that not everybody comes back at the same moment.
            redactor: takes secrets out of what the other side says, before it is stored.
            patience: how often and how long.
        """
        self._table = table
        self._post = post
        self._clock = clock
        self._rng = rng
        self._redactor = redactor
        self._patience = patience or Patience()

    async def put(self, row: OutboxRow) -> OutboxRow:
        """Write a row down and return it; the same message a second time is the row that is there already.

        Raises:
            ConfigProblem: it could not be written; nothing may be sent then.
        """
        return await asyncio.to_thread(self._table.add, row)

    async def deliver(self, row: OutboxRow) -> Delivery:
        """Send a row, trying again for a while where that may help, and return what became of it.

        Raises:
            ConfigProblem: the journal cannot be written; nothing was sent.
        """
        until = self._clock.monotonic() + self._patience.here
        while True:
            row, delivery = await self._try(row)
            if delivery.state is not DeliveryState.RETRY or row.due_at is None:
                return delivery
            wait = (row.due_at - self._clock.now()).total_seconds()
            if self._clock.monotonic() + wait > until:
                return delivery
            await self._clock.sleep(wait)

    async def deliver_due(self) -> tuple[Delivery, ...]:
        """Send every row whose time has come, once each, and return what became of them.

        Rows that a program left behind in the middle of sending become unknown first.

        Raises:
            ConfigProblem: the journal cannot be read or written.
        """
        now = self._clock.now()
        before = now - timedelta(seconds=self._patience.orphaned)
        detail = "restant-tui ended while this was sent: it may have arrived, look there before it is sent again"
        await asyncio.to_thread(self._table.abandon, before, now, detail)
        rows = await asyncio.to_thread(self._table.due, now)
        return tuple([delivery for _, delivery in await asyncio.gather(*(self._try(row) for row in rows))])

    async def _try(self, row: OutboxRow) -> tuple[OutboxRow, Delivery]:
        claimed = await asyncio.to_thread(self._table.claim, row.id, self._clock.now())
        if claimed is None:
            now_there = await asyncio.to_thread(self._table.get, row.id)
            return now_there, as_delivery(now_there)
        if self._left(claimed) <= 0:
            too_old = failed(f"not sent within {duration(self._patience.lifetime)}: it is no news any more")
            return await self._settle(claimed, too_old)
        try:
            async with asyncio.timeout(self._patience.limit):
                delivery = await self._post(claimed)
        except TimeoutError:
            limit = duration(self._patience.limit)
            delivery = unknown(f"no end after {limit}: it may have arrived, look there before it is sent again")
        except RestantError as problem:
            delivery = failed(str(problem))
        except Exception as problem:
            delivery = unknown(f"sending broke off by a mistake of this program ({type(problem).__name__}: {problem})")
        except BaseException:
            # Cancelled: what was under way cannot be called back. Written here and now, as the loop may be ending.
            with suppress(RestantError):
                self._keep(claimed, unknown("it was stopped while it was sent: it may have arrived"))
            raise
        return await self._settle(claimed, self._judged(claimed, delivery))

    def _judged(self, row: OutboxRow, delivery: Delivery) -> Delivery:
        """Decide whether another try is worth it, and when."""
        if delivery.state is not DeliveryState.RETRY:
            return delivery
        if row.attempts >= self._patience.tries:
            return failed(f"{delivery.detail}; given up after {row.attempts} tries")
        usual = min(self._patience.longest, self._patience.first * 2 ** (row.attempts - 1))
        wait = max(delivery.wait or 0.0, usual * self._rng.uniform(0.5, 1.0))
        if wait > self._left(row):
            return failed(f"{delivery.detail}; waiting {duration(wait)} more would make it no news any more")
        return later(delivery.detail, wait)

    def _left(self, row: OutboxRow) -> float:
        return self._patience.lifetime - (self._clock.now() - row.queued_at).total_seconds()

    async def _settle(self, row: OutboxRow, delivery: Delivery) -> tuple[OutboxRow, Delivery]:
        try:
            kept = await asyncio.to_thread(self._keep, row, delivery)
        except RestantError as problem:
            # It is sent or it is not; that this cannot be written down any more does not change it.
            said = replace(delivery, detail=f"{delivery.detail}; {problem}".lstrip("; "), channel=row.channel)
            return row, replace(said, message=row.id)
        return kept, as_delivery(kept)

    def _keep(self, row: OutboxRow, delivery: Delivery) -> OutboxRow:
        now = self._clock.now()
        return self._table.settle(
            row.id,
            delivery.state.value,
            now,
            due_at=now + timedelta(seconds=delivery.wait or 0.0),
            remote=self._redactor.redact(delivery.id),
            detail=one_line(self._redactor.redact(delivery.detail), _DETAIL),
        )


def as_delivery(row: OutboxRow) -> Delivery:
    """Return the state of a row."""
    return Delivery(DeliveryState(row.state), row.remote, row.detail, channel=row.channel, message=row.id)
