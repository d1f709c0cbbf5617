"""Messages of a run to people: what goes where, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from restant_tui.config.model import Config
from restant_tui.engine.ports import Delivered
from restant_tui.engine.spot import Spot
from restant_tui.runbook.model import NotifyStep

_CALLS_FOR_HELP = ("escalation", "incidents", "alerts")
"""Channels that a call for help goes to, the first that is configured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message of a step, with its templates filled in."""

    channels: tuple[str, ...]
    template: str
    values: Mapping[str, object]


def letter(spot: Spot, step: NotifyStep) -> Letter:
    """Fill in a step's message; raises TemplateProblem."""
    values = {name: spot.render(one) if isinstance(one, str) else one for name, one in step.with_.items()}
    return Letter(channels=tuple(spot.render(one) for one in step.channels), template=step.template, values=values)


async def tell(spot: Spot, written: Letter) -> Sequence[Delivered]:
    """Send a step's message and note what became of it; one attempt at a step sends to a channel only once."""
    notifier = spot.ports.notifier
    assert notifier is not None
    op = f"{spot.run.id}/{spot.path}/{spot.state.attempts}"
    deliveries = await notifier.send(written.channels, written.template, written.values, op=op)
    await note(spot, deliveries)
    return deliveries


async def note(spot: Spot, deliveries: Sequence[Delivered], by: str = "") -> None:
    """Note each delivery: `notify.sent`, `notify.unknown` for one that may have arrived, `notify.failed`."""
    for one in deliveries:
        state = _state(one)
        kind = "notify.sent" if one.delivered else f"notify.{'unknown' if state in _MAY_HAVE_ARRIVED else 'failed'}"
        message = getattr(one, "message", 0)
        await spot.emit(kind, actor=by, channel=one.channel, state=state, reason=one.detail, message=message)


def not_delivered(deliveries: Sequence[Delivered]) -> str:
    """Say where a message did not arrive for sure, and why; empty if it did everywhere."""
    lost = [f"{one.channel}: {one.detail or _state(one)}" for one in deliveries if not one.delivered]
    return "; ".join(lost)


def help_channels(config: Config) -> tuple[str, ...]:
    """Return the channel a call for help goes to: one named for it, else the first there is."""
    named = [name for name in _CALLS_FOR_HELP if name in config.channels] or list(config.channels)
    return tuple(named[:1]) or _CALLS_FOR_HELP[:1]


_MAY_HAVE_ARRIVED = frozenset({"unknown", "sending"})


def _state(one: Delivered) -> str:
    return str(getattr(one, "state", "sent" if one.delivered else "failed"))
