"""Asks a person at the terminal the question a run has, and turns what they type into an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Protocol

from restant_tui.cli.marks import Marks
from restant_tui.cli.words import written
from restant_tui.config.model import Danger, Environment
from restant_tui.engine.state import Answer, Gate, GateKind, Move, Offer
from restant_tui.text import duration, one_line

Arm = Callable[[], Awaitable[bool]]
"""Asks whether production may be changed for a while; False leaves it read-only."""


class Asks(Protocol):
    """Somebody who can be asked for a line."""

    async def ask(self, question: str, *, secret: bool = False) -> str | None:
        """Return the line typed, or None when there is nobody any more."""
        ...


def describe(gate: Gate, marks: Marks) -> list[str]:
    """Return what a person has to know before answering, as lines."""
    where = f" on {gate.host}" if gate.host else ""
    word = gate.environment.value if gate.environment else ""
    environment = f" ({marks.paint(word, word.upper())})" if word else ""
    lines = [f"{marks.mark('warning')} {one_line(gate.title)}{where}{environment}"]
    if gate.danger is not Danger.READ:
        lines.append(f"  danger:   {gate.danger.value}")
    told = "ran:" if gate.kind in (GateKind.FAILURE, GateKind.UNSURE) else "will run:"
    lines += [f"  {told:<9} {written(command)}" for command in gate.commands]
    for label, text in (("hits", gate.blast), ("undo", gate.undo), ("note", gate.says), ("seen", gate.evidence)):
        for index, line in enumerate(text.strip().splitlines()):
            lines.append(f"  {label + ':' if index == 0 else '':<9} {line.rstrip()}")
    if gate.deadline and gate.asked_at:
        lines.append(f"  open for {duration((gate.deadline - gate.asked_at).total_seconds())}, then it counts as no")
    return [marks.plain(line) for line in lines]


async def answer(gate: Gate, keyboard: Asks, *, by: str, marks: Marks, arm: Arm) -> Answer:
    """Ask until there is an answer; the end of the input is a no."""
    for line in describe(gate, marks):
        print(line)
    match gate.kind:
        case GateKind.TYPE:
            offer, phrase = await _typed(gate, keyboard)
        case GateKind.PRESS:
            offer, phrase = await _pressed(gate, keyboard), ""
        case _:
            offer, phrase = await _chosen(gate, keyboard), ""
    if offer is None or offer.move is Move.DECLINE:
        return Answer(gate=gate.id, move=Move.DECLINE, by=by, reason="" if offer else "the input ended")
    if _needs_arming(gate, offer) and not await arm():
        return Answer(gate=gate.id, move=Move.DECLINE, by=by, reason="production was left read-only")
    reason = await _reason(keyboard) if offer.needs_reason else ""
    values = await _values(gate, keyboard) if offer.move in (Move.PROCEED, Move.CONTINUE) else {}
    if reason is None or values is None:
        return Answer(gate=gate.id, move=Move.DECLINE, by=by, reason="the input ended")
    return Answer(
        gate=gate.id, move=offer.move, by=by, phrase=phrase, reason=reason, target=offer.target, values=values
    )


def _needs_arming(gate: Gate, offer: Offer) -> bool:
    return offer.move is Move.PROCEED and gate.danger is not Danger.READ and gate.environment is Environment.PRODUCTION


async def _typed(gate: Gate, keyboard: Asks) -> tuple[Offer | None, str]:
    typed = await keyboard.ask(f"  type {gate.phrase} to go on; anything else is a no: ")
    if typed is None:
        return None, ""
    if typed != gate.phrase:
        print("  that is a no: " + ("nothing was typed" if not typed else f"`{one_line(typed, 40)}` was typed"))
    return _offer(gate, Move.PROCEED if typed == gate.phrase else Move.DECLINE), typed


async def _pressed(gate: Gate, keyboard: Asks) -> Offer | None:
    while (typed := await keyboard.ask("  go on? y or n: ")) is not None:
        match typed.lower():
            case "y" | "yes":
                return _offer(gate, Move.PROCEED)
            case "n" | "no":
                return _offer(gate, Move.DECLINE)
            case _:
                print("  y goes on, n stops here")
    return None


async def _chosen(gate: Gate, keyboard: Asks) -> Offer | None:
    for number, offer in enumerate(gate.offers, start=1):
        print(f"  {number}. {one_line(offer.label)}" + (" (asks why)" if offer.needs_reason else ""))
    count = len(gate.offers)
    while (typed := await keyboard.ask(f"  1 to {count}: ")) is not None:
        if typed.isdecimal() and 1 <= int(typed) <= count:
            return gate.offers[int(typed) - 1]
        print(f"  a number from 1 to {count}; 1 is the safe one")
    return None


async def _reason(keyboard: Asks) -> str | None:
    while (typed := await keyboard.ask("  why, in one sentence: ")) is not None:
        if typed:
            return typed
    return None


async def _values(gate: Gate, keyboard: Asks) -> dict[str, str] | None:
    values: dict[str, str] = {}
    for name, question, default, secret in _questions(gate):
        typed = await keyboard.ask(question, secret=secret)
        if typed is None:
            return None
        values[name] = typed.strip() or default
    return values


def _questions(gate: Gate) -> Iterator[tuple[str, str, str, bool]]:
    for field in gate.fields:
        for value, label in field.choices:
            print(f"    {value:<24} {one_line(label)}")
        default = f" [{field.default}]" if field.default and not field.secret else ""
        yield field.name, f"  {one_line(field.title or field.name)}{default}: ", field.default, field.secret
    for item in gate.items:
        must = " (must not be missed)" if item.killer else ""
        asked = "done? y" if item.evidence == "none" else f"what did you see ({item.evidence})"
        yield item.id, f"  {one_line(item.text)}{must} - {asked}: ", "", False


def _offer(gate: Gate, move: Move) -> Offer:
    return next((offer for offer in gate.offers if offer.move is move), Offer(move=move, label=move.value))
