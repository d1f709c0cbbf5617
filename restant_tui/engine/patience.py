"""Waiting for something, but not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from restant_tui.clock import Clock

T = TypeVar("T")


async def within(work: Awaitable[T], limit: float | None, clock: Clock) -> T | None:
    """Return what comes of the work, or None when `limit` seconds of the clock run out first.

    The work is then cancelled, unless it is a future of somebody else's that is waited for; so is it when we are.
    """
    task = asyncio.ensure_future(work)
    waits: list[asyncio.Future[T] | asyncio.Task[None]] = [task]
    if limit is not None:
        waits.append(asyncio.create_task(_sleep(clock, max(0.0, limit))))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for one in waits:
            one.cancel()


async def _sleep(clock: Clock, seconds: float) -> None:
    await clock.sleep(seconds)
