"""One line on top of a run: what it is, where it works, how it is, how long it has taken."""

from __future__ import annotations

from datetime import datetime

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import Reactive, reactive
from textual.widget import Widget

from restant_tui.engine.state import RunState, RunStatus
from restant_tui.text import duration
from widgets import glyphs
from widgets.layout import outside, sentence, spread
from widgets.run_list import run_face
from widgets.step_list import position


class RunHeading(Widget):
    """Title, environment and host at the left; status and time at the right."""

    DEFAULT_CSS = "RunHeading { height: 1; padding: 0 1; }"

    state: Reactive[RunState | None] = reactive(None)
    now: Reactive[datetime | None] = reactive(None)

    def render(self) -> RenderResult:
        """Draw the line."""
        state = self.state
        if state is None:
            return Content("")
        left = sentence([outside(state.title, "bold"), where(state), Content.styled(position(state), "$text-muted")])
        return spread(left, self._status(state), self.content_size.width, glyphs.of(self.app).ellipsis)

    def _status(self, state: RunState) -> Content:
        face = run_face(state.status.value, glyphs.of(self.app))
        word = Content.styled(str(face), face.style)
        if state.gate is not None:
            word = Content.styled("waits for you", "bold $text-warning")
        if state.status is RunStatus.PAUSED:
            word = Content.styled(" PAUSED ", "bold reverse $text-warning") + Content(" g goes on")
        elif state.pausing and state.gate is None:
            word = Content.styled("pauses after this step", "bold $text-warning")
        end = state.finished_at or self.now
        took = duration(max(0, int((end - state.started_at).total_seconds()))) if end else ""
        return sentence([word, Content.styled(took, "$text-muted")])


def where(state: RunState) -> Content:
    """Return the environment in its word and colour, and the host."""
    word = Content.styled(glyphs.environment_word(state.environment), glyphs.environment_style(state.environment))
    return word + Content(" ") + outside(f"on {state.host}" if state.host else "", "$text-muted")
