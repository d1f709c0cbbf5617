"""The log of one attempt to release, on the whole screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.reactive import Reactive, var

from restant_tui.monitors.snapshots import Attempt, AttemptStatus, ReleasesSnapshot
from screens.reading import ReadingScreen
from widgets import commands, glyphs
from widgets.commands import Command
from widgets.layout import outside, sentence
from widgets.releases import attempt_face

if TYPE_CHECKING:
    from restant_tui.engine.runtime import Runtime

_LOOK_SECONDS = 0.25


class CloseBuildLog(Command):
    """Go back to the releases."""

    key, hint, in_palette = "escape,o", "Back", False


class BuildLogScreen(ReadingScreen):
    """What an attempt printed; one that is under way is followed until it ends or the screen is left."""

    TITLE = "Build log"
    DOES = (CloseBuildLog,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    releases: Reactive[ReleasesSnapshot | None] = var(None)

    def __init__(self, app: str, attempt: Attempt, runtime: Runtime) -> None:
        """Make the screen for an attempt of an app."""
        super().__init__()
        self._of, self._attempt = app, attempt
        self._log = runtime.monitors.build_log(
            app, attempt.build, running=attempt.status is AttemptStatus.RUNNING, redactor=runtime.redactor
        )

    def on_mount(self) -> None:
        """Begin to read; leaving the screen ends that."""
        self.output.show(lambda: self._log, dropped="oldest lines are not kept here")
        self.run_worker(self._log.read(), name="build log", exit_on_error=False)
        self.set_interval(_LOOK_SECONDS, self._tell)
        self._tell()

    def watch_releases(self, releases: ReleasesSnapshot | None) -> None:
        """Note how the attempt goes."""
        for app in releases.apps if releases else ():
            for attempt in app.attempts if app.app == self._of else ():
                if attempt.build == self._attempt.build:
                    self._attempt = attempt
        if self._attempt.status is not AttemptStatus.RUNNING:
            self._log.finish()

    def _tell(self) -> None:
        """Say whose log it is, and how far it can be trusted."""
        attempt, log, lines = self._attempt, self._log, self.output.lines
        face = attempt_face(attempt.status, glyphs.of(self.app))
        named = [outside(self._of, "bold"), outside(f"log of {attempt.build}"), Content.styled(str(face), face.style)]
        self.output.border_title = sentence([*named, outside(attempt.source)])
        # While there is nothing else to see, the sentence stands there whole.
        said = log.trouble if log.total else ""
        self.output.border_subtitle = outside(said or log.state, "$text-warning" if said else "")
        empty = log.trouble or "reading the log"
        if lines.empty != empty:
            lines.empty = empty
            lines.refresh()

    def action_close_build_log(self) -> None:
        """Step back inside the log first, then leave."""
        self.step_out()
