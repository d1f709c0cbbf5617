"""The messages that did not reach people: see why, say that they were seen, or send one again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import Reactive, var
from textual.screen import Screen

from restant_tui.config.model import Danger
from restant_tui.errors import RestantError
from restant_tui.text import clean
from screens.ask import AskScreen
from screens.following import look_at_post
from widgets import commands
from widgets.commands import Command
from widgets.context_bar import ContextBar
from widgets.hint_bar import HintBar
from widgets.message_list import MessageList

if TYPE_CHECKING:
    from restant_tui.journal.outbox import OutboxRow
    from restant_tui.notify.notifier import Notifier


class SeeMessage(Command):
    """Note that you have seen that this message was not delivered; it is not shown again."""

    key, hint, rank = "s", "Seen", 1


class SendAgain(Command):
    """Send this message once more, after a question: one whose fate is unknown may have arrived."""

    key, hint, rank, danger = "t", "Send again", 2, Danger.CHANGE


class LeaveMessages(Command):
    """Go back to the screen before."""

    key, hint, rank, in_palette = "escape", "Back", 60, False


class MessagesScreen(Screen[None]):
    """The list, and what a person can do about each."""

    TITLE = "Messages"
    DEFAULT_CSS = "MessagesScreen MessageList { height: 1fr; }"
    DOES = (SeeMessage, SendAgain, LeaveMessages)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    undelivered: Reactive[tuple[OutboxRow, ...]] = var(())
    now: Reactive[datetime | None] = var(None)

    def __init__(self, notifier: Notifier, actor: str) -> None:
        """Make the screen; `actor` is who sees the messages."""
        super().__init__()
        self._notifier, self._actor = notifier, actor

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield ContextBar()
        yield MessageList(id="messages").data_bind(MessagesScreen.undelivered, MessagesScreen.now)
        yield HintBar()

    @on(MessageList.SelectionMoved)
    def offer(self) -> None:
        """Grey or light up the keys."""
        self.refresh_bindings()

    def unavailable(self, command: type[Command]) -> str:
        """Return why a command cannot be used now."""
        needs = command in (SeeMessage, SendAgain)
        return "no message is selected" if needs and self.is_mounted and self._selected is None else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action)

    @work(group="post", exit_on_error=False)
    async def action_see_message(self) -> None:
        """Note that it was seen."""
        if (row := self._selected) is not None:
            try:
                await self._notifier.see(row.id, self._actor)
            except RestantError as problem:
                self._tell(str(problem), wrong=True)
            await look_at_post(self.app, self._notifier)

    @work(group="post", exit_on_error=False)
    async def action_send_again(self) -> None:
        """Ask, then send."""
        row = self._selected
        if row is None or not await self.app.push_screen_wait(_question(row)):
            return
        try:
            delivery = await self._notifier.resend(row.id)
            said = "delivered" if delivery.delivered else f"not delivered: {delivery.detail or delivery.state}"
            self._tell(f"{row.channel}: {said}", wrong=not delivery.delivered)
        except RestantError as problem:
            self._tell(str(problem), wrong=True)
        await look_at_post(self.app, self._notifier)

    def action_leave_messages(self) -> None:
        """Leave."""
        self.dismiss(None)

    @property
    def _selected(self) -> OutboxRow | None:
        return self.query_one(MessageList).message

    def _tell(self, sentence: str, *, wrong: bool = False) -> None:
        self.app.notify(clean(sentence), severity="error" if wrong else "information", markup=False)


def _question(row: OutboxRow) -> AskScreen:
    doubt = "Nobody knows whether it arrived: look there first. " if row.state == "unknown" else ""
    return AskScreen(
        "Send this message again?", f"{doubt}To {row.channel}: {row.title}. People there will read it now.",
        proceed="Send",
    )  # fmt: skip
