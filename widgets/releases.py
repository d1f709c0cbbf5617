"""The Releases pane: what is live on every app, and what was tried before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive, var

from restant_tui.monitors.readings import trust_at
from restant_tui.monitors.snapshots import AppReleases, Attempt, AttemptStatus, RawAnswer, ReleasesSnapshot, Trust
from restant_tui.text import duration
from widgets import commands, glyphs
from widgets.commands import Command
from widgets.glyphs import Face, Glyphs
from widgets.layout import age, fit, outside, pad, sentence, spread, wrapped
from widgets.panel import Later, Panel, Row

_WIDE = 70
_GAP = Row("", (Content(""),))


class ShowRaw(Command):
    """Show what the host said where its answer could not be read, on the whole screen."""

    key, title = "v", "Show the raw answer"


class CopyCommit(Command):
    """Copy the commit of the selected release."""

    key, hint = "y", "Copy commit"


class OpenBuildLog(Command):
    """Read what the selected attempt printed, to its end; one under way is followed."""

    key, hint, title = "enter,o", "Log", "Open the log of the selected attempt"


class ReleasesPane(Panel):
    """For each app the live release, a warning if a restart would start another, and the attempts, newest first."""

    @dataclass
    class ShowAnswers(Message):
        """Asks to show what was said."""

        answers: tuple[RawAnswer, ...]

    @dataclass
    class ShowBuildLog(Message):
        """Asks for the log of an attempt."""

        app: str
        attempt: Attempt

    NUMBER, TITLE = 2, "Releases"
    DOES = (OpenBuildLog, CopyCommit, ShowRaw)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    releases: Reactive[ReleasesSnapshot | None] = var(None)
    now: Reactive[datetime | None] = var(None)

    def watch_releases(self) -> None:
        """Draw what changed."""
        self.redraw()

    def watch_now(self) -> None:
        """Let the ages grow."""
        self.redraw()

    def unavailable(self, command: type[Command]) -> str:
        """Return why a command cannot be used now."""
        if command is ShowRaw:
            return "" if self._answers() else "every answer about this could be read, or none came"
        if self.selected is None:
            return "no release is selected"
        if command is CopyCommit and self.selected.sha is None:
            return "the commit of this release is not known"
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the keys that cannot be used now."""
        return commands.check(self, action)

    @property
    def selected(self) -> Attempt | None:
        """The attempt under the cursor."""
        return self._under_cursor()[1]

    def _under_cursor(self) -> tuple[str, Attempt | None]:
        for app in self.releases.apps if self.releases else ():
            for attempt in app.attempts:
                if _identity(app, attempt) == self.cursor_id:
                    return app.app, attempt
        return "", None

    def action_open_build_log(self) -> None:
        """Ask for the log of the selected attempt."""
        app, attempt = self._under_cursor()
        if attempt is not None:
            self.post_message(self.ShowBuildLog(app, attempt))

    def action_copy_commit(self) -> None:
        """Copy the whole commit id to the terminal's clipboard."""
        if self.selected and self.selected.sha:
            self.app.copy_to_clipboard(self.selected.sha)
            self.app.notify(f"copied {self.selected.sha}", markup=False)

    def action_show_raw(self) -> None:
        """Ask to show what was said."""
        if answers := self._answers():
            self.post_message(self.ShowAnswers(answers))

    def _answers(self) -> tuple[RawAnswer, ...]:
        apps = self.releases.apps if self.releases else ()
        return tuple(app.reading.raw for app in apps if app.app == self.cursor_id and app.reading.raw)

    def rows(self, width: int) -> Iterable[Row]:
        """Return for each app a heading that the cursor passes by, and a row for each attempt."""
        if self.releases is None or self.now is None:
            return [Row("", (Content.styled("connecting", "$text-muted"),))]
        rows: list[Row] = []
        apps, now = self.releases.apps, self.now
        several = len({app.host for app in apps}) > 1
        for app in apps:
            if rows:
                rows.append(_GAP)
            heading = Later(self._heading_height(app, width), partial(self._heading, app, width, now, several))
            # An app without attempts can be gone to where there is something to read about it.
            rows.append(Row(app.app if app.reading.raw else "", heading, about=app.app))
            for each in app.attempts:
                line = Later(1, partial(self._attempt_line, each, width, now))
                rows.append(Row(_identity(app, each), line, about=app.app))
        return rows or [Row("", (Content.styled("no app is configured", "$text-muted"),))]

    def _heading_height(self, app: AppReleases, width: int) -> int:
        """Return how many lines `_heading` has, without drawing them."""
        live = 2 if app.live_sha is not None else int(bool(app.live_subject or app.attempts))
        return 1 + live + len(self._told(app, width))

    def _heading(self, app: AppReleases, width: int, now: datetime, several: bool) -> tuple[Content, ...]:
        trust = trust_at(app.reading, now)
        seen = app.reading.observed_at
        aged = Content.styled(f"{age(seen, now):>6} ago", "$text-muted") if seen else Content("")
        word = Content("") if trust is Trust.LIVE else Content.styled(trust.value, glyphs.trust_style(trust))
        name = sentence(
            [
                outside(app.app, "bold"),
                Content.styled(glyphs.environment_word(app.environment), glyphs.environment_style(app.environment)),
                outside(app.host, "$text-muted") if several else Content(""),
            ]
        )
        lines = [spread(name, sentence([word, aged]), width)]
        lines += self._live(app, width, now, dim=trust is not Trust.LIVE)
        return *lines, *self._told(app, width)

    def _told(self, app: AppReleases, width: int) -> list[Content]:
        """Return what has to be said in words, where there is something."""
        lines: list[Content] = []
        if app.warning:
            sign = glyphs.of(self.app).warning
            lines += wrapped(f"{sign} {outside(app.warning).plain}", width, "bold $text-warning", limit=2)
        if not app.attempts and app.reading.reason:
            lines += wrapped(outside(app.reading.reason).plain, width, "$text-muted", indent=2, limit=2)
        if app.reading.raw:
            lines.append(fit(Content("  ") + Content.styled("v shows the answer", "$text-primary"), width))
        return lines

    def _live(self, app: AppReleases, width: int, now: datetime, *, dim: bool) -> list[Content]:
        if app.live_sha is None and app.live_subject:
            named = Content.styled("live", "" if dim else "bold $text-success") + Content(" ")
            return [fit(sentence([named + outside(app.live_subject, "bold"), outside(app.live_source)]), width)]
        if app.live_sha is None:
            return [fit(Content("live ") + Content.styled("not known", "$text-muted"), width)] if app.attempts else []
        attempt = next((each for each in app.attempts if each.live), None)
        since = ""
        if attempt:
            since = f"since {age(attempt.started_at + timedelta(seconds=attempt.seconds or 0), now)}"
        by = outside(attempt.author, "$text-muted") if attempt else Content("")
        head = sentence(
            [
                Content.styled("live", "" if dim else "bold $text-success") + Content(" ") + _sha(app.live_sha),
                outside(app.live_subject or (attempt.subject if attempt else "")),
            ]
        )
        tail = sentence([Content.styled(since, "$text-muted"), outside(app.live_source, "$text-muted"), by])
        return [fit(head, width), fit(Content("     ") + tail, width)]

    def _attempt_line(self, attempt: Attempt, width: int, now: datetime) -> tuple[Content, ...]:
        return (self._attempt(attempt, width, now),)

    def _attempt(self, attempt: Attempt, width: int, now: datetime) -> Content:
        face = attempt_face(attempt.status, glyphs.of(self.app))
        when = f"{age(attempt.started_at, now):>6} ago"
        seconds = attempt.seconds
        if seconds is None and attempt.status is AttemptStatus.RUNNING:
            seconds = (now - attempt.started_at).total_seconds()
        took = duration(int(seconds)) if seconds is not None else ""
        commit = sentence([_sha(attempt.sha), outside(attempt.subject)], " ")
        source = outside(attempt.source or attempt.kind, "$text-muted") if width >= _WIDE else Content("")
        left = sentence(
            [
                pad(Content.styled(str(face), face.style), 11),
                Content.styled(when, "$text-muted"),
                Content(f"{took:>8}") if width >= _WIDE else Content(""),
                commit,
            ],
            " " if width < _WIDE else "  ",
        )
        return spread(left, source, width) if source.plain else fit(left, width)


def attempt_face(status: AttemptStatus, glyphs_: Glyphs) -> Face:
    """Return how the end of an attempt looks."""
    match status:
        case AttemptStatus.SUCCEEDED:
            return Face(glyphs_.ok, status.value, "$text-success")
        case AttemptStatus.FAILED:
            return Face(glyphs_.critical, status.value, "bold $text-error")
        case AttemptStatus.RUNNING:
            return Face(glyphs_.running, status.value, "$text-primary")
        case AttemptStatus.CANCELED | AttemptStatus.ABANDONED:
            return Face(glyphs_.warning, status.value, "$text-warning")
        case AttemptStatus.UNKNOWN:
            return Face(glyphs_.unknown, status.value, "$text-warning")


def _identity(app: AppReleases, attempt: Attempt) -> str:
    return f"{app.app}/{attempt.build}"


def _sha(sha: str | None) -> Content:
    return outside(sha[:7], "bold") if sha else Content.styled("unknown", "$text-muted")
