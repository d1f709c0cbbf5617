"""What a run would do, said before anything is changed; it can be kept and carried out exactly so."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from restant_tui.config.model import Danger, Environment, Target
from restant_tui.dokku.readiness import State
from restant_tui.engine.flatten import kind_of, overall_danger
from restant_tui.engine.parameters import Parameters
from restant_tui.engine.ports import Ports
from restant_tui.engine.reading import look
from restant_tui.engine.requirements import said, verdict
from restant_tui.engine.resolve import Resolved, Sends, order_of, probe_order, question_of, raised, resolve
from restant_tui.engine.scope import Scope, TemplateProblem
from restant_tui.engine.sources import Sources, so_far
from restant_tui.engine.state import CommandLine, GateKind
from restant_tui.errors import RestantError, UsageProblem
from restant_tui.runbook.danger import danger_of, inner_steps
from restant_tui.runbook.model import IncludeStep, NotifyStep, Step, TerminalStep
from restant_tui.text import one_line, parse_duration

if TYPE_CHECKING:
    from restant_tui.runbook.loader import LoadedRunbook

_ASKS = {
    "manual": GateKind.ITEMS, "confirm": GateKind.PRESS, "input": GateKind.FORM, "approve": GateKind.APPROVE,
    "notify": GateKind.MESSAGE,
}  # fmt: skip


class PlannedStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step as it would be. What later steps find out stands as `<name>` in `commands`."""

    path: str
    title: str
    kind: str
    danger: Danger
    depth: int = 0
    target: Target | None = None
    why: str = ""
    commands: tuple[CommandLine, ...] = ()
    asks: GateKind | None = None
    """What will be asked before it runs."""
    phrase: str = ""
    blast: str = ""
    undo: str = ""
    when: str = ""
    resolved: bool = True
    """Whether every word of it is known now."""
    usual_seconds: tuple[float, float] | None = None
    """How long it takes, from past runs: the 25 % and 75 % points."""


