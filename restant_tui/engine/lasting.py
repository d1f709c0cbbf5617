"""Commands that outlive the link: started under an id that the journal has, watched from afar, found again by it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from restant_tui.config.model import Target
from restant_tui.engine.finding import Finding, Found
from restant_tui.engine.judge import Seen
from restant_tui.engine.output import StepOutput
from restant_tui.engine.resolve import Order
from restant_tui.engine.sending import Reply
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import StepStatus
from restant_tui.errors import RestantError, Unreachable, UsageProblem
from restant_tui.text import decode, duration
from restant_tui.transport.detached import Detached, Handle, Presence, Sight, Unsure
from restant_tui.transport.kept import Kept
from restant_tui.transport.session import CAP

CALM = 2.0
"""Seconds of the run's clock between two looks at a command."""

SHOWN = 5 * CAP
"""Bytes of its output that are fetched; the rest stays on the host."""

_PIECE = 256 * 1024
_LOST = "The link is lost; the command runs on by itself on the host."
_BACK = "The link is back."

Take = Callable[[bytes, bool], None]


def new_handle(spot: Spot) -> Handle:
    """Return the id under which the next attempt will run: it says which run it belongs to, and nobody else has it."""
    chance = spot.ports.rng.randrange(16**8)
    return Handle(f"{spot.run.id.lower()}-{spot.state.attempts + 1}-{chance:08x}")


def whereabouts(spot: Spot, handle: Handle) -> str:
    """Say where a command goes on by itself, and how a person looks at it."""
    return f"by itself on {_where(spot)} as {handle.id} (its output and exit status are in {handle.place} there)"


async def carry(spot: Spot, order: Order, handle: Handle, take: Take, output: StepOutput) -> Reply:
    """Start a command apart from the link and watch it to its end."""
    if order.target is not Target.ADMIN or order.verb is not None:
        reason = "It was not sent: only a command of the admin's own can be kept apart from the link."
        return Reply(trouble=StepStatus.FAILED, reason=reason, sent=False)
    try:
        await _far(spot).start(order.argv, handle)
    except Unsure as unsure:
        return Reply(trouble=StepStatus.UNKNOWN, reason=str(unsure))
    except RestantError as problem:
        return Reply(trouble=StepStatus.FAILED, reason=f"It was not sent: {problem}", sent=False)
    return await follow(spot, handle, take, output, order.timeout)


async def follow(spot: Spot, handle: Handle, take: Take, output: StepOutput, limit: float) -> Reply:
    """Watch a command from its first line on, through lost links, for at most `limit` seconds of the run's clock."""
    far, clock = _far(spot), spot.ports.clock
    stream = _Stream(far, handle, take)
    began = clock.monotonic()
    lost = missed = False
    while True:
        try:
            sight = await far.look(handle)
            await stream.catch_up()
        except Unreachable as trouble:
            if not lost:
                output.say(_LOST)
                await spot.emit("conn.lost", reason=str(trouble))
            lost = True
        else:
            if lost:
                output.say(_BACK)
                await spot.emit("conn.restored")
            lost = False
            if sight.presence is Presence.EXITED:
                return stream.ended(spot, output, sight, clock.monotonic() - began)
            # One that begins, or ends, looks gone for a moment.
            if sight.presence is not Presence.RUNNING and missed:
                return Reply(trouble=StepStatus.UNKNOWN, reason=_gone(handle), seconds=clock.monotonic() - began)
            missed = sight.presence is not Presence.RUNNING
        if (passed := clock.monotonic() - began) >= limit:
            reason = (
                f"no end after {duration(limit)}; nothing was signalled, and it goes on {whereabouts(spot, handle)}"
            )
            return Reply(trouble=StepStatus.TIMED_OUT, reason=reason, seconds=passed)
        await clock.sleep(CALM)


