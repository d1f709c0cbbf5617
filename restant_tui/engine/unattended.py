"""Answers given beforehand, for runs that nobody watches: what was not answered is declined."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from restant_tui.config.model import Danger
from restant_tui.engine.arming import Arming
from restant_tui.engine.gates import offered
from restant_tui.engine.run import Run
from restant_tui.engine.state import Answer, Gate, GateKind, Move, RunState
from restant_tui.errors import UsageProblem

NOBODY = "nobody to ask"


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer given beforehand."""

    move: Move = Move.PROCEED
    phrase: str = ""
    reason: str = ""
    target: str = ""
    values: dict[str, str] = {}


class Answers:
    """What to say at which gate.

    Args:
        confirm: names that are confirmed: each answers TYPE gates that ask for it, and, as somebody meant it, PRESS
            gates too.
        answers: by step path, `{move, phrase, reason, values, target}`; the empty path answers questions about the
            whole run.
        by: who stands behind these answers.

    Raises:
        UsageProblem: an answer has a key or a move that does not exist.
    """

    def __init__(
        self, confirm: Iterable[str] = (), answers: Mapping[str, Any] | None = None, *, by: str = "unattended"
    ) -> None:
        self._confirm = frozenset(confirm)
        self._by = by
        try:
            self._answers = msgspec.convert(dict(answers or {}), dict[str, Given])
        except msgspec.ValidationError as error:
            raise UsageProblem(
                f"the answers do not fit: {error}; each is {{move, phrase, reason, values, target}}"
            ) from None
        self._given: dict[str, int] = {}

    def respond(self, gate: Gate) -> Answer | None:
        """Return the answer to a gate, or None if there is none: then it is to be declined."""
        given = self._answers.get(gate.step)
        if given is not None and self._once(gate):
            answer = Answer(
                gate=gate.id, move=given.move, by=self._by, phrase=given.phrase, reason=given.reason,
                target=given.target, values=given.values,
            )  # fmt: skip
            if given.move is Move.DECLINE or offered(gate.offers, answer) is not None:
                return answer
        return self._confirmed(gate)

    def decline(self, gate: Gate) -> Answer:
        """Return the answer to a gate that nobody answers."""
        return Answer(gate=gate.id, move=Move.DECLINE, by="", reason=NOBODY)

    async def attend(self, run: Run, arming: Arming) -> RunState:
        """Answer every gate of a run until it has ended, and return how it ended.

        A change to production that was confirmed beforehand arms it for that moment; the journal has it.
        """
        answering = asyncio.create_task(self._answer_all(run, arming))
        try:
            return await run.wait()
        finally:
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)

    async def _answer_all(self, run: Run, arming: Arming) -> None:
        answered: set[str] = set()
        async for state in run.feed.follow():
            if state.gate is not None and state.gate.id not in answered:
                answered.add(state.gate.id)
                self._say(run, state.gate, arming)

    def _say(self, run: Run, gate: Gate, arming: Arming) -> None:
        answer = self.respond(gate) or self.decline(gate)
        armed_here = False
        if answer.move is Move.PROCEED and gate.danger is not Danger.READ and not arming.allows(gate.environment):
            arming.arm(self._by, minutes=1)
            armed_here = True
        try:
            run.answer(answer)
        except UsageProblem as problem:
            run.answer(Answer(gate=gate.id, move=Move.DECLINE, by=self._by, reason=str(problem)))
        finally:
            if armed_here:
                arming.disarm(self._by)

    def _confirmed(self, gate: Gate) -> Answer | None:
        if not self._confirm:
            return None
        match gate.kind:
            case GateKind.TYPE if gate.phrase in self._confirm:
                return Answer(gate=gate.id, move=Move.PROCEED, by=self._by, phrase=gate.phrase)
            case GateKind.PRESS:
                return Answer(gate=gate.id, move=Move.PROCEED, by=self._by)
        return None

    def _once(self, gate: Gate) -> bool:
        """Whether an answer is still to be used: at most as often as a person would give it without looking."""
        count = self._given[gate.step] = self._given.get(gate.step, 0) + 1
        return count <= 3
