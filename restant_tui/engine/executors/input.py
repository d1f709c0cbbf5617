"""`input`: values asked in the middle of a run."""

from __future__ import annotations

from restant_tui.engine.effects import refused
from restant_tui.engine.gates import DECLINE, PROCEED
from restant_tui.engine.parameters import choice_value, choices_of, fingerprint, shown, typed, typed_problem
from restant_tui.engine.signals import Ended
from restant_tui.engine.spot import Spot
from restant_tui.engine.state import Answer, FieldAsked, GateKind, Move, StepStatus
from restant_tui.runbook.model import InputStep
from restant_tui.runbook.parts import Param


async def execute(spot: Spot) -> Ended:
    """Show a form; choices come from the host, and every value is checked before it is taken."""
    assert isinstance(spot.step, InputStep)
    rows: dict[str, dict[str, object]] = {}
    fields = [await _field(spot, param, rows) for param in spot.step.fields]
    gate = spot.gate(
        GateKind.FORM, spot.render(spot.step.title), says=spot.render(spot.step.why), fields=tuple(fields),
        offers=(DECLINE, PROCEED),
    )  # fmt: skip
    params = {param.name: param for param in spot.step.fields}
    answer = await spot.ask(gate, lambda given: _problem(spot, params, rows, given))
    if ended := refused(answer):
        return ended
    for name, param in params.items():
        text = answer.values.get(name) or _default(param)
        if not text and not param.required:
            spot.scope.values[name] = None
            continue
        value = choice_value(rows[name], text) if name in rows else typed(param, text, spot.ports.config)
        if param.type == "secret":
            spot.walk.hide(spot.scope, text)
            await spot.emit("step.captured", name=name, secret=True, fingerprint=fingerprint(text))
        else:
            await spot.emit("step.captured", name=name, value=value)
        spot.scope.values[name] = value
    return Ended(status=StepStatus.OK, by=answer.by)


async def _field(spot: Spot, param: Param, rows: dict[str, dict[str, object]]) -> FieldAsked:
    choices: tuple[tuple[str, str], ...] = ()
    if param.choices_from is not None:
        found = await spot.run.watch(choices_of(param.choices_from, spot.scope, spot.ports))
        rows[param.name] = {one.key: one.row for one in found}
        choices = tuple((one.key, one.label) for one in found)
    elif param.choices:
        choices = tuple((one, one) for one in param.choices)
    default = _default(param) or (choices[0][0] if param.default_choice == "first" and choices else "")
    return FieldAsked(
        name=param.name, title=param.title or param.name, type=param.type, help=param.help, default=default,
        choices=choices, secret=param.type == "secret",
    )  # fmt: skip


def _problem(spot: Spot, params: dict[str, Param], rows: dict[str, dict[str, object]], answer: Answer) -> str | None:
    if answer.move is not Move.PROCEED:
        return None
    for name in answer.values:
        if name not in params:
            return f"this form has no field `{name}`"
    for name, param in params.items():
        text = answer.values.get(name) or _default(param)
        if not text:
            if param.required:
                return f"`{name}` is needed"
            continue
        if name in rows:
            if text not in rows[name]:
                return f"`{name}`: {text!r} is not one of the choices"
        elif problem := typed_problem(param, text, spot.ports.config):
            return problem
    return None


def _default(param: Param) -> str:
    return "" if param.default is None else shown(param.default)
