"""One SSH connection that is opened on need, opened again after a loss, and never in a storm of attempts."""

from __future__ import annotations

import asyncio
import importlib
import math
import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from restant_tui.clock import Clock
from restant_tui.config.model import Host, Identity, Login
from restant_tui.text import duration
from restant_tui.transport.link import Link
from restant_tui.transport.personal import Personal
from restant_tui.transport.timing import Timing
from restant_tui.transport.trouble import LinkTrouble, OfferedKey
from restant_tui.transport.used import Used

if TYPE_CHECKING:
    from restant_tui.transport.trunk import Trunk

OnLink = Callable[[Link, str], None]
OnAlarm = Callable[[LinkTrouble], None]

_CLOSED = "The connections of this program are closed."
_STOPPED = "Every connection to the host was closed until a person has settled that and asks again."


class Wire:
    """One connection of one identity of one host.

    Args:
        host: where.
        identity: as whom.
        login: how that identity logs in.
        clock: for the wait between tries.
        timing: all limits.
        personal: what the person at the console has for SSH.
        chance: for the jitter of that wait.
        on_link: called with the state of the link and one sentence, also when neither has changed.
    """

    def __init__(
        self,
        host: Host,
        identity: Identity,
        login: Login,
        *,
        clock: Clock,
        timing: Timing,
        personal: Personal,
        chance: random.Random,
        on_link: OnLink,
    ) -> None:
        self._host, self._identity, self._login = host, identity, login
        self._clock, self._timing, self._chance = clock, timing, chance
        self._personal = personal
        self._on_link = on_link
        self._trunk: Trunk | None = None
        self._retired: list[Trunk] = []
        self._opening: asyncio.Task[Trunk] | None = None
        self._trouble: LinkTrouble | None = None
        self._failures = 0
        self._next_try = 0.0
        self._live_since = 0.0
        self._closed = False
        self._left_alone = ""
        self._once_more = False
        self.used: Used | None = None
        """What the last try was made with."""
        self.attempts = 0
        """How often we have tried to connect."""
        self.on_alarm: OnAlarm = self.stop
        """Called when the host shows a key that replaced another, or a revoked one; has to `stop` this."""
        self.changed = asyncio.Event()
        """Set whenever the connection is lost or a try may be made; who waits for it clears it."""

    @property
    def live(self) -> bool:
        """Whether there is an open connection, as far as we know."""
        return self._trunk is not None

    @property
    def in_use(self) -> int:
        """How many commands are on the open connection now."""
        return len(self._trunk.active) if self._trunk else 0

    @property
    def offered(self) -> OfferedKey | None:
        """The host key that was not accepted at the last try, if that was the trouble."""
        return self._trouble.offered if self._trouble else None

    def wait_left(self) -> float:
        """Return the seconds of the clock until a try is due; 0 if one may be made now, endless if not by itself."""
        if self._left_alone:
            return math.inf
        return max(0.0, self._next_try - self._clock.monotonic()) if self._trouble else 0.0

    def wake(self) -> None:
        """Let the next try be made at once."""
        self._next_try = self._clock.monotonic()
        self._left_alone = ""
        # A try that is under way may have read the keys and files from before the person's decision.
        self._once_more = self._opening is not None
        self._personal.memory.ask_again()
        self.changed.set()

    def decline(self) -> None:
        """Make no further try until `wake`: a person does not accept the host's key."""
        self._left_alone = self._left_alone or "A person declined its key, so it is left alone."
        self.changed.set()

    def stop(self, trouble: LinkTrouble) -> None:
        """Cut everything here and now and make no further try until `wake`: the host is not the one we know."""
        self._trouble, self._left_alone = trouble, _STOPPED
        if self._opening and self._opening is not asyncio.current_task():
            self._opening.cancel()
        if self._trunk:
            self._retired.append(self._trunk)
            self._trunk = None
        said = self._stay_away()
        for trunk in tuple(self._retired):
            trunk.cut(said.reason)
        self._on_link(Link.REFUSED, said.reason)
        self.changed.set()

    async def trunk(self) -> Trunk:
        """Return the open connection, opening it if there is none and a try is due.

        Raises:
            LinkTrouble: there is none; if a try is not due yet, this comes at once and says when it is.
        """
        if self._closed:
            raise LinkTrouble(_CLOSED)
        if self._trunk:
            return self._trunk
        if self._opening is None:
            self._refuse_if_early()
            self._opening = asyncio.create_task(self._open(), name="ssh open")
            self._opening.add_done_callback(self._opened)
        opening = self._opening
        try:
            # Shielded: several may wait for one attempt, and one of them giving up must not end it for the others.
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            if self._closed:
                raise LinkTrouble(_CLOSED) from None
            if opening.cancelled() and not _being_cancelled():
                raise self._stay_away() from None  # it was `stop` that gave up the try
            raise

    def retire(self, trunk: Trunk) -> None:
        """Use that connection for nothing new; it closes when the last command on it has ended."""
        if trunk is not self._trunk:
            return
        self._trunk = None
        idle = [old for old in self._retired if not old.active]
        self._retired.append(trunk)
        trunk.retire()
        # Old ones that hold nothing but commands nobody watches are kept for a while, not for ever.
        for old in idle[:-1]:
            old.close()

    def hang_up(self) -> None:
        """Close the connection; the next need opens a new one at once."""
        if trunk := self._trunk:
            self._trunk = None
            trunk.close()

    async def close(self) -> None:
        """End everything for good."""
        self._closed = True
        if opening := self._opening:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
        trunks = [*self._retired, *([self._trunk] if self._trunk else [])]
        self._trunk = None
        for trunk in trunks:
            trunk.close()
        await asyncio.gather(*(trunk.wait_closed() for trunk in trunks))

    def _refuse_if_early(self) -> None:
        left = self.wait_left()
        if self._left_alone:
            raise self._stay_away()
        if self._trouble is None or left <= 0:
            return
        raise LinkTrouble(
            f"{self._trouble.reason} Next try in {duration(left)}.",
            refused=self._trouble.refused,
            offered=self._trouble.offered,
        )

    def _stay_away(self) -> LinkTrouble:
        said = f"{self._trouble.reason} {self._left_alone}" if self._trouble else self._left_alone
        return LinkTrouble(said.strip(), refused=True, offered=self.offered)

    async def _open(self) -> Trunk:
        self._on_link(Link.CONNECTING, "")
        self.attempts += 1
        try:
            # asyncssh takes a fifth of a second to import: in a thread, so that the screen goes on meanwhile.
            module = await asyncio.to_thread(importlib.import_module, "restant_tui.transport.dial")
            trunk: Trunk = await module.dial(self._host, self._identity, self._login, self._timing, self._personal)
        except LinkTrouble as trouble:
            self.used = trouble.used
            self._put_off(trouble)
            raise
        self.used = trunk.used
        trunk.on_gone = lambda reason: self._gone(trunk, reason)
        trunk.on_stale = lambda reason: self._stale(trunk, reason)
        self._trunk, self._trouble, self._once_more = trunk, None, False
        self._live_since = self._clock.monotonic()
        self._on_link(Link.LIVE, "")
        return trunk

    def _opened(self, opening: asyncio.Task[Trunk]) -> None:
        self._opening = None
        if not opening.cancelled():
            opening.exception()  # waiters see it; with none left it must not be reported as forgotten

    def _gone(self, trunk: Trunk, reason: str) -> None:
        if trunk in self._retired:
            self._retired.remove(trunk)
        if trunk is not self._trunk:
            return
        self._trunk = None
        # A host that lets us in and hangs up at once must not be called in a loop either.
        if self._clock.monotonic() - self._live_since >= self._timing.keepalive_interval:
            self._failures = -1
        self._put_off(LinkTrouble(reason))

    def _stale(self, trunk: Trunk, reason: str) -> None:
        if trunk is self._trunk:
            self._on_link(Link.STALE if reason else Link.LIVE, reason)

    def _put_off(self, trouble: LinkTrouble) -> None:
        if trouble.stops_host and not self._once_more:
            self.on_alarm(trouble)
            return
        self._failures += 1
        wait = self._timing.refused_retry if trouble.refused else self._timing.backoff(self._failures, self._chance)
        if self._once_more:
            wait, self._once_more = 0.0, False
        self._trouble = trouble
        self._next_try = self._clock.monotonic() + wait
        self._on_link(Link.REFUSED if trouble.refused else Link.LOST, trouble.reason)
        self.changed.set()


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
