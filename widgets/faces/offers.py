"""Questions answered from a list (a choice, a failure, an unknown outcome, a lock); the safe answer is the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from restant_tui.engine.state import GateKind, Move, Offer
from widgets import commands, glyphs
from widgets.commands import Command
from widgets.faces.base import Asked, GateFace
from widgets.form import Form
from widgets.layout import outside, spread
from widgets.panel import Panel, Row


class TakeOffer(Command):
    """Take up the marked answer; where it needs a reason, that is asked first."""

    key, hint, rank, in_palette = "enter", "Take the marked answer", 1, False


class OfferList(Panel):
    """The possible answers, one a line; the cursor begins on the safe one."""

    @dataclass
    class OfferTaken(Message):
        """One was taken up."""

        offer: Offer

    DEFAULT_CSS = "OfferList { border: none; padding: 0; height: auto; &:focus { border: none; } }"
    DOES = (TakeOffer,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    def __init__(self, offers: tuple[Offer, ...], notes: Mapping[Move, str]) -> None:
        super().__init__(id="offers")
        self._offers, self._notes = offers, notes

    def move_to(self, row_id: str) -> None:
        """Move the cursor and its sign."""
        super().move_to(row_id)
        self.redraw()

    def rows(self, width: int) -> Iterable[Row]:
        """Return the answers."""
        return [self._row(index, offer, width) for index, offer in enumerate(self._offers)]

    def _row(self, index: int, offer: Offer, width: int) -> Row:
        row_id = f"offer{index}"
        chosen = row_id == (self.cursor_id or "offer0")
        sign = glyphs.of(self.app).cursor if chosen else " "
        left = Content.styled(f"{sign} ", "$primary") + outside(offer.label, "bold" if chosen else "")
        note = "asks for a reason" if offer.needs_reason else self._notes.get(offer.move, "")
        return Row(row_id, (spread(left, Content.styled(note, "$text-muted"), width),))

    def action_take_offer(self) -> None:
        """Say which one was taken."""
        index = int((self.cursor_id or "offer0").removeprefix("offer"))
        self.post_message(self.OfferTaken(self._offers[index]))


class OfferFace(GateFace):
    """A question with a list of answers."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        notes = {Move.PROCEED: "asks for a name"} if asked.gate.kind is GateKind.APPROVE else {}
        self._list = OfferList(asked.gate.offers, notes)

    def body(self) -> Iterable[Widget]:
        """Return the list."""
        return [self._list]

    def focus_target(self) -> Widget:
        """Return the list."""
        forms = self.query(Form)
        return forms.first().first_field() if forms else self._list

    def on_offer_list_offer_taken(self, event: OfferList.OfferTaken) -> None:
        """Answer, or first ask for what the answer needs."""
        event.stop()
        offer = event.offer
        if self.too_soon():
            return
        if offer.move is Move.EDIT and self.gate.fields:
            self._edit(offer)
        elif self.gate.kind is GateKind.APPROVE and offer.move is Move.PROCEED:
            self.ask_for(offer, "Who agrees? Their name, then Enter; Esc goes back")
        else:
            self.take(offer)

    def finish(self, offer: Offer, text: str) -> None:
        """Answer with a reason; an approval is given in the name of the person who gives it."""
        if self.gate.kind is GateKind.APPROVE and offer.move is Move.PROCEED:
            self.answer(offer.move, by=text)
        else:
            super().finish(offer, text)

    # -- other values ----------------------------------------------------------------------------------------------

    def _edit(self, offer: Offer) -> None:
        self._list.display = False
        form = Form(self.gate.fields, (offer.label, "Back"))
        self.mount(form, before="#why")
        self.call_after_refresh(lambda: form.first_field().focus())

    def on_form_finished(self, event: Form.Finished) -> None:
        """Try again with other values, or go back to the list."""
        event.stop()
        if event.button == 0:
            self.answer(Move.EDIT, values=event.values)
        else:
            self.step_back()

    def step_back(self) -> bool:
        """Close the form or the line for a reason."""
        if not self.query(Form):
            return super().step_back()
        self.query_one(Form).remove()
        self._list.display = True
        self.refused("")
        self._list.focus()
        return True
