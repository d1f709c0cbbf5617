"""Carries out a verb with runners of the test's choice and keeps what it showed."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.config.model import Identity
from restant_tui.dokku.capabilities import Capabilities
from restant_tui.dokku.verbs import VERBS, VerbContext
from restant_tui.transport.outcome import Outcome, Runner
from tests.support.clock import ManualClock


async def perform(
    name: str,
    args: Sequence[str],
    *,
    dokku: Runner | None = None,
    admin: Runner | None = None,
    capabilities: Capabilities | None = None,
) -> tuple[Outcome, str]:
    """Carry out a verb; return its outcome and what it showed meanwhile."""
    shown = bytearray()
    runners = {Identity.DOKKU: dokku, Identity.ADMIN: admin}
    context = VerbContext(
        runner=lambda identity: runners[identity],
        clock=ManualClock(),
        timeout=30,
        on_output=lambda data, _: shown.extend(data),
        capabilities=capabilities,
    )
    return await VERBS[name].perform(args, context), shown.decode()
