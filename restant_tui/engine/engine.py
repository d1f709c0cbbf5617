"""Starts runs, resumes them and keeps them; plans what a run would do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from restant_tui.engine.course import drive
from restant_tui.engine.flatten import flatten, overall_danger, with_usual_times
from restant_tui.engine.locks import claim, let_go
from restant_tui.engine.parameters import Choice, choices_of, place_of, resolve_all
from restant_tui.engine.ports import Ports
from restant_tui.engine.run import Run
from restant_tui.engine.scope import Scope
from restant_tui.engine.sources import Sources, titled
from restant_tui.engine.state import Event
from restant_tui.engine.transitions import begin
from restant_tui.engine.walk import Walk
from restant_tui.errors import UsageProblem
from restant_tui.journal.records import LockHolder
from restant_tui.runbook.model import Runbook
from restant_tui.runbook.names import facts
from restant_tui.text import parse_duration

if TYPE_CHECKING:
    from restant_tui.engine.plan import Plan


class Engine:
    """Every run of one console, or of one headless verb."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self._runs: dict[str, Run] = {}

    @property
    def active(self) -> tuple[Run, ...]:
        """The runs that have not ended, the oldest first."""
        return tuple(run for run in self._runs.values() if not run.done.is_set())

    @property
    def runs(self) -> tuple[Run, ...]:
        """Every run this console started or resumed, the oldest first."""
        return tuple(self._runs.values())

    def run(self, run_id: str) -> Run | None:
        """Return a run that this console started or resumed; None if there is none of that id."""
        return self._runs.get(run_id)

    async def choices(self, runbook_id: str, param: str, known: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Return what a parameter may be, as (value, label); empty for one that is free text.

        Args:
            runbook_id: the runbook.
            param: its parameter.
            known: the values given so far; those not given have their defaults.

        Raises:
            UsageProblem: there is no such runbook or parameter.
            Unreachable: the host that has to be asked does not answer.
        """
        runbook = self.ports.catalogue.get(runbook_id).runbook
        found = next((one for one in runbook.params if one.name == param), None)
        if found is None:
            names = ", ".join(one.name for one in runbook.params) or "none"
            raise UsageProblem(f"`{runbook_id}` has no parameter `{param}`; it has: {names}")
        if found.choices_from is not None:
            scope = self._scope(runbook, "", "")
            for one in runbook.params:
                value = known.get(one.name) or one.default
                if value is not None and one.name != param:
                    scope.values[one.name] = value
            scope.place = place_of(self.ports.config, runbook, scope.values, self.ports.targets)
            rows: tuple[Choice, ...] = await choices_of(found.choices_from, scope, self.ports)
            return tuple((row.key, row.label) for row in rows)
        names_of = {
            "app": tuple(self.ports.config.apps), "service": tuple(self.ports.config.services),
            "host": tuple(self.ports.config.hosts), "bool": ("yes", "no"),
        }  # fmt: skip
        return tuple((one, one) for one in found.choices or names_of.get(found.type, ()))

    async def plan(self, runbook_id: str, params: Mapping[str, str]) -> Plan:
        """Say what a run would do, with read probes only.

        Raises:
            UsageProblem, Unreachable: as `start`.
        """
        from restant_tui.engine.plan import make_plan

        loaded = self.ports.catalogue.get(runbook_id)
        scope = self._scope(loaded.runbook, "plan", "")
        found = await resolve_all(loaded.runbook, params, scope, self.ports)
        sources = Sources.of(loaded, self.ports.catalogue.get)
        return await make_plan(loaded, found, scope, sources, self.ports)

    async def start(
        self, runbook_id: str, params: Mapping[str, str], *, by: str, plan: Plan | None = None,
        alert_at: datetime | None = None,
    ) -> Run:  # fmt: skip
        """Start a run.

        Args:
            runbook_id: which runbook.
            params: its parameters by name, as a person types them.
            by: who starts it.
            plan: carry out exactly this; refused if the runbook or what its probes saw has changed since.
            alert_at: when the alert was raised that this run answers; its target times count from then.

        Raises:
            UsageProblem: there is no such runbook, or a parameter is missing or does not fit.
            RunbookProblem: the runbook breaks a rule of the format.
            Unreachable: something has to be read first, and the host does not answer.
        """
        ports = self.ports
        loaded = ports.catalogue.get(runbook_id)
        runbook = loaded.runbook
        run_id = await asyncio.to_thread(ports.recorder.store.new_run_id, ports.rng)
        scope = self._scope(runbook, run_id, by)
        found = await resolve_all(runbook, params, scope, ports)
        sources = Sources.of(loaded, ports.catalogue.get)
        if plan is not None:
            from restant_tui.engine.plan import make_plan, same_plan

            same_plan(plan, await make_plan(loaded, found, scope, sources, ports))
        now = ports.clock.now()
        steps = titled(flatten(runbook, sources.runbook), scope)
        usual = ports.recorder.store.usual_seconds
        steps = tuple(await asyncio.to_thread(with_usual_times, steps, lambda path: usual(runbook.id, path)))
        data = {
            "runbook": runbook.id, "title": runbook.title, "environment": scope.place.environment,
            "host": scope.place.host, "danger": overall_danger(runbook, sources.runbook), "params": dict(found.shown),
            "steps": msgspec.to_builtins(steps), "sha256": loaded.sha256, "sources": dict(sources.texts),
            **found.as_data(), "alert_at": alert_at,
            "deadline": now + timedelta(seconds=parse_duration(runbook.estimate.max)),
        }  # fmt: skip
        first = Event(run=run_id, kind="run.started", at=now, actor=by, data=ports.recorder.redact(data))
        state = begin(first)
        await ports.recorder.begin(state, first)
        run = Run(state, ports)
        await claim(ports, run_id, by)
        walk = Walk(run, sources.runbook)
        walk.scopes[""] = scope
        walk.parameters[""] = runbook.params
        return self._launch(run, walk, loaded.runbook, scope)

    async def resume(self, run_id: str, *, by: str, take_over: str = "") -> Run:
        """Take up a run that was left unfinished: by a crash, a lost terminal or another console.

        Args:
            run_id: the run, or as much of its id as tells which.
            by: who takes it up.
            take_over: why it is taken from another console that has it; empty to be refused then.

        Raises:
            UsageProblem: there is no such run, it has ended, or it is going on here or in another console.
            Unreachable: as `start`.
        """
        from restant_tui.engine.resume import take_up

        record = await self.ports.recorder.find(run_id)
        there = self._runs.get(record.id)
        if there is not None and not there.done.is_set():
            raise UsageProblem(f"{record.id} is going on in this very console")
        if record.finished_at is None:
            await claim(self.ports, record.id, by, take_over=take_over)
        try:
            run, walk, runbook, scope = await take_up(record.id, by, self.ports, self._scope)
        except BaseException:
            await let_go(self.ports, record.id)
            raise
        return self._launch(run, walk, runbook, scope)

    def holder(self, run_id: str) -> LockHolder | None:
        """Return who carries a run on right now, here or in another console; `stale` if that program is gone."""
        return self.ports.recorder.store.run_holder(run_id)

    async def close(self) -> None:
        """Let go of every run; those that have not ended can be resumed."""
        await asyncio.gather(*(run.leave() for run in self.active))

    def _launch(self, run: Run, walk: Walk, runbook: Runbook, scope: Scope) -> Run:
        self._runs[run.id] = run
        run.launch(drive(run, walk, runbook, scope))
        return run

    def _scope(self, runbook: Runbook, run_id: str, by: str) -> Scope:
        ports = self.ports
        return Scope(
            path="", runbook=runbook.id, templates=ports.templates,
            place=place_of(ports.config, runbook, {}, ports.targets),
            facts=facts(ports.config, run_id=run_id, started_at=ports.clock.now(), actor=by),
        )  # fmt: skip
