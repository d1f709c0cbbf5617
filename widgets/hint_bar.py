"""The bottom line: the keys that matter here, whole words only, help first."""

from __future__ import annotations

from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from widgets import commands


class HintBar(Widget):
    """At most six hints (more where there is room), taken from the commands of the screen as it is now."""

    DEFAULT_CSS = """
    HintBar { dock: bottom; height: 1; padding: 0 1; background: $panel; color: $text-muted; }
    """
    MOST = 6

    def on_mount(self) -> None:
        """Draw again whenever the screen's bindings changed."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def hints(self, width: int) -> list[tuple[type[commands.Command], Content]]:
        """Return the hints that fit into `width` cells: help first, those that cannot be used now last."""
        offers = [offer for offer in commands.offered(self.screen) if offer.command.hint]
        offers.sort(key=lambda offer: (offer.command.key_words() != "?", bool(offer.reason), offer.command.rank))
        shown: list[tuple[type[commands.Command], Content]] = []
        for offer in offers[: self.MOST if width < 110 else 2 * self.MOST]:
            hint = Content.assemble((offer.command.key_words(), "bold $primary"), " ", offer.command.hint)
            hint = hint.stylize("dim") if offer.reason else hint
            width -= hint.cell_length + (2 if shown else 0)
            if width < 0:
                break
            shown.append((offer.command, hint))
        return shown

    def render(self) -> RenderResult:
        """Draw the hints."""
        return Content("  ").join(hint for _, hint in self.hints(self.content_size.width))

    def on_click(self, event: events.Click) -> None:
        """A clicked hint does what its key does."""
        offset = event.get_content_offset(self)
        at = 0
        for command, hint in self.hints(self.content_size.width):
            if offset is not None and at <= offset.x < at + hint.cell_length:
                self.app.simulate_key(command.key.split(",")[0].strip())
            at += hint.cell_length + 2
