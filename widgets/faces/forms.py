"""Questions answered by filling in: values for a form, or what was seen for each item of a checklist."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from restant_tui.engine.state import FieldAsked, GateKind, ItemAsked, Move
from widgets.faces.base import Asked, GateFace
from widgets.form import Form

_NOT_YET, _DONE = "", "done"
_WANTED = {"note": "what did you see?", "file": "path of the file that shows it", "link": "address that shows it"}


class FormFace(GateFace):
    """A form or a checklist; an item is done with what was observed, not with a tick."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        gate = asked.gate
        fields = gate.fields if gate.kind is GateKind.FORM else tuple(_field(item) for item in gate.items)
        # The way on stands first, nearest to the last field; the run's own order begins with the safe answer.
        self._offers = tuple(sorted(gate.offers, key=lambda offer: offer.move is not Move.PROCEED))
        self._form = Form(fields, tuple(offer.label for offer in self._offers))

    def body(self) -> Iterable[Widget]:
        """Return the form."""
        return [self._form]

    def focus_target(self) -> Widget:
        """Return the first thing to fill in."""
        return self._form.first_field()

    def on_form_finished(self, event: Form.Finished) -> None:
        """Answer with what was filled in, or with the other button."""
        event.stop()
        if self.too_soon():
            return
        offer = self._offers[event.button]
        if offer.move is Move.PROCEED:
            self.answer(Move.PROCEED, values={name: text for name, text in event.values.items() if text})
        else:
            self.take(offer)


def _field(item: ItemAsked) -> FieldAsked:
    title = f"{item.text} (must not be missed)" if item.killer else item.text
    if item.evidence == "none":
        return FieldAsked(name=item.id, title=title, choices=((_NOT_YET, "not yet"), (_DONE, "done")))
    return FieldAsked(name=item.id, title=title, help=_WANTED.get(item.evidence, _WANTED["note"]))
