"""The Alerts pane: what is wrong, since when, who has taken it on, and which runbook helps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive, var

from restant_tui.alerts.model import Alert, AlertsSnapshot, Severity
from restant_tui.config.model import Danger
from restant_tui.text import duration
from widgets import commands, glyphs
from widgets.commands import Command
from widgets.glyphs import Face, Glyphs
from widgets.layout import age, fit, outside, pad, sentence, spread, wrapped
from widgets.panel import Panel, Row

_INDENT = 11


class OpenRunbook(Command):
    """Open the runbook that the selected alert suggests."""

    key, hint = "enter", "Open runbook"


class Acknowledge(Command):
    """Take the selected alert on: its clock stops and the journal keeps who did it."""

    key, hint, danger = "a", "Acknowledge", Danger.CHANGE


class AlertsPane(Panel):
    """The open alerts, the worst first, and below them the last that were cleared."""

    @dataclass
    class AcknowledgeAlert(Message):
        """Asks to note that a person has taken this alert on."""

        alert: Alert

    @dataclass
    class OpenSuggestedRunbook(Message):
        """Asks for the runbook an alert suggests."""

        runbook: str
        alert: Alert

    NUMBER, TITLE = 4, "Alerts"
    DOES = (Acknowledge, OpenRunbook)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    alerts: Reactive[AlertsSnapshot | None] = var(None)
    now: Reactive[datetime | None] = var(None)
    checked_at: Reactive[datetime | None] = var(None)
    """When the figures behind the alerts were last seen."""

    def watch_alerts(self) -> None:
        """Draw what changed; the keys depend on the alert under the cursor."""
        self.redraw()
        self.refresh_bindings()

    def watch_now(self) -> None:
        """Let the clocks run."""
        self.redraw()

    def move_to(self, row_id: str) -> None:
        """Put the cursor on an alert."""
        super().move_to(row_id)
        self.refresh_bindings()

    @property
    def selected(self) -> Alert | None:
        """The open alert under the cursor."""
        return next((each for each in self.alerts.open if each.id == self.cursor_id), None) if self.alerts else None

    def unavailable(self, command: type[Command]) -> str:
        """Return why a command cannot be used now."""
        alert = self.selected
        if alert is None:
            return "no open alert is selected"
        if command is Acknowledge and alert.acknowledged:
            return f"already acknowledged by {alert.acknowledged_by}"
        if command is OpenRunbook and not alert.runbook:
            return "no runbook is known for this alert; press r for the catalogue"
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action)

    def action_acknowledge(self) -> None:
        """Ask to acknowledge the selected alert."""
        if self.selected:
            self.post_message(self.AcknowledgeAlert(self.selected))

    def action_open_runbook(self) -> None:
        """Ask for the suggested runbook."""
        if self.selected and self.selected.runbook:
            self.post_message(self.OpenSuggestedRunbook(self.selected.runbook, self.selected))

    def rows(self, width: int) -> Iterable[Row]:
        """Return two to four lines for each open alert, then one for each that was cleared."""
        if self.alerts is None or self.now is None:
            return [Row("", (Content.styled("connecting", "$text-muted"),))]
        now = self.now
        rows = [Row(alert.id, self._open(alert, width, now), about=alert.app or "") for alert in self.alerts.open]
        if not rows:
            rows = [Row("", (self._none(width, now),))]
        if self.alerts.cleared:
            rows += [Row("", (Content(""), Content.styled("cleared", "$text-muted")))]
            rows += [Row("", (self._cleared(alert, width, now),)) for alert in self.alerts.cleared[:10]]
        return rows

    def _none(self, width: int, now: datetime) -> Content:
        if self.checked_at is None:
            return Content.styled("no data yet", "$text-muted")
        seen = Content.styled(f"checked {age(self.checked_at, now):>6} ago", "$text-muted")
        return spread(Content("no alerts"), seen, width)

    def _open(self, alert: Alert, width: int, now: datetime) -> tuple[Content, ...]:
        face = severity_face(alert.severity, glyphs.of(self.app))
        clock = acknowledge_clock(alert, now)
        head = pad(Content.styled(str(face), face.style), _INDENT) + outside(alert.title, "bold")
        about = sentence(
            [
                outside(alert.app or "", "$text-muted"),
                Content("") if alert.observed else Content.styled("cannot be seen now", "bold $text-warning"),
                outside(f"runbook {alert.runbook}", "$text-primary") if alert.runbook else Content(""),
                Content.styled(f"since {age(alert.since, now)}", "$text-muted"),
            ]
        )
        indent = Content(" " * _INDENT)
        detail = wrapped(outside(alert.detail).plain, width, indent=_INDENT, limit=2) if alert.detail else ()
        return spread(head, clock, width), *detail, fit(indent + about, width)

    def _cleared(self, alert: Alert, width: int, now: datetime) -> Content:
        since = f"{age(alert.cleared_at, now):>6} ago" if alert.cleared_at else ""
        return spread(
            Content(" " * _INDENT) + outside(alert.title, "$text-muted"), Content.styled(since, "$text-muted"), width
        )


def acknowledge_clock(alert: Alert, now: datetime) -> Content:
    """Return how long an alert still waits for a person, or who took it on."""
    if alert.acknowledged:
        return outside(f"acknowledged by {alert.acknowledged_by}", "$text-success")
    left = int((alert.deadline - now).total_seconds())
    if abs(left) >= 600:
        # A person does not need the seconds yet.
        left = int(left / 60) * 60
    if left < 0:
        return Content.styled(f"overdue {duration(-left)}", "bold $text-error")
    return Content.styled(f"ack in {duration(left)}", "$text-warning" if left < 120 else "")


def severity_face(severity: Severity, glyphs_: Glyphs) -> Face:
    """Return how a severity looks."""
    match severity:
        case Severity.CRITICAL:
            return Face(glyphs_.critical, severity.value, "bold $text-error")
        case Severity.WARNING:
            return Face(glyphs_.warning, severity.value, "bold $text-warning")
        case Severity.INFO:
            return Face(glyphs_.dot, severity.value, "$text-primary")
