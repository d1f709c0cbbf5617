"""What a host really said, kept for a person where we could make nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from restant_tui.dokku.problems import NoAnswer, ParseProblem
from restant_tui.monitors.snapshots import RawAnswer
from restant_tui.text import clean, decode
from restant_tui.transport.outcome import OutcomeKind

CAP: Final = 64 * 1024
"""Most characters kept of an answer."""
_SECRET: Final = 4096
"""Longer than any secret: so much is left out where the end of the text may have cut one in two."""

Redact = Callable[[str], str]
"""Takes the secrets out of a text."""


def raw_answer(problem: Exception, host: str, at: datetime, redact: Redact) -> RawAnswer | None:
    """Return what was said by a host whose answer was of no use; None where it said nothing at all.

    Args:
        problem: why there is no figure.
        host: who was asked.
        at: when.
        redact: takes the secrets out.
    """
    match problem:
        case ParseProblem(argv=argv, raw=said, errors=errors):
            pass
        case NoAnswer(argv=argv, outcome=outcome) if outcome.kind is OutcomeKind.EXITED and outcome.sent:
            said, errors = decode(outcome.stdout), decode(outcome.stderr)
        case _:
            return None
    parts = [said.strip("\n"), f"-- on standard error --\n{errors}" if errors.strip() else ""]
    whole = "\n".join(part for part in parts if part.strip())
    if not argv or not whole:
        return None
    text, cut = _harmless(whole, redact)
    return RawAnswer(host=host, asked=clean(" ".join(argv)), at=at, text=text, cut=cut)


def _harmless(said: str, redact: Redact) -> tuple[str, bool]:
    """Return a text that may be shown and kept, and whether something of it is missing.

    An answer may be megabytes of anything, on the event loop: a good piece is cleaned, and of that the cap is kept.
    """
    piece = said[: 2 * CAP]
    text = redact(clean(piece))
    if len(piece) < len(said):
        text = text[: max(0, len(text) - _SECRET)]
    return text[:CAP], len(piece) < len(said) or len(text) > CAP