async def find(spot: Spot, patience: float) -> Found:
    """Look for a step's command and say what is known; waits up to `patience` seconds for a lost link."""
    try:
        return told(spot, await sought(spot, patience))
    except RestantError as trouble:
        return Found(Finding.CANNOT_TELL, f"The host cannot be asked about {spot.state.handle}: {trouble}")


async def sought(spot: Spot, patience: float) -> Sight:
    """Look for a step's command; one of which there is no trace is withdrawn, so that it never starts behind our back.

    Raises:
        RestantError: the host could not be asked for `patience` seconds of the run's clock.
    """
    handle = Handle(spot.state.handle)
    far, clock = _far(spot), spot.ports.clock
    began = clock.monotonic()
    lost = missed = False
    while True:
        try:
            sight = await spot.run.watch(far.look(handle))
            if sight.presence is Presence.ABSENT:
                sight = await spot.run.watch(far.withdraw(handle))
        except Unreachable as trouble:
            if not lost:
                await spot.emit("conn.lost", reason=str(trouble))
            lost = True
            if clock.monotonic() - began >= patience:
                raise
        else:
            if lost:
                await spot.emit("conn.restored")
            lost = False
            if sight.presence is not Presence.GONE or missed:
                return sight
            missed = True
        await spot.run.idle(CALM)


def told(spot: Spot, sight: Sight) -> Found:
    """Return what it means that a step's command was seen like this."""
    handle = Handle(spot.state.handle)
    match sight.presence:
        case Presence.RUNNING:
            return Found(Finding.RUNNING, f"it goes on {whereabouts(spot, handle)}")
        case Presence.EXITED if sight.exit_status == 0:
            return Found(Finding.DONE, f"{handle.id} has ended with exit 0")
        case Presence.EXITED:
            return Found(Finding.NOT_DONE, f"{handle.id} has ended with exit {sight.exit_status}")
        case Presence.ABSENT:
            return Found(Finding.NOT_DONE, f"{handle.id} was never started, and will not be")
        case Presence.GONE:
            return Found(Finding.CANNOT_TELL, _gone(handle))


async def forget(spot: Spot) -> None:
    """Remove the files of a command whose end is in the journal; where that fails they stay, and harm nobody."""
    if spot.path in spot.walk.left_there:
        return
    with suppress(RestantError):
        await _far(spot, timeout=5.0).forget(Handle(spot.state.handle))


class _Stream:
    """The output of one command, fetched piece by piece."""

    def __init__(self, far: Detached, handle: Handle, take: Take) -> None:
        self._far, self._handle, self._take = far, handle, take
        self._kept = Kept(CAP)
        self._offset = 0
        self._cut = False

    async def catch_up(self) -> None:
        """Fetch what is new; raises Unreachable."""
        while not self._cut:
            piece = await self._far.output(self._handle, self._offset, _PIECE)
            self._offset += len(piece)
            self._kept.add(piece)
            if piece:
                self._take(piece, False)
            if len(piece) < _PIECE:
                return
            self._cut = self._offset >= SHOWN

    def ended(self, spot: Spot, output: StepOutput, sight: Sight, seconds: float) -> Reply:
        """Return how it ended, and say what is not shown."""
        if self._cut:
            spot.walk.left_there.add(spot.path)
            output.flush()
            output.say(f"Cut here after {self._offset // 1024 // 1024} MB: all of it is in {self._handle.place} there.")
        seen = Seen(stdout=decode(self._kept.bytes()), exit_status=sight.exit_status)
        return Reply(seen=seen, seconds=seconds, truncated=self._kept.truncated)


def _far(spot: Spot, *, timeout: float = 20.0) -> Detached:
    try:
        return Detached(spot.ports.targets.runner(spot.scope.place.host, Target.ADMIN), timeout=timeout)
    except UsageProblem as problem:
        raise Unreachable(str(problem)) from problem


def _gone(handle: Handle) -> str:
    return f"{handle.id} was killed, or lost with a restart of the host: how it ended is not known"


def _where(spot: Spot) -> str:
    return spot.ports.targets.where(spot.scope.place.host, Target.ADMIN)
