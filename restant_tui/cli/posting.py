"""Keeps the outbox moving while a run is walked without the console."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from restant_tui.engine.runtime import Runtime

EVERY: Final = 5.0
"""Real seconds between two looks at what waits for another try."""
LAST: Final = 10.0
"""Real seconds that what is being sent at the end may still take: cut off, nobody would know whether it arrived."""


@asynccontextmanager
async def delivering(runtime: Runtime) -> AsyncIterator[None]:
    """Send meanwhile what waits in the outbox and is due, also from earlier runs; nothing without channels."""
    notifier = runtime.notifier
    if notifier is None:
        yield
        return
    ended = asyncio.Event()

    async def deliver() -> None:
        while not ended.is_set():
            await notifier.deliver_due()
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await ended.wait()

    task = asyncio.create_task(deliver(), name="outbox")
    try:
        yield
    finally:
        ended.set()
        _, late = await asyncio.wait((task,), timeout=LAST)
        for one in late:
            one.cancel()
        await asyncio.gather(task, return_exceptions=True)
