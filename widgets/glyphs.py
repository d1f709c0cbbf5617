"""Signs, words and colours for states: every state is a glyph and a word and a colour, never a colour alone.

Styles are names of theme colours, so that both themes, no colour and sixteen colours work without a second table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from restant_tui.config.model import Danger, Environment
from restant_tui.monitors.snapshots import Status, Trust
from restant_tui.transport.link import Link

if TYPE_CHECKING:
    from textual.app import App


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs of one set; `bars` are eight heights from low to high."""

    ok: str
    warning: str
    critical: str
    unknown: str
    running: str
    pending: str
    cursor: str
    dot: str
    dash: str
    ellipsis: str
    bars: str
    gap: str
    line: str


UNICODE = Glyphs("✔", "!", "x", "?", "▸", "·", "▌", "·", "—", "…", "▁▂▃▄▅▆▇█", "x", "─")
ASCII = Glyphs("+", "!", "x", "?", ">", ".", ">", "-", "-", "~", "_.-:=+*#", "x", "-")


def of(app: App[object]) -> Glyphs:
    """Return the signs this app draws with; an app without its own set gets the Unicode ones."""
    chosen = getattr(app, "glyphs", UNICODE)
    return chosen if isinstance(chosen, Glyphs) else UNICODE


@dataclass(frozen=True, slots=True)
class Face:
    """How one state looks: its sign, its word and the style of both."""

    glyph: str
    word: str
    style: str

    def __str__(self) -> str:
        return f"{self.glyph} {self.word}"


def status_face(status: Status, glyphs: Glyphs = UNICODE) -> Face:
    """Return the face of a status."""
    match status:
        case Status.OK:
            return Face(glyphs.ok, "ok", "$text-success")
        case Status.WARNING:
            return Face(glyphs.warning, "warning", "bold $text-warning")
        case Status.CRITICAL:
            return Face(glyphs.critical, "critical", "bold $text-error")
        case Status.UNKNOWN:
            return Face(glyphs.unknown, "unknown", "bold $text-warning")


def trust_style(trust: Trust) -> str:
    """Return the style of a trust word; only a live reading is ever green."""
    match trust:
        case Trust.LIVE:
            return "$text-success"
        case Trust.STALE:
            return "$text-warning"
        case Trust.LOST:
            return "bold $text-error"
        case Trust.NO_DATA | Trust.NOT_CONFIGURED:
            return "$text-muted"


def link_style(link: Link) -> str:
    """Return the style of a link word."""
    match link:
        case Link.LIVE:
            return "$text-success"
        case Link.CONNECTING:
            return "$text-muted"
        case Link.STALE:
            return "$text-warning"
        case Link.LOST | Link.REFUSED:
            return "bold $text-error"


def environment_style(environment: Environment) -> str:
    """Return the style of an environment's word: a colour nothing else has, so production is known at a glance."""
    match environment:
        case Environment.PRODUCTION:
            return "bold $text-accent"
        case Environment.STAGING:
            return "$text-secondary"
        case Environment.FEATURE:
            return "$text-primary"


def environment_word(environment: Environment) -> str:
    """Return the word: production in capitals, the others small."""
    return "PRODUCTION" if environment is Environment.PRODUCTION else environment.value


def danger_style(danger: Danger) -> str:
    """Return the style of a danger word."""
    match danger:
        case Danger.READ:
            return "$text-muted"
        case Danger.CHANGE:
            return "$text-warning"
        case Danger.DESTRUCTIVE:
            return "bold $text-error"


def sparkline(values: tuple[float | None, ...], width: int, glyphs: Glyphs = UNICODE) -> str:
    """Return the newest `width` values as one row of bars; a failed probe is a gap sign, not a low bar."""
    shown = values[-width:] if width > 0 else ()
    known = [value for value in shown if value is not None]
    if not known:
        return glyphs.gap * len(shown)
    top = max(known) or 1.0
    last = len(glyphs.bars) - 1
    return "".join(
        glyphs.gap if value is None else glyphs.bars[min(last, int(value / top * last + 0.5))] for value in shown
    )
