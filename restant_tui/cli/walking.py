"""Walks one run without the console: tells what happens, gets the answers it needs, and handles Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Protocol

from restant_tui.cli.prompts import Asks
from restant_tui.engine.state import Answer, Gate, Move, RunState, RunStatus
from restant_tui.errors import UsageProblem

if TYPE_CHECKING:
    from restant_tui.cli.lending import Lending
    from restant_tui.cli.progress import Progress
    from restant_tui.engine.run import Run
    from restant_tui.engine.runtime import Runtime
    from restant_tui.journal.store import Journal

TICK = 0.1
"""Real seconds between two looks at a step's output."""
OMITTED = frozenset({"sources"})
"""Data of events left out of the stream: the whole text of the runbook."""


class Teller(Protocol):
    """Says what a run does."""

    async def tell(self, state: RunState) -> None:
        """Say what is new."""
        ...

    async def finish(self, state: RunState, exit_status: int) -> None:
        """Say how it ended."""
        ...


class Lines:
    """Tells a person, line by line."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    async def tell(self, state: RunState) -> None:
        """Print what is new."""
        self._progress.tell(state)

    async def finish(self, state: RunState, exit_status: int) -> None:
        """Print how it ended; the exit status says the same to a script."""
        self._progress.finish(state)


class Events:
    """Tells a program: one JSON object a line, the journal's events as they are and a last one with the result."""

    def __init__(self, journal: Journal, out: Callable[[str], None]) -> None:
        self._journal = journal
        self._out = out
        self._after = 0

    async def tell(self, state: RunState) -> None:
        """Print the events that have come since."""
        for entry in await asyncio.to_thread(self._journal.entries, state.id, self._after):
            self._after = entry.seq
            data = {name: value for name, value in entry.data.items() if name not in OMITTED}
            self._line(
                run=entry.run, seq=entry.seq, at=entry.at.isoformat(), kind=entry.kind, step=entry.step,
                actor=entry.actor, data=data,
            )  # fmt: skip

    async def finish(self, state: RunState, exit_status: int) -> None:
        """Print the remaining events and the result."""
        await self.tell(state)
        self._line(
            run=state.id, kind="summary", runbook=state.runbook, status=state.status.value, reason=state.reason,
            exit=exit_status, steps={step.path: step.status.value for step in state.steps},
        )  # fmt: skip

    def _line(self, **fields: object) -> None:
        self._out(json.dumps(fields, ensure_ascii=False))


class Walking:
    """One run on its way, seen from the command line.

    Args:
        run: the run, started.
        runtime: what it belongs to.
        teller: says what happens.
        respond: finds the answer to a question; with nobody to ask it declines.
        keyboard: the person at the terminal, if there is one: Ctrl-C then pauses first.
        lending: says when the terminal is lent to a program; nothing is told or asked meanwhile.
    """

    def __init__(
        self,
        run: Run,
        runtime: Runtime,
        teller: Teller,
        respond: Callable[[Gate], asyncio.Task[Answer]],
        keyboard: Asks | None = None,
        lending: Lending | None = None,
    ) -> None:
        self._run = run
        self._runtime = runtime
        self._teller = teller
        self._respond = respond
        self._keyboard = keyboard
        self._lending = lending
        self._interrupts = 0
        self._gate = ""
        self._asking: asyncio.Task[None] | None = None
        self._aborting: asyncio.Task[None] | None = None

    async def to_the_end(self) -> int:
        """Walk the run to its end and return the exit status."""
        from restant_tui.engine.statuses import exit_status

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._interrupted, number)
        try:
            async for state in self._looks():
                if self._lending is not None and self._lending.lent:
                    continue
                await self._teller.tell(state)
                self._mind(state)
            state = await self._run.wait()
            status = exit_status(state.status)
            await self._teller.finish(state, status)
            return status
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)
            for task in filter(None, (self._asking, self._aborting)):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _looks(self) -> AsyncIterator[RunState]:
        """Yield the state when it changes, and every tick for what a step prints meanwhile, until the end."""
        changes = self._run.feed.follow()
        news = asyncio.ensure_future(anext(changes))
        try:
            while not (self._run.done.is_set() or self._run.feed.latest.status.ended):
                await asyncio.wait({news}, timeout=TICK)
                if news.done():
                    news.result()
                    news = asyncio.ensure_future(anext(changes))
                yield self._run.feed.latest
        finally:
            news.cancel()

    def _mind(self, state: RunState) -> None:
        """Ask what is to be asked: the open question, or how to go on after a pause."""
        paused = state.status is RunStatus.PAUSED
        wanted = "paused" if paused else state.gate.id if state.gate else ""
        if wanted == self._gate:
            return
        self._gate = wanted
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        if paused:
            self._asking = asyncio.create_task(self._ask_paused())
        elif state.gate is not None:
            self._asking = asyncio.create_task(self._ask(state.gate))

    async def _ask(self, gate: Gate) -> None:
        while True:
            answer = await self._respond(gate)
            try:
                self._run.answer(answer)
                return
            except UsageProblem as problem:
                if answer.move is Move.DECLINE:
                    return  # the question is closed: somebody was quicker, or its time is up
                if self._keyboard is None:
                    no = Answer(gate=gate.id, move=Move.DECLINE, by=answer.by, reason=str(problem))
                    with contextlib.suppress(UsageProblem):
                        self._run.answer(no)
                    return
                print(f"  {problem}")

    async def _ask_paused(self) -> None:
        if self._keyboard is None:
            return
        while True:
            typed = await self._keyboard.ask("paused: c goes on, a aborts: ")
            match (typed or "a").lower():
                case "c" | "continue":
                    self._interrupts = 0
                    self._run.resume(self._runtime.actor)
                    return
                case "a" | "abort":
                    self._abort()
                    return

    def _interrupted(self, number: int) -> None:
        """First Ctrl-C at a terminal pauses; the second, or a SIGTERM, or no terminal, aborts."""
        self._interrupts += 1
        if self._interrupts == 1 and self._keyboard is not None and number == signal.SIGINT:
            print("\npausing before the next step; Ctrl-C again aborts", flush=True)
            self._run.pause(self._runtime.actor)
            return
        self._abort()

    def _abort(self) -> None:
        if self._aborting is None or self._aborting.done():
            self._aborting = asyncio.create_task(self._run.abort(self._runtime.actor))
