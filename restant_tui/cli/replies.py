"""Where the answer to a run's question comes from: what was prepared, else the person at the terminal, else a no."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from restant_tui.cli import prompts
from restant_tui.cli.marks import Marks
from restant_tui.config.model import Danger, Environment
from restant_tui.engine.state import Answer, Gate, GateKind, Move

if TYPE_CHECKING:
    from restant_tui.engine.runtime import Runtime
    from restant_tui.engine.unattended import Answers


class Replies:
    """Finds answers.

    Args:
        prepared: what `--confirm` and `--answers` say.
        runtime: armed when a prepared or typed yes is for production.
        keyboard: the person at the terminal, if there is one.
        marks: how states are written.
        out: prints a line for whoever reads along; nothing is printed if not given.
    """

    def __init__(
        self,
        prepared: Answers,
        runtime: Runtime,
        *,
        keyboard: prompts.Asks | None,
        marks: Marks,
        out: Callable[[str], None] | None = None,
    ) -> None:
        self._prepared = prepared
        self._runtime = runtime
        self._keyboard = keyboard
        self._marks = marks
        self._out = out
        self._used: set[str] = set()

    def respond(self, gate: Gate) -> asyncio.Task[Answer]:
        """Begin to find the answer to a question."""
        return asyncio.create_task(self._respond(gate))

    async def _respond(self, gate: Gate) -> Answer:
        actor = self._runtime.actor
        # A prepared answer that was refused is not tried again: then the person decides.
        answer = None if gate.id in self._used else self._prepared.respond(gate)
        self._used.add(gate.id)
        if answer is not None:
            # Whoever prepares a yes for production by its name has armed it for this run.
            if (
                answer.move is Move.PROCEED
                and gate.danger is not Danger.READ
                and gate.environment is Environment.PRODUCTION
            ):
                self._arm(minutes=1)
            self._tell(gate, f"answered beforehand: {answer.move.value}")
            return answer
        if self._keyboard is None:
            way_out = f"; --confirm {gate.phrase} would say yes" if gate.kind is GateKind.TYPE else ""
            self._tell(gate, f"nobody to ask, so it is a no{way_out}")
            return self._prepared.decline(gate)
        return await prompts.answer(gate, self._keyboard, by=actor, marks=self._marks, arm=self._ask_to_arm)

    def _tell(self, gate: Gate, decision: str) -> None:
        if self._out is not None:
            for line in (*prompts.describe(gate, self._marks), f"  {decision}"):
                self._out(line)

    def _arm(self, minutes: int) -> None:
        if self._runtime.arming.armed_until is None:
            self._runtime.arming.arm(self._runtime.actor, minutes=minutes)

    async def _ask_to_arm(self) -> bool:
        if self._runtime.arming.armed_until is not None:
            return True
        assert self._keyboard is not None
        typed = await self._keyboard.ask("  production is read-only; arm it for 15 minutes? y or n: ")
        if typed is None or typed.lower() not in ("y", "yes"):
            return False
        self._arm(minutes=15)
        return True
