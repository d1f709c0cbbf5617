"""What every question's face has: its words, its remaining time, the grace, and a place to say why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from restant_tui.config.model import Danger, Environment
from restant_tui.engine.state import Answer, Gate, Move, Offer
from restant_tui.text import clean, duration
from widgets import commands_shown, glyphs
from widgets.layout import outside, sentence, wrapped

GRACE_SECONDS = 0.5
"""Keys typed for something else, before a person can have read the question, answer nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, and what a face has to know to answer it."""

    gate: Gate
    by: str
    """Who sits here."""
    monotonic: Callable[[], float]
    """Measures the grace, in real seconds."""


class GateFace(Vertical):
    """The frame around a question. A face adds its body and calls `answer`."""

    @dataclass
    class Answered(Message):
        """What a person said; the screen hands it to the run."""

        answer: Answer

    DEFAULT_CSS = """
    GateFace {
        height: auto; padding: 0 1; border: round $warning;
        border-title-color: $text-warning; border-title-style: bold; border-subtitle-color: $text-muted;
        & > Static { height: auto; }
        & > #why { display: none; height: 1; border: none; padding: 0; background: $panel; }
        & > #why.-asking { display: block; }
        & > #problem { color: $text-error; }
        &.-destructive { border: round $error; border-title-color: $text-error; }
    }
    """
    EVIDENCE_LINES: ClassVar[int] = 6

    now: Reactive[datetime | None] = reactive(None, repaint=False)
    armed: Reactive[bool] = reactive(True, repaint=False)
    """Whether changes are allowed where this question would make one."""

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.gate, self._by, self._monotonic = asked.gate, asked.by, asked.monotonic
        self._opened = asked.monotonic()
        self._reason_for: Offer | None = None
        self.set_class(asked.gate.danger is Danger.DESTRUCTIVE, "-destructive")

    def compose(self) -> ComposeResult:
        """Lay out the words, the body, and the line for a reason."""
        yield Static(id="says")
        yield from self.body()
        yield Input(id="why", compact=True)
        yield Static(id="problem")

    def body(self) -> Iterable[Widget]:
        """Return what stands below the words. Overridden by each face."""
        return ()

    def focus_target(self) -> Widget:
        """Return what has the focus when the question opens."""
        return self

    def on_mount(self) -> None:
        """Name the frame."""
        self.border_title = sentence([outside(self.gate.title), self._where()])
        self._remaining()
        self.query_one("#problem").display = False
        self.call_after_refresh(self.take_focus)  # only now is there everything in it that could have the focus

    def take_focus(self) -> None:
        """Go to where answering begins."""
        if self.is_attached:
            self.focus_target().focus()

    def on_resize(self) -> None:
        """Write the words for this width."""
        self.write()

    def watch_now(self) -> None:
        """Let the remaining time run."""
        self._remaining()

    def watch_armed(self) -> None:
        """Say whether it can be done."""
        self.write()
        self.refresh_bindings()

    def write(self) -> None:
        """Write the words anew."""
        if self.is_mounted and self.content_size.width:
            self.query_one("#says", Static).update(Content("\n").join(self.words(self.content_size.width)))

    def words(self, width: int) -> list[Content]:
        """Return the question in words."""
        gate = self.gate
        lines = list(wrapped(flat(gate.says), width, limit=4)) if gate.says else []
        lines += commands_shown.parted(gate.commands, width)
        if gate.evidence != gate.undo:
            lines += evidence_lines(gate.evidence, width, self.EVIDENCE_LINES)
        for label, text in (("hits ", gate.blast), ("undo ", gate.undo)):
            lines += labelled(label, text, width)
        if not self.armed:
            lines.append(Content.styled(f"{self.gate.environment} is read-only; w arms it", "bold $text-warning"))
        return lines

    def refused(self, sentence_: str) -> None:
        """Say why an answer was not accepted."""
        problem = self.query_one("#problem", Static)
        problem.update(outside(sentence_))
        problem.display = bool(sentence_)

    # -- answering -------------------------------------------------------------------------------------------------

    def offer(self, move: Move) -> Offer | None:
        """Return the offer of that kind, if the question has one."""
        return next((offer for offer in self.gate.offers if offer.move is move), None)

    def come_into_view(self) -> None:
        """Begin the grace anew: another screen was in front, so the question could not be read."""
        self._opened = self._monotonic()

    def too_soon(self) -> bool:
        """Whether the question cannot have been read yet."""
        return self._monotonic() - self._opened < GRACE_SECONDS

    def answer(self, move: Move, **details: Any) -> None:
        """Answer, unless it comes too soon to have been read."""
        if self.too_soon():
            return
        said = {"by": self._by, **details}
        self.post_message(self.Answered(Answer(gate=self.gate.id, move=move, **said)))

    def take(self, offer: Offer) -> None:
        """Take up an offer; first ask why, where it wants a reason."""
        if self.too_soon():
            return
        if offer.needs_reason:
            self.ask_for(offer, f"{offer.label}: why? One sentence, then Enter; Esc goes back")
        else:
            self.answer(offer.move, target=offer.target)

    def ask_for(self, offer: Offer, words: str) -> None:
        """Open the line for a sentence."""
        self._reason_for = offer
        line = self.query_one("#why", Input)
        line.value, line.placeholder = "", words
        line.add_class("-asking")
        line.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with what was written."""
        if event.input.id != "why" or self._reason_for is None:
            return
        event.stop()
        if not event.value.strip():
            self.refused("write one sentence, or go back with Esc")
            return
        self.finish(self._reason_for, event.value.strip())

    def finish(self, offer: Offer, text: str) -> None:
        """Answer with an offer and the sentence it wanted."""
        self.answer(offer.move, target=offer.target, reason=text)

    def step_back(self) -> bool:
        """Close the line for a sentence; False if none was open."""
        if self._reason_for is None:
            return False
        self._reason_for = None
        self.query_one("#why", Input).remove_class("-asking")
        self.refused("")
        self.focus_target().focus()
        return True

    # -- words -----------------------------------------------------------------------------------------------------

    def _where(self) -> Content:
        if self.gate.environment is None:
            return Content("")
        return environment_and_host(self.gate.environment, self.gate.host)

    def _remaining(self) -> None:
        self.border_subtitle = remaining(self.gate, self.now)


