"""The questions a run asks, and which answers are accepted. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from restant_tui.config.model import Danger
from restant_tui.engine.state import Answer, Gate, GateKind, Move, Offer
from restant_tui.text import one_line

HUMAN_WAIT = "30m"
"""How long a question stays open unless its step says otherwise."""

DECLINE = Offer(move=Move.DECLINE, label="No, stop here")
PROCEED = Offer(move=Move.PROCEED, label="Go on")
SKIP = Offer(move=Move.SKIP, label="Leave this step out", needs_reason=True)
NOBODY = "nobody answered"


def refusal(gate: Gate | None, answer: Answer, *, armed: bool) -> str | None:  # noqa: PLR0911 - one return a rule
    """Return why an answer is not accepted, in one sentence; None if it is.

    Args:
        gate: the question that is open, if any.
        answer: what was said.
        armed: whether changes are allowed in the gate's environment right now.
    """
    if gate is None or gate.id != answer.gate:
        return "that question is no longer open"
    if not all(map(is_text, (answer.reason, answer.phrase, answer.target, answer.by, *answer.values.values()))):
        return "the answer holds bytes that are no text: give it as UTF-8"
    if answer.move is Move.DECLINE:
        return None
    offer = offered(gate.offers, answer)
    if offer is None:
        return _not_offered(gate, answer)
    if offer.needs_reason and not answer.reason.strip():
        return f"`{offer.label}` needs a reason: say in one sentence why"
    if answer.move is not Move.PROCEED:
        return None
    if gate.kind is GateKind.TYPE and answer.phrase != gate.phrase:
        typed = one_line(answer.phrase, 60)
        return f"{'nothing' if not typed else repr(typed)} was typed, but it is {gate.phrase!r}; nothing was sent"
    if gate.danger is not Danger.READ and not armed:
        return f"{gate.environment} is read-only: arm it first; nothing was sent"
    if gate.kind is GateKind.ITEMS:
        return _unseen(gate, answer)
    return None


def is_text(text: str) -> bool:
    """Whether a text can be written down; one that came in as broken UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def offered(offers: Sequence[Offer], answer: Answer) -> Offer | None:
    """Return the offer an answer takes up; offers that go somewhere are told apart by where."""
    same = [offer for offer in offers if offer.move is answer.move]
    if answer.target or len(same) > 1:
        return next((offer for offer in same if offer.target == answer.target), None)
    return same[0] if same else None


def _not_offered(gate: Gate, answer: Answer) -> str:
    words = ", ".join(f"{offer.move} {offer.target}".strip() for offer in gate.offers)
    said = f"{answer.move} {answer.target}".strip()
    return f"{said!r} is not an answer to this question; it can be: {words}"


def _unseen(gate: Gate, answer: Answer) -> str | None:
    for item in gate.items:
        if item.evidence != "none" and not answer.values.get(item.id, "").strip():
            return f"say what you saw for {one_line(item.text, 80)!r}: a tick is not evidence"
        if item.killer and item.id not in answer.values:
            return f"{one_line(item.text, 80)!r} must not be missed: it is not done yet"
    return None
