"""One open SSH connection and the commands on it.

This module imports asyncssh, so it is itself imported only when a connection is about to be opened.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence

import asyncssh

from restant_tui.text import one_line
from restant_tui.transport.call import Call
from restant_tui.transport.explain import lost
from restant_tui.transport.timing import Timing
from restant_tui.transport.trouble import HostFull, LinkTrouble
from restant_tui.transport.used import Used

_NO_SLOT = {asyncssh.OPEN_CONNECT_FAILED, asyncssh.OPEN_RESOURCE_SHORTAGE}


class Trunk:
    """One open connection; `place` is the host as a person would name it, `used` what it was made with, `hops` the way.

    `on_gone` is called once, with a sentence, when the connection is no more, whoever ended it. `on_stale` is
    called when the host stops answering (with a sentence) and when it answers again (with an empty one).
    """

    def __init__(
        self,
        connection: asyncssh.SSHClientConnection,
        place: str,
        timing: Timing,
        *,
        used: Used | None = None,
        hops: Sequence[asyncssh.SSHClientConnection] = (),
    ) -> None:
        self.place = place
        self.used = used
        self.active: set[Call] = set()
        self.leftovers: set[Call] = set()
        """Abandoned commands whose channel is still open on the host."""
        self.on_gone: Callable[[str], None] | None = None
        self.on_stale: Callable[[str], None] | None = None
        self.gone = ""
        """Why the connection is no more; empty while it is there."""
        self._connection = connection
        self._hops = hops
        self._timing = timing
        self._retired = False
        self._why_cut = ""
        self._last_end = -math.inf
        self._stale = False
        self._watch_again()

    @property
    def crowded(self) -> bool:
        """Whether so many abandoned commands hold slots of the host that new ones would soon find none."""
        return len(self.leftovers) >= self._timing.leftover_limit

    async def perform(self, call: Call) -> None:
        """Run one command to its end; cancelling this abandons it, or ends it on the host if it is tied to us.

        Raises:
            LinkTrouble: the command was not sent.
            HostFull: the host has no slot free on this connection; the command was not sent.
        """
        self.active.add(call)
        try:
            await self._open(call)
            await (asyncio.shield(call.ended) if call.tied else call.ended)
        except asyncio.CancelledError:
            if call.tied and call.sent:
                call.let_go()
                await asyncio.wait({call.ended}, timeout=self._timing.parting)
            raise
        finally:
            self.active.discard(call)
            if call.sent:
                self._last_end = asyncio.get_running_loop().time()
            if not call.closed:
                self._leave(call)
            self._close_if_done()

    def retire(self) -> None:
        """Close when the last command on it has ended."""
        self._retired = True
        self._close_if_done()

    def close(self) -> None:
        """Close now; what still runs on it ends without an exit status."""
        self._connection.close()

    def cut(self, why: str) -> None:
        """End it here and now, without a goodbye; `why` is what is said of the commands that were still on it."""
        self._why_cut = why
        self._connection.abort()
        for hop in reversed(self._hops):
            hop.abort()

    async def wait_closed(self) -> None:
        """Wait until it is closed, by force if the network does not take our goodbye in time."""
        try:
            async with asyncio.timeout(self._timing.close_grace):
                await self._connection.wait_closed()
        except TimeoutError:
            self._connection.abort()
            for hop in reversed(self._hops):
                hop.abort()
            await self._connection.wait_closed()

    def lost(self, error: Exception | None) -> None:
        """Note that the connection is no more (called by its owner)."""
        if self.gone:
            return
        self._watch.cancel()
        self.gone = self._why_cut or lost(error, self.place, self._timing)
        if self.on_gone:
            self.on_gone(self.gone)

    async def _open(self, call: Call) -> None:
        attempt = 0
        while attempt < self._timing.channel_tries or self._will_have_room(call):
            attempt += 1
            if self.gone:
                raise LinkTrouble(self.gone)
            try:
                await call.open(self._connection)
            except (asyncssh.Error, OSError) as error:
                if self._may_have_started(call, error):
                    return
                if isinstance(error, asyncssh.ChannelOpenError) and error.code not in _NO_SLOT:
                    detail = one_line(error.reason or f"code {error.code}", 120)
                    raise LinkTrouble(f"{self.place} will not run commands for us ({detail}).") from error
            else:
                return
            # sshd frees a slot a moment after the command on it has ended. Real time: this is about the wire.
            await asyncio.sleep(self._timing.channel_pause * min(attempt, self._timing.channel_tries))
        raise HostFull(f"{self.place} has no free slot for another command.")

    def _will_have_room(self, call: Call) -> bool:
        # A host that allows fewer channels than we thought has room again when another of our commands ends, or
        # a moment after one has. Streams do not end, and the caller's time limit ends this wait for commands.
        if call.pty:
            return False
        since = asyncio.get_running_loop().time() - self._last_end
        return since < self._timing.slot_grace or any(other.has_channel for other in self.active if other is not call)

    def _may_have_started(self, call: Call, error: Exception) -> bool:
        if call.closed and call.sent:
            return True  # cut before the host said whether it runs the command
        call.sent = False
        return False

    def _leave(self, call: Call) -> None:
        call.abandon()
        if not call.has_channel or call.pty:
            return
        self.leftovers.add(call)
        call.on_closed = self._forget

    def _forget(self, call: Call) -> None:
        self.leftovers.discard(call)
        self._close_if_done()

    def _close_if_done(self) -> None:
        if self._retired and not self.active and not self.leftovers:
            self.close()

    def _watch_again(self) -> None:
        loop = asyncio.get_running_loop()
        self._watch = loop.call_later(max(self._timing.keepalive_interval / 4, 0.05), self._look)

    def _look(self) -> None:
        # asyncssh counts the keepalives it has sent since the last answer, and tells nobody. Two means that one
        # whole interval went by without the answer to the first. Without the attribute, stale is never said.
        stale = getattr(self._connection, "_keepalive_count", 0) >= 2
        if stale != self._stale and self.on_stale:
            self.on_stale(f"{self.place} has stopped answering." if stale else "")
        self._stale = stale
        self._watch_again()
