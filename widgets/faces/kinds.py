"""Which face a kind of question has."""

from __future__ import annotations

from collections.abc import Callable

from restant_tui.engine.state import GateKind
from widgets.faces.base import Asked, GateFace
from widgets.faces.forms import FormFace
from widgets.faces.offers import OfferFace
from widgets.faces.press import PressFace, TypeFace

_FACES: dict[GateKind, Callable[[Asked], GateFace]] = {
    GateKind.PRESS: PressFace,
    GateKind.MESSAGE: PressFace,
    GateKind.TYPE: TypeFace,
    GateKind.FORM: FormFace,
    GateKind.ITEMS: FormFace,
    GateKind.CHOICE: OfferFace,
    GateKind.FAILURE: OfferFace,
    GateKind.UNSURE: OfferFace,
    GateKind.APPROVE: OfferFace,
    GateKind.LOCK: OfferFace,
}


def face_for(asked: Asked) -> GateFace:
    """Return the face for a question."""
    return _FACES[asked.gate.kind](asked)
