"""The Logs pane: one app's log, following or paused, searched and filtered.

Nothing happens per line: a timer looks at the buffer and draws what is in view, however much came in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.reactive import Reactive, var
from textual.widgets import Input

from restant_tui.monitors.logbuffer import LogBuffer
from widgets import commands
from widgets.commands import Command
from widgets.log_lines import LogLines


class SearchLog(Command):
    """Find text in the log and mark it; small letters match both cases, a|b finds either."""

    key, hint = "slash", "Search"


class NextError(Command):
    """Go to the next error below; while following, to the last error there was."""

    key, hint = "e", "Error"


class PreviousError(Command):
    """Go to the next error above."""

    key = "E"


class FilterLog(Command):
    """Show only the lines with this text; ! in front shows those without it, nothing shows all again."""

    key, hint = "ampersand", "Filter"


class FollowLog(Command):
    """Stop at what is in view, or follow the newest lines again."""

    key, title = "space", "Follow or pause the log"


class NextMatch(Command):
    """Go to the next match below."""

    key, in_palette = "n", False


class PreviousMatch(Command):
    """Go to the next match above."""

    key, in_palette = "N", False


class NextLog(Command):
    """Show the log of the next app."""

    key, title = "right_square_bracket", "Next app's log"


class PreviousLog(Command):
    """Show the log of the app before."""

    key, in_palette = "left_square_bracket", False


class CopyLog(Command):
    """Copy the marked line, or every line in view when none is marked."""

    key, title = "y", "Copy the log in view"


class LogPane(Vertical):
    """The frame around the lines, and the prompt for a search or a filter."""

    @dataclass
    class WatchLog(Message):
        """Asks for the log of an app to be followed and shown here."""

        app: str

    DEFAULT_CSS = """
    LogPane {
        border: round $border-blurred;
        border-title-color: $text-muted;
        border-title-style: bold;
        padding: 0 1;
        &:focus-within { border: round $primary; border-title-color: $primary; }
        Input { display: none; height: 1; border: none; padding: 0; background: $surface; }
        Input.-asking { display: block; }
    }
    """
    NUMBER, TITLE = 3, "Logs"
    DOES = (SearchLog, NextError, FilterLog, FollowLog, PreviousError, NextMatch, PreviousMatch, NextLog, PreviousLog,
            CopyLog)  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    apps: Reactive[tuple[str, ...]] = var(())
    """The apps whose logs can be shown."""
    trouble: Reactive[str] = var("")
    """Why the log may be behind, such as `link lost 12 s ago`."""

    lines = query_one(LogLines)
    prompt = query_one(Input)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._asking: type[Command] = SearchLog

    def compose(self) -> ComposeResult:
        """Lay out the lines and, below them, the prompt."""
        yield LogLines()
        yield Input(compact=True, select_on_focus=False)

    def on_mount(self) -> None:
        """Name the frame."""
        self.border_title = Content(f"{self.NUMBER} {self.TITLE}")

    @property
    def app_name(self) -> str:
        """The app whose log is shown; empty before the first."""
        return self.lines.title

    def show_log(self, app: str, buffer: LogBuffer) -> None:
        """Show this log, following it."""
        place = f" ({self.apps.index(app) + 1} of {len(self.apps)})" if app in self.apps and len(self.apps) > 1 else ""
        self.lines.show(app, buffer, place)

    def watch_trouble(self, trouble: str) -> None:
        """Say beside the log why it may be behind."""
        if self.is_mounted:
            self.lines.trouble = trouble

    def unavailable(self, command: type[Command]) -> str:
        """Return why a command cannot be used now."""
        if self.lines.view is None:
            return "no log is shown yet"
        if command in (NextMatch, PreviousMatch) and self.lines.view.search is None:
            return "search with / first"
        if command in (NextLog, PreviousLog) and len(self.apps) < 2:
            return "there is only one app"
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action) if self.is_mounted else True

    # -- keys ------------------------------------------------------------------------------------------------------

    def action_search_log(self) -> None:
        """Ask what to find."""
        self._ask(SearchLog)

    def action_filter_log(self) -> None:
        """Ask what to show."""
        self._ask(FilterLog)

    def action_next_match(self) -> None:
        """Go to the match below."""
        self.lines.change(lambda view: view.find(1))

    def action_previous_match(self) -> None:
        """Go to the match above."""
        self.lines.change(lambda view: view.find(-1))

    def action_next_error(self) -> None:
        """Go to the error below."""
        self.lines.change(lambda view: view.hop(1))

    def action_previous_error(self) -> None:
        """Go to the error above."""
        self.lines.change(lambda view: view.hop(-1))

    def action_follow_log(self) -> None:
        """Pause or follow."""
        self.lines.change(lambda view: view.pause() if view.following else view.follow())

    def action_next_log(self) -> None:
        """Ask for the next app's log."""
        self._other(1)

    def action_previous_log(self) -> None:
        """Ask for the log of the app before."""
        self._other(-1)

    def action_copy_log(self) -> None:
        """Copy the marked line or all in view."""
        text = self.lines.text()
        self.app.copy_to_clipboard(text)
        self.app.notify(f"copied {len(text)} characters", markup=False)

    def _other(self, by: int) -> None:
        at = self.apps.index(self.app_name) if self.app_name in self.apps else 0
        self.post_message(self.WatchLog(self.apps[(at + by) % len(self.apps)]))

    # -- the prompt ------------------------------------------------------------------------------------------------

    def _ask(self, command: type[Command]) -> None:
        self._asking = command
        view = self.lines.view
        before = (view.search if command is SearchLog else view.filter) if view else None
        self.prompt.value = before.text if before else ""
        self.prompt.placeholder = "find" if command is SearchLog else "show only lines with (!text: without)"
        self.prompt.add_class("-asking")
        self.prompt.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Search or filter for what was typed."""
        event.stop()
        text = event.value
        self._stop_asking()
        if self._asking is SearchLog:
            self.lines.change(lambda view: view.set_search(text))
        else:
            self.lines.change(lambda view: view.set_filter(text))

    def step_back(self) -> bool:
        """Step back: from the prompt, then the search, then the filter, then the pause. True if there was a step."""
        view = self.lines.view
        if self.prompt.has_class("-asking"):
            self._stop_asking()
        elif view is None:
            return False
        elif view.search is not None:
            self.lines.change(lambda view: view.set_search(""))
        elif view.filter is not None:
            self.lines.change(lambda view: view.set_filter(""))
        elif not view.following:
            self.lines.change(lambda view: view.follow())
        else:
            return False
        return True

    def _stop_asking(self) -> None:
        self.prompt.remove_class("-asking")
        self.lines.focus()
