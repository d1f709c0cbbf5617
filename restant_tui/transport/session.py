"""One SSH session of one identity: commands, streams, and whether the link is there."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any

from restant_tui.clock import Clock
from restant_tui.config.model import Host, Identity
from restant_tui.errors import UsageProblem
from restant_tui.transport.budget import Slots
from restant_tui.transport.lifeline import Lifeline, tied
from restant_tui.transport.link import Link, LinkStatus
from restant_tui.transport.order import Order, timed_out, unsent
from restant_tui.transport.outcome import OnOutput, Outcome, Runner
from restant_tui.transport.personal import Personal
from restant_tui.transport.quoting import command_line
from restant_tui.transport.timing import Timing
from restant_tui.transport.trouble import HostFull, LinkTrouble, OfferedKey
from restant_tui.transport.trust import decide
from restant_tui.transport.used import Used
from restant_tui.transport.valve import Valve
from restant_tui.transport.wire import OnAlarm, OnLink, Wire

CAP = 4 * 1024 * 1024


class Session:
    """Runs argument lists on a host as one identity, over one connection that is opened on first need.

    Streams (`follow`) have a connection of their own. Link trouble is never raised: it is an outcome, and `status`.
    Without `start` a lost link is opened again by the next command that needs it, with it by a task of its own.

    Args:
        host: where, as configured.
        identity: as whom.
        clock: for the wait between tries and for `since`.
        name: how `statuses` and messages call it; address and identity if not given.
        on_status: called with each change of the link's state or of its reason.
        settings: all limits.
        personal: what the person at the console has for SSH; nothing but what the configuration names if not given.
        chance: the jitter of the wait between tries.

    Raises:
        UsageProblem: that identity is not configured for the host.
    """

    def __init__(
        self,
        host: Host,
        identity: Identity,
        *,
        clock: Clock,
        name: str = "",
        on_status: Callable[[LinkStatus], None] | None = None,
        settings: Timing | None = None,
        personal: Personal | None = None,
        chance: random.Random | None = None,
    ) -> None:
        login = host.login(identity)
        self.name = name or f"{host.address}/{identity}"
        if login is None:
            raise UsageProblem(f"No `{identity}` login is configured for {self.name}: add it to the host's entry.")
        self.identity = identity
        self._clock = clock
        self._on_status = on_status
        self._timing = settings or Timing()
        chance = chance or random.Random()  # noqa: S311 - jitter, nothing secret
        self._personal = personal = personal or Personal()

        def wire(on_link: OnLink) -> Wire:
            return Wire(
                host,
                identity,
                login,
                clock=clock,
                timing=self._timing,
                personal=personal,
                chance=chance,
                on_link=on_link,
            )

        self._wire, self._streams = wire(self._note_link), wire(_not_shown)
        self.on_alarm: OnAlarm = self.stop
        """Called when the host shows a key that replaced another, or a revoked one; has to `stop` this."""
        self._wire.on_alarm = self._streams.on_alarm = self._alarm
        self._slots = Slots(self._timing.channels)
        self._following = 0
        self._idle: asyncio.TimerHandle | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._woken = False
        self._status = LinkStatus(Link.CONNECTING, clock.now(), "Not connected yet.")

    @property
    def status(self) -> LinkStatus:
        """The state of the link now."""
        return self._status

    @property
    def offered_key(self) -> OfferedKey | None:
        """The host key that was not accepted, while that is why the link is refused."""
        return self._wire.offered

    @property
    def used(self) -> Used | None:
        """What the last try to connect was made with, for `doctor`; None before the first."""
        return self._wire.used

    @property
    def next_try(self) -> float:
        """Seconds of the clock until a lost or refused link is tried again; 0 if that may be now.

        Endless (`math.inf`) after `decline`.
        """
        return self._wire.wait_left()

    @property
    def attempts(self) -> int:
        """How often the connection for commands has been tried so far."""
        return self._wire.attempts

    @property
    def in_use(self) -> int:
        """How many commands are on the connection now; never more than `Timing.channels`."""
        return self._wire.in_use

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = CAP,
        valve: Valve | None = None,
    ) -> Outcome:
        """Run one argument list to its end, as `outcome.Runner` says; with a valve its reader can hold it back.

        Cancelling this, and running out of time, means that we stop watching. There is no terminal, so the host
        lets the command run on until it ends by itself or writes into the closed channel.
        """
        return await self._run(Order(argv, stdin, on_output, cap, valve), timeout=timeout)

    async def follow(
        self, argv: Sequence[str], on_data: Callable[[bytes], None], *, valve: Valve | None = None
    ) -> Outcome:
        """Run an argument list that does not end by itself, as `outcome.Runner` says.

        It has a pseudo-terminal, so cancelling this ends it on the host too. With a valve the reader can hold it
        back.
        """
        line = command_line(argv, self.identity)
        if self._following >= self._timing.streams:
            return unsent(f"{self.name} already follows {self._following} streams: close one first.")
        if self._personal.ask_key is not None:
            await self.arrive()
        self._following += 1
        if self._idle:
            self._idle.cancel()
        try:
            order = Order(argv, None, lambda data, _is_error: on_data(data), 0, valve)
            return await self._deliver(self._streams, line, order, pty=True)
        finally:
            self._following -= 1
            if not self._following:
                loop = asyncio.get_running_loop()
                self._idle = loop.call_later(self._timing.stream_idle, self._streams.hang_up)

    def prioritised(self) -> Runner:
        """Return the same session as a runner whose commands are served before the pollers'."""
        return _Prioritised(self)

    def tied(self, lifeline: Lifeline) -> Runner:
        """Return the same, but what it runs ends with us, be it cancelled, out of time or cut off; only for a shell.

        Cancelling waits a moment (`Timing.parting`) for the host to say so; then the lifeline tells what is known.
        Nothing can be sent to standard input.
        """
        return _Tied(self, lifeline)

    def start(self) -> None:
        """Keep the link up by itself from now on; needs a running event loop."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.name}")

    def wake(self) -> None:
        """Try a lost or refused link at once: a person asked for it, or the network is back."""
        self._woken = True
        self._streams.wake()
        self._wire.wake()

    def decline(self) -> None:
        """Make no further try until `wake`: a person does not accept the key that the host shows."""
        self._streams.decline()
        self._wire.decline()

    def stop(self, trouble: LinkTrouble) -> None:
        """Cut everything now and make no further try until `wake`; running commands end as unknown."""
        self._streams.stop(trouble)
        self._wire.stop(trouble)

    async def arrive(self) -> None:
        """Connect, and ask a person meanwhile about what keeps us out; each try has limits of its own.

        It is over when the link is live, or will not be now: `status` says which, and why.
        """
        asked: set[OfferedKey] = set()
        while not self._wire.live:
            try:
                await self._wire.trunk()
            except LinkTrouble as trouble:
                key = trouble.offered
                if self._personal.ask_key is None or key is None or not key.may_be_trusted or key in asked:
                    return
                asked.add(key)
                if not await decide(key, self._personal):
                    self.decline()
                    return
                self.wake()

    async def close(self) -> None:
        """End everything: no task, channel or connection is left. Running commands end as unknown."""
        if self._idle:
            self._idle.cancel()
        if keeper := self._keeper:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        await asyncio.gather(self._wire.close(), self._streams.close())
        self._note_link(Link.LOST, "Closed by this program.")

    async def _run(self, order: Order, *, timeout: float, urgent: bool = False) -> Outcome:
        line = command_line(order.argv, self.identity)
        loop = asyncio.get_running_loop()
        if self._personal.ask_key is not None:
            # The time a person needs to compare a fingerprint is not the command's.
            await self.arrive()
        began = loop.time()
        try:
            async with asyncio.timeout(timeout):
                async with self._slots.hold(urgent=urgent):
                    return await self._deliver(self._wire, line, order)
        except TimeoutError:
            return timed_out(order.call, timeout, loop.time() - began, self.name)

    async def _deliver(self, wire: Wire, line: str, order: Order, *, pty: bool = False) -> Outcome:
        loop = asyncio.get_running_loop()
        began = loop.time()
        trouble = LinkTrouble("")
        # A second go only when the first is known not to have been sent.
        for _ in range(2):
            try:
                trunk = await wire.trunk()
                call = order.place_call(line, pty=pty)
                try:
                    await trunk.perform(call)
                finally:
                    if trunk.crowded:
                        wire.retire(trunk)
            except HostFull as full:
                wire.retire(trunk)
                trouble = full
            except LinkTrouble as caught:
                trouble = caught
            else:
                return order.outcome(loop.time() - began, trunk.gone)
        return unsent(trouble.reason, loop.time() - began)

    async def _keep(self) -> None:
        while True:
            self._wire.changed.clear()
            if not self._wire.live and self._wire.wait_left() <= 0:
                try:
                    await self._wire.trunk()
                except LinkTrouble:
                    continue
            await self._until_due()

    async def _until_due(self) -> None:
        changed = asyncio.ensure_future(self._wire.changed.wait())
        waits: list[asyncio.Future[Any]] = [changed]
        if not self._wire.live:
            waits.append(asyncio.ensure_future(self._clock.sleep(self._wire.wait_left())))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    def _alarm(self, trouble: LinkTrouble) -> None:
        self.on_alarm(trouble)

    def _note_link(self, state: Link, reason: str) -> None:
        if state is Link.CONNECTING:
            # Lost stays lost, since its first moment, however often we try: a person asks how long it has been so.
            if self._status.state is not Link.CONNECTING and not self._woken:
                return
            self._woken = False
        if (state, reason) == (self._status.state, self._status.reason):
            return
        since = self._status.since if state is self._status.state else self._clock.now()
        self._status = LinkStatus(state, since, reason)
        if self._on_status:
            self._on_status(self._status)


class _Prioritised:
    def __init__(self, session: Session) -> None:
        self._session = session

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = CAP,
    ) -> Outcome:
        return await self._session._run(Order(argv, stdin, on_output, cap), timeout=timeout, urgent=True)

    async def follow(self, argv: Sequence[str], on_data: Callable[[bytes], None]) -> Outcome:
        return await self._session.follow(argv, on_data)


class _Tied(_Prioritised):
    def __init__(self, session: Session, lifeline: Lifeline) -> None:
        super().__init__(session)
        self._lifeline = lifeline

    async def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes | None = None,
        on_output: OnOutput | None = None,
        cap: int = CAP,
    ) -> Outcome:
        if stdin is not None or self._session.identity is not Identity.ADMIN:
            raise UsageProblem("Only an admin's command without standard input can be tied to us.")
        order = Order(tied(argv), None, on_output, cap, tied=True)
        try:
            return await self._session._run(order, timeout=timeout, urgent=True)
        except asyncio.CancelledError:
            self._lifeline.cut(order.call)
            raise


def _not_shown(_state: Link, _reason: str) -> None:
    """The connection for streams has no state of its own on the screens."""
