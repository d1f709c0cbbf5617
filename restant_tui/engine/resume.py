"""Takes an unfinished run up again, from nothing but what the journal has of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from restant_tui.config.model import Danger
from restant_tui.engine.parameters import place_of
from restant_tui.engine.ports import Ports
from restant_tui.engine.run import Run
from restant_tui.engine.scope import Scope
from restant_tui.engine.sources import Sources
from restant_tui.engine.state import Event
from restant_tui.engine.step_changes import OPEN
from restant_tui.engine.transitions import fold
from restant_tui.engine.walk import Walk
from restant_tui.errors import RestantError, UsageProblem
from restant_tui.runbook.model import Runbook
from restant_tui.text import parse_duration

NewScope = Callable[[Runbook, str, str], Scope]
"""Makes the scope of a runbook for a run id and an actor."""


async def take_up(run_id: str, by: str, ports: Ports, new_scope: NewScope) -> tuple[Run, Walk, Runbook, Scope]:
    """Rebuild a run from its events, so that its walk passes over what has ended and goes on behind it.

    What was under way when it stopped is unknown, unless it was a read; reads are made again.

    Raises:
        UsageProblem: the run has ended.
        RunbookProblem: its runbook is not in the journal as it was.
    """
    events = await ports.recorder.events(run_id)
    if not events:
        raise UsageProblem(f"{run_id} has no events: it never began, so there is nothing to resume")
    state = fold(events)
    if state.status.ended:
        raise UsageProblem(f"{run_id} has ended ({state.status}); there is nothing to resume")
    sources = Sources.from_texts(events[0].data["sources"], state.runbook, state.runbook_sha256)
    runbook = sources.runbook(state.runbook)
    run = Run(state, ports)
    walk = Walk(run, sources.runbook)
    scope = new_scope(runbook, run_id, state.actor)
    scope.facts = {
        **scope.facts,
        "run": {**_record(scope), "started_at": state.started_at.isoformat(timespec="seconds")},
    }
    walk.scopes[""] = scope
    walk.parameters[""] = runbook.params
    hidden = _restore(walk, events, sources, ports)
    # From the outside in: a runbook that names no host runs where the one around it does.
    for path in sorted(walk.scopes, key=len):
        one, around = walk.scopes[path], _scope_of(walk, path).place if path else None
        one.place = place_of(ports.config, sources.runbook(one.runbook), one.values, ports.targets, around)
    await asyncio.to_thread(_secrets, walk, ports)
    deadline = ports.clock.now() + timedelta(seconds=parse_duration(runbook.estimate.max))
    await run.emit("run.reopened", actor=by, deadline=deadline)
    for path in hidden:
        # A secret is never stored, so the read that found it is made again.
        if run.state.step(path).danger is Danger.READ and run.state.step(path).status not in OPEN:
            await run.emit("step.retry", path, actor=by, reason="its secret was not kept")
    return run, walk, runbook, scope


def _record(scope: Scope) -> dict[str, object]:
    record = scope.facts["run"]
    assert isinstance(record, dict)
    return record


def _restore(walk: Walk, events: Iterable[Event], sources: Sources, ports: Ports) -> list[str]:
    """Bring back parameters, captures, branches taken and lists; return the steps whose captures were secret."""
    hidden: list[str] = []
    for event in events:
        data = event.data
        match event.kind:
            case "run.started":
                walk.scopes[""].values.update(data["values"])
            case "include.entered":
                _included(walk, data, sources, ports)
            case "param.set":
                walk.scopes[""].values[data["name"]] = data["value"]
            case "step.captured" if data.get("secret"):
                hidden.append(event.step)
            case "step.captured":
                _scope_of(walk, event.step).values[data["name"]] = data.get("value")
            case "branch.taken":
                walk.taken[event.step] = data["case"]
            case "loop.list":
                walk.lists[event.step] = data["items"]
            case "run.jumped":
                for path in data.get("again", ()):
                    walk.taken.pop(path, None)
                    walk.lists.pop(path, None)
    return hidden


def _included(walk: Walk, data: Mapping[str, Any], sources: Sources, ports: Ports) -> None:
    path, name = data["scope"], data["runbook"]
    walk.scopes[path] = Scope(
        path=path, runbook=name, templates=ports.templates, facts=walk.scopes[""].facts, place=walk.scopes[""].place,
        values=dict(data["values"]),
    )  # fmt: skip
    walk.parameters[path] = sources.runbook(name).params


def _scope_of(walk: Walk, step: str) -> Scope:
    """Return the scope a step belongs to: that of the innermost runbook around it."""
    around = [path for path in walk.scopes if not path or step.startswith(path + "/")]
    return walk.scopes[max(around, key=len)]


def _secrets(walk: Walk, ports: Ports) -> None:
    """Fetch secret parameters again; those that are not stored are asked for when the run goes on."""
    for path, params in walk.parameters.items():
        for param in params:
            if param.type != "secret":
                continue
            value = None
            if ports.secrets and param.secret_name:
                # A keyring that cannot be asked is no reason not to go on: the person is asked instead.
                with suppress(RestantError):
                    value = ports.secrets(param.secret_name)
            if value:
                walk.scopes[path].values[param.name] = value
                walk.hide(walk.scopes[path], value)
            elif param.required:
                walk.missing_secrets.append((path, param))
            else:
                walk.scopes[path].values[param.name] = None
