"""The person in a case: answers what the case foresees and says no to everything else."""

from __future__ import annotations

from collections import Counter

from restant_tui.engine.state import Answer, Gate, GateKind, Move
from restant_tui.engine.unattended import Answers
from tests.runbooks.cases import Case, Reply

NAME = "mira"


class Person(Answers):
    """Gives the answers of a case."""

    def __init__(self, case: Case) -> None:
        super().__init__(confirm=case.confirm, by=NAME)
        self._case = case
        self._asked: Counter[str] = Counter()
        self.unforeseen: list[str] = []
        """The questions that were answered with no because the case does not speak of them."""

    def respond(self, gate: Gate) -> Answer | None:
        """Return the answer to a gate."""
        reply = self._reply(gate)
        if reply is not None:
            return Answer(
                gate=gate.id, move=reply.move, by=reply.by or NAME, phrase=reply.phrase or gate.phrase,
                reason=reply.reason, target=reply.target, values=reply.values,
            )  # fmt: skip
        if gate.kind is GateKind.ITEMS and gate.step in self._case.seen:
            values = {item.id: self._case.seen[gate.step] for item in gate.items}
            return Answer(gate=gate.id, move=Move.PROCEED, by=NAME, values=values)
        if gate.kind is GateKind.MESSAGE and self._case.send:
            return Answer(gate=gate.id, move=Move.PROCEED, by=NAME)
        found = super().respond(gate)
        if found is None:
            self.unforeseen.append(f"{gate.step or 'the run'} ({gate.kind}): {gate.title}: {gate.says}")
        return found

    def _reply(self, gate: Gate) -> Reply | None:
        replies = self._case.answers.get(gate.step)
        asked = self._asked[gate.step]
        self._asked[gate.step] += 1
        match replies:
            case tuple():
                return replies[asked] if asked < len(replies) else None
            case Reply() if asked < 3:
                return replies
            case _:
                return None
