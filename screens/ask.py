"""A question with one deliberate key for yes; the cursor stands on Cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from restant_tui.clock import SystemClock
from widgets import commands
from widgets.commands import Command
from widgets.layout import outside

GRACE_SECONDS = 0.5
"""Keys typed for something else, before a person can have read the question, answer nothing."""


class Proceed(Command):
    """Do what is asked."""

    key, in_palette = "y", False


class Cancel(Command):
    """Do nothing and go back."""

    key, in_palette = "escape,n", False


class AskScreen(ModalScreen[bool]):
    """Asks one question. `y` proceeds after a short grace; Enter on the focused button cancels."""

    CSS_PATH = "ask.tcss"
    DOES = (Proceed, Cancel)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]
    AUTO_FOCUS = "#cancel"

    def __init__(
        self,
        question: str,
        says: str,
        *,
        proceed: str,
        where: Content | None = None,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        """Make the question.

        Args:
            question: the title.
            says: what will happen, in whole sentences.
            proceed: the word on the button that does it.
            where: the environment, in its word and colour.
            monotonic: measures the grace, in real seconds.
        """
        super().__init__()
        self._question, self._says, self._proceed, self._where = question, says, proceed, where
        self._monotonic = monotonic or SystemClock().monotonic
        self._opened = 0.0

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(id="ask"):
            if self._where is not None:
                yield Static(self._where, id="where")
            yield Static(outside(self._says), id="says")
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button(Content(f"y {self._proceed}"), id="proceed", variant="warning", compact=True)

    def on_mount(self) -> None:
        """Name the frame and begin the grace."""
        self.query_one("#ask").border_title = outside(self._question)
        self._opened = self._monotonic()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button that was moved to and pressed is deliberate."""
        event.stop()
        if event.button.id == "cancel":
            self.dismiss(False)
        else:
            self.action_proceed()

    def action_proceed(self) -> None:
        """Say yes, unless it comes too soon to have been read."""
        if self._monotonic() - self._opened >= GRACE_SECONDS:
            self.dismiss(True)

    def action_cancel(self) -> None:
        """Say no."""
        self.dismiss(False)
