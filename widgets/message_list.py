"""The messages that did not reach people, or perhaps did not, until somebody has seen it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive, var

from widgets import glyphs
from widgets.layout import age, outside, sentence, spread, wrapped
from widgets.panel import Panel, Row

if TYPE_CHECKING:
    from restant_tui.journal.outbox import OutboxRow


class MessageList(Panel):
    """Each message: what became of it, the channel, its title, and why."""

    class SelectionMoved(Message):
        """Another message is selected."""

    TITLE = "Messages not delivered"

    undelivered: Reactive[tuple[OutboxRow, ...]] = var(())
    now: Reactive[datetime | None] = var(None)

    def watch_undelivered(self) -> None:
        """Draw what changed."""
        self.redraw()
        self.post_message(self.SelectionMoved())

    def watch_now(self) -> None:
        """Let the ages grow."""
        self.redraw()

    @property
    def message(self) -> OutboxRow | None:
        """The selected message."""
        return next((row for row in self.undelivered if str(row.id) == self.cursor_id), None)

    def rows(self, width: int) -> Iterable[Row]:
        """Return the messages, newest first."""
        if not self.undelivered:
            words = "every message was delivered, or somebody has seen that it was not"
            return [Row("", (Content.styled(words, "$text-muted"),))]
        return [Row(str(row.id), tuple(self._told(row, width))) for row in self.undelivered]

    def _told(self, row: OutboxRow, width: int) -> Iterable[Content]:
        signs = glyphs.of(self.app)
        failed = row.state == "failed"
        word = Content.styled(
            f"{signs.critical if failed else signs.unknown} {row.state}",
            "bold $text-error" if failed else "bold $text-warning",
        )
        left = sentence([word, outside(row.channel, "bold"), outside(row.title)])
        when = f"{age(row.changed_at or row.queued_at, self.now)} ago" if self.now else ""
        yield spread(left, Content.styled(when, "$text-muted"), width, signs.ellipsis)
        yield from wrapped(outside(row.detail or "not delivered").plain, width, "$text-muted", indent=2)
