"""A form: values to type or to choose, one below the other, and the buttons that end it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from restant_tui.engine.state import FieldAsked
from widgets import glyphs
from widgets.layout import fit, outside
from widgets.panel import Panel, Row

_MOST_ROWS = 8


class ChoiceList(Panel):
    """What can be chosen, one a line; the row with the sign is the choice."""

    @dataclass
    class Chosen(Message):
        """Another row is the choice now."""

        choices: ChoiceList

    DEFAULT_CSS = """
    ChoiceList {
        border: none; padding: 0; height: auto; max-height: 8; &:focus { border: none; background: $surface; }
    }
    """

    def __init__(self, choices: Sequence[tuple[str, str]], default: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._choices = tuple(choices)
        self.note = "" if choices else "there is nothing to choose from"
        values = [value for value, _ in choices]
        chosen = default if default in values else (values[0] if values else "")
        self._begin = _row_id(chosen)

    def on_mount(self) -> None:
        """Begin on the default."""
        super().move_to(self._begin)

    @property
    def value(self) -> str:
        """What is chosen; empty if there is nothing."""
        return self.cursor_id.removeprefix("=") if self._choices else ""

    def offer(self, choices: Sequence[tuple[str, str]], note: str = "") -> None:
        """Offer other choices; the one made before stays if it is still there."""
        self._choices, self.note = tuple(choices), note or ("" if choices else "there is nothing to choose from")
        if self.value not in [value for value, _ in choices]:
            self.cursor_id = _row_id(choices[0][0]) if choices else ""
        self.redraw()

    def move_to(self, row_id: str) -> None:
        """Choose another row."""
        changed = row_id != self.cursor_id
        super().move_to(row_id)
        self.redraw()
        if changed:
            self.post_message(self.Chosen(self))

    def rows(self, width: int) -> Iterable[Row]:
        """Return the choices."""
        if self.note:
            return [Row("", (outside(self.note, "$text-muted"),))]
        return [Row(_row_id(value), (self._line(value, label, width),)) for value, label in self._choices]

    def _line(self, value: str, label: str, width: int) -> Content:
        signs = glyphs.of(self.app)
        chosen = _row_id(value) == self.cursor_id
        sign = Content.styled(f"{signs.running if chosen else ' '} ", "bold $primary")
        # A label keeps its columns: blanks in it are not folded.
        return fit(sign + Content.styled(_flat(label), "bold" if chosen else ""), width, signs.ellipsis)


class Form(VerticalScroll, can_focus=False):
    """Fields in the order they are asked. Enter goes on to the next one, and from the last to the first button."""

    @dataclass
    class Finished(Message):
        """A button was pressed; `button` counts from 0."""

        values: dict[str, str]
        button: int

    @dataclass
    class Changed(Message):
        """A value is another one now."""

        name: str

    DEFAULT_CSS = """
    Form {
        height: auto; max-height: 100%; scrollbar-size: 1 1;
        & .field { height: auto; margin-bottom: 1; }
        & .help { color: $text-muted; height: auto; }
        & .title { text-style: bold; height: auto; }
        & Input { height: 1; border: none; padding: 0 1; background: $panel; }
        & Input:focus { background: $primary 22%; }
        & #buttons { height: 1; }
        & Button { margin-right: 2; }
    }
    """

    def __init__(self, fields: Sequence[FieldAsked], buttons: Sequence[str]) -> None:
        """Make the form.

        Args:
            fields: what is asked.
            buttons: the words on the buttons, the one that goes on first.
        """
        super().__init__()
        self._fields = tuple(fields)
        self._buttons = tuple(buttons)
        self._controls: dict[str, Input | ChoiceList] = {}

    def compose(self) -> ComposeResult:
        """Lay out the fields and the buttons."""
        for field in self._fields:
            control = _control(field)
            self._controls[field.name] = control
            with Vertical(classes="field"):
                yield Static(outside(field.title), classes="title")
                if field.help:
                    yield Static(outside(field.help), classes="help")
                yield control
        with Horizontal(id="buttons"):
            for index, words in enumerate(self._buttons):
                yield Button(
                    outside(words), id=f"button{index}", compact=True, variant="primary" if not index else "default"
                )

    @property
    def values(self) -> dict[str, str]:
        """Every field's text by its name."""
        return {name: control.value for name, control in self._controls.items()}

    def choices_of(self, name: str) -> ChoiceList:
        """Return the list of a field that is chosen."""
        control = self._controls[name]
        assert isinstance(control, ChoiceList)
        return control

    def first_field(self) -> Widget:
        """Return where filling in begins: the first field, or the first button if there is none."""
        return next(iter(self._controls.values()), None) or self.query_one("#button0")

    def is_choice(self, name: str) -> bool:
        """Whether a field is chosen, not typed."""
        return isinstance(self._controls[name], ChoiceList)

    def focus_field(self, name: str) -> None:
        """Go to a field."""
        self._controls[name].focus()

    def allow(self, allowed: bool) -> None:
        """Let the first button be pressed, or not yet."""
        self.query_one("#button0", Button).disabled = not allowed

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say that a value changed."""
        event.stop()
        self._say_changed(event.input)

    def on_choice_list_chosen(self, event: ChoiceList.Chosen) -> None:
        """Say that a choice changed."""
        event.stop()
        self._say_changed(event.choices)

    def _say_changed(self, control: Widget) -> None:
        name = next((name for name, each in self._controls.items() if each is control), None)
        if name is not None:
            self.post_message(self.Changed(name))

    def on_key(self, event: events.Key) -> None:
        """Enter in a field goes on to the next one."""
        focused = self.screen.focused
        if event.key != "enter" or focused not in self._controls.values():
            return
        event.stop()
        event.prevent_default()
        controls: list[Widget] = [*self._controls.values(), self.query_one("#button0")]
        controls[next(index for index, each in enumerate(controls) if each is focused) + 1].focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a field goes on to the next one."""
        event.stop()
        controls: list[Widget] = [*self._controls.values(), self.query_one("#button0")]
        controls[next(index for index, each in enumerate(controls) if each is event.input) + 1].focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """End the form."""
        event.stop()
        self.post_message(self.Finished(self.values, int((event.button.id or "button0").removeprefix("button"))))


def _control(field: FieldAsked) -> Input | ChoiceList:
    if field.choices:
        return ChoiceList(field.choices, field.default)
    return Input(field.default, compact=True, password=field.secret, select_on_focus=False)


def _row_id(value: str) -> str:
    return f"={value}"


def _flat(text: str) -> str:
    from restant_tui.text import clean

    return clean(text).replace("\n", " ").replace("\t", " ")
