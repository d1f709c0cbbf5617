"""How a runbook stands: whether it is due, and whether the hosts can carry it out, in a word and in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from textual.content import Content

from restant_tui.dokku.readiness import State
from restant_tui.monitors.outlook import Outlook
from restant_tui.runbook.cadence import DueState
from restant_tui.runbook.dueboard import Duty
from restant_tui.text import ago, duration
from widgets.glyphs import Glyphs
from widgets.layout import outside, wrapped

_READY = {State.READY: "ready", State.DEGRADED: "degraded", State.CANNOT_RUN: "cannot run"}
_STYLES = {State.READY: "$text-muted", State.DEGRADED: "bold $text-warning", State.CANNOT_RUN: "bold $text-error"}
_LIMIT = 12


def ready_word(outlook: Outlook | None) -> Content:
    """Return whether a runbook can be carried out, in a word; empty where no host is known."""
    return Content.styled(_READY[outlook.state], _STYLES[outlook.state]) if outlook else Content("")


def due_word(duty: Duty | None) -> Content:
    """Return `DUE` or `OVERDUE`; empty where it is neither."""
    if duty is None or duty.due is None or not duty.pressing:
        return Content("")
    if duty.due.state is DueState.OVERDUE:
        return Content.styled("OVERDUE", "bold $text-error")
    return Content.styled("DUE", "bold $text-warning")


def sign(duty: Duty | None, outlook: Outlook | None, signs: Glyphs) -> Content:
    """Return two cells that say, also on a narrow screen, that something about it wants a look."""
    if outlook and outlook.state is State.CANNOT_RUN:
        return Content.styled(f"{signs.critical} ", _STYLES[State.CANNOT_RUN])
    if (outlook and outlook.state is State.DEGRADED) or due_word(duty).plain:
        return Content.styled(f"{signs.warning} ", _STYLES[State.DEGRADED])
    return Content("  ")


def standing_lines(duty: Duty | None, outlook: Outlook | None, now: datetime | None, width: int) -> Iterator[Content]:
    """Return all that is known about both, as lines of `width` cells; `now` is aware."""
    if outlook is not None:
        yield Content("On the hosts: ") + ready_word(outlook)
        for reason in outlook.says:
            yield from wrapped(outside(reason).plain, width, indent=2, limit=_LIMIT)
    if duty is not None and now is not None:
        yield from _times(duty, now, width)


def _times(duty: Duty, now: datetime, width: int) -> Iterator[Content]:
    if duty.due is None:
        yield from wrapped(f"Nobody can say when it is due: {outside(duty.problem).plain}", width, "$text-warning")
    elif duty.pressing:
        yield due_word(duty) + Content(f" since {duty.due.at:%a %d %b %H:%M} UTC, {ago(duty.due.at, now)}")
    elif duty.due.at.year < 9999:
        left = duration(int((duty.due.at - now).total_seconds()))
        yield Content.styled(f"Due next {duty.due.at:%a %d %b %H:%M} UTC, in {left}", "$text-muted")
    last = duty.last
    if last is None or last.finished_at is None:
        yield Content.styled("Never done.", "$text-muted")
        return
    said = f"Last by {outside(last.actor).plain} {ago(last.finished_at, now)}: {last.status} ({last.id})."
    yield from wrapped(said, width, "$text-muted")
