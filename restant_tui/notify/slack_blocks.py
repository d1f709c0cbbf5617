"""A message in Slack's blocks, within Slack's limits, with nothing in it that Slack would act on.

Source: Slack's Block Kit reference: 50 blocks, header 150 characters, text 3000, 10 fields of 2000.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from restant_tui.notify.message import Envelope, Fact

_HEADER: Final = 150
_FIELD: Final = 2000
_FIELDS: Final = 10
_SECTION: Final = 2900
_TEXT: Final = 3900
_FENCE: Final = "```"


def payload(envelope: Envelope) -> dict[str, Any]:
    """Return `text` (for notifications and screen readers) and `blocks`."""
    message = envelope.message
    short = [fact for fact in message.fields if not fact.long]
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(message.title, _HEADER), "emoji": True}}
    ]
    for start in range(0, len(short), _FIELDS):
        fields = [_mrkdwn(_short(fact)) for fact in short[start : start + _FIELDS]]
        blocks.append({"type": "section", "fields": fields})
    blocks += [{"type": "section", "text": _mrkdwn(_long(fact))} for fact in message.fields if fact.long]
    blocks.append({"type": "context", "elements": [_mrkdwn(f"restant-tui · `{escape(envelope.key, 200)}`")]})
    return {"text": escape(message.summary, _TEXT), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def escape(text: str, most: int) -> str:
    """Return the text with `&`, `<` and `>` escaped, at most so long, never cut inside an escape.

    Without `<` there are no links and no `<!channel>`: a log line cannot ring everybody's telephone.
    """
    return _joined((_ESCAPES.get(character, character) for character in text), most)


_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def _joined(pieces: Iterable[str], most: int) -> str:
    kept: list[str] = []
    length = 0
    for piece in pieces:
        if length + len(piece) > most:
            while kept and length + 1 > most:
                length -= len(kept.pop())
            return "".join(kept) + "…"
        kept.append(piece)
        length += len(piece)
    return "".join(kept)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def _short(fact: Fact) -> str:
    return f"*{escape(fact.label, 80)}:*\n{escape(fact.value, _FIELD - 200)}"


def _long(fact: Fact) -> str:
    value = escape(fact.value, _SECTION)
    if fact.code:
        value = _FENCE + value.replace(_FENCE, "'''") + _FENCE
    return f"*{escape(fact.label, 80)}:*\n{value}"