def environment_and_host(environment: Environment, host: str) -> Content:
    """Return the environment in its word and colour, and the host."""
    word = Content.styled(glyphs.environment_word(environment), glyphs.environment_style(environment))
    return sentence([word, outside(f"on {host}" if host else "", "$text-muted")])


def remaining(gate: Gate, now: datetime | None) -> Content:
    """Return how long the question stays open."""
    if gate.deadline is None or now is None:
        return Content("")
    left = int((gate.deadline - now).total_seconds())
    words = f"open for {duration(left)} more" if left > 0 else "its time is up"
    return Content.styled(words, "bold $text-warning" if left < 120 else "$text-muted")


def labelled(label: str, text: str, width: int, limit: int = 8) -> list[Content]:
    """Return text of one or more lines with a label before the first; empty for no text."""
    lines: list[Content] = []
    for line in clean(text).splitlines():
        lines += wrapped(line, width - len(label), limit=3)
    heads = [label, *[" " * len(label)] * (len(lines) - 1)]
    pairs = list(zip(heads, lines, strict=False))[:limit]
    return [Content.styled(head, "$text-muted") + line for head, line in pairs]


def evidence_lines(text: str, width: int, limit: int) -> list[Content]:
    """Return the last lines of what was seen, each on one line."""
    lines = [line for line in clean(text).splitlines() if line.strip()][-limit:] if limit else []
    return [line for each in lines for line in wrapped(each.expandtabs(4), width, "$text-muted", limit=1)]


def flat(text: str) -> str:
    """Return text on one line, for wrapping."""
    return " ".join(clean(text).split())
