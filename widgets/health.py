"""The Health pane: how every app is, why, and how fresh each figure is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive, var

from restant_tui.monitors.readings import trust_at
from restant_tui.monitors.snapshots import AppHealth, HealthSnapshot, Reading, Status, Trust
from widgets import commands, glyphs
from widgets.commands import Command
from widgets.layout import age, fit, outside, pad, sentence, spread, wrapped
from widgets.panel import Panel, Row
from widgets.patience import Patience
from widgets.summaries import app_face

_FACE_WIDTH = 10
_DETAILED = 60
_ROOMY = 4


class ShowLogs(Command):
    """Show the log of the selected app."""

    key, hint, title = "enter", "Logs", "Show the selected app's log"


class HealthPane(Panel):
    """One block for each app: state, HTTP answer, response times, processes, certificate."""

    @dataclass
    class ShowLogsOf(Message):
        """Asks for the log of an app."""

        app: str

    NUMBER, TITLE = 1, "Health"
    DOES = (ShowLogs,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    health: Reactive[HealthSnapshot | None] = var(None)
    now: Reactive[datetime | None] = var(None)
    patience: Reactive[Patience] = var(Patience())

    def watch_health(self) -> None:
        """Draw what changed."""
        self.redraw()

    def watch_now(self) -> None:
        """Let the ages grow."""
        self.redraw()

    def action_show_logs(self) -> None:
        """Ask for the selected app's log."""
        if self.cursor_id:
            self.post_message(self.ShowLogsOf(self.cursor_id))

    def rows(self, width: int) -> Iterable[Row]:
        """Return a block for each app; words where there is nothing to show yet."""
        if self.health is None or self.now is None:
            return [Row("", (Content.styled("connecting", "$text-muted"),))]
        if not self.health.apps:
            return [Row("", (Content.styled("no app is configured", "$text-muted"),))]
        rows: list[Row] = []
        for app in self.health.apps:
            if rows and len(self.health.apps) <= _ROOMY:
                rows.append(Row("", (Content(""),)))
            rows.append(Row(app.app, self._block(app, width, self.now)))
        return rows

    def _block(self, app: AppHealth, width: int, now: datetime) -> tuple[Content, ...]:
        face = app_face(app, now, self.patience, glyphs.of(self.app))
        sign = pad(Content.styled(str(face), face.style), _FACE_WIDTH)
        word = Content.styled(glyphs.environment_word(app.environment), glyphs.environment_style(app.environment))
        seen = _seen(app.endpoint.reading, now) if width < _DETAILED else Content("")
        # The app's name gives way, never the word of its environment.
        room = width - sign.cell_length - word.cell_length - seen.cell_length - 3
        name = sentence([sign, fit(outside(app.app, "bold"), room), word], " ")
        lines: list[Content] = []
        if width >= _DETAILED:
            lines = [
                fit(name, width),
                self._sourced(self._endpoint(app, now, 16), app.endpoint.reading, width, now),
                self._sourced(self._processes(app, now, detail=True), app.processes.reading, width, now),
                self._sourced(self._certificate(app, now), app.certificate.reading, width, now),
            ]
        else:
            both = sentence([self._processes(app, now, detail=False), self._certificate(app, now)])
            lines = [
                spread(name, seen, width),
                fit(Content("  ") + self._endpoint(app, now, max(0, width - 22)), width),
                fit(Content("  ") + both, width),
            ]
        if app.status is not Status.OK and app.reason:
            lines += wrapped(outside(app.reason).plain, width, face.style, indent=2, limit=2)
        return tuple(lines)

    def _endpoint(self, app: AppHealth, now: datetime, spark: int) -> Content:
        endpoint = app.endpoint
        trust = trust_at(endpoint.reading, now, self.patience.health)
        if endpoint.reading.observed_at is None:
            return Content("HTTP ") + Content.styled(trust.value, glyphs.trust_style(trust))
        dim = "" if trust is Trust.LIVE else "$text-muted"
        if endpoint.http_status is None:
            answer = outside(endpoint.error or "no answer", dim or "$text-error")
        else:
            good = endpoint.http_status < 400
            answer = Content.styled(f"HTTP {endpoint.http_status}", dim or ("" if good else "bold $text-error"))
        took = (
            Content.styled(f"{endpoint.response_ms:.0f} ms", dim) if endpoint.response_ms is not None else Content("")
        )
        bars = glyphs.sparkline(endpoint.history_ms, spark, glyphs.of(self.app))
        word = Content("") if trust is Trust.LIVE else Content.styled(trust.value, glyphs.trust_style(trust))
        return sentence([answer, took, word, Content.styled(bars, dim or "$text-primary")])

    def _processes(self, app: AppHealth, now: datetime, *, detail: bool) -> Content:
        processes = app.processes
        trust = trust_at(processes.reading, now, self.patience.processes)
        if processes.running is None or processes.total is None:
            return Content("processes ") + Content.styled(trust.value, glyphs.trust_style(trust))
        whole = processes.running == processes.total and processes.total > 0
        dim = "" if trust is Trust.LIVE else "$text-muted"
        count = Content.styled(f"{processes.running}/{processes.total}", dim or ("" if whole else "bold $text-warning"))
        parts = [Content("processes ") + count]
        if trust is not Trust.LIVE:
            parts.append(Content.styled(trust.value, glyphs.trust_style(trust)))
        if detail:
            parts += [outside(f"{name} {state}", "$text-muted") for name, state in processes.detail]
        if processes.restarts:
            parts.append(Content.styled(f"{processes.restarts} restarts", dim or "$text-warning"))
        return sentence(parts)

    def _certificate(self, app: AppHealth, now: datetime) -> Content:
        certificate = app.certificate
        trust = trust_at(certificate.reading, now, self.patience.certificates)
        if certificate.days_left is None and trust is Trust.LIVE:
            return Content.styled("no certificate", "$text-muted")
        if certificate.days_left is None:
            return Content("certificate ") + Content.styled(trust.value, glyphs.trust_style(trust))
        days = Content(f"certificate {certificate.days_left:.0f} d")
        if trust is Trust.LIVE:
            return days
        return sentence([days.stylize("$text-muted"), Content.styled(trust.value, glyphs.trust_style(trust))], " ")

    @staticmethod
    def _sourced(left: Content, reading: Reading, width: int, now: datetime) -> Content:
        """Return a figure with what was asked and how long ago; the source gives way first."""
        left = fit(Content("  ") + left, width)
        seen = _seen(reading, now)
        room = width - left.cell_length - seen.cell_length - 4
        source = fit(outside(reading.source, "$text-muted"), room) if room >= 10 else Content("")
        return spread(left, sentence([source, seen]), width)


def _seen(reading: Reading, now: datetime) -> Content:
    """Return how long ago a reading was really taken, at a steady width."""
    if reading.observed_at is None:
        return Content("")
    return Content.styled(f"{age(reading.observed_at, now):>4} ago", "$text-muted")
