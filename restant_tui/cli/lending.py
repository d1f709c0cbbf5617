"""The terminal of `run`, lent to a program: meanwhile nothing is read from it here, and nothing printed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from restant_tui.transport.outcome import Outcome

if TYPE_CHECKING:
    from restant_tui.cli.keyboard import Keyboard


class Lending:
    """Lends the terminal.

    Args:
        keyboard: reads it the rest of the time.
        out: prints a line.
    """

    def __init__(self, keyboard: Keyboard, out: Callable[[str], None]) -> None:
        self._keyboard = keyboard
        self._out = out
        self.lent = False
        """Whether it is away; what there is to tell waits until it is back."""

    def why_not(self) -> str:
        """Return why there is none to lend: never so, whoever reads keys has one."""
        return ""

    async def lend(self, says: Sequence[str], work: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Print the lines, stand back until the work is done, and read keys again that were typed after it."""
        for line in says:
            self._out(line)
        self.lent = True
        try:
            with self._keyboard.away():
                return await work()
        finally:
            self.lent = False
