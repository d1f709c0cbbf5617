"""The console's terminal, lent to a program: the screen makes way and comes back whole, however the program ends."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from restant_tui.transport.outcome import Outcome

if TYPE_CHECKING:
    from screens.app import RestantApp

NOT_HERE = (
    "This console is drawn somewhere else than in a terminal of its own (in a browser), and has none to hand over: "
    "open it in a terminal, or do this step by hand and leave it out here with a reason."
)


class Lending:
    """Lends the terminal that the App draws on. Feeds, pollers and runs go on meanwhile; nothing is drawn."""

    def __init__(self, app: RestantApp) -> None:
        self._app = app

    def why_not(self) -> str:
        """Return why there is no terminal to lend; empty if there is one."""
        driver = self._app._driver
        return "" if driver is not None and driver.can_suspend else NOT_HERE

    async def lend(self, says: Sequence[str], work: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Leave the screen, print the lines, await the work, and draw everything again, with our own title."""
        app = self._app
        # Without the batch what is drawn meanwhile would fill a queue that nobody empties, and block the loop; an
        # exception inside would leave the screen suspended for ever.
        with app.batch_update(), app.suspend():
            outcome, problem = await _caught(says, work)
        app.watch_context(app.context)
        if problem is not None:
            raise problem
        assert outcome is not None
        return outcome


async def _caught(
    says: Sequence[str], work: Callable[[], Awaitable[Outcome]]
) -> tuple[Outcome | None, BaseException | None]:
    try:
        print("\n".join(says), file=sys.__stdout__, flush=True)
        return await work(), None
    except BaseException as problem:  # raised again where the screen is back
        return None, problem
