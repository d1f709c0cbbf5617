"""One line with the titles of all panes and how each is, for when only one pane fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive, var
from textual.widget import Widget

from restant_tui.alerts.model import AlertsSnapshot
from restant_tui.monitors.snapshots import HealthSnapshot, ReleasesSnapshot
from widgets import glyphs
from widgets.glyphs import Face
from widgets.summaries import alerts_face, health_face, releases_face


class PaneStrip(Widget):
    """`1 Health x critical   2 Releases ! rejected   3 Logs   4 Alerts x 2 critical`, the current one marked."""

    @dataclass
    class PaneChosen(Message):
        """Somebody clicked a title."""

        number: int

    DEFAULT_CSS = "PaneStrip { height: 1; padding: 0 1; }"

    health: Reactive[HealthSnapshot | None] = var(None)
    releases: Reactive[ReleasesSnapshot | None] = var(None)
    alerts: Reactive[AlertsSnapshot | None] = var(None)
    now: Reactive[datetime | None] = var(None)
    current: Reactive[int] = var(1)

    def __init__(self) -> None:
        super().__init__()
        self._drawn: Sequence[tuple[int, Content]] = ()

    def watch_health(self) -> None:
        """Draw if a word changed."""
        self._redraw()

    def watch_releases(self) -> None:
        """Draw if a word changed."""
        self._redraw()

    def watch_alerts(self) -> None:
        """Draw if a word changed."""
        self._redraw()

    def watch_now(self) -> None:
        """Draw if something has become stale."""
        self._redraw()

    def on_resize(self) -> None:
        """Say as much as there is room for."""
        self._redraw()

    def watch_current(self) -> None:
        """Mark another title."""
        self._redraw()

    def on_show(self) -> None:
        """Say what has happened while all panes were shown."""
        self._redraw()

    def _redraw(self) -> None:
        if not self.display:
            return
        titles = self._titles()
        if len(titles) != len(self._drawn) or any(
            not new.is_same(old) for (_, new), (_, old) in zip(titles, self._drawn, strict=True)
        ):
            self._drawn = titles
            self.refresh()

    def _titles(self) -> Sequence[tuple[int, Content]]:
        """Return the titles, with all the words there is room for."""
        whole = list(self._worded(counted=True))
        room = self.content_size.width - len(whole) + 1
        return whole if sum(title.cell_length for _, title in whole) <= room else list(self._worded(counted=False))

    def _worded(self, *, counted: bool) -> Iterator[tuple[int, Content]]:
        signs = glyphs.of(self.app)
        faces = (
            (1, "Health", health_face(self.health, self.now, signs, counted=counted)),
            (2, "Releases", releases_face(self.releases, self.now, signs)),
            (3, "Logs", Face("", "", "")),
            (4, "Alerts", alerts_face(self.alerts, signs)),
        )
        for number, title, face in faces:
            name = Content.styled(f" {number} {title} ", "bold reverse" if number == self.current else "bold")
            yield number, name + Content.styled(str(face).strip(), face.style)

    def render(self) -> RenderResult:
        """Draw the titles."""
        return Content(" ").join(title for _, title in self._drawn)

    def on_click(self, event: events.Click) -> None:
        """Go to the pane whose title was clicked."""
        offset, at = event.get_content_offset(self), 0
        for number, title in self._drawn:
            if offset is not None and at <= offset.x < at + title.cell_length:
                self.post_message(self.PaneChosen(number))
            at += title.cell_length + 1
