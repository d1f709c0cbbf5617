"""One publication for all the news of a moment: two hundred apps are not looked through for each of their answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

_SECONDS_A_THING: Final = 0.002
_LONGEST: Final = 0.5


class Gathering:
    """Calls `publish` a moment after the first news; what comes meanwhile goes with it."""

    def __init__(self, publish: Callable[[], None], count: Callable[[], int]) -> None:
        """Make it idle.

        Args:
            publish: makes and publishes the snapshot.
            count: of how many things the snapshot is: the more, the longer the moment (2 ms each, half a second at
                most).
        """
        self._publish = publish
        self._count = count
        self._pending: asyncio.TimerHandle | None = None

    def news(self) -> None:
        """Have it published soon; needs a running event loop."""
        if self._pending is None:
            moment = min(_LONGEST, _SECONDS_A_THING * self._count())
            self._pending = asyncio.get_running_loop().call_later(moment, self.flush)

    def flush(self) -> None:
        """Publish now what is pending, if anything is."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
            self._publish()
