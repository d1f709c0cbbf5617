"""The person's terminal, which is handed to one program at a time and comes back whole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from restant_tui.transport.outcome import Outcome, OutcomeKind

NOBODY = (
    "It needs a person at a terminal, and there is none: open the console, or `restant-tui run` in a terminal without "
    "--json, and walk it there."
)
BUSY = "The terminal is with another step: leave that first, then try again."

Program = Callable[[Sequence[str], float], Awaitable[Outcome]]
"""Runs an argument list that has the terminal until it ends, or for so many real seconds."""


class Lender(Protocol):
    """A front end that has a terminal to give away."""

    def why_not(self) -> str:
        """Return in one sentence why it has none right now; empty if it has."""
        ...

    async def lend(self, says: Sequence[str], work: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Stand back, print these lines, await the work, and take the terminal back whole, however the work ends."""
        ...


class Terminal:
    """Hands the terminal over; without a front end that lends one, and while it is away, it says why not.

    Args:
        program: runs what gets the terminal.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._lender: Lender | None = None
        self._away = False

    def lent_by(self, lender: Lender | None) -> None:
        """Take the terminal from that front end from now on; None when it is gone."""
        self._lender = lender

    def why_not(self) -> str:
        """Return in one sentence why nothing can be handed over right now; empty if it can."""
        if self._lender is None:
            return NOBODY
        return BUSY if self._away else self._lender.why_not()

    async def hand_over(self, argv: Sequence[str], says: Sequence[str], limit: float) -> Outcome:
        """Give the terminal to a program and return how it ended; cancelling this ends the program.

        Args:
            argv: the program of this machine and its arguments.
            says: lines for the person, printed before it starts.
            limit: real seconds after which the terminal is taken back.
        """
        if (reason := self.why_not()) or self._lender is None:
            return Outcome(kind=OutcomeKind.UNKNOWN, sent=False, reason=reason)
        self._away = True
        try:
            return await self._lender.lend(says, lambda: self._program(argv, limit))
        finally:
            self._away = False
