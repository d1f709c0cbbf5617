"""The values a runbook asks for before it starts; what there is to choose from comes from the host."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static

from restant_tui.engine.state import FieldAsked
from restant_tui.errors import RestantError
from restant_tui.monitors.snapshots import Attempt, ReleasesSnapshot
from restant_tui.text import one_line
from widgets import commands, glyphs
from widgets.commands import Command
from widgets.context_bar import ContextBar
from widgets.form import Form
from widgets.hint_bar import HintBar
from widgets.layout import age, outside, wrapped

if TYPE_CHECKING:
    from restant_tui.engine.runtime import Runtime
    from restant_tui.runbook.model import Runbook
    from restant_tui.runbook.parts import Param

_ASKING = "asking the host what there is"
_TYPING = 0.4
"""Real seconds without a key after which a value counts as typed."""


class CloseParameters(Command):
    """Go back to the catalogue; nothing is started."""

    key, hint, rank, in_palette = "escape", "Back", 60, False


class ParametersScreen(Screen[str]):
    """A form that starts a run; dismissed with the id of the run, or empty."""

    CSS_PATH = "runbooks.tcss"
    TITLE = "Start"
    DOES = (CloseParameters,)
    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(*DOES)]

    form = query_one(Form)

    def __init__(self, runtime: Runtime, runbook: Runbook) -> None:
        """Make the form of a runbook's parameters."""
        super().__init__()
        self._runtime, self._runbook = runtime, runbook
        self._asked_with: dict[str, str] = {}
        self._starting = False

    def compose(self) -> ComposeResult:
        """Lay out the form."""
        yield ContextBar()
        with Vertical(id="start"):
            yield Static(id="when")
            yield Form([self._field(param) for param in self._runbook.params], ("Start", "Back"))
            yield Static(id="problem")
        yield HintBar()

    def on_mount(self) -> None:
        """Name the frame and ask the host what there is to choose from."""
        self.query_one("#start").border_title = outside(f"Start: {self._runbook.title}")
        self.form.first_field().focus()
        self._ask_host()

    def on_resize(self) -> None:
        """Write the words for this width."""
        width = max(30, self.size.width - 6)
        lines = list(wrapped(" ".join(self._runbook.when_to_use.split()), width))
        if self._runbook.not_when:
            lines += wrapped(f"Not when: {' '.join(self._runbook.not_when.split())}", width, "$text-warning")
        self.query_one("#when", Static).update(Content("\n").join(lines))

    def _field(self, param: Param) -> FieldAsked:
        config = self._runtime.config
        names = {"app": list(config.apps), "service": list(config.services), "host": list(config.hosts)}
        values = list(param.choices or names.get(param.type, ()) or (("yes", "no") if param.type == "bool" else ()))
        default = "" if param.default is None else str(param.default)
        if isinstance(param.default, bool):
            default = "yes" if param.default else "no"
        choices = tuple((value, self._label(param, value)) for value in values)
        if param.choices_from is not None:
            choices = (("", _ASKING),)
        return FieldAsked(
            name=param.name, title=param.title or param.name, type=param.type, help=param.help, default=default,
            choices=choices, secret=param.type == "secret",
        )  # fmt: skip

    def _label(self, param: Param, value: str) -> str:
        app = self._runtime.config.apps.get(value) if param.type == "app" else None
        return f"{value}  {glyphs.environment_word(app.environment)} on {app.host}" if app else value

    # -- what the host offers --------------------------------------------------------------------------------------

    @work(group="choices", exclusive=True, exit_on_error=False)
    async def _ask_host(self, patience: float = 0.0) -> None:
        """Fill every list that the host has to be asked for, given the values before it.

        Args:
            patience: real seconds to wait first, while somebody types.
        """
        self._asked_with = self._given()
        asked = [param for param in self._runbook.params if param.choices_from is not None]
        self.form.allow(not asked)
        await asyncio.sleep(patience)
        for param in asked:
            field = self.form.choices_of(param.name)
            field.offer((), _ASKING)
            known = {name: value for name, value in self.form.values.items() if value and name != param.name}
            try:
                found = await self._runtime.engine.choices(self._runbook.id, param.name, known)
            except RestantError as problem:
                field.offer((), "the host could not be asked")
                self._say(str(problem))
                return
            field.offer([(value, self._choice(param, value, label)) for value, label in found])
        self._say("")
        self.form.allow(True)

    def _given(self) -> dict[str, str]:
        """Return the values that what there is to choose from may depend on."""
        chosen = {param.name for param in self._runbook.params if param.choices_from is not None}
        return {name: value for name, value in self.form.values.items() if name not in chosen}

    def _choice(self, param: Param, value: str, label: str) -> str:
        """Return how a choice looks; what is known of a release besides its label stands before it."""
        if param.type != "release":
            return label
        found = self._attempt(value)
        now = self._runtime.clock.now()
        return f"{_facts(found, now)}{label}" if found else label

    def _attempt(self, sha: str) -> Attempt | None:
        snapshot: ReleasesSnapshot | None = getattr(self.app, "releases", None)
        attempts = (attempt for app in (snapshot.apps if snapshot else ()) for attempt in app.attempts)
        return next((one for one in attempts if one.sha and (one.sha.startswith(sha) or sha.startswith(one.sha))), None)

    def on_form_changed(self, event: Form.Changed) -> None:
        """Ask again where what there is to choose from may depend on what was changed."""
        event.stop()
        if self._given() != self._asked_with:
            self._ask_host(0.0 if self.form.is_choice(event.name) else _TYPING)

    # -- starting --------------------------------------------------------------------------------------------------

    def on_form_finished(self, event: Form.Finished) -> None:
        """Start, or go back."""
        event.stop()
        if event.button:
            self.dismiss("")
        elif missing := self._missing(event.values):
            self._say(f"{missing.title or missing.name}: nothing is given yet, and it is needed.")
            self.form.focus_field(missing.name)
        elif not self._starting:
            self._start(event.values)

    def _missing(self, values: Mapping[str, str]) -> Param | None:
        # A secret that is not typed may stand in the keyring; the engine looks there.
        asked = (param for param in self._runbook.params if param.required and param.type != "secret")
        return next((param for param in asked if not values.get(param.name, "").strip()), None)

    @work(group="start", exit_on_error=False)
    async def _start(self, values: Mapping[str, str]) -> None:
        self._starting = True
        self._say("starting")
        given = {name: value for name, value in values.items() if value}
        try:
            run = await self._runtime.engine.start(self._runbook.id, given, by=self._runtime.actor)
        except RestantError as problem:
            self._say(str(problem))
        else:
            self.dismiss(run.id)
        finally:
            self._starting = False

    def _say(self, sentence: str) -> None:
        self.query_one("#problem", Static).update(outside(one_line(sentence, 400)))

    def action_close_parameters(self) -> None:
        """Go back."""
        self.dismiss("")


def _facts(attempt: Attempt, now: datetime) -> str:
    return f"{attempt.status.value:<10}{age(attempt.started_at, now) + ' ago':>11}  "
