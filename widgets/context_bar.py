"""The top line of every screen: where we are, how careful we must be, whether the link holds, what time it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import Reactive, reactive
from textual.widget import Widget

from restant_tui.config.model import Config, Environment
from restant_tui.engine.state import RunState
from restant_tui.monitors.snapshots import LinksSnapshot
from restant_tui.text import ago
from restant_tui.transport.link import Link
from widgets import glyphs
from widgets.layout import sentence, spread

if TYPE_CHECKING:
    from restant_tui.journal.outbox import OutboxRow

_WORST = (Link.REFUSED, Link.LOST, Link.STALE, Link.CONNECTING, Link.LIVE)


@dataclass(frozen=True, slots=True)
class Context:
    """Where the console is pointed. `where` is the host's name or its address; several hosts are counted."""

    where: str = ""
    environments: tuple[Environment, ...] = ()
    practice: bool = False

    @classmethod
    def of(cls, config: Config) -> Context:
        """Return the context of a configuration."""
        hosts = list(config.hosts)
        where = f"{hosts[0]} {config.hosts[hosts[0]].address}" if len(hosts) == 1 else f"{len(hosts)} hosts"
        present = {app.environment for app in config.apps.values()}
        return cls(where, tuple(each for each in Environment if each in present), config.practice)

    @property
    def production(self) -> bool:
        """Whether a production app is configured."""
        return Environment.PRODUCTION in self.environments

    def words(self) -> str:
        """Return the context in words, for the terminal's title."""
        parts = ["PRACTICE" if self.practice else "", "PRODUCTION" if self.production else "", self.where]
        return " ".join(part for part in parts if part)


class ContextBar(Widget):
    """One line: PRACTICE or host, environment word, link word with age, READ-ONLY or ARMED, the time in UTC.

    It follows the App's reactives of the same names by itself, so a screen only has to yield it.
    """

    DEFAULT_CSS = """
    ContextBar { dock: top; height: 1; padding: 0 1; background: $panel; color: $foreground; }
    ContextBar.-armed { background: $error 35%; }
    """
    context: Reactive[Context] = reactive(Context())
    links: Reactive[LinksSnapshot] = reactive(LinksSnapshot())
    armed_until: Reactive[datetime | None] = reactive(None)
    runs: Reactive[tuple[RunState, ...]] = reactive(())
    undelivered: Reactive[tuple[OutboxRow, ...]] = reactive(())
    now: Reactive[datetime | None] = reactive(None)

    def on_mount(self) -> None:
        """Follow the App's state, where the App has it."""
        for name in ("context", "links", "armed_until", "runs", "undelivered", "now"):
            if hasattr(self.app, name):
                self.watch(self.app, name, self._taker(name))

    def _taker(self, name: str) -> Callable[[object], None]:
        def take(value: object) -> None:
            setattr(self, name, value)

        return take

    def watch_armed_until(self, until: datetime | None) -> None:
        """Colour the whole line while production may be changed."""
        self.set_class(until is not None, "-armed")

    def render(self) -> RenderResult:
        """Draw the line; the clock and the arming stay whole when it is narrow."""
        width = self.content_size.width
        narrow = width < 100
        left = sentence([self._place(), self._environments(narrow), self._link(), self._runs(), self._post(narrow)])
        right = sentence([self._arming(narrow), self._clock(narrow)])
        return spread(left, right, width)

    def _place(self) -> Content:
        if self.context.practice:
            return Content.styled(" PRACTICE ", "bold reverse $text-secondary")
        return Content.styled(self.context.where or "restant-tui", "bold")

    def _environments(self, narrow: bool) -> Content:
        shown = self.context.environments[:1] if narrow else self.context.environments
        return sentence([Content.styled(glyphs.environment_word(e), glyphs.environment_style(e)) for e in shown])

    def _link(self) -> Content:
        if not self.links.links:
            return Content.styled("connecting", "$text-muted")
        key, worst = min(self.links.links, key=lambda pair: _WORST.index(pair[1].state))
        word = Content.styled(worst.state.value, glyphs.link_style(worst.state))
        if worst.state is Link.LIVE or self.now is None:
            return Content("link ") + word
        # Both identities of a host go together; another host is other news.
        host = key.partition("/")[0]
        others = {name.partition("/")[0] for name, link in self.links.links if link.state is worst.state} - {host}
        more = Content.styled(f" and {len(others)} more", glyphs.link_style(worst.state)) if others else Content("")
        return Content(f"{key} ") + word + Content(f" {ago(worst.since, self.now)}") + more

    def _runs(self) -> Content:
        if not self.runs:
            return Content("")
        signs = glyphs.of(self.app)
        if any(run.gate for run in self.runs):
            return Content.styled(f"{signs.warning} a run waits for you", "bold $text-warning")
        count = "a run" if len(self.runs) == 1 else f"{len(self.runs)} runs"
        return Content.styled(f"{signs.running} {count} under way", "bold $text-primary")

    def _post(self, narrow: bool) -> Content:
        count = len(self.undelivered)
        if not count:
            return Content("")
        messages = "" if narrow else " message" if count == 1 else " messages"
        return Content.styled(f"{glyphs.of(self.app).warning} {count}{messages} not delivered", "bold $text-warning")

    def _arming(self, narrow: bool) -> Content:
        if self.armed_until is None:
            return Content.styled("READ-ONLY", "bold") if self.context.production else Content("")
        clock = self.armed_until.strftime("%H:%M")
        return Content.styled(f"ARMED until {clock}" if not narrow else f"ARMED {clock}", "bold $text-error")

    def _clock(self, narrow: bool) -> Content:
        if self.now is None:
            return Content("")
        return Content(self.now.strftime("%H:%M:%S UTC" if narrow else "%Y-%m-%d %H:%M:%S UTC"))