class ProbeDigest(msgspec.Struct, frozen=True, kw_only=True):
    """What a read said when the plan was made."""

    step: str
    text: str
    sha256: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would do. Plain data: `to_json` and `from_json`."""

    runbook: str
    title: str
    sha256: str
    host: str
    environment: Environment
    danger: Danger
    params: Mapping[str, str]
    """Parameters as a person types them; secrets are masked."""
    steps: tuple[PlannedStep, ...]
    probes: tuple[ProbeDigest, ...] = ()
    problems: tuple[str, ...] = ()
    """Why it could not be run like this, one sentence each."""
    notices: tuple[str, ...] = ()
    """What is done in another way here, or is not known, one sentence each."""
    typical_seconds: float = 0.0
    """How long the whole usually takes, as the runbook says."""

    @property
    def asks(self) -> tuple[PlannedStep, ...]:
        """The steps before which something is asked."""
        return tuple(step for step in self.steps if step.asks is not None)

    def to_json(self) -> str:
        """Return the plan as text that `from_json` reads."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Plan:
        """Return a plan that was kept; raises UsageProblem if the text is not one."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.MsgspecError as error:
            raise UsageProblem(f"this is not a plan: {error}; make one with `restant-tui plan … --json`") from None


async def make_plan(loaded: LoadedRunbook, params: Parameters, scope: Scope, sources: Sources, ports: Ports) -> Plan:
    """Resolve everything that can be, and make the probes of destructive steps."""
    problems: list[str] = []
    probes: list[ProbeDigest] = []
    steps: list[PlannedStep] = []
    for step, path, depth, inner in _walk(loaded.runbook.steps, "", 0, scope, sources):
        steps.append(_planned(step, path, depth, inner, problems))
        probes.extend(await _probe(step, path, inner, ports))
    for step, path, depth, inner in _walk(loaded.runbook.finally_, "finally", 0, scope, sources):
        steps.append(_planned(step, path, depth, inner, problems))
    problems.extend(await asyncio.to_thread(_locked, loaded, scope, ports))
    ready = await verdict(loaded.runbook, scope.place.host, ports, sources.runbook)
    notices = said(ready) if ready and ready.state is State.DEGRADED else ()
    if ready and ready.state is State.CANNOT_RUN:
        problems.extend(said(ready))
    steps = await asyncio.to_thread(_with_usual_times, loaded.runbook.id, steps, ports)
    plan = Plan(
        runbook=loaded.runbook.id, title=loaded.runbook.title, sha256=loaded.sha256, host=scope.place.host,
        environment=scope.place.environment, danger=overall_danger(loaded.runbook, sources.runbook),
        params=dict(params.shown), steps=tuple(steps), probes=tuple(probes), problems=tuple(problems), notices=notices,
        typical_seconds=parse_duration(loaded.runbook.estimate.typical),
    )  # fmt: skip
    # Text by text: masking the whole as JSON could take a quote away with a secret.
    return msgspec.convert(ports.recorder.redact(msgspec.to_builtins(plan)), type=Plan)


def same_plan(kept: Plan, now: Plan) -> None:
    """Make sure that a plan still holds.

    Raises:
        UsageProblem: the runbook, a command or what a probe saw has changed since; says which.
    """
    if kept.runbook != now.runbook or kept.sha256 != now.sha256:
        raise UsageProblem(f"the runbook `{now.runbook}` has changed since the plan was made; make a new plan")
    if (kept.host, kept.environment, dict(kept.params)) != (now.host, now.environment, dict(now.params)):
        raise UsageProblem("the plan was made for other parameters or another host; make a new plan")
    for before, after in zip(kept.steps, now.steps, strict=False):
        if before.commands != after.commands:
            raise UsageProblem(f"`{after.title}` would send something else than planned; make a new plan")
    seen = {probe.step: probe for probe in now.probes}
    for probe in kept.probes:
        if probe.step not in seen or seen[probe.step].sha256 != probe.sha256:
            text = one_line(seen[probe.step].text, 80) if probe.step in seen else "nothing"
            raise UsageProblem(
                f"what step {probe.step} will hit has changed since the plan: it was "
                f"{one_line(probe.text, 80)!r}, now it is {text!r}; make a new plan"
            )


def _walk(
    steps: tuple[Step, ...], prefix: str, depth: int, scope: Scope, sources: Sources
) -> Iterator[tuple[Step, str, int, Scope]]:
    for step in steps:
        path = f"{prefix}/{step.id}" if prefix else step.id
        yield step, path, depth, scope
        if isinstance(step, IncludeStep):
            inner = Scope(
                path=path, runbook=step.runbook, templates=scope.templates, place=scope.place, facts=scope.facts,
                values=_given(step, scope),
            )  # fmt: skip
            yield from _walk(sources.runbook(step.runbook).steps, path, depth + 1, inner, sources)
        yield from _walk(inner_steps(step), path, depth + 1, scope, sources)


def _given(step: IncludeStep, scope: Scope) -> dict[str, object]:
    return {name: so_far(value, scope) if isinstance(value, str) else value for name, value in step.with_.items()}


def _planned(step: Step, path: str, depth: int, scope: Scope, problems: list[str]) -> PlannedStep:
    words = PlannedStep(
        path=path, title=so_far(step.title, scope), kind=kind_of(step), danger=danger_of(step), depth=depth,
        why=so_far(step.why, scope), asks=_ASKS.get(kind_of(step)), when=step.when or "",
    )  # fmt: skip
    if not isinstance(step, Sends):
        if isinstance(step, NotifyStep):
            return msgspec.structs.replace(words, danger=Danger.CHANGE)
        return words
    try:
        return _filled(words, resolve(step, scope), step)
    except TemplateProblem:
        return _roughly(words, step, scope)
    except RestantError as problem:
        problems.append(f"{words.title}: {problem}")
        return _roughly(words, step, scope)


def _filled(words: PlannedStep, resolved: Resolved, step: Sends) -> PlannedStep:
    return msgspec.structs.replace(
        words, danger=resolved.danger, commands=resolved.order.commands, asks=resolved.ask, phrase=resolved.phrase,
        blast=resolved.blast, undo=resolved.undo,
        target=step.target if isinstance(step, TerminalStep) else resolved.order.target,
    )  # fmt: skip


def _roughly(words: PlannedStep, step: Sends, scope: Scope) -> PlannedStep:
    """Say as much of a step as is known before the steps before it have run."""
    target: Target | None = getattr(step, "target", None)
    danger: Danger = getattr(step, "danger", Danger.READ)
    commands: tuple[CommandLine, ...] = ()
    resolved = False
    try:
        order = order_of(step, scope)
        commands, danger, resolved = order.commands, raised(danger, order.verb), True
    except RestantError:
        argv = tuple(so_far(part, scope) for part in getattr(step, "argv", None) or ())
        if (http := getattr(step, "http", None)) is not None:
            argv = (http.method, so_far(http.url, scope))
        where = f"{target}@{scope.place.host}" if target and target is not Target.LOCAL else "here"
        commands = (CommandLine(where=where, argv=argv),) if argv else ()
    confirm, blast, undo = (getattr(step, name, None) for name in ("confirm", "blast", "undo"))
    asks = question_of(step, danger)
    phrase = so_far(confirm.phrase, scope) if confirm and confirm.phrase else scope.place.phrase
    return msgspec.structs.replace(
        words, danger=danger, commands=commands, target=target, asks=asks, resolved=resolved,
        phrase=phrase if asks is GateKind.TYPE else "", blast=so_far(blast.says, scope) if blast else "",
        undo=so_far(undo.says, scope) if undo else "",
    )  # fmt: skip


async def _probe(step: Step, path: str, scope: Scope, ports: Ports) -> list[ProbeDigest]:
    blast = getattr(step, "blast", None)
    if blast is None or blast.probe is None:
        return []
    try:
        seen = await look(probe_order(blast.probe, scope), scope.place.host, ports)
    except RestantError:
        return []
    text = seen.text if seen.answered else f"it cannot be read: {seen.reason}"
    return [ProbeDigest(step=path, text=text, sha256=hashlib.sha256(text.encode()).hexdigest())]


def _with_usual_times(runbook: str, steps: list[PlannedStep], ports: Ports) -> list[PlannedStep]:
    usual = ports.recorder.store.usual_seconds
    return [msgspec.structs.replace(one, usual_seconds=usual(runbook, one.path)) for one in steps]


def _locked(loaded: LoadedRunbook, scope: Scope, ports: Ports) -> list[str]:
    held = {lock.name: lock.holder for lock in ports.recorder.store.locks()}
    wanted = [so_far(name, scope) for name in loaded.runbook.locks]
    return [f"{name} is held by {held[name].actor} (run {held[name].run})" for name in wanted if name in held]
