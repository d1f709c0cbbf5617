"""One app as the Health pane shows it: state, HTTP answer, response times, processes, certificate, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from textual.content import Content

from restant_tui.monitors.readings import trust_at
from restant_tui.monitors.snapshots import AppHealth, Reading, Status, Trust
from widgets import glyphs
from widgets.glyphs import Glyphs
from widgets.layout import age, fit, outside, pad, sentence, spread, wrapped
from widgets.summaries import app_face

_FACE_WIDTH = 10
_DETAILED = 60
_GUEST = "not in the inventory, so it counts as production"


@dataclass(frozen=True, slots=True)
class AppBlock:
    """What is drawn of one app in so many columns at one moment; `hosts` says whether its host has to be named."""

    app: AppHealth
    width: int
    now: datetime
    signs: Glyphs
    hosts: bool = False

    def height(self) -> int:
        """Return how many lines `lines` has, without drawing them."""
        figures = 4 if self.width >= _DETAILED else 3
        if self.app.status is Status.OK and self.app.listed:
            return figures
        return figures + sum(_height(text, self.width) for text, _ in self._remarks())

    def lines(self) -> tuple[Content, ...]:
        """Return the lines."""
        app, width = self.app, self.width
        heading = self._heading()
        if width >= _DETAILED:
            lines = [
                fit(heading, width),
                self._sourced(self._endpoint(16), app.endpoint.reading),
                self._sourced(self._processes(detail=True), app.processes.reading),
                self._sourced(self._certificate(), app.certificate.reading),
            ]
        else:
            both = sentence([self._processes(detail=False), self._certificate()])
            lines = [
                spread(heading, self._newest(), width),
                fit(Content("  ") + self._endpoint(max(0, width - 22)), width),
                fit(Content("  ") + both, width),
            ]
        for text, style in self._remarks():
            lines += wrapped(text, width, style, indent=2, limit=2)
        return tuple(lines)

    def _heading(self) -> Content:
        app = self.app
        face = app_face(app, self.now, self.signs)
        sign = pad(Content.styled(str(face), face.style), _FACE_WIDTH)
        word = Content.styled(glyphs.environment_word(app.environment), glyphs.environment_style(app.environment))
        host = outside(app.host, "$text-muted") if self.hosts else Content("")
        seen = self._newest() if self.width < _DETAILED else Content("")
        # The app's name gives way, never the word of its environment.
        room = self.width - sign.cell_length - word.cell_length - seen.cell_length - host.cell_length - 4
        return sentence([sign, fit(outside(app.app, "bold"), max(8, room)), word, host], " ")

    def _remarks(self) -> list[tuple[str, str]]:
        """Return what has to be said besides the figures, each with its style."""
        app = self.app
        remarks = []
        if app.status is not Status.OK and app.reason:
            remarks.append((outside(app.reason).plain, app_face(app, self.now, self.signs).style))
        if not app.listed:
            remarks.append((_GUEST, glyphs.environment_style(app.environment)))
        return remarks

    def _endpoint(self, spark: int) -> Content:
        endpoint = self.app.endpoint
        trust = trust_at(endpoint.reading, self.now)
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
        bars = glyphs.sparkline(endpoint.history_ms, spark, self.signs)
        word = Content("") if trust is Trust.LIVE else Content.styled(trust.value, glyphs.trust_style(trust))
        return sentence([answer, took, word, Content.styled(bars, dim or "$text-primary")])

    def _processes(self, *, detail: bool) -> Content:
        processes = self.app.processes
        trust = trust_at(processes.reading, self.now)
        if processes.running is None or processes.total is None:
            return Content("processes ") + _untold(processes.reading, trust)
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

    def _certificate(self) -> Content:
        certificate = self.app.certificate
        trust = trust_at(certificate.reading, self.now)
        if certificate.days_left is None and trust is Trust.LIVE:
            return Content.styled("no certificate", "$text-muted")
        if certificate.days_left is None:
            return Content("certificate ") + _untold(certificate.reading, trust)
        days = Content(f"certificate {certificate.days_left:.0f} d")
        if trust is Trust.LIVE:
            return days
        return sentence([days.stylize("$text-muted"), Content.styled(trust.value, glyphs.trust_style(trust))], " ")

    def _sourced(self, left: Content, reading: Reading) -> Content:
        """Return a figure with what was asked and how long ago; the source gives way first."""
        left = fit(Content("  ") + left, self.width)
        seen = self._seen(reading)
        room = self.width - left.cell_length - seen.cell_length - 4
        source = fit(outside(reading.source, "$text-muted"), room) if room >= 10 else Content("")
        return spread(left, sentence([source, seen]), self.width)

    def _newest(self) -> Content:
        """Return how long ago the app was looked at; of one whose endpoint nobody knows, its processes."""
        return self._seen((self.app.endpoint if self.app.listed else self.app.processes).reading)

    def _seen(self, reading: Reading) -> Content:
        """Return how long ago a reading was really taken, at a steady width."""
        if reading.observed_at is None:
            return Content("")
        return Content.styled(f"{age(reading.observed_at, self.now):>4} ago", "$text-muted")


def _untold(reading: Reading, trust: Trust) -> Content:
    """Return the word for a figure there is not, and the key that shows what was said in its place."""
    word = Content.styled(trust.value, glyphs.trust_style(trust))
    return sentence([word, Content.styled("v shows the answer", "$text-primary")], ", ") if reading.raw else word


@lru_cache(maxsize=2048)
def _height(text: str, width: int) -> int:
    return len(wrapped(text, width, indent=2, limit=2))
