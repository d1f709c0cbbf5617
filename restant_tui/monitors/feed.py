"""The latest value of something, for any number of followers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Feed(Generic[T]):
    """Holds the newest snapshot and wakes its followers when a newer one comes.

    A follower that is slow skips to the newest value; it never sees an old one after a new one. Publishing is
    synchronous and belongs to the event loop's thread.
    """

    def __init__(self, first: T) -> None:
        self.latest = first
        self._version = 0
        self._changed = asyncio.Event()

    def publish(self, value: T) -> None:
        """Make this the newest value and wake every follower."""
        self.latest = value
        self._version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def follow(self) -> AsyncIterator[T]:
        """Yield the newest value now, and again each time it has changed; never ends by itself."""
        seen = -1
        while True:
            changed = self._changed
            if seen != self._version:
                seen = self._version
                yield self.latest
            else:
                await changed.wait()
